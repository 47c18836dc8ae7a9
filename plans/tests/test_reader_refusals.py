"""Files that are refused, each with a sentence a person can act on."""

from __future__ import annotations

import pytest

from plans.reader import ReadingRefused
from plans.reader import decode as decoding
from plans.reader import text as reading
from plans.reader.text import read_text

PLAN = "第１章 まちの姿\n\n　川のほとりに市を開きます。\n第２章 進め方\n\n　みんなで話し合います。\n"


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "空です"),
        (b" \n\t\r\n", "空です"),
        (b"%PDF-1.7 ...", "PDF"),
        (b"PK\x03\x04....", "Word"),
        (b"\x89PNG\r\n", "画像"),
        (PLAN.encode("utf-16"), "UTF-16"),
        ("第１章\x00あ".encode(), "1行目に使えない文字"),
        ("第１章 あ\nい\x07う\n".encode(), "2行目に使えない文字（U.0007）"),
        (PLAN.encode("euc-jp"), "文字コードが分かりません"),
        (PLAN.encode()[:90] + b"\xff\xfe" + PLAN.encode()[90:], "文字が壊れています"),
        ("第１章 目標\u202eあ\n\n　声を聞きます。\n".encode(), "1行目の見出しに、文字の向き"),
        ("見出しのない文章です。\nもう一文です。\n".encode(), "見出しが一つも見つかりません"),
        (b"x" * (25 * 1024 * 1024 + 1), "25 MB"),
        (b"a\n" * 1_000_001, "1,000,000行"),
    ],
)
def test_a_bad_file_is_refused_in_words(data: bytes, message: str) -> None:
    with pytest.raises(ReadingRefused, match=message):
        read_text(data)


def test_too_many_clauses_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MAX_CLAUSES", 1)
    with pytest.raises(ReadingRefused, match="項目が多すぎます"):
        read_text(PLAN.encode())


def test_limits_are_the_ones_promised() -> None:
    assert (decoding.MAX_BYTES, decoding.MAX_LINES, reading.MAX_CLAUSES) == (25 * 1024 * 1024, 1_000_000, 20_000)


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        (PLAN.encode(), "utf-8"),
        (PLAN.encode("utf-8-sig"), "utf-8-sig"),
        (PLAN.encode("cp932"), "cp932"),
        (PLAN.replace("\n", "\r\n").encode("cp932"), "cp932"),
        (PLAN.replace("\n", "\r").encode(), "utf-8"),
    ],
)
def test_every_usual_encoding_gives_the_same_plan(data: bytes, encoding: str) -> None:
    document = read_text(data)
    assert document.encoding == encoding
    assert [(clause.code, clause.title, clause.body) for clause in document.clauses] == [
        ("1", "まちの姿", "川のほとりに市を開きます。"),
        ("2", "進め方", "みんなで話し合います。"),
    ]


def test_text_is_nfc_and_never_nfkc() -> None:
    document = read_text("第１章 ㍻の記録\n\n　カ\u3099ラスと①と葛\U000e0100城を残します。\n".encode())
    assert document.clauses[0].title == "㍻の記録"
    assert document.clauses[0].body == "ガラスと①と葛\U000e0100城を残します。"
