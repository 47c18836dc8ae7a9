"""Texts about a clause that are not official: short title, plain Japanese, English, reading, alt text."""

from __future__ import annotations

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from ichinoseki_portal import audit
from ichinoseki_portal.models import AuditRow, User
from ichinoseki_portal.text import clean
from plans import models

from .editing import EditRefused


@transaction.atomic
def save_text(*, text: models.ClauseText, by: User, version: int | None) -> models.ClauseText:
    """Write a new text, or changed words over the ``version`` the editor saw; a second editor is refused (EditRefused).

    It is noted for which official words it was written: those of the edition's newest snapshot. Changed words are by whoever
    saves them, and confirmed by nobody yet.
    """
    if text.pk:
        seen = version or 0
        if not models.ClauseText.objects.filter(pk=text.pk, version=seen).update(version=F("version") + 1):
            raise EditRefused(_("ほかの人が先に直しました。画面を読み直してから、もう一度直してください。"))
        text.version = seen + 1
    text.text = clean(text.text)
    clause = text.address.clauses.order_by("-snapshot__sequence").first()
    text.written_for = clause.official_hash if clause and not clause.snapshot.is_outline else ""
    before = models.ClauseText.objects.filter(pk=text.pk).first()
    if before and (before.text, before.written_for) == (text.text, text.written_for):
        text.author_id, text.author_name = before.author_id, before.author_name
        text.approver_id, text.approver_name = before.approver_id, before.approver_name
    else:  # nobody has confirmed these words yet
        text.author, text.author_name = by, by.name
        text.approver, text.approver_name = None, ""
    text.save()
    audit.record(action="text.saved", subject=text, by=by, kind=text.kind)
    return text


@transaction.atomic
def approve_text(*, text: models.ClauseText, by: User) -> models.ClauseText:
    """Confirm the words as they were seen; they stay unofficial. Refused (EditRefused) for whoever wrote on them."""
    row = models.ClauseText.objects.select_for_update(of=("self",)).get(pk=text.pk)
    if row.version != text.version:
        raise EditRefused(_("ほかの人が先に直しました。画面を読み直してから、もう一度直してください。"))
    edits = AuditRow.objects.filter(subject=f"plans.ClauseText:{row.pk}", action="text.saved")
    if by.pk in {row.author_id, *edits.values_list("actor_id", flat=True)}:
        raise EditRefused(_("自分が書いた文は、自分では確かめられません。ほかの人に頼んでください。"))
    row.approver, row.approver_name, row.version = by, by.name, row.version + 1
    row.save(update_fields=["approver", "approver_name", "version"])
    audit.record(action="text.approved", subject=row, by=by, kind=row.kind)
    return row
