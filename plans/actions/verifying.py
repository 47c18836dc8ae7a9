"""Whether what is public is still what was approved, letter by letter."""

from __future__ import annotations

from collections.abc import Iterator

from plans import models
from plans.enums import State

from .contents import content_hash


def changed_since_publication() -> Iterator[models.Snapshot]:
    """The published snapshots whose official content no longer has the hash it was published with."""
    for snapshot in models.Snapshot.objects.filter(state=State.PUBLISHED).select_related("edition__plan").order_by("pk"):
        if content_hash(snapshot) != snapshot.content_hash:
            yield snapshot
