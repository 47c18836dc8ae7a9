"""When a plan's own rule makes its review fall due."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, F, OuterRef

from ichinoseki_portal import fiscal
from ichinoseki_portal.access import ANYONE
from plans.models import Edition, ReviewRule

from .current import overlay, unsettled


@dataclass(frozen=True)
class Told:
    """The city's word on a review, and its day."""

    date: dt.date
    text: str


@dataclass(frozen=True)
class Review:
    """One rule with the year it gives on a day. ``year`` is None while the trigger has not come (未定)."""

    rule: ReviewRule
    trigger: Edition | None
    year: int | None
    today: dt.date
    explanations: list[Told]

    @property
    def has_passed(self) -> bool:
        return self.year is not None and fiscal.last_day(self.year) < self.today

    @property
    def is_due(self) -> bool:
        """The day lies in the year of the review."""
        return self.year == fiscal.fiscal_year_of(self.today)


def due_year(*, offset: int, reading: str, decided_date: str, first_fiscal_year: int | None, today: dt.date) -> int | None:
    """The fiscal year in which a review falls due, or None (未定).

    The trigger is the decision of another edition: until that has come, nothing is due. ``reading`` says from which year is
    counted, the fiscal year of the decision or the edition's first one. A decision known only to the year gives no fiscal year.
    """
    if not decided_date or decided_date > today.isoformat():
        return None
    base = first_fiscal_year if reading == "first_year" else fiscal.partial_fiscal_year(decided_date)
    return None if base is None else base + offset


def has_reviews(at: dt.datetime, **where: Any) -> Exists:
    """Whether there is a rule, as an annotation. ``where`` is about the rule's address."""
    return Exists(
        ReviewRule.objects.visible_to(ANYONE, at).filter(**{f"address__{name}": value for name, value in where.items()})
    )


def reviews_of(edition: Edition, at: dt.datetime, on: dt.date, code: str | None = None) -> list[Review]:
    """The review rules of an edition, or of one of its clauses, with the year each gives on a day. One query."""
    rows = (
        ReviewRule.objects.visible_to(ANYONE, at)
        .filter(address__edition=edition, **({} if code is None else {"address__code": code}))
        .select_related("trigger_edition__plan")
        .annotate(
            trigger_shown=Exists(Edition.objects.visible_to(ANYONE, at).filter(pk=OuterRef("trigger_edition"))),
            unsettled=unsettled("trigger_edition", at),
            told_on=F("explanations__date"),
            told=F("explanations__text"),
        )
        .order_by("address", "pk", "explanations__date", "explanations__id")
    )
    found: dict[int, Review] = {}
    for row in rows:
        review = found.get(row.pk) or found.setdefault(row.pk, _review(row, on))
        if row.told_on and row.told_on <= on:
            review.explanations.append(Told(row.told_on, row.told))
    return list(found.values())


def _review(rule: ReviewRule, on: dt.date) -> Review:
    trigger = overlay(rule.trigger_edition, rule.unsettled) if rule.trigger_edition and rule.trigger_shown else None
    year = trigger and due_year(
        offset=rule.offset_fiscal_years,
        reading=rule.reading,
        decided_date=trigger.decided_date,
        first_fiscal_year=trigger.first_fiscal_year,
        today=on,
    )
    return Review(rule, trigger, year or None, on, [])
