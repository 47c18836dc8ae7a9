"""What became of each clause and each word between two texts: pure, with made-up texts."""

import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plans.actions import differences
from plans.actions.differences import GONE, NEW, SAME, Budget, difference, paragraphs, rising
from plans.actions.lineage import follow
from plans.actions.pairing import Tie, Words, as_json, compare, row_of


def shown(old, new):
    signs = {SAME: "{}", GONE: "[{}]", NEW: "<{}>"}
    return "".join(signs[mark].format(text) for mark, text in difference(old, new))


def sides(segments):
    return tuple("".join(text for mark, text in segments if mark in (SAME, side)) for side in (GONE, NEW))


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("同じ文です。", "同じ文です。", "同じ文です。"),
        ("", "新しい文です。", "<新しい文です。>"),
        ("前の文です。", "", "[前の文です。]"),
        ("市は、地域の活動を支えます。", "市は、地域の活動を大いに進めます。", "市は、地域の活動を[支え]<大いに進め>ます。"),
        ("地域協働推進計画を作ります。", "地域協働計画を作ります。", "地域協働[推進]計画を作ります。"),
        ("令和10年度に見直します。", "令和12年度に見直します。", "令和[10]<12>年度に見直します。"),
        ("令和１０年度", "令和１２年度", "令和[１０]<１２>年度"),
        ("サポートします。", "サポーターがいます。", "[サポートし]<サポーターがい>ます。"),
        (
            "記録を作ります。意見を配ります。",
            "記録を作ります。写真も撮ります。意見を配ります。",
            "記録を作ります。<写真も撮ります。>意見を配ります。",
        ),
        ("森の小道を歩きます。", "会議で予算を決める。", "[森の小道を歩きます。]<会議で予算を決める。>"),
        ("一つめ\n二つめ", "一つめ\nあいだ\n二つめ", "一つめ\n<あいだ\n>二つめ"),
    ],
)
def test_marks_stand_where_a_reader_sees_a_seam(old, new, expected):
    assert shown(old, new) == expected


def test_no_kana_is_left_alone_between_two_changes():
    segments = difference("花を植えて町を飾り、人を迎えます。", "木を育てて村を彩り、客を招きます。")
    between = [text for mark, text in segments[1:-1] if mark == SAME]
    assert not [text for text in between if len(text) == 1], segments


alphabet = st.sampled_from("市民計画協働をのはがます、。\n12ＡカーT𠮷")
texts = st.text(alphabet, max_size=60)


@given(texts, texts)
def test_both_texts_come_back_out_of_the_segments(old, new):
    segments = difference(old, new)
    assert sides(segments) == (old, new)
    assert all(text for _mark, text in segments)
    for side, text in ((GONE, old), (NEW, new)):
        lines = paragraphs(segments, side)
        assert "\n".join("".join(part for _mark, part in line) for line in lines) == text


@given(texts, texts)
def test_they_come_back_when_nothing_may_be_spent_either(old, new):
    assert sides(difference(old, new, Budget(left=0))) == (old, new)


@given(st.lists(st.integers(), unique=True, max_size=30))
def test_what_kept_its_order_is_a_longest_rising_run(values):
    kept = sorted(rising(values))
    assert [values[at] for at in kept] == sorted(values[at] for at in kept)
    best = [0] * len(values)
    for at, value in enumerate(values):
        best[at] = 1 + max((best[before] for before in range(at) if values[before] < value), default=0)
    assert len(kept) == max(best, default=0)


HUGE = 200_000 // 3  # bytes in UTF-8


@pytest.mark.parametrize(
    ("old", "new"),
    [
        tuple("".join(chr(0x4E00 + n * step % 20000) for n in range(HUGE)) for step in (7919, 104729)),
        tuple("".join(f"{chr(0x4E00 + n * step % 200)}の" for n in range(HUGE // 2)) for step in (7, 11)),
        ("あ" * HUGE, "あ" * (HUGE - 9) + "い" * 9 + "あ"),
        ("市の、" * (HUGE // 3), "の市、" * (HUGE // 3)),
        ("文。\n" * (HUGE // 3), "文。\n\n" * (HUGE // 4)),
        ("".join(f"{n}番の文。" for n in range(HUGE // 8)), "".join(f"{n}番の文。\n" for n in reversed(range(HUGE // 8)))),
        ("\n" * HUGE, "\n" * (HUGE // 2) + "文" + "\n" * (HUGE // 2)),
    ],
)
def test_huge_bodies_are_compared_in_bounded_time(old, new):
    start = time.process_time()
    assert sides(difference(old, new)) == (old, new)
    assert time.process_time() - start < 15


def test_that_the_time_is_bounded_hangs_on_the_budget(monkeypatch):
    """Counted instead of waited for: without the bound every token would be held against every other."""
    asked = []
    monkeypatch.setattr(differences, "_each", lambda old, new: asked.append(len(old) * len(new)) or iter([(False, old, new)]))
    words = ["".join(f"{chr(0x4E00 + n * step % 20000)}、" for n in range(3000)) for step in (7919, 104729)]
    difference(*words)
    assert max(asked, default=0) <= differences.MOST_AT_ONCE and sum(asked) <= differences.BUDGET
    monkeypatch.setattr(Budget, "grants", lambda self, cost: True)
    difference(*words)
    assert max(asked) > differences.MOST_AT_ONCE


# --- clauses ------------------------------------------------------------------------------------------------------------------


def words(*rows):
    """(key, parent, body) or (key, parent, body, title)."""
    return [Words(key, parent, str(key), "item", title=(*rest, "")[0], body=body) for key, parent, body, *rest in rows]


def said(rows):
    return [("+".join(row.kinds), [end.key for end in row.old], [end.key for end in row.new]) for row in rows]


def same(*keys):
    return [Tie(key, key) for key in keys]


def test_kept_changed_dropped_and_added_in_reading_order():
    old = words((1, None, "", "章"), (2, 1, "一。"), (3, 1, "二。"), (4, 1, "三。"), (5, None, "", "終"))
    new = words((1, None, "", "章"), (2, 1, "一。"), (4, 1, "三つめ。"), (6, 1, "四。"), (5, None, "", "終"))
    assert said(compare(old, new, same(1, 2, 4, 5))) == [
        ("kept", [1], [1]),
        ("kept", [2], [2]),
        ("dropped", [3], []),
        ("changed", [4], [4]),
        ("added", [], [6]),
        ("kept", [5], [5]),
    ]


def test_one_that_moved_does_not_mark_the_others():
    old = words(*((n, None, f"{n}。") for n in range(1, 7)))
    new = [old[n] for n in (1, 2, 3, 4, 5, 0)]
    assert [row.kinds for row in compare(old, new, same(*range(1, 7)))] == [["kept"]] * 5 + [["moved"]]


def test_under_another_parent_is_moved_and_may_be_changed_too():
    old = words((1, None, "", "甲"), (2, 1, "文一。"), (3, None, "", "乙"))
    new = words((1, None, "", "甲"), (3, None, "", "乙"), (2, 3, "文二。"))
    assert said(compare(old, new, same(1, 2, 3)))[-1] == ("moved+changed", [2], [2])


def test_a_clause_whose_parent_was_moved_has_not_moved_itself():
    old = words((1, None, "", "甲"), (2, 1, "文一。"), (3, None, "", "乙"), (4, 3, "文二。"))
    new = words((3, None, "", "乙"), (4, 3, "文二。"), (1, None, "", "甲"), (2, 1, "文一。"))
    assert sorted(kind for kind, *_rest in said(compare(old, new, same(1, 2, 3, 4)))) == ["kept", "kept", "kept", "moved"]


def test_merge_and_split_are_one_row_each_with_all_their_ends():
    old = words((1, None, "道を直します。"), (2, None, "橋を直します。"), (3, None, "花を植え、水をやります。"))
    new = words((11, None, "道を直し、橋を直します。"), (12, None, "花を植えます。"), (13, None, "水をやります。"))
    ties = [Tie(1, 11, "まとめたため"), Tie(2, 11, "まとめたため"), Tie(3, 12, "分けたため"), Tie(3, 13, "水も大事なため")]
    merged, split = compare(old, new, ties)
    assert said([merged, split]) == [("merged", [1, 2], [11]), ("split", [3], [12, 13])]
    assert merged.reason == "まとめたため" and split.reason == "分けたため\n水も大事なため"
    assert split.links == [(0, 0, "分けたため"), (0, 1, "水も大事なため")]
    for row, olds, news in ((merged, old[:2], new[:1]), (split, old[2:], new[1:])):
        for end, one in zip(row.old + row.new, olds + news, strict=True):
            assert "\n".join("".join(text for _mark, text in line) for line in end.body) == one.body


def test_where_nothing_is_said_the_same_words_are_the_same_clause():
    old = words((1, None, "一。"), (2, None, "二。"), (3, None, "三。"))
    new = words((11, None, "二。"), (12, None, "四。"))
    rows = compare(old, new, [])
    assert said(rows) == [("dropped", [1], []), ("kept", [2], [11]), ("dropped", [3], []), ("added", [], [12])]
    assert [row.guessed for row in rows] == [False, True, False, False]
    assert said(compare(old, new, [Tie(2, None), Tie(None, 11)]))[1][0] == "dropped"  # stated beats guessed


def test_what_is_not_text_counts_as_changed_and_says_both_values():
    text = "市は、支えます。"
    old = [Words(1, None, "1", "item", body=text, modality=(("do", "市", "支えます"),), actors=(("市", "performer"),))]
    new = [Words(1, None, "1", "measure", body=text, modality=(("effort", "市", "支えます"),))]
    (row,) = compare(old, new, same(1))
    assert row.kinds == ["changed"] and row.changed == ["kind", "modality", "actors"]
    assert row.facts == [
        ("kind", "item", "measure"),
        ("modality", [["do", "市", "支えます"]], [["effort", "市", "支えます"]]),
        ("actors", [["市", "performer"]], []),
    ]


@given(st.data())
def test_every_clause_of_both_texts_stands_in_exactly_one_row(data):
    """Whatever is said of them; and each row survives being kept as JSON."""
    old, new = data.draw(trees(0)), data.draw(trees(100))
    keys = [[None, 999, *(one.key for one in side)] for side in (old, new)]
    ties = data.draw(st.lists(st.builds(Tie, st.sampled_from(keys[0]), st.sampled_from(keys[1])), max_size=12))
    rows = compare(old, new, ties)
    assert sorted(end.key for row in rows for end in row.old) == sorted(one.key for one in old)
    assert sorted(end.key for row in rows for end in row.new) == sorted(one.key for one in new)
    bodies = {one.key: one.body for one in (*old, *new)}
    for row in rows:
        assert row.kinds and (len(row.old) > 1) == ("merged" in row.kinds) and (len(row.new) > 1) == ("split" in row.kinds)
        for end in (*row.old, *row.new):
            assert "\n".join("".join(text for _mark, text in line) for line in end.body) == bodies[end.key]
        kept = json.loads(json.dumps(as_json(row)))
        assert json.loads(json.dumps(as_json(row_of(kept)))) == kept
    firsts = [one.key for one in new]
    order = [min(firsts.index(end.key) for end in row.new) for row in rows if row.new]
    assert order == sorted(order)


@st.composite
def trees(draw, start):
    rows = []
    for number in range(draw(st.integers(0, 6))):
        parent = draw(st.sampled_from([None, *(row.key for row in rows)]))
        rows.append(Words(start + number, parent, str(number), "item", body=draw(st.sampled_from(["", "一。", "二。\n三。"]))))
    return rows


# --- over several editions --------------------------------------------------------------------------------------------------

# addresses 1x stand in the edition 1, 2x in 2, 3x in 3; rows: old, new, edition of the old, reason


def test_ties_are_followed_over_the_editions_between():
    rows = [
        *((11, 21, 1, "短くした"), (12, 21, 1, "まとめた"), (13, 22, 1, ""), (14, None, 1, "やめた")),
        *((None, 23, None, "始めた"), (21, 31, 2, ""), (22, 32, 2, "分けた"), (22, 33, 2, "分けた")),
        *((23, None, 2, "続かなかった"), (None, 34, None, "加えた")),
    ]
    found = {(tie.old, tie.new): tie.reason for tie in follow(rows, 1)}
    assert found == {
        (11, 31): "短くした",
        (12, 31): "まとめた",
        (13, 32): "分けた",
        (13, 33): "分けた",
        (14, None): "やめた",
        (None, 34): "加えた",
    }


def test_a_clause_dropped_on_the_way_says_why():
    rows = [(11, 21, 1, ""), (21, None, 2, "役目を終えた")]
    assert follow(rows, 1) == [Tie(11, None, "役目を終えた")]


def test_a_ring_of_ties_ends():
    assert follow([(21, 22, 2, ""), (22, 21, 2, ""), (22, 31, 2, "")], 1) == [Tie(None, 31, "")]
