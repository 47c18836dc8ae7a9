"""The road of a snapshot: submit, return, approve, publish, withdraw.

Every verb takes the edition's row lock first, so that two of them on one edition follow each other. Who may do it is asked by
the caller (``plans.permissions``); what must hold whoever asks is checked here.
"""

from __future__ import annotations

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from ichinoseki_portal import audit, outbox
from ichinoseki_portal.models import AuditRow, User
from ichinoseki_portal.workflow import MoveRefused, move
from plans import models
from plans.enums import MOVES, Stage, State

from .contents import content_hash
from .facts import apply_facts
from .locks import lock
from .search import index_edition


@transaction.atomic
def submit_snapshot(*, snapshot: models.Snapshot, by: User) -> models.Snapshot:
    """Hand a draft in for decision; ``by`` becomes its author."""
    lock(snapshot)
    if not snapshot.clauses.exists():
        raise MoveRefused(_("項目が一つもないので、決裁に回せません。"))
    move(snapshot, "submit", moves=MOVES, by=by, author=by)
    audit.record(action="snapshot.submitted", subject=snapshot, by=by)
    return snapshot


@transaction.atomic
def return_snapshot(*, snapshot: models.Snapshot, by: User, why: str) -> models.Snapshot:
    """Send it back to be worked on, with a reason. An approval given before is gone."""
    lock(snapshot)
    if not why.strip():
        raise MoveRefused(_("差し戻す理由を書いてください。"))
    move(snapshot, "return", moves=MOVES, by=by, why=why, approver=None, approved_hash="")
    audit.record(action="snapshot.returned", subject=snapshot, by=by)
    return snapshot


@transaction.atomic
def approve_snapshot(*, snapshot: models.Snapshot, by: User, why: str = "") -> models.Snapshot:
    """Approve the very content that stands there now. Nobody approves own work, superusers included."""
    lock(snapshot)
    if by.pk in _makers(snapshot):
        raise MoveRefused(_("自分が作った・直した・起案したものは、自分では決裁できません。ほかの人に頼んでください。"))
    now = content_hash(snapshot)
    move(snapshot, "approve", moves=MOVES, by=by, why=why, approver=by, approved_hash=now)
    audit.record(action="snapshot.approved", subject=snapshot, by=by, hash=now)
    return snapshot


def _makers(snapshot: models.Snapshot) -> set[int | None]:
    """Who brought, wrote or submitted it."""
    edits = AuditRow.objects.filter(subject=f"plans.Snapshot:{snapshot.pk}", action__in=["clause.edited", "plan.imported"])
    job_by = snapshot.import_job.by_id if snapshot.import_job else None
    return {snapshot.author_id, job_by, *edits.values_list("actor_id", flat=True)} - {None}


@transaction.atomic
def publish_snapshot(*, snapshot: models.Snapshot, by: User, why: str = "") -> models.Snapshot:
    """Make it public from this moment: refused when the content is not the approved one."""
    lock(snapshot)
    now = content_hash(snapshot)
    if snapshot.state == State.APPROVED and now != snapshot.approved_hash:
        raise MoveRefused(_("決裁のあとに内容が変わっています。差し戻して、もう一度決裁を受けてください。"))
    _put_out(snapshot, "publish", now, by=by, why=why)
    _tell_author(snapshot)
    return snapshot


@transaction.atomic
def load_snapshot(*, snapshot: models.Snapshot, why: str) -> models.Snapshot:
    """Put out an outline by the system itself: it is ours, holds no official text, and is approved by nobody."""
    lock(snapshot)
    if snapshot.stage != Stage.OUTLINE:
        raise MoveRefused(_("決裁なしで公開できるのは、要約（骨組み）だけです。"))
    _put_out(snapshot, "load", content_hash(snapshot), by=None, why=why)
    return snapshot


@transaction.atomic
def withdraw_snapshot(*, snapshot: models.Snapshot, by: User, why: str) -> models.Snapshot:
    """Take it off the public pages, with a reason. An edition without any public snapshot is no longer listed."""
    lock(snapshot)
    if not why.strip():
        raise MoveRefused(_("公開を取りやめる理由を書いてください。"))
    move(snapshot, "withdraw", moves=MOVES, by=by, why=why, withdrawn_at=timezone.now(), withdrawn_why=why.strip())
    edition = snapshot.edition
    if edition.text_held and not edition.snapshots.filter(state=State.PUBLISHED).exists():
        models.Edition.objects.filter(pk=edition.pk).update(listed_at=None)
        edition.listed_at = None
    index_edition(edition)
    audit.record(action="snapshot.withdrawn", subject=snapshot, by=by)
    return snapshot


def _put_out(snapshot: models.Snapshot, name: str, now: str, *, by: User | None, why: str) -> None:
    edition, at = snapshot.edition, timezone.now()
    before = edition.snapshots.filter(state=State.PUBLISHED).order_by("-sequence").first()
    newest = before is None or before.sequence < snapshot.sequence
    move(snapshot, name, moves=MOVES, by=by, why=why, published_at=at, content_hash=now)
    if newest and snapshot.facts and not snapshot.is_outline:
        apply_facts(edition, snapshot.facts, before.facts if before else None)
    edition.listed_at = edition.listed_at or at
    edition.save()
    index_edition(edition)
    audit.record(action="snapshot.published", subject=snapshot, by=by, hash=now)


def _tell_author(snapshot: models.Snapshot) -> None:
    author = snapshot.author
    if author is None or not author.is_active or author.email.endswith(".invalid"):
        return  # service and sample accounts have no mailbox
    link = f"{settings.PUBLIC_BASE_URL}{snapshot.edition.get_absolute_url()}"
    outbox.post(
        to=author.email,
        subject="起案したものが公開されました",
        body=f"起案したものが公開されました。\n次の場所で見られます。\n\n{link}\n",
    )
