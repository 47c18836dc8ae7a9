"""What staff see beside a clause and its texts while they work on them: read as the person who asks, never as the public."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from ichinoseki_portal import fiscal
from plans.enums import TextKind
from plans.models import Clause, ClauseAddress, ClauseLink, ClauseText, Remark, Term

KINDS = (TextKind.SHORT_TITLE, TextKind.PLAIN, TextKind.EN, TextKind.READING, TextKind.ALT)


@dataclass(frozen=True)
class Words:
    """The official words at an address in the newest snapshot that has some; blank when none has."""

    label: str = ""
    title: str = ""
    body: str = ""
    hash: str = ""
    snapshot: str = ""
    clause: int = 0


@dataclass(frozen=True)
class TextState:
    """One kind of text at a clause, and how it stands with the official words of that clause."""

    kind: str
    label: str
    row: ClauseText | None
    stale: bool = False
    proposed_stale: bool = False


@dataclass
class ClauseDesk:
    """All that hangs on a clause, in one place."""

    texts: list[TextState] = field(default_factory=list)
    departments: list[tuple[int, list[str]]] = field(default_factory=list)  # fiscal year, names; newest first
    this_year: int = 0
    links: list[ClauseLink] = field(default_factory=list)
    terms: list[Term] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)


def official_words(address: ClauseAddress) -> Words:
    rows = address.clauses.select_related("snapshot__edition").order_by("-snapshot__sequence")
    row = next((row for row in rows if not row.snapshot.is_outline), None)
    if row is None:
        return Words()
    return Words(row.label, row.title, row.body, row.official_hash, str(row.snapshot), row.pk)


def text_desk(row: ClauseText) -> dict[str, Any]:
    """A text's official words beside it, and whether it still speaks of them."""
    words = official_words(row.address)
    return {
        "official": words,
        "stale": _stale(row.text, row.written_for, words.hash),
        "proposed_stale": _stale(row.proposed, row.proposed_for, words.hash),
    }


def stale_texts(user: Any) -> list[int]:
    """Texts whose official words have changed since: against the newest words a person may see, drafts included."""
    newest = newest_hashes(user)
    rows = ClauseText.objects.visible_to(user).values_list("pk", "address", "text", "written_for", "proposed", "proposed_for")
    return [
        pk
        for pk, address, text, written, proposed, meant in rows
        if _stale(text, written, newest.get(address, "")) or _stale(proposed, meant, newest.get(address, ""))
    ]


def newest_hashes(user: Any, addresses: Iterable[int] | None = None) -> dict[int, str]:
    """Per address the hash of its newest official words."""
    rows = Clause.objects.visible_to(user).exclude(snapshot__stage="outline").order_by("snapshot__sequence")
    rows = rows.filter(address__in=addresses) if addresses is not None else rows.filter(address__texts__isnull=False)
    return {row.address_id: row.official_hash for row in rows.only("address_id", "label", "title", "body")}


def clause_desk(clause: Clause, user: Any, at: dt.datetime) -> ClauseDesk:
    address = clause.address
    texts = {row.kind: row for row in ClauseText.objects.visible_to(user).filter(address=address)}
    now = clause.official_hash
    kinds = [kind for kind in TextKind if kind in KINDS or kind in texts]
    found = ClauseDesk(this_year=fiscal.fiscal_year_of(fiscal.today(at)))
    for kind in kinds:
        row = texts.get(kind)
        public = row is not None and _stale(row.text, row.written_for, now)
        waiting = row is not None and _stale(row.proposed, row.proposed_for, now)
        found.texts.append(TextState(kind, str(kind.label), row, public, waiting))
    years: dict[int, list[str]] = {found.this_year: []}
    for year, name in address.departments.order_by("-fiscal_year", "pk").values_list("fiscal_year", "name"):
        years.setdefault(year, []).append(name)
    found.departments = sorted(years.items(), reverse=True)
    links = ClauseLink.objects.visible_to(user).select_related("origin__edition__plan", "target__edition__plan", "approver")
    found.links = list(links.filter(origin=address) | links.filter(target=address))
    found.terms = list(Term.objects.visible_to(user).filter(snapshot=clause.snapshot_id, address=address))
    remarks = clause.snapshot.remarks.filter(address=address, done_at=None).select_related("by")
    found.remarks = list(remarks)
    return found


def departments_of(address: ClauseAddress, fiscal_year: int) -> list[str]:
    rows = address.departments.filter(fiscal_year=fiscal_year)
    return list(rows.order_by("pk").values_list("name", flat=True))


def _stale(words: str, written_for: str, now: str) -> bool:
    return bool(words and written_for and now and written_for != now)
