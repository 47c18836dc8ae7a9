"""指摘: remarks of those who look at a draft, and that they were dealt with."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from ichinoseki_portal import audit
from ichinoseki_portal.models import User
from ichinoseki_portal.text import clean
from ichinoseki_portal.workflow import MoveRefused
from plans import models
from plans.enums import State

from .locks import lock

LIMIT = 2000
OPEN_STATES = (State.DRAFT, State.IN_REVIEW, State.APPROVED)


@transaction.atomic
def add_remark(*, snapshot: models.Snapshot, by: User, text: str, code: str = "") -> models.Remark:
    """Say what should be mended, at one clause (``code``) or as a whole. Raises MoveRefused, or RefusedText.

    The same words of the same person at the same place, not yet dealt with, are one remark however often they are sent.
    """
    text = clean(text).strip()
    if not text:
        raise MoveRefused(_("指摘の文を書いてください。"))
    if len(text) > LIMIT:
        raise MoveRefused(_("指摘は%(limit)s字までにしてください。") % {"limit": LIMIT})
    lock(snapshot)
    if snapshot.state not in OPEN_STATES:
        raise MoveRefused(_("公開したあとの文には、指摘を書けません。"))
    clause = snapshot.clauses.filter(code=code).select_related("address").first() if code else None
    if code and clause is None:
        raise MoveRefused(_("「%(code)s」という項目はありません。") % {"code": code})
    wanted = {"address": clause.address if clause else None, "text": text, "by": by}
    if same := snapshot.remarks.filter(**wanted, done_at=None).first():
        return same
    row = models.Remark.objects.create(snapshot=snapshot, **wanted)
    audit.record(action="remark.added", subject=snapshot, by=by, remark=row.pk)
    return row


@transaction.atomic
def settle_remark(*, remark: models.Remark, by: User) -> models.Remark:
    """Say that a remark has been dealt with. Twice is refused (MoveRefused)."""
    if not models.Remark.objects.filter(pk=remark.pk, done_at=None).update(done_at=timezone.now(), done_by=by):
        raise MoveRefused(_("この指摘は、もう対応済みです。"))
    remark.refresh_from_db()
    audit.record(action="remark.settled", subject=remark.snapshot, by=by, remark=remark.pk)
    return remark
