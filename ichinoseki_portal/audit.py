"""Writing to the audit trail, and checking its chain.

Each row's MAC covers its content and the MAC before it, so a row changed or cut from the middle shows. Rows hold ids and
hashes, never personal text.
"""

import hashlib
import hmac
import json
from typing import Any

from django.conf import settings
from django.db import connection, models, transaction
from django.utils import timezone

from .models import AuditRow, User

START = "0" * 64
_LOCK_KEY = 320_930_001  # any fixed number: one advisory lock for the chain


def record(*, action: str, subject: models.Model, by: User | None, **detail: Any) -> AuditRow:
    """Append one row in the caller's transaction. ``detail`` must be JSON and free of personal text."""
    with transaction.atomic():
        _lock_chain()
        last = AuditRow.objects.order_by("-id").values_list("mac", flat=True).first() or START
        row = AuditRow(
            at=timezone.now(),
            actor_id=by.pk if by else None,
            action=action,
            subject=f"{subject._meta.label}:{subject.pk}",
            detail=detail,
            previous_mac=last,
        )
        row.mac = _mac(row)
        row.save(force_insert=True)
    return row


def first_broken() -> int | None:
    """The id of the first row whose MAC or chain is wrong; None when the whole trail holds."""
    previous = START
    for row in AuditRow.objects.order_by("id").iterator():
        if row.previous_mac != previous or not hmac.compare_digest(row.mac, _mac(row)):
            return row.pk
        previous = row.mac
    return None


def _lock_chain() -> None:
    # SQLite's IMMEDIATE transaction already holds the one write lock.
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK_KEY])


def _mac(row: AuditRow) -> str:
    content = json.dumps(
        [row.at.isoformat(timespec="microseconds"), row.actor_id, row.action, row.subject, row.detail, row.previous_mac],
        ensure_ascii=False,
        sort_keys=True,
    )
    key = hashlib.sha256(b"audit:" + settings.SECRET_KEY.encode()).digest()
    return hmac.new(key, content.encode(), hashlib.sha256).hexdigest()
