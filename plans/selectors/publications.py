"""Publications: one snapshot by its number for those who load it, and what came out last for the feed."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import OuterRef, QuerySet, Subquery
from django.utils.translation import gettext

from ichinoseki_portal import fiscal
from ichinoseki_portal.access import ANYONE
from plans.enums import Stage, TextKind
from plans.models import Clause, ClauseText, Edition, Snapshot
from plans.models.editions import newest_first
from plans.models.wording import stage_words

from .current import current_value, next_first_year, overlay, state_facts, unsettled
from .status import Status, period_of, status_of

NEWEST = 50
"""How many entries the feed holds."""


@dataclass(frozen=True)
class Publication:
    """A snapshot that came out, or that was taken back: each is an entry of the feed."""

    snapshot: Snapshot
    taken_back: bool = False

    @property
    def at(self) -> dt.datetime:
        moment = self.snapshot.withdrawn_at if self.taken_back else self.snapshot.published_at
        assert moment is not None  # noqa: S101 - held by constraints of the table
        return moment

    @property
    def url(self) -> str:
        return self.snapshot.get_absolute_url()

    @property
    def name(self) -> str:
        """【架空】…計画　案（決定前）: what it was called when it came out."""
        snapshot = self.snapshot
        words = f"{stated_title(snapshot)}　{stage_of(snapshot)}"
        return gettext("【架空】") + words if snapshot.edition.plan.fictional else words


def stated_title(snapshot: Snapshot) -> str:
    """The edition's title as this snapshot states it. ``snapshot`` comes from here, as in all below."""
    return str(snapshot.edition.title)


def stage_of(snapshot: Snapshot) -> str:
    """成案; 正誤 第2号; 素案 第1号［案（決定前）］."""
    words = stage_words(snapshot.stage, snapshot.number)
    return gettext("%(stage)s［案（決定前）］") % {"stage": words} if snapshot.before_decision else words


def stated_period(snapshot: Snapshot) -> str:
    """The period as this snapshot states it, for people; "" when it states none."""
    return period_of(snapshot.edition)


def published_snapshot(plan: str, edition: str, sequence: int, at: dt.datetime) -> Snapshot | None:
    """A stated snapshot with its edition; None when the public may not see it. One query."""
    rows = Snapshot.objects.visible_to(ANYONE, at).filter(edition__in=Edition.objects.visible_to(ANYONE, at))
    return _one(rows, plan, edition, sequence, at)


def taken_back_snapshot(plan: str, edition: str, sequence: int, at: dt.datetime) -> Snapshot | None:
    """One that had been public: when and why it was taken back may be told, its text not. One query.

    Its edition may be off the list since then: what it was called is no secret.
    """
    return _one(Snapshot.objects.taken_back(at), plan, edition, sequence, at)


def public_figure(plan: str, edition: str, code: str, at: dt.datetime) -> tuple[str, str] | None:
    """The confirmed figure of a clause the public may see, and the stage of the text it stands in. One query."""
    listed = Edition.objects.visible_to(ANYONE, at)
    shown = Clause.objects.visible_to(ANYONE, at).filter(address=OuterRef("address"), snapshot__edition__in=listed)
    drawn = ClauseText.objects.visible_to(ANYONE, at).filter(kind=TextKind.FIGURE).exclude(text="")
    drawn = drawn.filter(address__edition__plan__key=plan, address__edition__key=edition, address__code=code)
    stage = Subquery(shown.order_by(*newest_first("snapshot__")).values("snapshot__stage")[:1])
    return drawn.annotate(stage=stage).exclude(stage=None).values_list("text", "stage").first()


def status_then(snapshot: Snapshot, at: dt.datetime) -> Status:
    """Where the edition stands at a moment by what this snapshot states. ``snapshot`` comes from ``published_snapshot``."""
    stage = snapshot.current_stage or "" if snapshot.is_outline else snapshot.stage  # an outline states nothing of its own
    return status_of(snapshot.edition, stage, fiscal.today(at), snapshot.next_first_year)


def publications(at: dt.datetime) -> list[Publication]:
    """The newest publications and withdrawals, newest first. Outlines are our own words, not publications. Two queries."""
    listed = Edition.objects.visible_to(ANYONE, at)
    out = Snapshot.objects.visible_to(ANYONE, at).filter(edition__in=listed).exclude(stage=Stage.OUTLINE)
    gone = Snapshot.objects.taken_back(at).exclude(stage=Stage.OUTLINE)
    rows = [Publication(row) for row in _newest(out, "-published_at", at)]
    rows += [Publication(row, taken_back=True) for row in _newest(gone, "-withdrawn_at", at)]
    return sorted(rows, key=lambda row: (row.at, row.snapshot.pk), reverse=True)[:NEWEST]


def _newest(rows: QuerySet[Snapshot], order: str, at: dt.datetime) -> list[Snapshot]:
    rows = rows.select_related("edition__plan").annotate(unsettled=unsettled("edition", at))
    return [_stated(row) for row in rows.order_by(order, "-pk")[:NEWEST]]


def _one(rows: QuerySet[Snapshot], plan: str, edition: str, sequence: int, at: dt.datetime) -> Snapshot | None:
    rows = rows.filter(edition__plan__key=plan, edition__key=edition, sequence=sequence)
    rows = rows.select_related("edition__plan", "import_job").annotate(
        current_stage=current_value("stage", "edition", at),
        next_first_year=next_first_year("edition__plan", "edition__first_fiscal_year", at),
        unsettled=unsettled("edition", at),
    )
    found = rows.first()
    return _stated(found) if found else None


def _stated(snapshot: Snapshot) -> Snapshot:
    """Its edition in memory as it stands from this very second, and in that what the snapshot itself says of it."""
    overlay(snapshot.edition, snapshot.unsettled)
    state_facts(snapshot.edition, snapshot)
    return snapshot
