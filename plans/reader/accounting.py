"""Accounting for every character: what a reading must neither lose nor double."""

from __future__ import annotations

import unicodedata
from collections import Counter
from dataclasses import dataclass

from ichinoseki_portal.text import solid

from .document import Clause, Document


@dataclass(frozen=True)
class Loss:
    """Characters of a source line that the document does not hold; ``line`` 0: of the file as a whole."""

    line: int
    text: str
    why: str


def lost(document: Document, source_text: str) -> list[Loss]:
    """Where label + title + body of the clauses and the words set aside do not give back the source.

    ``source_text`` is the file's text as ``decode`` gives it. Three checks: over the whole file, every non-blank character as
    often as in the source; for each line, its characters among the clauses that name the line and the words set aside from it;
    and for each clause, label with title and each paragraph letter for letter and in this order within its lines. Derived lists
    (terms, indicators, key words) do not count. An empty list: nothing was lost, doubled or shuffled.
    """
    text = unicodedata.normalize("NFC", source_text)
    return _in_all(document, text) + _by_line(document, text) + _in_order(document, text)


def _in_all(document: Document, text: str) -> list[Loss]:
    source = Counter(solid(text))
    held: Counter[str] = Counter()
    for clause in document.clauses:
        held.update(solid(clause.label + clause.title + clause.body))
    for row in document.set_aside:
        held.update(solid(row.text))
    losses = []
    if missing := source - held:
        losses.append(Loss(0, _shown(missing), f"{missing.total()}字が読み取りから落ちています"))
    if extra := held - source:
        losses.append(Loss(0, _shown(extra), f"{extra.total()}字が原典より多くなっています"))
    return losses


def _by_line(document: Document, text: str) -> list[Loss]:
    lines = text.split("\n")
    held: list[list[Counter[str]]] = [[] for _ in range(len(lines) + 1)]
    for clause in document.clauses:
        words = Counter(solid(clause.label + clause.title + clause.body))
        for first, last in clause.lines:
            for number in range(max(first, 1), min(last, len(lines)) + 1):
                held[number].append(words)
    aside: dict[int, Counter[str]] = {}
    for row in document.set_aside:
        aside.setdefault(row.line, Counter()).update(solid(row.text))
    losses = []
    for number, line in enumerate(lines, 1):
        words = Counter(solid(line))
        words -= aside.get(number, Counter())
        for clause_words in held[number]:
            if not words:
                break
            words -= clause_words
        if words:
            losses.append(Loss(number, _shown(words), "この行の文字が、どの項目にもありません"))
    return losses


def _in_order(document: Document, text: str) -> list[Loss]:
    """Each clause's words in the source's own order; what was set aside inside a sentence does not part it."""
    whole, starts = _without_set_aside(document, text)
    last = len(starts) - 2
    found_to: dict[int, int] = {}  # first line → how far its clauses were found: many may stand on one printed line
    losses = []
    for clause in document.clauses:
        pieces = _pieces(clause)
        if not clause.lines or not pieces:
            continue
        first = min(clause.lines[0][0], last)
        begin, end = starts[first], starts[min(max(row[1] for row in clause.lines), last) + 1]
        at = _find_all(whole, pieces, max(begin, found_to.get(first, 0)), end) or _find_all(whole, pieces, begin, end)
        if at is None:
            losses.append(Loss(first, "".join(pieces)[:40], f"項目{clause.code}の言葉が、原典の並びと違います"))
        else:
            found_to[first] = at
    return losses


def _pieces(clause: Clause) -> list[str]:
    """What must stand together: label with title (or with a sentence), then each paragraph; of a figure its longest words."""
    head = clause.label + clause.title
    paragraphs = clause.body.split("\n") if clause.body else []
    if clause.label and not clause.title and paragraphs:
        head, paragraphs = clause.label + paragraphs[0], paragraphs[1:]
    if clause.kind == "figure":
        head, paragraphs = "", sorted([head, *paragraphs], key=len, reverse=True)[:1]
    return [piece for piece in map(solid, [head, *paragraphs]) if piece]


def _find_all(whole: str, pieces: list[str], begin: int, end: int) -> int | None:
    """The end of the last piece if all are found one after the other; None otherwise."""
    for piece in pieces:
        at = whole.find(piece, begin, end)
        if at < 0:
            return None
        begin = at + len(piece)
    return begin


def _without_set_aside(document: Document, text: str) -> tuple[str, list[int]]:
    """The source without white space and set-aside words, and where each line begins in it (1-based, one more at the end)."""
    aside: dict[int, list[str]] = {}
    for row in document.set_aside:
        aside.setdefault(row.line, []).append(solid(row.text))
    parts, starts, length = [], [0], 0
    for number, line in enumerate(text.split("\n"), 1):
        words = solid(line)
        for taken in aside.get(number, ()):
            at = words.find(taken) if words.startswith(taken) else words.rfind(taken)
            words = words[:at] + words[at + len(taken) :] if at >= 0 else words
        starts.append(length)
        parts.append(words)
        length += len(words)
    return "".join(parts), [*starts, length]


def _shown(characters: Counter[str]) -> str:
    return "".join(characters.elements())[:40]
