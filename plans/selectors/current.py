"""The text of an edition that counts now: the newest decided one the public may see, else the newest draft, else the outline."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.db.models import Case, IntegerField, OuterRef, QuerySet, Subquery, Value, When

from ichinoseki_portal.access import ANYONE
from plans.enums import UNDECIDED_STAGES, Stage
from plans.models import Edition, Snapshot


def newest_first(prefix: str = "") -> list[Case | str]:
    """The order in which the first row is the text that counts; ``prefix`` leads to the snapshot ("snapshot__")."""
    decided_first = Case(
        When(**{f"{prefix}stage": Stage.OUTLINE, "then": Value(2)}),
        When(**{f"{prefix}stage__in": UNDECIDED_STAGES, "then": Value(1)}),
        default=Value(0),
        output_field=IntegerField(),
    )
    return [decided_first, f"-{prefix}sequence"]


def current_value(field: str, edition: str, at: dt.datetime) -> Subquery:
    """A field of the text that counts, for a query whose rows reach their edition by the path ``edition``."""
    shown = Snapshot.objects.visible_to(ANYONE, at).filter(edition=OuterRef(edition)).order_by(*newest_first())
    return Subquery(shown.values(field)[:1])


def next_first_year(plan: str, first_year: str, at: dt.datetime) -> Subquery:
    """The first year of the same plan's next edition the public may see."""
    later = Edition.objects.visible_to(ANYONE, at).filter(plan=OuterRef(plan), first_fiscal_year__gt=OuterRef(first_year))
    return Subquery(later.order_by("first_fiscal_year").values("first_fiscal_year")[:1])


def shown_editions(at: dt.datetime) -> QuerySet[Edition]:
    """Editions the public may see, with their plan, ``current_stage`` and ``next_first_year``."""
    return (
        Edition.objects.visible_to(ANYONE, at)
        .select_related("plan")
        .annotate(
            current_stage=current_value("stage", "pk", at),
            current_pk=current_value("pk", "pk", at),
            next_first_year=next_first_year("plan", "first_fiscal_year", at),
        )
    )


def shown_snapshots(editions: Iterable[Edition], at: dt.datetime) -> QuerySet[Snapshot]:
    """The snapshots of these editions the public may see, the text that counts first."""
    return Snapshot.objects.visible_to(ANYONE, at).filter(edition__in=editions).order_by(*newest_first())
