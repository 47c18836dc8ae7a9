"""Accounting for every character: what a reading must neither lose nor double."""

from __future__ import annotations

import unicodedata
from collections import Counter
from dataclasses import dataclass

from ichinoseki_portal.text import solid

from .document import Document


@dataclass(frozen=True)
class Loss:
    """Characters of a source line that the document does not hold; ``line`` 0: of the file as a whole."""

    line: int
    text: str
    why: str


def lost(document: Document, source_text: str) -> list[Loss]:
    """Where label + title + body of the clauses and the words set aside do not give back the source.

    ``source_text`` is the file's text in NFC. Two checks: over the whole file, every non-blank character as often as in the
    source; and for each line, its characters among the clauses that name the line and the words set aside from it. Derived lists
    (terms, indicators, key words) do not count. An empty list: nothing was lost, nothing doubled.
    """
    text = unicodedata.normalize("NFC", source_text)
    return _in_all(document, text) + _by_line(document, text)


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


def _shown(characters: Counter[str]) -> str:
    return "".join(characters.elements())[:40]
