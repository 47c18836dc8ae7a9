"""The road of texts that are not official: short title, plain Japanese, English, reading, alt text, a figure redrawn.

Words are proposed by one person and confirmed by another; until then the public goes on seeing the words confirmed before.
Every verb takes the edition's lock, and the ``version`` that was seen.
"""

from __future__ import annotations

import re

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from ichinoseki_portal import audit
from ichinoseki_portal.models import AuditRow, User
from ichinoseki_portal.text import RefusedText, clean
from plans import models
from plans.enums import State, TextKind

from .editing import EditRefused, OvertakenEdit, keep_first, overtaken
from .figures import clean_svg
from .locks import lock_edition
from .search import index_edition

LIMIT = 20_000
_HASH = re.compile(r"[0-9a-f]{64}")
LINES = frozenset({TextKind.SHORT_TITLE, TextKind.READING})  # one line each


@transaction.atomic
def save_text(
    *, address: models.ClauseAddress, kind: str, words: str, by: User, version: int | None, seen: str = ""
) -> models.ClauseText:
    """Propose words. ``version`` is that of the row as seen, None where there was none; a second editor gets OvertakenEdit.

    ``seen`` is the hash of the official words the writer had before them; without it those of the edition's newest snapshot.
    The words that are public already take a proposal back. Raises EditRefused, RefusedText.
    """
    words = checked_words(kind, words)
    lock_edition(address)
    row = models.ClauseText.objects.filter(address=address, kind=kind).first()
    if (row.version if row else None) != version:
        raise OvertakenEdit(overtaken())
    row = row or models.ClauseText(address=address, kind=kind, version=0)
    wanted, public = (words, _written_for(address, seen)), (row.text, row.written_for)
    if wanted == ((row.proposed, row.proposed_for) if row.proposed else public) and not row.asks_removal:
        return row
    if wanted == public:
        wanted = ("", "")
    row.proposed, row.proposed_for = wanted
    row.proposed_by, row.held_for = by if wanted[0] else None, None
    _keep(row, by)
    audit.record(action="text.saved", subject=row, by=by, kind=kind, taken_back=not wanted[0])
    return row


@transaction.atomic
def approve_text(*, text: models.ClauseText, by: User) -> models.ClauseText:
    """Confirm the proposed words, as they were seen (``text.version``). Refused for whoever wrote on them.

    They are public at once; words about a text that is not public yet wait for it (``release_texts``).
    """
    row = _proposal(text)
    if by.pk in makers_of(row):
        raise EditRefused(_("自分が書いた文は、自分では確かめられません。ほかの人に頼んでください。"))
    if row.held_for_id:
        raise EditRefused(_("もう確かめてあります。正文が公開されるときに、いっしょに公開されます。"))
    waits = _is_about_unpublished(row)
    if waits:
        row.held_for = by
    else:
        _put_out(row, by)
    _keep(row, by)
    if not waits:
        index_edition(row.address.edition)
    audit.record(action="text.approved", subject=row, by=by, kind=row.kind, waits=waits, removed=not (waits or row.text))
    return row


def release_texts(snapshot: models.Snapshot) -> int:
    """Make the confirmed words public that waited for this snapshot's. Its publication calls it. Returns how many."""
    waiting = models.ClauseText.objects.filter(address__edition=snapshot.edition_id, held_for__isnull=False)
    hashes = {row.address_id: row.official_hash for row in snapshot.clauses.filter(address__in=waiting.values("address"))}
    released = [row for row in waiting if hashes.get(row.address_id) == row.proposed_for]
    for row in released:
        by = row.held_for
        _put_out(row, by)
        _keep(row, by)
    return len(released)


def _is_about_unpublished(row: models.ClauseText) -> bool:
    """Whether the words were written for official words that nobody can read yet, and not for those that are public."""
    now = timezone.now()
    listed = row.address.edition.listed_at
    if listed is None or listed > now:
        return False  # nothing of the edition can be read yet: the words go out with it
    stands = list(row.address.clauses.select_related("snapshot"))
    public = {one.official_hash for one in stands if one.snapshot.state == State.PUBLISHED and not one.snapshot.is_scheduled(now)}
    coming = {one.official_hash for one in stands if one.snapshot.state != State.WITHDRAWN} - public
    return row.proposed_for in coming


def _put_out(row: models.ClauseText, by: User | None) -> None:
    row.text, row.written_for = row.proposed, row.proposed_for
    row.author, row.author_name = row.proposed_by, row.proposed_by.shown_name if row.proposed_by else ""
    row.approver, row.approver_name = by, by.shown_name if by else ""
    _clear(row)


@transaction.atomic
def reject_text(*, text: models.ClauseText, by: User, why: str) -> models.ClauseText:
    """Send proposed words back, with a reason. What is public stays; the words stay in the history."""
    if not (why := clean(why).strip()):
        raise EditRefused(_("戻す理由を書いてください。"))
    row = _proposal(text)
    _clear(row)
    row._change_reason = why[:100]  # type: ignore[attr-defined]
    _keep(row, by)
    audit.record(action="text.rejected", subject=row, by=by, kind=row.kind, why=why)
    return row


def makers_of(row: models.ClauseText) -> set[int]:
    """Who wrote on the words that wait: the proposer, and everyone who saved the text since it was last confirmed."""
    trail = AuditRow.objects.filter(subject=f"{row._meta.label}:{row.pk}")
    last = trail.filter(action="text.approved").order_by("-id").values_list("id", flat=True).first() or 0
    saved = trail.filter(action__in=("text.saved", "text.removal_proposed"), id__gt=last).values_list("actor_id", flat=True)
    return {pk for pk in (*saved, row.proposed_by_id) if pk is not None}


def newest_clause(address: models.ClauseAddress) -> models.Clause | None:
    """What stands at an address in the newest snapshot that has official words there."""
    rows = address.clauses.select_related("snapshot").order_by("-snapshot__sequence")
    return next((row for row in rows if not row.snapshot.is_outline), None)


def checked_words(kind: str, words: str) -> str:
    """The words as they are stored. Raises EditRefused, RefusedText."""
    if kind not in TextKind.values:
        raise EditRefused(_("その種類の文はありません。"))
    words = clean(words).strip()
    if not words:
        raise EditRefused(_("文を書いてください。"))
    if kind == TextKind.FIGURE:
        return clean_svg(words)
    if len(words) > LIMIT:
        raise RefusedText(_("長すぎます。%(limit)s字までにしてください。") % {"limit": LIMIT})
    if kind in LINES and "\n" in words:
        raise EditRefused(_("見出しと読みは、1行で書いてください。"))
    return words


def _written_for(address: models.ClauseAddress, seen: str) -> str:
    """The hash that was seen. It needs no check: a wrong one can only call the writer's own words in question."""
    if _HASH.fullmatch(seen):
        return seen
    newest = newest_clause(address)
    return newest.official_hash if newest else ""


def _proposal(text: models.ClauseText) -> models.ClauseText:
    """The row under lock, as it was seen, with words that wait, or with the wish that there be none."""
    lock_edition(text.address)
    row = models.ClauseText.objects.select_related("proposed_by", "address").get(pk=text.pk)
    if row.version != text.version:
        raise OvertakenEdit(overtaken())
    if not row.proposed and not row.asks_removal:
        raise EditRefused(_("確かめを待っている文がありません。"))
    return row


def _clear(row: models.ClauseText) -> None:
    row.proposed, row.proposed_for, row.proposed_by, row.held_for = "", "", None, None


def _keep(row: models.ClauseText, by: User | None) -> None:
    if row.pk:
        keep_first(models.ClauseText.objects.get(pk=row.pk))
    row.version += 1
    row._history_user = by  # type: ignore[attr-defined]
    row.save()


@transaction.atomic
def propose_removal(*, address: models.ClauseAddress, kind: str, by: User, version: int | None) -> models.ClauseText:
    """Ask that the public words be taken away. They stay until another person confirms it (``approve_text``)."""
    lock_edition(address)
    row = models.ClauseText.objects.filter(address=address, kind=kind).first()
    if (row.version if row else None) != version:
        raise OvertakenEdit(overtaken())
    if row is None or not row.text:
        raise EditRefused(_("公開している文がないので、はずすものがありません。"))
    if row.asks_removal:
        return row
    if row.proposed and row.proposed_by_id != by.pk:
        raise EditRefused(_("ほかの人が書き直した文が、確かめを待っています。それが済んでから、はずしてください。"))
    _clear(row)
    row.proposed_by = by
    _keep(row, by)
    audit.record(action="text.removal_proposed", subject=row, by=by, kind=kind)
    return row
