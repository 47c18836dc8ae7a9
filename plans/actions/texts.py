"""Texts about a clause that are not official: short title, plain Japanese, English, reading, alt text."""

from __future__ import annotations

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from ichinoseki_portal import audit
from ichinoseki_portal.models import User
from ichinoseki_portal.text import clean
from plans import models

from .snapshots import EditRefused


@transaction.atomic
def save_text(*, text: models.ClauseText, by: User, version: int | None) -> models.ClauseText:
    """Write a new text, or changed words over the ``version`` the editor saw; a second editor is refused (EditRefused).

    It is noted for which official words it was written: those of the edition's newest snapshot.
    """
    if text.pk:
        seen = version or 0
        if not models.ClauseText.objects.filter(pk=text.pk, version=seen).update(version=F("version") + 1):
            raise EditRefused(_("ほかの人が先に直しました。画面を読み直してから、もう一度直してください。"))
        text.version = seen + 1
    text.text = clean(text.text)
    clause = text.address.clauses.order_by("-snapshot__sequence").first()
    text.written_for = clause.official_hash if clause and not clause.snapshot.is_outline else ""
    text.author = by
    text.author_name = text.author_name or by.name
    text.save()
    audit.record(action="text.saved", subject=text, by=by, kind=text.kind)
    return text
