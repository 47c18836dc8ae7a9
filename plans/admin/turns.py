"""「あなたの番」 on the first page: what waits for this person, not for others. As few queries for many as for one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Count, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from ichinoseki_portal import approval, fiscal
from ichinoseki_portal.admin_site import Turn, tells_turns
from ichinoseki_portal.models import AuditRow, Move
from plans import permissions
from plans.actions.snapshots import MAKING
from plans.enums import Stage, State
from plans.models import ClauseLink, ClauseText, Snapshot

NAMED = 5  # of each kind; the list has the others
UNDER_WAY = (State.DRAFT, State.IN_REVIEW, State.APPROVED)


@tells_turns
def turns(user: Any) -> list[Turn]:
    """In the order of the road: what came back, what waits for a seal or a decision, what may go out, what is to be confirmed."""
    return [*_of_the_road(user), *_to_confirm(user)] if permissions.sees_drafts(user) else []


def _of_the_road(user: Any) -> list[Turn]:
    rows = list(
        Snapshot.objects.filter(state__in=UNDER_WAY)
        .exclude(stage=Stage.OUTLINE)
        .select_related("edition__plan", "author", "route", "import_job")
        .prefetch_related("route__steps")
        .annotate(open_remarks=Count("remarks", filter=Q(remarks__done_at=None)))
        .order_by("pk")
    )
    moves = _last_moves(rows)
    own = _made_by(user, rows)
    back = [row for row in rows if row.state == State.DRAFT and row.author_id == user.pk and _name(moves, row) == "return"]
    drafts = [row for row in rows if row.state == State.DRAFT and row not in back]
    waiting = [row for row in rows if row.state == State.IN_REVIEW and row.pk not in own]
    seals = _seals(user, waiting, moves)
    found = [_turn(_("差し戻されたもの（理由を読んで直す）"), back, lambda row: _returned(moves[row.pk], row))]
    for how, label in (("holder", _("あなたの印を待っているもの")), ("deputy", _("あなたが代決できるもの（不在のときだけ）"))):
        found.append(_turn(label, [row for row in waiting if seals.get(row.pk) == how], _handed_in))
    if permissions.can_approve_snapshot(user):
        found.append(_turn(_("決裁を待っているもの"), [row for row in waiting if row.route_id is None], _handed_in))
    if permissions.can_publish_snapshot(user):
        found.append(_turn(_("決裁が済み、公開を待っているもの"), [row for row in rows if row.state == State.APPROVED], None))
    if permissions.can_submit_snapshot(user):
        found.append(_turn(_("作っている途中の下書き"), drafts, _remarked))
    return found


def _to_confirm(user: Any) -> list[Turn]:
    if not permissions.can_approve_text(user):
        return []
    texts = ClauseText.objects.waiting().exclude(proposed_by=user).count()
    links = ClauseLink.objects.filter(confirmed_at=None).exclude(author=user).count()
    return [
        Turn(_("確かめを待っている文（要約・英語など）"), texts, reverse("admin:plans_clausetext_changelist") + "?now=waiting"),
        Turn(_("確かめを待っている関係"), links, reverse("admin:plans_clauselink_changelist") + "?confirmed=no"),
    ]


def _turn(label: Any, rows: Sequence[Snapshot], told: Any) -> Turn:
    desks = [reverse("admin:plans_snapshot_change", args=[row.pk]) for row in rows[:NAMED]]
    named = tuple((str(row), desk, told(row) if told else "") for row, desk in zip(rows, desks, strict=False))
    states = {row.state for row in rows}
    query = f"?state__exact={states.pop()}" if len(states) == 1 else ""
    return Turn(label, len(rows), reverse("admin:plans_snapshot_changelist") + query if len(rows) > NAMED else "", named)


def _last_moves(rows: Sequence[Snapshot]) -> dict[int, Move]:
    """The newest move of each, with its seals: of something handed in that is the hand-in."""
    found = Move.objects.filter(subject_type=Snapshot._meta.label, subject_id__in=[row.pk for row in rows])
    return {row.subject_id: row for row in found.order_by("id").select_related("by").prefetch_related("signatures")}


def _name(moves: dict[int, Move], row: Snapshot) -> str:
    return moves[row.pk].name if row.pk in moves else ""


def _made_by(user: Any, rows: Sequence[Snapshot]) -> set[int]:
    """What this person made, and so cannot decide on."""
    subjects = {f"{Snapshot._meta.label}:{row.pk}": row.pk for row in rows}
    edits = AuditRow.objects.filter(actor_id=user.pk, action__in=MAKING, subject__in=list(subjects))
    brought = {row.pk for row in rows if user.pk in (row.author_id, row.import_job.by_id if row.import_job else None)}
    return brought | {subjects[subject] for subject in edits.values_list("subject", flat=True)}


def _seals(user: Any, rows: Sequence[Snapshot], moves: dict[int, Move]) -> dict[int, str]:
    """How this person may give the next seal: as the holder of the post, or for them."""
    held = approval.posts_of(user, fiscal.today(timezone.now()))
    found = {}
    for row in rows:
        if row.route and row.pk in moves:
            given = {seal.position: seal.by_id for seal in moves[row.pk].signatures.all()}
            step = next((step for step in row.route.steps.all() if step.position not in given), None)
            how = approval.seal_by(step, held, author=row.author) if step else ""
            found[row.pk] = "" if how == "holder" and user.pk in given.values() else how
    return found


def _handed_in(row: Snapshot) -> str:
    return _("起案：%(who)s") % {"who": row.author} if row.author else ""


def _returned(move: Move, row: Any) -> str:
    words = _("理由：%(why)s（%(who)s）") % {"why": move.why, "who": move.by}
    return f"{words}　{_remarked(row)}" if row.open_remarks else words


def _remarked(row: Any) -> str:
    return _("対応していない指摘 %(count)s件") % {"count": row.open_remarks} if row.open_remarks else ""
