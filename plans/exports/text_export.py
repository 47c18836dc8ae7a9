"""A snapshot as plain text to read: the title, then each heading with its text."""

from __future__ import annotations

from collections.abc import Sequence

from plans import models


def export_text(snapshot: models.Snapshot, head: Sequence[str] = ()) -> bytes:
    """UTF-8, LF. ``snapshot`` comes from a ``visible_to`` queryset; ``head``: lines below the title (period, status, licence)."""
    edition = snapshot.edition
    title = snapshot.facts.get("title") or edition.title
    parts = ["\n".join([title, snapshot.get_stage_display(), *head])]
    for clause in snapshot.clauses.order_by("position"):
        heading = f"{clause.label} {clause.title}".strip() if clause.title else ""
        body = clause.body if clause.title or not clause.label else f"{clause.label} {clause.body}".strip()
        parts.append("\n".join(part for part in (heading, body) if part))
    return ("\n\n".join(part for part in parts if part) + "\n").encode()
