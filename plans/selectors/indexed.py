"""What search engines may list: never a draft before the decision, a fictional plan, or what is not public."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import F, QuerySet, Subquery

from ichinoseki_portal.access import ANYONE
from plans.enums import UNDECIDED_STAGES, ClauseKind
from plans.models import Clause, Edition, Plan, Snapshot

from .current import current_value


@dataclass(frozen=True)
class Address:
    """A path of ours, and when what stands there came out."""

    path: str
    changed_at: dt.datetime | None = None


class Addresses:
    """Rows of a query as addresses, read page by page: what a paginator needs and no more."""

    def __init__(self, rows: QuerySet[Any, Any], address: Callable[..., Address]) -> None:
        self.rows, self.address = rows, address
        self.ordered = True

    def count(self) -> int:
        return self.rows.count()

    def __len__(self) -> int:
        return self.count()

    def __getitem__(self, part: slice) -> list[Address]:
        return [self.address(*row) for row in self.rows[part]]


def indexed_plans(at: dt.datetime) -> Addresses:
    """Plans with an edition that is listed here."""
    shown = Plan.objects.visible_to(ANYONE, at).filter(pk__in=Subquery(_editions(at).order_by().values("plan")))
    return Addresses(shown.order_by("position", "key").values_list("key"), lambda key: Address(f"/plans/{key}/"))


def indexed_editions(at: dt.datetime) -> Addresses:
    """Editions, also those of which only is known that there was one."""
    rows = _editions(at).order_by("plan__position", "plan__key", "key")
    out = current_value("published_at", "pk", at)
    return Addresses(
        rows.annotate(out=out).values_list("plan__key", "key", "out"),
        lambda plan, key, out: Address(f"/plans/{plan}/{key}/", out),
    )


def indexed_clauses(at: dt.datetime) -> Addresses:
    """The pages of the text that counts, in reading order. A paragraph has none of its own."""
    counts = Snapshot.objects.visible_to(ANYONE, at).filter(pk=current_value("pk", "edition", at))
    rows = (
        Clause.objects.visible_to(ANYONE, at)
        .filter(snapshot__in=counts, snapshot__edition__in=_editions(at))
        .exclude(kind=ClauseKind.PARAGRAPH)
        .order_by("snapshot", "position")
    )
    names = ("snapshot__edition__plan__key", "snapshot__edition__key", "code", "out")
    return Addresses(
        rows.annotate(out=F("snapshot__published_at")).values_list(*names),
        lambda plan, key, code, out: Address(f"/plans/{plan}/{key}/{code}/", out),
    )


def _editions(at: dt.datetime) -> QuerySet[Edition]:
    listed = Edition.objects.visible_to(ANYONE, at).filter(plan__fictional=False)
    stage = current_value("stage", "pk", at)
    return listed.annotate(stage_shown=stage).exclude(stage_shown__in=UNDECIDED_STAGES)
