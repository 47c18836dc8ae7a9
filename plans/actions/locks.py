"""The locks that writes on an edition take first, so that two of them follow each other."""

from __future__ import annotations

from plans import models


def lock_edition(snapshot: models.Snapshot) -> models.Edition:
    """The edition's row, held until the transaction ends."""
    return models.Edition.objects.select_for_update(of=("self",)).select_related("plan").get(pk=snapshot.edition_id)


def lock(snapshot: models.Snapshot) -> None:
    """Take the edition's lock and read the snapshot again under it."""
    edition = lock_edition(snapshot)
    snapshot.refresh_from_db()
    snapshot.edition = edition
