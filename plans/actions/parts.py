"""Terms and indicators of a snapshot: official words beside the clauses, edited while it is a draft."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import transaction
from django.utils.translation import gettext as _

from ichinoseki_portal import audit
from ichinoseki_portal.models import User
from plans import models

from .editing import EditRefused, OvertakenEdit, as_seen, overtaken
from .locks import open_draft

Part = models.Term | models.Indicator


def fields_of(part: Part) -> list[str]:
    return [field.name for field in part._meta.concrete_fields if field.name not in ("id", "snapshot")]


@transaction.atomic
def save_part(*, part: Part, by: User, seen: Mapping[str, str] | None = None) -> Part:
    """Write a term or an indicator, new or changed, under the edition's lock; the row belongs to the draft's authors.

    ``seen`` holds the values the editor had before them (``editing.as_seen`` of ``fields_of``); others there now raise
    OvertakenEdit, a snapshot that is no draft EditRefused.
    """
    open_draft(part.snapshot)
    refuse_elsewhere(part)
    names = fields_of(part)
    before = type(part)._default_manager.filter(pk=part.pk).first() if part.pk else None
    if before is not None and seen is not None and as_seen(before, names) != dict(seen):
        raise OvertakenEdit(overtaken())
    if before is not None and as_seen(before, names) == as_seen(part, names):
        return part
    part.save()
    name = str(part._meta.model_name)
    audit.record(action=f"{name}.edited", subject=part.snapshot, by=by, **{name: part.pk}, new=before is None)
    return part


def refuse_elsewhere(part: Part) -> None:
    """A term or an indicator stands at a clause of its own text, or at none. Raises EditRefused."""
    if part.address_id is not None and not part.snapshot.clauses.filter(address=part.address_id).exists():
        words = _("「%(address)s」は、この段階（%(snapshot)s）の本文にない項目です。この段階の項目を選んでください。")
        raise EditRefused(words % {"address": part.address, "snapshot": part.snapshot})


@transaction.atomic
def remove_part(*, part: Part, by: User, seen: Mapping[str, str]) -> None:
    """Take a term or an indicator out of a draft, as it was seen; the audit trail keeps what it was.

    Raises OvertakenEdit when it changed or went meanwhile, EditRefused when the snapshot is no draft.
    """
    open_draft(part.snapshot)
    names = fields_of(part)
    now = type(part)._default_manager.filter(pk=part.pk).first()
    if now is None or as_seen(now, names) != dict(seen):
        raise OvertakenEdit(overtaken())
    name = str(part._meta.model_name)
    was = {field: value for field, value in as_seen(now, names).items() if value}
    audit.record(action=f"{name}.edited", subject=part.snapshot, by=by, **{name: part.pk}, removed=True, was=was)
    now.delete()
