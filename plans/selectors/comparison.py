"""The texts of a plan that can be compared, and the pair somebody asks for."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from ichinoseki_portal import fiscal
from ichinoseki_portal.access import ANYONE
from plans.enums import Stage
from plans.models import Plan, Snapshot
from plans.models.wording import stage_words

from .current import shown_editions
from .shelf import Volume, newest_last, volume


@dataclass(frozen=True)
class Side:
    """One text with its edition, which is never named without its status and period."""

    snapshot: Snapshot
    volume: Volume

    @property
    def words(self) -> str:
        return stage_words(self.snapshot.stage, self.snapshot.number)

    @property
    def base(self) -> str:
        """The address of the stated snapshot: those of its clauses go on from there."""
        return self.snapshot.get_absolute_url()

    @property
    def address(self) -> str:
        """plan/edition/v<n>: how the chooser names it."""
        edition = self.snapshot.edition
        return f"{edition.plan.key}/{edition.key}/v{self.snapshot.sequence}"


@dataclass(frozen=True)
class PlanTexts:
    plan: Plan
    sides: list[Side]  # newest first; outlines too

    @property
    def comparable(self) -> list[Side]:
        """All but the outlines, which hold no official text."""
        return [one for one in self.sides if not one.snapshot.is_outline]

    @property
    def volumes(self) -> list[tuple[Volume, list[Side]]]:
        """Those that can be compared, by edition."""
        found: dict[int, tuple[Volume, list[Side]]] = {}
        for one in self.comparable:
            found.setdefault(one.snapshot.edition_id, (one.volume, []))[1].append(one)
        return list(found.values())

    def side(self, edition: str, sequence: int) -> Side | None:
        wanted = (edition, sequence)
        return next((one for one in self.sides if (one.snapshot.edition.key, one.snapshot.sequence) == wanted), None)

    def errata(self, edition: str) -> list[Side]:
        """Newest first."""
        own = [one for one in self.sides if one.snapshot.edition.key == edition]
        return [one for one in own if one.snapshot.stage == Stage.ERRATUM]


def plan_texts(plan: str, at: dt.datetime) -> PlanTexts | None:
    """All texts of a plan anyone may see; None when the plan is not listed. Two queries."""
    editions = list(shown_editions(at).filter(plan__key=plan))
    if not editions:
        return None
    today = fiscal.today(at)
    volumes = {edition.pk: volume(edition, today) for edition in editions}
    sides = []
    for snapshot in Snapshot.objects.visible_to(ANYONE, at).filter(edition__in=volumes).order_by("-sequence"):
        snapshot.edition = volumes[snapshot.edition_id].edition
        sides.append(Side(snapshot, volumes[snapshot.edition_id]))
    newest = sorted(volumes, key=lambda pk: newest_last(volumes[pk]), reverse=True)
    order = {pk: place for place, pk in enumerate(newest)}
    sides.sort(key=lambda one: order[one.snapshot.edition_id])
    return PlanTexts(editions[0].plan, sides)
