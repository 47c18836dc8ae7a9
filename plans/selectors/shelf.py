"""The plans as a whole: the home page, the list of plans, one plan with its editions."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from django.utils.translation import gettext

from ichinoseki_portal import fiscal
from ichinoseki_portal.access import ANYONE
from plans.enums import ClauseKind
from plans.models import Clause, Edition, Plan

from .current import shown_editions
from .status import Status, is_before_decision, period_of, status_of


@dataclass
class Volume:
    """An edition on the shelf: never named without its plan, its period and its status."""

    edition: Edition
    status: Status
    period: str
    vision: Clause | None = None

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
    def title_parts(self) -> tuple[str, str]:
        """「第２次」 and the rest, so that no line ends after 「第」."""
        ordinal, title = self.edition.ordinal, self.edition.title
        return (ordinal, title[len(ordinal) :]) if ordinal and title.startswith(ordinal) else ("", title)

    @property
    def before_decision(self) -> bool:
        return is_before_decision(self.edition.current_stage or "")


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
    status = status_of(edition, edition.current_stage or "", on, edition.next_first_year)
    return Volume(edition, status, period_of(edition))


def home_page(at: dt.datetime, first_plan: str) -> HomePage:
    """What is in force, ``first_plan`` at the head; where its text is not held, the last one with a text beside it.

    Two queries.
    """
    chosen = [one for shelf in _shelves(at) for one in _for_home(shelf)]
    chosen.sort(key=lambda one: (one.edition.plan.fictional, one.edition.plan.key != first_plan))
    _give_visions(chosen, at)
    return HomePage(chosen)


def plans_page(at: dt.datetime) -> list[Shelf]:
    """Every plan with its editions: those in force first, fictional ones at the end. One query."""
    return sorted(_shelves(at), key=lambda shelf: (shelf.plan.fictional, not any(one.status.in_force for one in shelf.volumes)))


def plan_page(key: str, at: dt.datetime) -> Shelf | None:
    """One plan; None when the public may not see any edition of it. One query."""
    shelves = _shelves(at, key)
    return shelves[0] if shelves else None


def _shelves(at: dt.datetime, key: str = "") -> list[Shelf]:
    editions = shown_editions(at).order_by("plan__position", "plan__key", "-first_fiscal_year", "-key")
    shelves: dict[int, Shelf] = {}
    for edition in editions.filter(plan__key=key) if key else editions:
        shelf = shelves.setdefault(edition.plan_id, Shelf(edition.plan))
        shelf.volumes.append(volume(edition, fiscal.today(at)))
    return list(shelves.values())


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
