"""The road of one snapshot as staff see it: where it stands, who did what, and everything an approver has to read."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext_lazy as _

from ichinoseki_portal import approval
from ichinoseki_portal.access import ANYONE
from ichinoseki_portal.approval import Seal
from ichinoseki_portal.models import Move
from ichinoseki_portal.workflow import moves_of
from plans.enums import MOVES, State, SuccessionKind
from plans.models import Clause, Decision, Remark, Snapshot
from plans.reader.document import EditionFacts

STEPS = (
    (State.DRAFT, _("下書き")),
    (State.IN_REVIEW, _("決裁待ち")),
    (State.APPROVED, _("決裁済み")),
    (State.PUBLISHED, _("公開")),
)


@dataclass(frozen=True)
class Step:
    """One stop of the road. ``how``: done, now or later; ``by`` and ``at``: who brought it there and when, where it has been."""

    label: Any
    how: str
    by: Any = None
    at: dt.datetime | None = None


@dataclass
class Road:
    """Where a snapshot stands. ``moves`` are newest first; ``seals`` those of the hand-in that stands."""

    snapshot: Snapshot
    steps: list[Step]
    moves: list[Move]
    seals: list[Seal]
    remarks: list[Remark]
    decision: Decision | None
    hash: str
    scheduled: bool
    submission: Move | None = None

    @property
    def next_step(self) -> str:
        """Names the step whose turn it is, and the hand-in it belongs to; "" when no seal is waited for."""
        seal = self.next_seal
        return approval.step_token(self.submission, seal.step) if seal and self.submission else ""

    @property
    def next_seal(self) -> Seal | None:
        return next((seal for seal in self.seals if seal.is_next), None)

    @property
    def open_remarks(self) -> int:
        return sum(remark.done_at is None for remark in self.remarks)


def road_of(snapshot: Snapshot, at: dt.datetime, *, content: str) -> Road:
    """``snapshot`` comes with its edition, plan and route; ``content`` is the hash of what stands there now."""
    moves = list(moves_of(snapshot))
    submission = next((row for row in moves if row.name == "submit"), None)
    handed_in = submission is not None and snapshot.state != State.DRAFT
    return Road(
        snapshot=snapshot,
        steps=_steps(snapshot, moves),
        moves=moves,
        seals=approval.seals(snapshot.route, submission) if snapshot.route and submission and handed_in else [],
        remarks=list(snapshot.remarks.select_related("address", "by", "done_by")),
        decision=getattr(snapshot, "decision", None),
        hash=content,
        scheduled=snapshot.is_scheduled(at),
        submission=submission if handed_in else None,
    )


def _steps(snapshot: Snapshot, moves: list[Move]) -> list[Step]:
    order = [state for state, _label in STEPS]
    at = len(order) if snapshot.state == State.WITHDRAWN else order.index(State(snapshot.state))
    last_begin = next((index for index, row in enumerate(moves) if row.to_state == State.DRAFT), len(moves))
    here = {row.to_state: row for row in reversed(moves[:last_begin])}
    job = snapshot.import_job
    found = []
    for index, (state, label) in enumerate(STEPS):
        how = "done" if index < at else "now" if index == at else "later"
        row = here.get(state) if index <= at else None
        if row is None and state == State.DRAFT and job:
            found.append(Step(label, how, job.by, job.at))
        else:
            found.append(_step(label, how, row))
    if snapshot.state == State.WITHDRAWN:
        found.append(_step(State.WITHDRAWN.label, "now", here.get(State.WITHDRAWN)))
    return found


def _step(label: Any, how: str, row: Move | None) -> Step:
    return Step(label, how, row.by, row.at) if row else Step(label, how)


def move_label(name: str) -> Any:
    return MOVES[name].label if name in MOVES else name


@dataclass(frozen=True)
class Became:
    """What became of a clause of the edition before, in words; "" where there is nothing on that side."""

    old: str
    new: str
    kind: str
    reason: str
    kept: bool


@dataclass
class Reading:
    """Everything an approval is given for, in the order it will be read in. ``remarks`` by the address of their clause."""

    snapshot: Snapshot
    facts: EditionFacts
    clauses: list[Clause]
    successions: list[Became]
    terms: list[Any]
    indicators: list[Any]
    remarks: dict[int | None, list[Remark]] = field(default_factory=dict)

    @property
    def changed(self) -> list[Became]:
        """What did not stay as it was in the edition before."""
        return [row for row in self.successions if not row.kept]

    @property
    def kept(self) -> list[Became]:
        return [row for row in self.successions if row.kept]

    @property
    def issues(self) -> list[dict[str, Any]]:
        return self.snapshot.import_job.issues if self.snapshot.import_job else []

    @property
    def checks(self) -> list[dict[str, Any]]:
        return self.snapshot.import_job.checks if self.snapshot.import_job else []


def reading_of(snapshot: Snapshot, facts: EditionFacts) -> Reading:
    """The whole text with its ``facts``. The number of queries is the same whatever its length."""
    remarks: dict[int | None, list[Remark]] = defaultdict(list)
    for remark in snapshot.remarks.select_related("by", "done_by"):
        remarks[remark.address_id].append(remark)
    clauses = list(snapshot.clauses.order_by("position").prefetch_related("actors"))
    return Reading(
        snapshot=snapshot,
        facts=facts,
        clauses=clauses,
        successions=_became(snapshot, clauses),
        terms=list(snapshot.terms.select_related("address")),
        indicators=list(snapshot.indicators.select_related("address")),
        remarks=dict(remarks),
    )


def _became(snapshot: Snapshot, clauses: list[Clause]) -> list[Became]:
    """Named by label and title: the clauses of now as they stand here, those of before as they are public."""
    rows = list(snapshot.successions.select_related("old", "new").order_by("old__code", "new__code", "pk"))
    if not rows:
        return []
    place = {clause.address_id: index for index, clause in enumerate(clauses)}
    before = Clause.objects.visible_to(ANYONE).filter(address__in={row.old_id for row in rows} - {None})
    names = {row.address_id: _named(row) for row in before.order_by("snapshot__sequence").only(*NAMED)}
    here = {clause.address_id: _named(clause) for clause in clauses}
    rows.sort(key=lambda row: place.get(row.new_id or 0, len(place)))

    def words(address: Any, names: dict[int, str]) -> str:
        return names.get(address.pk, address.code) if address else ""

    return [
        Became(
            words(row.old, names),
            words(row.new, here),
            str(row.get_kind_display()),
            row.reason,
            row.kind == SuccessionKind.KEPT,
        )
        for row in rows
    ]


NAMED = ("address_id", "code", "label", "title", "body")


def _named(clause: Clause) -> str:
    """Label and title, or how the sentence begins; its code in brackets."""
    words = f"{clause.label} {clause.title or clause.body[:30]}".strip()
    return f"{words}（{clause.code}）" if words else str(clause.code)


def in_groups(value: str, size: int = 8) -> list[str]:
    """A hash in groups that a person can compare."""
    return [value[start : start + size] for start in range(0, len(value), size)]
