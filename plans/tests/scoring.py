"""Comparing a reading with what a document's expected JSON says. Only keys the JSON states are compared."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ichinoseki_portal.text import solid
from plans.reader import Document
from plans.reader.text import read_text

DOCUMENTS = Path(__file__).parent / "documents"
FIELDS = ("parent", "label", "title", "key_word", "body")


@dataclass
class Score:
    """Clauses right in structure and words, and in kind, of those expected; every difference as a sentence."""

    name: str
    expected: int = 0
    right: int = 0
    kinds_right: int = 0
    differences: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        of = f"/{self.expected}"
        return f"{self.name}: {self.right}{of} clauses, kinds {self.kinds_right}{of}, {len(self.differences)} differences"


def names() -> list[str]:
    return sorted(path.stem for path in DOCUMENTS.glob("*.txt"))


def score(name: str) -> Score:
    """Read ``<name>.txt`` and hold it against ``<name>.json``."""
    expected = json.loads((DOCUMENTS / f"{name}.json").read_text(encoding="utf-8"))
    document = read_text((DOCUMENTS / f"{name}.txt").read_bytes())
    result = Score(name, expected=len(expected["clauses"]))
    _clauses(result, document, expected["clauses"])
    _lists(result, document, expected)
    _facts(result, document, expected)
    return result


def _clauses(result: Score, document: Document, expected: list[dict[str, Any]]) -> None:
    found = {clause.code: clause for clause in document.clauses}
    for row in expected:
        clause = found.pop(row["code"], None)
        if clause is None:
            result.differences.append(f"{row['code']} ({row['label']}{row['title']}) is missing")
            continue
        wrong = [name for name in FIELDS if name in row and getattr(clause, name) != row[name]]
        for name in wrong:
            result.differences.append(f"{row['code']} {name}: {getattr(clause, name)!r} for {row[name]!r}")
        result.right += not wrong
        if clause.kind == row["kind"]:
            result.kinds_right += 1
        else:
            result.differences.append(f"{row['code']} kind: {clause.kind} for {row['kind']}")
    result.differences.extend(
        f"{code} ({clause.label}{clause.title}{clause.body[:20]}) is too many" for code, clause in found.items()
    )
    codes = [clause.code for clause in document.clauses if clause.code in {row["code"] for row in expected}]
    if codes != [row["code"] for row in expected if row["code"] in codes]:
        result.differences.append("the order differs")


def _lists(result: Score, document: Document, expected: dict[str, Any]) -> None:
    aside = Counter((row.reason, solid(row.text)) for row in document.set_aside)
    wanted = Counter((row["reason"], solid(row["text"])) for row in expected.get("set_aside", []))
    result.differences.extend(f"not set aside: {row}" for row in (wanted - aside))
    result.differences.extend(f"wrongly set aside: {row}" for row in (aside - wanted))
    checks = [(check.text, check.declared, check.found, check.ok) for check in document.checks]
    for row in expected.get("checks", []):
        if not any(
            solid(row["text"]) in solid(text) or solid(text) in solid(row["text"])
            for text, d, f, ok in checks
            if (d, f, ok) == (row["declared"], row["found"], row["ok"])
        ):
            result.differences.append(f"check missing: {row}")
    kinds = {issue.kind for issue in document.issues}
    result.differences.extend(f"issue missing: {row['kind']}" for row in expected.get("issues", []) if row["kind"] not in kinds)
    _indicators(result, document, expected.get("indicators", []))


def _indicators(result: Score, document: Document, expected: list[dict[str, Any]]) -> None:
    found = [(i.name, i.unit, i.baseline.value, i.target.value, i.direction, i.kind) for i in document.indicators]
    for row in expected:
        wanted = (row["name"], row["unit"], row["baseline"]["value"], row["target"]["value"], row["direction"], row["kind"])
        if wanted in found:
            found.remove(wanted)
        else:
            result.differences.append(f"indicator: {wanted} not in {[f for f in found if f[0] == row['name']]}")
    result.differences.extend(f"indicator too many: {row}" for row in found)


def _facts(result: Score, document: Document, expected: dict[str, Any]) -> None:
    edition = expected.get("edition", {})
    period = edition.get("period") or {}
    pairs = [
        ("title", solid(document.edition.title), solid(edition.get("title") or "")),
        ("ordinal", document.edition.ordinal, edition.get("ordinal")),
        ("decided", document.edition.decided.date, (edition.get("decided") or {}).get("date")),
        ("first year", document.edition.period.first_fiscal_year, period.get("first_fiscal_year")),
        ("last year", document.edition.period.last_fiscal_year, period.get("last_fiscal_year")),
    ]
    result.differences.extend(
        f"{name}: {found!r} for {wanted!r}" for name, found, wanted in pairs if wanted not in (None, "") and found != wanted
    )
