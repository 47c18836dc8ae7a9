"""The plans as a whole: the home page, the list of plans, one plan with its editions."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from django.utils.translation import gettext

from ichinoseki_portal import fiscal
from ichinoseki_portal.access import ANYONE
from plans.enums import ClauseKind
from plans.models import Clause, Edition, Plan

from .current import overlay, shown_editions
from .status import Status, is_before_decision, period_of, status_of


@dataclass
class Volume:
    """An edition on the shelf: never named without its plan, its period and its status."""

    edition: Edition
    status: Status
    period: str
    stage: str = ""  # of the text shown
    vision: Clause | None = None

    @property
    def key(self) -> str:
        """plan/edition: how a form names it."""
        return f"{self.edition.plan.key}/{self.edition.key}"

    @property
    def period_parts(self) -> tuple[str, str]:
        first, dash, last = self.period.partition(gettext("〜"))
        return first + dash, last

    @property
    def first_day(self) -> dt.date | None:
        year = self.edition.first_fiscal_year
        return None if year is None else fiscal.first_day(year)

    @property
    def last_day(self) -> dt.date | None:
        year = self.edition.last_fiscal_year
        return None if year is None else fiscal.last_day(year)

    @property
    def last_year(self) -> str:
        """令和7年度."""
        year = self.edition.last_fiscal_year
        return "" if year is None else fiscal.fiscal_year_label(year)

    @property
    def title_parts(self) -> tuple[str, str]:
        """「第２次」 and the rest, so that no line ends after 「第」."""
        ordinal, title = self.edition.ordinal, self.edition.title
        return (ordinal, title[len(ordinal) :]) if ordinal and title.startswith(ordinal) else ("", title)

    @property
    def before_decision(self) -> bool:
        return is_before_decision(self.stage)


@dataclass
class Shelf:
    """One plan and its editions, newest first."""

    plan: Plan
    volumes: list[Volume] = field(default_factory=list)


@dataclass
class HomePage:
    volumes: list[Volume]


def volume(edition: Edition, on: dt.date) -> Volume:
    """``edition`` comes from ``shown_editions``."""
    overlay(edition)
    stage = edition.current_stage or ""
    return Volume(edition, status_of(edition, stage, on, edition.next_first_year), period_of(edition), stage)


def home_page(at: dt.datetime, first_plan: str) -> HomePage:
    """What is in force, ``first_plan`` at the head; where its text is not held, the last one with a text beside it.

    Two queries.
    """
    chosen = [one for shelf in _shelves(at) for one in _for_home(shelf)]
    chosen.sort(key=lambda one: (one.edition.plan.fictional, one.edition.plan.key != first_plan))
    _give_visions(chosen, at)
    return HomePage(chosen)


def plans_page(at: dt.datetime, on: dt.date | None = None) -> list[Shelf]:
    """Every plan with its editions as they stand on a day: those in force first, fictional ones at the end. One query."""
    return sorted(
        _shelves(at, on=on), key=lambda shelf: (shelf.plan.fictional, not any(one.status.in_force for one in shelf.volumes))
    )


def plan_page(key: str, at: dt.datetime, on: dt.date | None = None) -> Shelf | None:
    """One plan; None when the public may not see any edition of it. One query."""
    shelves = _shelves(at, key, on)
    return shelves[0] if shelves else None


def _shelves(at: dt.datetime, key: str = "", on: dt.date | None = None) -> list[Shelf]:
    """What may be seen at a moment; ``on`` is only the day whose status is asked for."""
    editions = shown_editions(at).order_by("plan__position", "plan__key")
    shelves: dict[int, Shelf] = {}
    for edition in editions.filter(plan__key=key) if key else editions:
        shelf = shelves.setdefault(edition.plan_id, Shelf(edition.plan))
        shelf.volumes.append(volume(edition, on or fiscal.today(at)))
    for shelf in shelves.values():
        shelf.volumes.sort(key=newest_last, reverse=True)
    return list(shelves.values())


def newest_last(one: Volume) -> tuple[int, str]:
    """By the first year as it stands now: the database's order would miss what a publication has changed a moment ago."""
    return (one.edition.first_fiscal_year or 0, one.edition.key)


def _for_home(shelf: Shelf) -> list[Volume]:
    now = [one for one in shelf.volumes if one.status.in_force]
    if any(one.edition.text_held for one in now):
        return now
    readable = [one for one in shelf.volumes if one.edition.text_held and one not in now]
    return now + readable[:1]


def _give_visions(volumes: list[Volume], at: dt.datetime) -> None:
    """The vision of each text that counts."""
    shown = {one.edition.current_pk: one for one in volumes if one.edition.current_pk}
    visions = Clause.objects.visible_to(ANYONE, at).filter(snapshot__in=shown, kind=ClauseKind.VISION)
    for clause in visions.order_by("-position"):
        shown[clause.snapshot_id].vision = clause  # the first one of a text stands
