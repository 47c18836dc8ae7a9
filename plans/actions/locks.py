"""The locks that writes on an edition take first, so that two of them follow each other; and the refusal of what is locked."""

from __future__ import annotations

from django.utils.translation import gettext as _

from plans import models
from plans.enums import State


class EditRefused(Exception):
    """It cannot be edited now. The text is shown to people."""


def refuse_locked(snapshot: models.Snapshot) -> None:
    """Raises EditRefused, with the way on, unless the snapshot is a draft."""
    if snapshot.is_locked:
        state = State(snapshot.state).label
        words = _("いまは「%(state)s」なので直せません。直すには、差し戻すか、新しい段階（正誤・一部改訂など）を作ってください。")
        raise EditRefused(words % {"state": state})


def lock_edition(of: models.Snapshot | models.ClauseAddress) -> models.Edition:
    """The row of the edition a snapshot or an address belongs to, held until the transaction ends."""
    return models.Edition.objects.select_for_update(of=("self",)).select_related("plan").get(pk=of.edition_id)


def lock(snapshot: models.Snapshot) -> None:
    """Take the edition's lock and read the snapshot again under it."""
    edition = lock_edition(snapshot)
    snapshot.refresh_from_db()
    snapshot.edition = edition


def open_draft(snapshot: models.Snapshot) -> None:
    """As ``lock``; raises EditRefused unless the snapshot is a draft."""
    lock(snapshot)
    refuse_locked(snapshot)
