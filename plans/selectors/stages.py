"""The stages of an edition's text (素案, 案, 成案 …): which one is shown, which one counts, and which were taken back."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any

from ichinoseki_portal.access import ANYONE
from plans.enums import DECIDED_STAGES, DECIDING_STAGES, Stage, State
from plans.models import Decision, Edition, Snapshot
from plans.models.editions import newest_first
from plans.models.wording import stage_words

from .current import overlay, state_facts, unsettled
from .entries import Place
from .status import period_of


@dataclass(frozen=True)
class StageRow:
    """One stage in the list of an edition."""

    snapshot: Snapshot
    counts: bool
    previous: Snapshot | None  # the public one before it, to compare with

    @property
    def words(self) -> str:
        return stage_words(self.snapshot.stage, self.snapshot.number)

    @property
    def taken_back(self) -> bool:
        return self.snapshot.state == State.WITHDRAWN

    @property
    def decision(self) -> Decision | None:
        """What is public of the decision; never who recorded it."""
        return getattr(self.snapshot, "decision", None)

    @property
    def comparison(self) -> str:
        """The path of the 新旧対照表 with the stage before; none with an outline, which holds no official words."""
        if self.previous is None or self.previous.is_outline:
            return ""
        edition = self.snapshot.edition
        return (
            f"{edition.plan.get_absolute_url()}compare/{edition.key}/v{self.previous.sequence}/"
            f"{edition.key}/v{self.snapshot.sequence}/"
        )

    @property
    def previous_words(self) -> str:
        return stage_words(self.previous.stage, self.previous.number) if self.previous else ""


@dataclass
class Standing:
    """What of an edition is shown, and where that stands among all that may be seen."""

    edition: Edition
    rows: list[Snapshot]  # the text that counts first; those taken back too
    stated: Snapshot | None = None  # set on the pages of v<n>

    @property
    def public(self) -> list[Snapshot]:
        return [row for row in self.rows if row.state == State.PUBLISHED]

    @property
    def current(self) -> Snapshot | None:
        """The text that counts."""
        return next(iter(self.public), None)

    @property
    def snapshot(self) -> Snapshot | None:
        return self.stated or self.current

    @property
    def counts(self) -> bool:
        return self.snapshot == self.current

    @property
    def words(self) -> str:
        """The stage shown, in words."""
        return stage_words(self.snapshot.stage, self.snapshot.number) if self.snapshot else ""

    @property
    def current_words(self) -> str:
        return stage_words(self.current.stage, self.current.number) if self.current else ""

    @property
    def decided_since(self) -> bool:
        """A draft is shown of what was decided afterwards."""
        return bool(self.snapshot and self.snapshot.before_decision and self._decided_after(self.snapshot))

    def _decided_after(self, draft: Snapshot) -> bool:
        return any(row.stage in DECIDING_STAGES and row.sequence > draft.sequence for row in self.public)

    @property
    def newer_draft(self) -> StageRow | None:
        """A released draft that would change the decided text, while that is the one shown."""
        if self.stated or not self.current or self.current.stage not in DECIDED_STAGES:
            return None
        found = [row for row in self.public if row.before_decision and not self._decided_after(row)]
        return StageRow(found[0], False, None) if found else None

    @cached_property
    def place(self) -> Place:
        plain = self.edition.get_absolute_url()
        base = self.stated.get_absolute_url() if self.stated else plain
        return Place(base, plain, bool(self.snapshot and self.snapshot.is_outline))

    @cached_property
    def list(self) -> list[StageRow]:
        """Every stage, newest first."""
        ordered = sorted(self.rows, key=lambda row: -row.sequence)
        public = [row for row in ordered if row.state == State.PUBLISHED]
        before = dict(pairwise(public))
        return [StageRow(row, row == self.current, before.get(row)) for row in ordered]

    @property
    def has_erratum(self) -> bool:
        return any(row.stage == Stage.ERRATUM for row in self.public)

    @property
    def errata(self) -> str:
        """The path of the 正誤表; "" when there is none."""
        return f"{self.edition.get_absolute_url()}errata/" if self.has_erratum else ""


def stages_of(edition: Edition, at: dt.datetime, sequence: int | None = None) -> Standing:
    """All stages anyone may learn of, and of them v<sequence> as the one stated. One query."""
    told = Snapshot.objects.visible_to(ANYONE, at) | Snapshot.objects.taken_back(at)
    rows = list(told.filter(edition=edition).select_related("decision").order_by(*newest_first()))
    for row in rows:
        row.edition = edition
    standing = Standing(edition, rows)
    standing.stated = next((row for row in standing.public if row.sequence == sequence), None)
    if sequence is not None and standing.stated is None:
        standing.rows = []
    return standing


def taken_back(
    at: dt.datetime, plan: str, edition: str = "", sequence: int | None = None, code: str = ""
) -> dict[str, Any] | None:
    """What was last taken back at an address of a plan, an edition, a stated snapshot or a clause that had been public.

    What it was called, when it was taken back, why, and what counts now; nothing else of it. At most two queries.
    """
    told = {"edition__plan__key": plan, "edition__key": edition, "sequence": sequence, "clauses__code": code}
    rows = Snapshot.objects.taken_back(at).filter(**{name: value for name, value in told.items() if value not in ("", None)})
    rows = rows.select_related("edition__plan").annotate(unsettled=unsettled("edition", at))
    row = rows.order_by("-withdrawn_at", "-pk").first()
    if row is None:
        return None
    listed = Edition.objects.visible_to(ANYONE, at).filter(pk=row.edition_id).exists()
    state_facts(overlay(row.edition, row.unsettled), row)
    return {
        "title": row.edition.title,
        "period": period_of(row.edition),
        "words": stage_words(row.stage, row.number),
        "before_decision_then": row.before_decision,
        "day": row.withdrawn_at,
        "why": row.withdrawn_why,
        "edition": row.edition if listed else None,
        "fictional": row.edition.plan.fictional,
    }


def errata_taken_back(edition: Edition, at: dt.datetime) -> list[StageRow]:
    """Corrections of an edition that were public and are so no more, newest first. One query."""
    rows = Snapshot.objects.taken_back(at).filter(edition=edition, stage=Stage.ERRATUM).order_by("-sequence")
    return [StageRow(row, False, None) for row in rows]
