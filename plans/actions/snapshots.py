"""The road of a snapshot: submit, sign, return, approve, publish (now or at a set time), withdraw.

Every verb takes the edition's row lock first, so that two of them on one edition follow each other. Who may do it is asked by
the caller (``plans.permissions``); what must hold whoever asks is checked here.
"""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from ichinoseki_portal import approval, audit, fiscal
from ichinoseki_portal.models import ApprovalRoute, AuditRow, Move, StepKind, User
from ichinoseki_portal.text import clean
from ichinoseki_portal.workflow import MoveRefused, move, moves_of
from plans import models
from plans.enums import MOVES, Stage, State

from .comparing import write_changes
from .contents import content_hash
from .decisions import Facts, record_decision, take_back_decision
from .freezing import freeze
from .locks import lock
from .search import index_edition
from .settling import effects_of, revert, settle, settle_at, settle_waiting, tell_author
from .successions import refuse_unreasoned

MAKING = (
    *("plan.imported", "plan.completed", "clause.edited", "tree.changed", "facts.edited", "term.edited", "indicator.edited"),
    *("succession.edited", "draft.started"),
)
"""Audit actions that make their actor a maker of the snapshot."""
FURTHEST = dt.timedelta(days=366)


@transaction.atomic
def submit_snapshot(*, snapshot: models.Snapshot, by: User, route: ApprovalRoute | None = None) -> models.Snapshot:
    """Hand a draft in for decision, by a route of seals or to any one approver; ``by`` becomes its author."""
    lock(snapshot)
    if not snapshot.clauses.exists():
        raise MoveRefused(_("項目が一つもないので、決裁に回せません。"))
    if route is not None:
        approval.check_route(route)
    if snapshot.state == State.DRAFT:
        refuse_unreasoned(snapshot)
        refuse_unexplained(snapshot)
    move(snapshot, "submit", moves=MOVES, by=by, author=by, route=route)
    audit.record(action="snapshot.submitted", subject=snapshot, by=by, route=route.pk if route else None)
    return snapshot


def refuse_unexplained(snapshot: models.Snapshot) -> None:
    """An erratum says somewhere why it mends what was decided."""
    if snapshot.stage != Stage.ERRATUM or snapshot.note.strip():
        return
    if not snapshot.clauses.exclude(change_reason="").exists():
        words = _("正誤には、直した理由が要ります。この段階の説明か、直した項目の「直した理由」を書いてください。")
        raise MoveRefused(words)


@transaction.atomic
def return_snapshot(*, snapshot: models.Snapshot, by: User, why: str) -> models.Snapshot:
    """Send it back to be worked on, with a reason. An approval given before, and a decision recorded, are gone."""
    lock(snapshot)
    why = clean(why).strip()
    if not why:
        raise MoveRefused(_("差し戻す理由を書いてください。"))
    why += take_back_decision(snapshot)
    move(snapshot, "return", moves=MOVES, by=by, why=why, approver=None, approved_hash="")
    audit.record(action="snapshot.returned", subject=snapshot, by=by)
    return snapshot


@transaction.atomic
def pull_back_snapshot(*, snapshot: models.Snapshot, by: User, why: str = "") -> models.Snapshot:
    """Take back what one handed in oneself, before it is decided; seals given until then count no more."""
    lock(snapshot)
    if snapshot.author_id != by.pk:
        raise MoveRefused(_("引き戻せるのは、起案した人だけです。"))
    move(snapshot, "pull_back", moves=MOVES, by=by, why=clean(why).strip())
    audit.record(action="snapshot.pulled_back", subject=snapshot, by=by)
    return snapshot


@transaction.atomic
def sign_snapshot(
    *,
    snapshot: models.Snapshot,
    by: User,
    seen_hash: str = "",
    comment: str = "",
    seen_step: str = "",
    as_deputy: bool = False,
    absence: str = "",
) -> models.Snapshot:
    """Give the next seal of the snapshot's route; the last one approves. Nobody signs own work.

    ``seen_step``: which step of which hand-in was shown (``approval.step_token``). ``as_deputy``: 代決, with the reason.
    """
    lock(snapshot)
    if snapshot.state != State.IN_REVIEW or snapshot.route is None:
        raise MoveRefused(_("いまは、印を押す順路に回っていません。"))
    _refuse_makers(snapshot, by)
    now = _seen(snapshot, seen_hash)
    submission = submission_of(snapshot)
    seal = approval.sign(
        route=snapshot.route,
        submission=submission,
        by=by,
        author=snapshot.author,
        day=fiscal.today(timezone.now()),
        content_hash=now,
        comment=clean(comment).strip(),
        seen_step=seen_step,
        deputy=approval.Deputy(clean(absence).strip()) if as_deputy else None,
    )
    audit.record(action="snapshot.signed", subject=snapshot, by=by, position=seal.position, hash=now, as_deputy=seal.as_deputy)
    if seal.kind == StepKind.DECIDE:
        if submission.signatures.exclude(content_hash=now).exists():
            raise MoveRefused(_("印のあとに内容が変わっています。差し戻して、はじめから回してください。"))
        _approve(snapshot, now, by=by, why=seal.comment)
    return snapshot


@transaction.atomic
def approve_snapshot(
    *,
    snapshot: models.Snapshot,
    by: User,
    why: str = "",
    seen_hash: str = "",
    override: str = "",
    decision: Facts | None = None,
) -> models.Snapshot:
    """Approve the very content that stands there now (``seen_hash``: what the approver was shown).

    ``decision``: it was decided elsewhere, and is recorded. Nobody approves own work, nor past a route's seals, except with an
    ``override``: a written reason, logged; the caller asks ``permissions.can_override_approval``.
    """
    lock(snapshot)
    override = clean(override).strip()
    if override:
        audit.record(action="snapshot.approval_overridden", subject=snapshot, by=by, own=by.pk in _makers(snapshot))
        why = _("例外として決裁：%(why)s") % {"why": override}
    else:
        _refuse_makers(snapshot, by)
        if snapshot.route is not None and decision is None and snapshot.state == State.IN_REVIEW:
            raise MoveRefused(_("この起案は順路に回っています。順番に印を押して決裁してください。"))
    now = _seen(snapshot, seen_hash)
    _approve(snapshot, now, by=by, why=why)
    if decision is not None:
        record_decision(snapshot=snapshot, by=by, content_hash=now, **decision)
    return snapshot


def _approve(snapshot: models.Snapshot, now: str, *, by: User, why: str) -> None:
    move(snapshot, "approve", moves=MOVES, by=by, why=why, approver=by, approved_hash=now)
    audit.record(action="snapshot.approved", subject=snapshot, by=by, hash=now)


def submission_of(snapshot: models.Snapshot) -> Move:
    """The hand-in that stands. Raises MoveRefused for a snapshot that never was handed in."""
    submission = moves_of(snapshot).filter(name="submit").order_by("-id").first()
    if submission is None:
        raise MoveRefused(_("まだ決裁に回っていません。"))
    return submission


def _seen(snapshot: models.Snapshot, seen_hash: str) -> str:
    """The hash of what stands there; refused when the person was shown something else."""
    now = content_hash(snapshot)
    if seen_hash and seen_hash != now:
        raise MoveRefused(_("画面を開いたあとに内容が変わりました。読み直して、もう一度確かめてください。"))
    return now


def _refuse_makers(snapshot: models.Snapshot, by: User) -> None:
    if by.pk in _makers(snapshot):
        raise MoveRefused(_("自分が作った・直した・起案したものは、自分では決裁できません。ほかの人に頼んでください。"))


def _makers(snapshot: models.Snapshot) -> set[int | None]:
    """Who brought, wrote or submitted it, by whichever way in, or a stage of the same edition that it was made from."""
    rows = _made_from(snapshot)
    edits = AuditRow.objects.filter(subject__in=[f"plans.Snapshot:{row.pk}" for row in rows], action__in=MAKING)
    authors = {row.author_id for row in rows} | {row.import_job.by_id for row in rows if row.import_job}
    return {*authors, *edits.values_list("actor_id", flat=True)} - {None}


def _made_from(snapshot: models.Snapshot) -> list[models.Snapshot]:
    """The snapshot, and the stages of its edition it goes back to: their text is its own as far as nobody changed it."""
    stages = {row.pk: row for row in snapshot.edition.snapshots.select_related("import_job")}
    rows: list[models.Snapshot] = [snapshot]
    while rows[-1].based_on_id in stages:
        rows.append(stages.pop(rows[-1].based_on_id))
    return rows


@transaction.atomic
def publish_snapshot(
    *, snapshot: models.Snapshot, by: User, at: dt.datetime | None = None, why: str = "", seen_hash: str = ""
) -> models.Snapshot:
    """Make it public from this moment, or exactly from ``at``: refused when the content is not the approved one."""
    lock(snapshot)
    moment = timezone.now()
    if at is not None and not moment < at <= moment + FURTHEST:
        raise MoveRefused(_("公開の時刻は、いまより後で、1年以内にしてください。"))
    now = _seen(snapshot, seen_hash)
    if snapshot.state == State.APPROVED:
        if now != snapshot.approved_hash:
            raise MoveRefused(_("決裁のあとに内容が変わっています。差し戻して、もう一度決裁を受けてください。"))
        refuse_unreasoned(snapshot)
        _refuse_beside_scheduled(snapshot, moment)
        settle_waiting(snapshot.edition, moment)
    _put_out(snapshot, "publish", now, by=by, why=why, at=moment if at is None else at)
    if at is None:
        tell_author(snapshot)
    else:
        settle_at(snapshot)
    return snapshot


def _refuse_beside_scheduled(snapshot: models.Snapshot, moment: dt.datetime) -> None:
    """What the later publication changes was reckoned from what is public now: one at a time."""
    if snapshot.edition.snapshots.filter(state=State.PUBLISHED, published_at__gt=moment).exists():
        raise MoveRefused(_("この版には、公開を予約した段階がもうあります。先にその予約を取り消すか、公開を待ってください。"))


@transaction.atomic
def load_snapshot(*, snapshot: models.Snapshot, why: str) -> models.Snapshot:
    """Put out an outline by the system itself: it is ours, holds no official text, and is approved by nobody."""
    lock(snapshot)
    if snapshot.stage != Stage.OUTLINE:
        raise MoveRefused(_("決裁なしで公開できるのは、要約（骨組み）だけです。"))
    _put_out(snapshot, "load", content_hash(snapshot), by=None, why=why, at=timezone.now())
    return snapshot


def _put_out(snapshot: models.Snapshot, name: str, now: str, *, by: User | None, why: str, at: dt.datetime) -> None:
    edition, scheduled = snapshot.edition, at > timezone.now()
    row = move(snapshot, name, moves=MOVES, by=by, why=why, published_at=at, content_hash=now, settled=not scheduled)
    freeze(snapshot)
    write_changes(snapshot)
    snapshot.effects = effects_of(snapshot)
    snapshot.save(update_fields=["effects"])
    if edition.listed_at is None or edition.listed_at > at:
        edition.listed_at = at
        edition.save(update_fields=["listed_at"])
    if scheduled:
        audit.record(action="snapshot.scheduled", subject=snapshot, by=by, hash=now, move=row.pk, at=at.isoformat())
    else:
        settle(snapshot)
        audit.record(action="snapshot.published", subject=snapshot, by=by, hash=now)


@transaction.atomic
def unschedule_snapshot(*, snapshot: models.Snapshot, by: User, why: str = "") -> models.Snapshot:
    """Cancel a publication whose moment has not come; the approval stands."""
    lock(snapshot)
    if snapshot.state == State.PUBLISHED and not snapshot.is_scheduled(timezone.now()):
        raise MoveRefused(_("もう公開されています。公開をやめるときは「公開を取りやめる」を使ってください。"))
    moment = snapshot.published_at
    move(snapshot, "unschedule", moves=MOVES, by=by, why=why, published_at=None, content_hash="", effects={}, settled=True)
    models.TextChange.objects.filter(newer=snapshot).delete()
    models.Comparison.objects.filter(Q(older=snapshot) | Q(newer=snapshot)).delete()
    if snapshot.edition.listed_at == moment:
        _unlist(snapshot.edition)
    audit.record(action="snapshot.unscheduled", subject=snapshot, by=by)
    return snapshot


@transaction.atomic
def withdraw_snapshot(*, snapshot: models.Snapshot, by: User, why: str) -> models.Snapshot:
    """Take it off the public pages, with a reason that is public. An edition without any public snapshot is no longer listed."""
    lock(snapshot)
    why = clean(why).strip()
    if not why:
        raise MoveRefused(_("公開を取りやめる理由を書いてください。"))
    now = timezone.now()
    if snapshot.is_scheduled(now):
        raise MoveRefused(_("まだ公開されていません。「公開の予約を取り消す」を使ってください。"))
    gone = {"withdrawn_at": now, "withdrawn_why": why, "effects": {}, "settled": True}
    move(snapshot, "withdraw", moves=MOVES, by=by, why=why, **gone)
    revert(snapshot)
    edition = snapshot.edition
    if edition.text_held and not edition.snapshots.filter(state=State.PUBLISHED).exists():
        _unlist(edition)
    index_edition(edition)
    audit.record(action="snapshot.withdrawn", subject=snapshot, by=by)
    return snapshot


def _unlist(edition: models.Edition) -> None:
    models.Edition.objects.filter(pk=edition.pk).update(listed_at=None)
    edition.listed_at = None
