"""What a publication changes beside the snapshot itself: the edition's facts, the search index, the author's mail.

A publication at a set time is exact because ``visible_to`` asks the clock. What stands in other rows is written by a job at
that time, or a little later; until then readers overlay ``Snapshot.effects`` (see ``selectors.current``), and nothing is in
the search index early.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django_tasks import default_task_backend, task

from ichinoseki_portal import audit, outbox
from plans import models
from plans.enums import State

from .facts import apply_facts, columns
from .search import index_edition
from .texts import release_texts


def effects_of(snapshot: models.Snapshot) -> dict[str, Any]:
    """The columns of the edition that this publication changes, with their new values. Writes nothing.

    None when the edition goes on being stated by another text: a draft beside a decided one, or an older number.
    """
    edition, before = snapshot.edition, _beside(snapshot)
    if not snapshot.facts or snapshot.is_outline or not _counts_over(snapshot, before):
        return {}
    names = [*columns(snapshot.facts), "text_held"]
    old = {name: getattr(edition, name) for name in names}
    apply_facts(edition, snapshot.facts, before.facts if before else None)
    changed = {name: getattr(edition, name) for name in names if getattr(edition, name) != old[name]}
    for name, value in old.items():
        setattr(edition, name, value)
    return changed


def _beside(snapshot: models.Snapshot) -> models.Snapshot | None:
    """The text that counts, this snapshot left aside."""
    return snapshot.edition.snapshots.exclude(pk=snapshot.pk).public(timezone.now()).first()


def _counts_over(snapshot: models.Snapshot, before: models.Snapshot | None) -> bool:
    if before is None or before.is_outline:
        return True
    if snapshot.is_decided_text != before.is_decided_text:
        return snapshot.is_decided_text
    return snapshot.sequence > before.sequence


def settle(snapshot: models.Snapshot) -> None:
    """Write what the publication of a snapshot changes. The caller holds the edition's lock; a second time changes nothing."""
    edition = snapshot.edition
    if snapshot.effects:
        for name, value in snapshot.effects.items():
            setattr(edition, name, value)
        edition.save(update_fields=list(snapshot.effects))
        models.Snapshot.objects.filter(pk=snapshot.pk).update(effects={})
        snapshot.effects = {}
    release_texts(snapshot)
    index_edition(edition)


def revert(snapshot: models.Snapshot) -> None:
    """Give the edition back the facts it had before a publication that is taken back. What a person changed since stays."""
    before = _beside(snapshot)
    if not snapshot.facts or not _counts_over(snapshot, before):
        return
    edition, was = snapshot.edition, columns(before.facts) if before and before.facts else {}
    changed = [
        name
        for name, value in columns(snapshot.facts).items()
        if name in was and getattr(edition, name) == value and was[name] != value
    ]
    for name in changed:
        setattr(edition, name, was[name])
    if changed:
        edition.save(update_fields=changed)


def settle_at(snapshot: models.Snapshot) -> None:
    """Ask the worker to settle at the moment of publication; called inside the transaction."""
    moment = snapshot.published_at
    if not default_task_backend.supports_defer:
        return  # a backend that runs at once (tests) cannot wait; settle_due catches up
    transaction.on_commit(lambda: settle_task.using(run_after=moment).enqueue(snapshot_id=snapshot.pk))


@task()
def settle_task(snapshot_id: int) -> None:
    """The worker's call. A publication cancelled, moved or taken back meanwhile is left alone."""
    settle_due(only=snapshot_id)


def settle_due(*, at: dt.datetime | None = None, only: int | None = None) -> int:
    """Settle every scheduled publication whose moment has come. Returns how many."""
    at = at or timezone.now()
    due = models.Snapshot.objects.filter(state=State.PUBLISHED, settled=False, published_at__lte=at)
    done = 0
    for pk in due.filter(**({} if only is None else {"pk": only})).values_list("pk", flat=True):
        done += _settle_one(pk, at)
    return done


@transaction.atomic
def _settle_one(pk: int, at: dt.datetime) -> bool:
    snapshot = models.Snapshot.objects.select_related("edition__plan", "author").get(pk=pk)
    models.Edition.objects.select_for_update(of=("self",)).get(pk=snapshot.edition_id)
    snapshot.refresh_from_db()
    if not _is_due(snapshot, at):
        return False
    _settle_now(snapshot)
    return True


def settle_waiting(edition: models.Edition, at: dt.datetime) -> None:
    """Settle what the worker has not come to yet. The caller holds the edition's lock, and changes it next."""
    for snapshot in edition.snapshots.select_related("author").filter(settled=False):
        snapshot.edition = edition
        if _is_due(snapshot, at):
            _settle_now(snapshot)


def _settle_now(snapshot: models.Snapshot) -> None:
    settle(snapshot)
    models.Snapshot.objects.filter(pk=snapshot.pk).update(settled=True)
    snapshot.settled = True
    audit.record(action="snapshot.settled", subject=snapshot, by=None, hash=snapshot.content_hash)
    tell_author(snapshot)


def _is_due(snapshot: models.Snapshot, at: dt.datetime) -> bool:
    """Asked again under the lock: another worker may have settled it, a person may have cancelled it."""
    return snapshot.state == State.PUBLISHED and not snapshot.settled and not snapshot.is_scheduled(at)


def tell_author(snapshot: models.Snapshot) -> None:
    """A mail without any title in it: the link says where to look."""
    author = snapshot.author
    if author is None or not author.is_active or author.email.endswith(".invalid"):
        return  # service and sample accounts have no mailbox
    link = f"{settings.PUBLIC_BASE_URL}{snapshot.edition.get_absolute_url()}"
    outbox.post(
        to=author.email,
        subject="起案したものが公開されました",
        body=f"起案したものが公開されました。\n次の場所で見られます。\n\n{link}\n",
    )
