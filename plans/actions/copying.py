"""The content of one snapshot written into another, empty one; the number of statements does not grow with the tree's depth."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import F, OuterRef, Subquery

from plans import models

from .storing import BATCH

_NOT_COPIED = {"id", "snapshot", "address", "parent", "clause", "change_reason", "frozen", "version"}


def copy_content(
    base: models.Snapshot, snapshot: models.Snapshot, addresses: Mapping[str, models.ClauseAddress] | None = None
) -> None:
    """Clauses with their tree and actors, terms and indicators. ``addresses``: those of another edition, by code.

    A reason for a change belongs to the snapshot that made it, and stays behind.
    """
    rows = list(base.clauses.select_related("address").order_by("position"))
    made = models.Clause.objects.bulk_create(
        [
            models.Clause(snapshot=snapshot, address=_there(row.address, addresses, base.edition_id), **_values(row))
            for row in rows
        ],
        batch_size=BATCH,
    )
    _tie_parents(snapshot)
    new = {old.pk: row for old, row in zip(rows, made, strict=True)}
    actors = models.ClauseActor.objects.filter(clause__snapshot=base).order_by("id")
    models.ClauseActor.objects.bulk_create(
        [models.ClauseActor(clause=new[row.clause_id], **_values(row)) for row in actors], batch_size=BATCH
    )
    for model in (models.Term, models.Indicator):
        parts: Any = model.objects.filter(snapshot=base).select_related("address").order_by("id")
        copies = [
            model(snapshot=snapshot, address=_there(row.address, addresses, base.edition_id), **_values(row)) for row in parts
        ]
        model.objects.bulk_create(copies, batch_size=BATCH)  # type: ignore[arg-type]


def _values(row: Any) -> dict[str, Any]:
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields if field.name not in _NOT_COPIED}


def _there(
    address: models.ClauseAddress | None, addresses: Mapping[str, models.ClauseAddress] | None, edition: int
) -> models.ClauseAddress | None:
    """The same place; in another edition the one of the same code, if it is used there. A place of no text of ours is none."""
    if address is None or address.edition_id != edition:
        return None
    return address if addresses is None else addresses.get(address.code)


def _tie_parents(snapshot: models.Snapshot) -> None:
    """The parent of a clause is the nearest one before it that is one level higher. One statement."""
    rows = models.Clause.objects.filter(snapshot=snapshot)
    above = rows.filter(position__lt=OuterRef("position"), depth=OuterRef("depth") - 1).order_by("-position")
    rows.filter(depth__gt=0).update(parent=Subquery(above.annotate(found=F("pk")).values("found")[:1]))
