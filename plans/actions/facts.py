"""An edition's facts: from a document into a snapshot at once, into the edition itself only when nobody has put others there."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from plans import models
from plans.enums import IssueKind
from plans.reader import document as doc


def facts_json(facts: doc.EditionFacts) -> dict[str, Any]:
    """What ``Snapshot.facts`` holds: the "edition" of plan-json without its key."""
    values = asdict(facts)
    del values["key"]
    return values


def columns(facts: dict[str, Any]) -> dict[str, Any]:
    """``Snapshot.facts`` as columns of Edition."""
    return {
        "title": facts["title"],
        "ordinal": facts["ordinal"],
        "first_fiscal_year": facts["period"]["first_fiscal_year"],
        "last_fiscal_year": facts["period"]["last_fiscal_year"],
        "period_words": facts["period"]["words"],
        "decided_date": facts["decided"]["date"],
        "decided_words": facts["decided"]["words"],
        "source_title": facts["source"]["title"],
        "source_publisher": facts["source"]["publisher"],
        "source_url": facts["source"]["url"],
        "source_note": facts["source"]["note"],
    }


def apply_facts(edition: models.Edition, facts: dict[str, Any], base: dict[str, Any] | None) -> bool:
    """Bring what ``facts`` state into the edition, where it is still blank or still says what ``base`` said. Saves nothing.

    Returns whether anything changed. What a person corrected on the edition stays.
    """
    before = columns(base) if base else {}
    changed = False
    for name, value in columns(facts).items():
        now = getattr(edition, name)
        if value in ("", None) or value == now:
            continue
        if now in ("", None) or (base and now == before[name]):
            setattr(edition, name, value)
            changed = True
    if facts["text_held"] and not edition.text_held:
        edition.text_held = changed = True
    return changed


def key_issue(edition_key: str, facts: doc.EditionFacts) -> doc.Issue | None:
    """A key that is not the first fiscal year is allowed, and shown."""
    first = facts.period.first_fiscal_year
    if first is None or edition_key.split("-")[0] == str(first):
        return None
    text = f"版のキー「{edition_key}」が、計画期間の最初の年度（{first}）と違います。"
    return doc.Issue(IssueKind.KEY_DIFFERS.value, 0, text)
