"""The city's two documents, where they are at hand (PLAN_SOURCES): read whole, in the right order, with the right codes.

Only facts stand here (codes, counts, kinds, names of headings): the sentences stay in the files.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from plans.reader import Document
from plans.reader.accounting import lost
from plans.reader.decode import decode
from plans.reader.text import read_text

SOGO = "0 1 1.vision 2 2.1 2.2 2.3 2.4 3 3.1 3.2 3.3 3.4 3.5 4 4.1 4.2 4.3"
KYODO = (
    "1 2 3 4 5 5.vision 6 6.1 6.1.1 6.1.2 6.1.3 6.2 6.2.1 6.2.2 6.2.3 6.2.4 6.2.5 6.box1 6.box1.fig1 6.3"
    " 6.3.1 6.3.1.1 6.3.1.2 6.3.1.3 6.3.2 6.3.2.1 6.3.2.2 6.3.2.3 6.3.3 6.3.3.1 6.3.3.2 6.3.3.3"
    " 6.3.4 6.3.4.1 6.3.4.2 6.3.4.3 6.3.5 6.3.5.1 6.3.5.2 6.3.5.3 7 7.1 7.1.1 7.1.1.1 7.1.1.2 7.1.2 7.1.2.1 7.1.2.2"
    " 7.1.3 7.1.3.1 7.1.3.2 7.2 7.2.1 7.2.1.1 7.2.1.2 7.2.2 7.2.2.1 7.2.2.2 7.3 7.3.1 7.3.1.1 7.3.1.2 7.3.2 7.3.2.1"
    " 7.3.3 7.3.3.1 7.3.4 7.3.4.1 7.3.5 7.3.5.1 7.3.5.2 8 8.1 8.2 8.3"
)
EFFORTS = {"7.2.2.1", "7.3.1.1", "7.3.1.2", "7.3.4.1"}
DOING = {"7.1.1.1", "7.1.2.1", "7.1.2.2", "7.1.3.1", "7.1.3.2", "7.3.2.1", "7.3.3.1", "7.3.5.2"}
PROMOTING = {"7.1.1.2", "7.2.1.1", "7.2.1.2", "7.2.2.2", "7.3.5.1"}


def _source(folder: Path, stem: str) -> bytes:
    return next(folder.glob(f"{stem}.*")).read_bytes()


@pytest.fixture
def sogo(plan_sources: Path) -> Document:
    return read_text(_source(plan_sources, "sogo-2016"))


@pytest.fixture
def kyodo(plan_sources: Path) -> Document:
    return read_text(_source(plan_sources, "kyodo-2022"))


def test_codes_come_in_reading_order(sogo: Document, kyodo: Document) -> None:
    assert [clause.code for clause in sogo.clauses] == SOGO.split()
    assert [clause.code for clause in kyodo.clauses] == KYODO.split()


@pytest.mark.parametrize("stem", ["sogo-2016", "kyodo-2022"])
def test_nothing_is_lost_or_doubled(plan_sources: Path, stem: str) -> None:
    data = _source(plan_sources, stem)
    assert lost(read_text(data), decode(data)[0]) == []


def test_every_declared_count_is_met(sogo: Document, kyodo: Document) -> None:
    assert [(check.declared, check.ok) for check in sogo.checks] == [
        (7, True),
        (10, True),
        (2006, True),
        (2015, True),
        (2016, True),
        (2025, True),
        (4, True),
        (5, True),
    ]
    assert [(check.declared, check.ok) for check in kyodo.checks] == [
        (2022, True),
        (2026, True),
        (5, True),
        (3, True),
        (5, True),
        (4, True),
        (3, True),
    ]


def test_kinds_are_those_the_plan_announces(sogo: Document, kyodo: Document) -> None:
    assert Counter(clause.kind for clause in sogo.clauses) == {"chapter": 5, "vision": 1, "principle": 4, "goal": 5, "section": 3}
    assert Counter(clause.kind for clause in kyodo.clauses) == {
        "section": 8,
        "vision": 1,
        "definition": 1,
        "standard": 3,
        "subsection": 5,
        "principle": 5,
        "note": 1,
        "figure": 1,
        "actor": 5,
        "effect": 15,
        "policy": 3,
        "measure": 10,
        "action": 17,
    }


def test_an_effort_is_no_promise(kyodo: Document) -> None:
    strongest = {}
    for clause in kyodo.clauses:
        if clause.kind == "action":
            found = {row.modality for row in clause.modality}
            strongest[clause.code] = next(kind for kind in ("effort", "promote", "do") if kind in found)
    assert {code for code, kind in strongest.items() if kind == "effort"} == EFFORTS
    assert {code for code, kind in strongest.items() if kind == "do"} == DOING
    assert {code for code, kind in strongest.items() if kind == "promote"} == PROMOTING
    by_code = {clause.code: clause for clause in kyodo.clauses}
    assert {row.subject for row in by_code["7.3.1.2"].modality} == {"市民と行政"}
    assert [row.modality for row in by_code["8.2"].modality] == ["do", "effort", "do"]
    assert [row.modality for row in by_code["5.vision"].modality] == ["aim"]


def test_headings_keep_their_key_words_and_words_cut_by_pages_are_whole(sogo: Document) -> None:
    by_code = {clause.code: clause for clause in sogo.clauses}
    assert [by_code[f"2.{n}"].key_word for n in (1, 2, 3, 4)] == ["郷土の宝物", "市民主体", "次世代人材支援", "安全・安心"]
    assert by_code["1.vision"].title == "みつけよう育てよう 郷土の宝 いのち輝く一関"
    assert "見通しのもとに" in by_code["4.2"].body
    assert "平成23 年９月" in by_code["0"].body
    assert [len(by_code[code].body.split("\n")) for code in ("0", "1.vision", "4.1", "4.2", "4.3")] == [12, 4, 4, 5, 4]


def test_paragraphs_of_the_collaboration_plan_are_those_printed(kyodo: Document) -> None:
    by_code = {clause.code: clause for clause in kyodo.clauses}
    assert [len(by_code[code].body.split("\n")) for code in ("4", "6.1", "6.2.1", "6.box1", "8.2")] == [9, 2, 2, 1, 1]
    assert by_code["6.box1.fig1"].body.split() == ["自治会等", "各地域"]
    assert [len(by_code[f"7.{n}"].body) for n in (1, 2, 3)] == [0, 0, 0]


def test_the_two_visions_of_the_same_sound_stay_two(sogo: Document, kyodo: Document) -> None:
    above = next(clause for clause in sogo.clauses if clause.code == "4.1")
    below = next(clause for clause in kyodo.clauses if clause.code == "5.vision")
    assert "支え合いの仕組み" in above.body
    assert "協働の仕組み" in below.title


def test_both_definitions_of_kyodo_keep_their_time(kyodo: Document) -> None:
    assert [(term.term, term.code, term.as_of.replace(" ", "")) for term in kyodo.terms] == [
        ("協働", "4", "平成22年12月"),
        ("協働", "6.1", "令和４年３月"),
    ]


def test_facts_of_the_editions(sogo: Document, kyodo: Document) -> None:
    assert (sogo.edition.period.first_fiscal_year, sogo.edition.period.last_fiscal_year) == (2016, 2025)
    assert (kyodo.edition.period.first_fiscal_year, kyodo.edition.period.last_fiscal_year) == (2022, 2026)
    assert (kyodo.edition.title, kyodo.edition.ordinal, kyodo.edition.decided.date) == (
        "第２次一関市協働基本計画",
        "第２次",
        "2022-03",
    )


def test_what_a_person_must_see_is_said(kyodo: Document) -> None:
    assert sorted({issue.kind for issue in kyodo.issues}) == ["figure_needs_alt", "inferred_place", "order_changed"]
    assert [(row.line, row.reason) for row in kyodo.set_aside] == [(130, "title"), (131, "imprint")]
