"""The public search index of an edition: one entry for each clause of its newest published snapshot."""

from __future__ import annotations

from ichinoseki_portal import searchindex
from ichinoseki_portal.models import SearchDocument
from plans import models
from plans.enums import State

KIND = "clause"


def index_edition(edition: models.Edition) -> int:
    """Bring the index in line with what is published, in the caller's transaction. Returns the number of entries."""
    newest = edition.snapshots.filter(state=State.PUBLISHED).order_by("-sequence").first()
    entries = _entries(newest) if newest else []
    keys = {entry.key for entry in entries}
    stale = SearchDocument.objects.filter(kind=KIND, plan=edition.plan.key, edition=edition.key).values_list("key", flat=True)
    searchindex.remove([key for key in stale if key not in keys])
    searchindex.put_many(entries)
    return len(entries)


def _entries(snapshot: models.Snapshot) -> list[searchindex.Entry]:
    plan, edition = snapshot.edition.plan.key, snapshot.edition.key
    rows = snapshot.clauses.select_related("address__edition__plan").order_by("position")
    texts: dict[int, list[str]] = {}
    for address, text in models.ClauseText.objects.filter(address__clauses__snapshot=snapshot).values_list("address", "text"):
        texts.setdefault(address, []).append(text)
    return [
        searchindex.Entry(
            key=f"{KIND}:{plan}/{edition}/{row.code}",
            kind=KIND,
            title=f"{row.label} {row.title or row.body[:60]}".strip(),
            url=row.get_absolute_url(),
            text="\n".join([row.title, row.body, *texts.get(row.address_id, [])]).strip() or row.label or row.code,
            plan=plan,
            edition=edition,
        )
        for row in rows
    ]
