"""The public search index of an edition: one entry for each clause of the text that counts."""

from __future__ import annotations

from django.utils import timezone

from ichinoseki_portal import searchindex
from ichinoseki_portal.models import SearchDocument
from plans import models
from plans.enums import TextKind

KIND = "clause"


def index_edition(edition: models.Edition) -> int:
    """Bring the index in line with what is published, in the caller's transaction. Returns the number of entries."""
    counts = edition.snapshots.public(timezone.now()).first()
    entries = _entries(counts) if counts else []
    keys = {entry.key for entry in entries}
    stale = SearchDocument.objects.filter(kind=KIND, plan=edition.plan.key, edition=edition.key).values_list("key", flat=True)
    searchindex.remove([key for key in stale if key not in keys])
    searchindex.put_many(entries)
    return len(entries)


def _entries(snapshot: models.Snapshot) -> list[searchindex.Entry]:
    plan, edition = snapshot.edition.plan.key, snapshot.edition.key
    rows = snapshot.clauses.select_related("address__edition__plan").order_by("position")
    texts: dict[int, list[str]] = {}
    confirmed = models.ClauseText.objects.filter(address__clauses__snapshot=snapshot).exclude(kind=TextKind.FIGURE)
    for address, text in confirmed.values_list("address", "text"):
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
