"""The reader against documents written apart from it: structure, words, counts, and that not a character is lost."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from plans.reader import Document, ReadingRefused
from plans.reader.accounting import lost
from plans.reader.decode import decode
from plans.reader.text import read_text

from . import scoring

NAMES = scoring.names()


def _bytes(name: str) -> bytes:
    return (scoring.DOCUMENTS / f"{name}.txt").read_bytes()


def test_there_are_documents_in_all_styles() -> None:
    assert len([name for name in NAMES if name.startswith("own-")]) >= 9
    assert len([name for name in NAMES if name.startswith("blind-")]) >= 3


@pytest.mark.parametrize("name", NAMES)
def test_a_document_is_read_as_expected(name: str) -> None:
    result = scoring.score(name)
    assert result.differences == []
    assert (result.right, result.kinds_right) == (result.expected, result.expected)


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_lost(name: str) -> None:
    data = _bytes(name)
    assert lost(read_text(data), decode(data)[0]) == []


def test_scoring_sees_a_wrong_word() -> None:
    """The comparison itself can fail: a changed word in the file shows as a difference."""
    name = "own-02-chapter-numbers"
    data = _bytes(name).decode().replace("第１章", "第１章　余計な", 1).encode()
    document = read_text(data)
    expected = scoring.Score(name)
    import json

    rows = json.loads((scoring.DOCUMENTS / f"{name}.json").read_text(encoding="utf-8"))["clauses"]
    scoring._clauses(expected, document, rows)
    assert expected.differences


# -- documents that nobody wrote: whatever comes, nothing is lost, codes are unique, parents come first ----------------------


def _shuffle(lines: list[str], dice: random.Random) -> list[str]:
    dice.shuffle(lines)
    return lines


def _thin(lines: list[str], dice: random.Random) -> list[str]:
    return [line for line in lines if dice.random() > 0.3]


def _one_line(lines: list[str], _dice: random.Random) -> list[str]:
    return ["".join(lines)]


def _frames(lines: list[str], dice: random.Random) -> list[str]:
    cuts = sorted(dice.sample(range(len(lines)), 4))
    parts = [lines[a:b] for a, b in zip([0, *cuts], [*cuts, len(lines)], strict=True)]
    dice.shuffle(parts)
    return [line for part in parts for line in part]


_SCRAPS = (
    "",
    "\f",
    "\u3000",
    "（１）",
    "①",
    "第３章 ",
    "■",
    "1-2-3 ",
    "。",
    "・",
    "\t",
    "|",
    "はじめに",
    "施策1-2 ",
    "\ufffd\ufffd\ufffd",
)


def _riddle(lines: list[str], dice: random.Random) -> list[str]:
    return [line[: (at := dice.randrange(len(line) + 1))] + dice.choice(_SCRAPS) + line[at:] for line in lines]


def _well_formed(document: Document) -> None:
    codes = [clause.code for clause in document.clauses]
    assert len(set(codes)) == len(codes)
    seen: set[str] = set()
    for position, clause in enumerate(document.clauses):
        assert clause.position == position
        assert clause.parent is None or clause.parent in seen
        seen.add(clause.code)


@pytest.mark.parametrize("damage", [_shuffle, _thin, _one_line, _frames, _riddle])
@pytest.mark.parametrize("name", NAMES)
def test_damaged_documents_lose_nothing_either(name: str, damage: Callable[[list[str], random.Random], list[str]]) -> None:
    for seed in range(4):
        lines = damage(decode(_bytes(name))[0].split("\n"), random.Random(f"{name}{seed}"))  # noqa: S311 - a repeatable die
        data = "\n".join(lines).encode()
        try:
            document = read_text(data)
        except ReadingRefused as refused:
            assert str(refused)
            continue
        _well_formed(document)
        assert lost(document, decode(data)[0]) == []
