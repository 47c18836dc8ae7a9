"""The reader's parts, each alone: marks, modality, declared counts, indicators, furniture."""

from __future__ import annotations

import pytest

from plans.reader.accounting import lost
from plans.reader.checks import era_pairs, odd_dates
from plans.reader.document import Period
from plans.reader.furniture import set_aside_furniture
from plans.reader.marks import find_mark, kanji_number, to_number
from plans.reader.modality import predicates
from plans.reader.text import read_text


@pytest.mark.parametrize(
    ("line", "type_", "label", "path", "rest"),
    [
        ("第１章 まちの姿", "chapter", "第１章", (1,), "まちの姿"),
        ("第 十二 章　進め方", "chapter", "第 十二 章", (12,), "進め方"),
        ("序章", "front", "序章", (), ""),
        ("はじめに", "front", "", (), "はじめに"),
        ("第２編 基本計画", "part", "第２編", (2,), "基本計画"),
        ("Ⅳ『文化』を育てる", "roman", "Ⅳ", (4,), "『文化』を育てる"),
        ("１ 地域の力", "bare", "１", (1,), "地域の力"),
        ("３　年を重ねても安心なまち", "bare", "３", (3,), "年を重ねても安心なまち"),
        ("1. 目的", "bare", "1.", (1,), "目的"),
        ("基本方針２  環境づくり", "named", "基本方針２", (2,), "環境づくり"),
        ("施策2-1 健康", "named", "施策2-1", (2, 1), "健康"),
        ("４－１０－１ 水道", "hyphen", "４－１０－１", (4, 10, 1), "水道"),
        ("Ⅰ－１　居場所づくり", "hyphen", "Ⅰ－１", (1, 1), "居場所づくり"),
        ("二　情報の公開", "kanji", "二", (2,), "情報の公開"),
        ("第１ 基本理念", "dai", "第１", (1,), "基本理念"),
        ("《関連する計画》", "bracket", "", (), "《関連する計画》"),
        ("（３）公園", "paren", "（３）", (3,), "公園"),
        ("⑵ 公園", "paren", "⑵", (2,), "公園"),
        ("2) 道", "half", "2)", (2,), "道"),
        ("⑫ 川を守ります。", "circled", "⑫", (12,), "川を守ります。"),
        ("ウ 橋", "kana", "ウ", (3,), "橋"),
        ("(ｲ) 橋", "parenkana", "(ｲ)", (2,), "橋"),
        ("■ 協働とは", "symbol", "■", (), "協働とは"),
        ("【市民の役割】", "bracket", "", (), "【市民の役割】"),
    ],
)
def test_a_mark_is_known(line: str, type_: str, label: str, path: tuple[int, ...], rest: str) -> None:
    mark = find_mark(line)
    assert mark is not None
    assert (mark.type, mark.label, mark.path, mark.rest) == (type_, label, path, rest)


@pytest.mark.parametrize(
    "line",
    [
        "１市４町２村が合併しました。",
        "次の３つを掲げます。",
        "23 年９月に合併しました。",
        "第２章に掲げる考え方に沿って",
        "30 人が参加しました。",
        "２０２５年度",
    ],
)
def test_words_of_running_text_are_no_marks(line: str) -> None:
    assert find_mark(line) is None


def test_numbers_in_all_writings() -> None:
    assert [to_number(text) for text in ("３", "十二", "Ⅳ", "⑫", "⑴", "ⅸ".upper())] == [3, 12, 4, 12, 1, 9]
    assert [kanji_number(text) for text in ("二十", "百", "三十五", "町")] == [20, 100, 35, 0]


@pytest.mark.parametrize(
    ("sentence", "found"),
    [
        ("市は、集会所の整備に努めます。", [("市", True, "effort")]),
        ("交流を促進し、活力を高めます。", [("", False, "promote"), ("", False, "do")]),
        (
            "市民と行政は、機会の確保に努めるとともに、意見交換を行います。",
            [("市民と行政", True, "effort"), ("市民と行政", True, "do")],
        ),
        ("住み良いまちを目指します。", [("", False, "aim")]),
        ("話し合うことが大切です。", [("", False, "view")]),
        ("市は、結果を公表する。", [("市", True, "do")]),
        ("情報の提供に努めるものとする。", [("", False, "effort")]),
        ("事業者は、報告しなければならない。", [("事業者", True, "view")]),
        ("この計画の期間は、５年間とします。", []),
        ("川が流れています。", []),
        ("みんなで決めること。", []),
    ],
)
def test_modality_of_each_predicate(sentence: str, found: list[tuple[str, bool, str]]) -> None:
    assert [(row.subject, row.stated, row.modality) for row in predicates(sentence)] == found


def test_the_predicate_is_the_verb_with_its_object() -> None:
    assert [row.predicate for row in predicates("総合的な情報提供を行い、反映に努めます。")] == [
        "情報提供を行い",
        "反映に努めます",
    ] or [row.predicate for row in predicates("総合的な情報提供を行い、反映に努めます。")] == [
        "総合的な情報提供を行い",
        "反映に努めます",
    ]


def test_era_and_western_years_are_compared() -> None:
    assert [(c.declared, c.found, c.ok) for c in era_pairs("平成37年度（2025年度）と令和 元 年（２０２０年）")] == [
        (2025, 2025, True),
        (2020, 2019, False),
    ]


def test_a_date_the_era_never_saw_is_odd_but_a_fiscal_year_is_not() -> None:
    assert [match[0] for match in odd_dates("平成37年９月と平成31年４月と平成32年度")] == ["平成37年９月"]


def test_a_declared_count_that_is_not_met_is_an_issue() -> None:
    document = read_text("第１章 目標\n\n　次の４つの目標を掲げます。\n\n１　水\n\n２　緑\n\n３　道\n".encode())
    assert [(c.declared, c.found, c.ok) for c in document.checks] == [(4, 3, False)]
    assert [issue.kind for issue in document.issues] == ["count_mismatch"]


def test_the_years_of_a_period_are_counted_with_both_ends() -> None:
    document = read_text(
        "１　期間\n\n　計画の期間は、令和５年度から令和９年度までの５年間とします。\n\n２　進め方\n\n　話し合います。\n".encode()
    )
    assert document.edition.period == Period(2023, 2027, "令和５年度から令和９年度")
    assert [(c.text, c.declared, c.found) for c in document.checks] == [("５年間", 5, 5)]


def test_indicators_keep_what_is_printed() -> None:
    table = (
        "第１章 指標\n\n指標名　　　　単位　　現状値（令和６年度）　　目標値（令和12年度）\n"
        "来館者数　　　　人　　１，２００　　1,500\nごみの量　　　　ｇ　　900　　850以下\n行事の数（累計）　　回　　－　　20\n"
    )
    rows = [
        (i.name, i.unit, i.baseline.value, i.baseline.year, i.target.value, i.direction, i.kind)
        for i in read_text(table.encode()).indicators
    ]
    assert rows == [
        ("来館者数", "人", "1200", 2024, "1500", "higher", "level"),
        ("ごみの量", "ｇ", "900", 2024, "850", "lower", "level"),
        ("行事の数（累計）", "回", None, 2024, "20", "higher", "cumulative"),
    ]


def test_without_a_word_for_it_the_direction_follows_from_the_figures() -> None:
    rows = "指標名｜単位｜現状値｜目標値\n|---|---|---|---|\n待機児童数｜人｜5｜0\n来館者｜人｜10｜20\n開館日｜日｜300｜300\n"
    table = f"第１章 指標\n\n{rows}"
    found = read_text(table.encode()).indicators
    assert [(i.name, i.direction) for i in found] == [("待機児童数", "lower"), ("来館者", "higher"), ("開館日", "maintain")]


@pytest.mark.parametrize(
    ("title", "stage"),
    [
        ("岬市自治基本計画（素案）", "draft"),
        ("岬市自治基本計画 骨子案", "skeleton"),
        ("岬市自治基本計画（案）", "proposal"),
        ("岬市自治基本計画", "final"),
    ],
)
def test_the_title_says_what_stage_a_document_is(title: str, stage: str) -> None:
    assert read_text(f"{title}\n\n第１章 声\n\n　声を聞きます。\n".encode()).snapshot.stage == stage


def test_an_actor_is_not_found_inside_another_word() -> None:
    document = read_text("第１章 声\n\n　審議会の委員が確かめます。\n".encode())
    assert [(actor.name, actor.role) for actor in document.clauses[0].actors] == [("審議会", "mentioned")]


def test_zero_width_blanks_hide_no_heading() -> None:
    document = read_text("\u200b第１章 声\n\n　声を聞きます。\n".encode())
    assert [(clause.code, clause.title) for clause in document.clauses] == [("1", "声")]


def test_the_account_sees_words_out_of_order() -> None:
    text = "第１章 声\n\n　声を聞きます。森を守ります。\n"
    document = read_text(text.encode())
    assert lost(document, text) == []
    document.clauses[0].body = "森を守ります。声を聞きます。"
    assert [loss.why for loss in lost(document, text)] == ["項目1の言葉が、原典の並びと違います"]


def test_page_furniture_is_set_aside_with_its_reason() -> None:
    from plans.reader.decode import split_lines

    text = "目次\n第１章 水………… 1\n第２章 緑………… 3\n\f- 1 -\n第１章 水\n　川を守ります。\n\f- 2 -\n第２章 緑\n　森を守ります。\n"
    kept, aside = set_aside_furniture(split_lines(text))
    assert [line.text for line in kept] == ["第１章 水", "川を守ります。", "第２章 緑", "森を守ります。"]
    assert [row.reason for row in aside] == ["contents", "contents", "contents", "page_number", "page_number"]


def test_suspect_glyphs_and_radicals_are_flagged_and_left_as_they_are() -> None:
    document = read_text("第１章 ⺠の声\n\n　尐しずつ聞きます。\n".encode())
    assert document.clauses[0].title == "⺠の声"
    assert document.clauses[0].body == "尐しずつ聞きます。"
    assert sorted(issue.kind for issue in document.issues) == ["radical", "suspect_glyph"]


def test_broken_character_maps_are_never_imported() -> None:
    document = read_text(
        (
            "第１章 声\n\n　声を聞きます。\n\ue001\ue002\ue003\ue004 \ue005\n"
            "(cid:12)(cid:13)(cid:14)\n第２章 森\n\n　森を守ります。\n"
        ).encode()
    )
    assert [row.reason for row in document.set_aside] == ["broken_characters"] * 2
    assert all("\ue001" not in clause.body and "cid" not in clause.body for clause in document.clauses)
    assert [issue.kind for issue in document.issues] == ["broken_characters"]
