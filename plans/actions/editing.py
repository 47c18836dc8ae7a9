"""Editing the official words of a clause while its snapshot is a draft."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.db.models import F, Model, QuerySet
from django.utils.translation import gettext as _

from ichinoseki_portal import audit
from ichinoseki_portal.models import User
from ichinoseki_portal.text import RefusedText, clean, clean_name
from plans import models
from plans.enums import ClauseKind, Modality, State

from .locks import EditRefused as EditRefused
from .locks import lock_edition
from .locks import refuse_locked as refuse_locked
from .successions import note_edit


class OvertakenEdit(EditRefused):
    """Somebody saved first: whoever asks shows both texts."""


EDITABLE = ("label", "title", "key_word", "body", "kind", "modality")
WITH_REASON = (*EDITABLE, "change_reason")
NAMES = ("label", "title", "key_word", "change_reason")
LIMITS = {name: getattr(models.Clause._meta.get_field(name), "max_length", 0) for name in NAMES}


@transaction.atomic
def edit_clause(*, clause: models.Clause, by: User, version: int, **fields: Any) -> models.Clause:
    """Change official words (``EDITABLE``), or the reason given for them, while the snapshot is a draft.

    ``version`` is the one the editor saw; a second editor is refused (OvertakenEdit). Raises EditRefused, or RefusedText for
    text that must not be stored.
    """
    values = cleaned(fields)
    lock_edition(clause.snapshot)
    changed = _open_row(clause, version).update(version=F("version") + 1)
    clause.refresh_from_db()
    if not changed:
        refuse_locked(clause.snapshot)
        raise OvertakenEdit(overtaken())
    keep_first(clause)
    for name, value in values.items():
        setattr(clause, name, value)
    clause._history_user = by  # type: ignore[attr-defined]
    clause.save(update_fields=list(values))
    audit.record(action="clause.edited", subject=clause.snapshot, by=by, clause=clause.pk, fields=sorted(values))
    note_edit(clause.snapshot, clause.address, by)
    return clause


def keep_first(row: Any) -> None:
    """Before its first change, put down what an import wrote: that writes no history, and a change needs its before."""
    if not row.history.exists():
        row.history.bulk_history_create([row], default_change_reason=_("はじめの文"))


def as_seen(row: Model, names: Iterable[str]) -> dict[str, str]:
    """What an editor has before them, as text by field name: two rows are equal when these are."""
    return {name: as_text(getattr(row, row._meta.get_field(name).attname)) for name in names}  # type: ignore[union-attr]


def as_text(value: Any) -> str:
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False, sort_keys=True)
    value = getattr(value, "pk", value)
    return "" if value is None else str(value)


def overtaken() -> str:
    return _("ほかの人が先に直しました。画面を読み直してから、もう一度直してください。")


def _open_row(clause: models.Clause, version: int) -> QuerySet[models.Clause]:
    """The clause's row while it is the one the editor saw and its snapshot still a draft; else nothing."""
    return models.Clause.objects.filter(pk=clause.pk, version=version, snapshot__state=State.DRAFT)


def cleaned(fields: dict[str, Any]) -> dict[str, Any]:
    """The fields of a clause as they are stored. Raises EditRefused, or RefusedText for text that must not be stored."""
    unknown = set(fields) - set(WITH_REASON)
    if unknown:
        raise TypeError(f"not editable: {', '.join(sorted(unknown))}")
    values: dict[str, Any] = {}
    if "kind" in fields:
        if fields["kind"] not in ClauseKind.values:
            raise EditRefused(_("その種類はありません。"))
        values["kind"] = fields["kind"]
    if "modality" in fields:
        values["modality"] = checked_modality(fields["modality"])
    if "body" in fields:
        values["body"] = clean(fields["body"])
    for name in NAMES:
        if name in fields:
            values[name] = clean_name(fields[name])
            if len(values[name]) > LIMITS[name]:
                raise RefusedText(_("長すぎます。%(limit)s字までにしてください。") % {"limit": LIMITS[name]})
    return values


def checked_modality(value: Any) -> list[dict[str, Any]]:
    """Predicates with their strength, as ``reader.document.Predicate`` has them. Raises EditRefused for anything else."""
    rows = value or []
    if not isinstance(rows, list) or not all(_is_predicate(row) for row in rows):
        raise EditRefused(_("述語の強さの書き方が違います。"))
    if any(row["modality"] not in Modality.values for row in rows):
        raise EditRefused(_("その述語の強さはありません。"))
    return [{**row, "subject": clean_name(row["subject"]), "predicate": clean_name(row["predicate"])} for row in rows]


def _is_predicate(row: Any) -> bool:
    return (
        isinstance(row, dict)
        and set(row) == {"subject", "stated", "predicate", "modality"}
        and isinstance(row["stated"], bool)
        and all(isinstance(row[name], str) for name in ("subject", "predicate", "modality"))
    )
