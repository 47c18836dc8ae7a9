"""What may be stored, and the keys made of it."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ichinoseki_portal import text

ENGLAND = "\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f"
FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467"
KATSURAGI = "葛\U000e0100城"
STORABLE = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=60)


@pytest.mark.parametrize("kept", ["①", "㍻", "㈱", "ｶﾅ", "Ａ", ENGLAND, FAMILY, KATSURAGI, "髙﨑", "𠮷野家", "a\tb\nc"])
def test_clean_keeps(kept):
    assert text.clean(kept) == kept


@pytest.mark.parametrize("refused", ["\x00", "\x01", "\x08", "\x0b", "\x0c", "\x1b", "\x1f", "\x7f", "\ud800", "\udfff"])
def test_clean_refuses_and_names_the_place(refused):
    with pytest.raises(text.RefusedText, match=rf"U\+{ord(refused):04X}）が3文字目"):
        text.clean(f"一関{refused}市")


def test_clean_composes_and_unifies_line_ends():
    assert text.clean("か\u3099\r\nき\r") == "が\nき\n"


def test_clean_refuses_heaps_of_marks_only():
    assert text.clean("é" + "\u0301" * 19)
    with pytest.raises(text.RefusedText):
        text.clean("e" + "\u0301" * 30)


@given(STORABLE)
def test_clean_is_stable_and_loses_nothing_but_form(value):
    try:
        once = text.clean(value)
    except text.RefusedText:
        return
    assert text.clean(once) == once
    assert once == unicodedata.normalize("NFC", value)


@pytest.mark.parametrize("turned", ["\u202e", "\u200f", "\u2066", "\u061c"])
def test_names_refuse_characters_that_turn_the_writing(turned):
    with pytest.raises(text.RefusedText):
        text.clean_name(f"報告書{turned}fdp.exe")
    assert text.clean(f"本文{turned}では許す")


def test_names_keep_families_and_variants():
    assert text.clean_name(FAMILY + KATSURAGI) == FAMILY + KATSURAGI


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("⺠", "民"),
        ("⻑", "長"),
        ("⻑⾒", "長見"),
        ("①", "1"),
        ("㍻", "平成"),
        ("ＡＢｃ", "abc"),
        ("ｶﾞ", "ガ"),
        ("協 働\u3000の\nまち", "協働のまち"),
    ],
)
def test_fold(written, key):
    assert text.fold(written) == key


@given(STORABLE)
def test_fold_leaves_no_white_space(value):
    assert not any(character.isspace() for character in text.fold(value))


def test_every_radical_folds_to_something_else():
    for radical in text.RADICALS:
        assert text.RADICAL_RE.fullmatch(chr(radical))
        assert text.fold(chr(radical)) != chr(radical)


def test_digest_keeps_parts_apart():
    assert text.digest("ab", "c") != text.digest("a", "bc")
    assert text.digest("a", "") != text.digest("a")


def test_solid_drops_only_white_space():
    assert text.solid(" 第１章\u3000①\n") == "第１章①"
