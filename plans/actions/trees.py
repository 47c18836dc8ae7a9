"""The tree of a draft: moving, adding and removing clauses. Codes, and so addresses and citations, stay as they are."""

from __future__ import annotations

import re
from typing import Any

from django.db import transaction
from django.db.models import Case, F, IntegerField, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _

from ichinoseki_portal import audit
from ichinoseki_portal.models import User
from plans import models
from plans.enums import RESERVED_KEYS, ClauseKind, State

from .alignment import words_hash
from .editing import cleaned
from .judging import MAX_CLAUSES, MAX_DEPTH
from .locks import EditRefused, open_draft
from .storing import BATCH, drop_clauses
from .successions import note_added, note_removed

_CODE = re.compile(rf"{models.clauses.CODE_PATTERN}\Z")
CODE_LIMIT = 80
NAMED = 3  # terms or figures a refusal names


@transaction.atomic
def move_clause(
    *, clause: models.Clause, by: User, tree_version: int, parent: models.Clause | None, before: models.Clause | None
) -> models.Clause:
    """Put a clause, with all below it, under ``parent`` (None: at the top) and before one of its children (None: at the end).

    A paragraph stays below its parent, and nothing comes below one. Raises EditRefused. What already stands there is no change.
    """
    snapshot = clause.snapshot
    _open(snapshot, tree_version)
    clause = _row(snapshot, clause.pk)
    parent, before = _place(snapshot, parent, before)
    if parent is not None and clause.position <= parent.position <= clause.last:
        raise EditRefused(_("自分の下には動かせません。"))
    if clause.kind == ClauseKind.PARAGRAPH and clause.parent_id != (parent and parent.pk):
        raise EditRefused(_("段落は、いまの項目の中でだけ動かせます。"))
    depth = parent.depth + 1 if parent else 0
    _refuse_deep(depth + _below(clause).values_list("depth", flat=True).order_by("-depth")[0] - clause.depth)
    target = before.position if before else _end(snapshot, parent)
    if clause.parent_id == (parent and parent.pk) and clause.position <= target <= clause.last + 1:
        return clause
    _claim(snapshot, tree_version)
    _shift(snapshot, clause, target, depth - clause.depth)
    models.Clause.objects.filter(pk=clause.pk).update(parent=parent)
    _span(snapshot)
    audit.record(action="tree.changed", subject=snapshot, by=by, how="move", clause=clause.pk, parent=parent and parent.pk)
    clause.refresh_from_db()
    return clause


@transaction.atomic
def add_clause(
    *,
    snapshot: models.Snapshot,
    by: User,
    tree_version: int,
    parent: models.Clause | None,
    before: models.Clause | None,
    kind: str,
    label: str = "",
    title: str = "",
    body: str = "",
    code: str = "",
) -> models.Clause:
    """A new clause under ``parent``, before one of its children or at the end. Without ``code`` it takes the next free number.

    Raises EditRefused, or RefusedText for text that must not be stored.
    """
    values = cleaned({"kind": kind, "label": label, "title": title, "body": body})
    if not any(values[name].strip() for name in ("label", "title", "body")):
        raise EditRefused(_("番号・見出し・本文のどれかを書いてください。"))
    _open(snapshot, tree_version)
    parent, before = _place(snapshot, parent, before)
    if kind == ClauseKind.PARAGRAPH and parent is None:
        raise EditRefused(_("段落は、項目の下に作ってください。"))
    depth = parent.depth + 1 if parent else 0
    _refuse_deep(depth)
    total = snapshot.clauses.count()
    if total >= MAX_CLAUSES:
        raise EditRefused(_("項目が多すぎます。"))
    wanted = _code_for(snapshot, parent, kind, code.strip())
    address, _new = models.ClauseAddress.objects.get_or_create(edition=snapshot.edition, code=wanted)
    _claim(snapshot, tree_version)
    at = before.position if before else _end(snapshot, parent)
    row = models.Clause(snapshot=snapshot, address=address, parent=parent, code=address.code, depth=depth, **values)
    row.position = row.last = at
    snapshot.clauses.filter(position__gte=at).update(position=F("position") + 1, last=F("last") + 1)
    row._history_user = by  # type: ignore[attr-defined]
    row.save()
    _span(snapshot)
    note_added(snapshot, address, by)
    audit.record(action="tree.changed", subject=snapshot, by=by, how="add", clause=row.pk)
    row.refresh_from_db()
    return row


@transaction.atomic
def remove_clause(*, clause: models.Clause, by: User, tree_version: int) -> int:
    """Take a clause, with all below it, out of the draft; its address stays. Returns how many clauses went.

    Refused (EditRefused) while a term, a figure or a remark not yet settled hangs there: it is moved or removed first, knowingly.
    """
    snapshot = clause.snapshot
    _open(snapshot, tree_version)
    clause = _row(snapshot, clause.pk)
    rows = list(_below(clause).select_related("address"))
    addresses = [row.address for row in rows]
    _refuse_hanging(snapshot, addresses)
    _claim(snapshot, tree_version)
    _remember(rows, by)
    drop_clauses(_below(clause))
    snapshot.clauses.filter(position__gt=clause.last).update(position=F("position") - len(rows), last=F("last") - len(rows))
    _span(snapshot)
    note_removed(snapshot, addresses, by)
    audit.record(action="tree.changed", subject=snapshot, by=by, how="remove", clauses=[row.pk for row in rows])
    return len(rows)


# --- guards ---------------------------------------------------------------------------------------------------------------------


def _open(snapshot: models.Snapshot, tree_version: int) -> None:
    """Take the edition's lock; refuse what is no draft, and a form made for another tree than stands there now."""
    open_draft(snapshot)
    if snapshot.tree_version != tree_version:
        raise EditRefused(_stale())


def _claim(snapshot: models.Snapshot, tree_version: int) -> None:
    """Take the version that was seen, once: the row itself refuses the second of two."""
    rows = models.Snapshot.objects.filter(pk=snapshot.pk, tree_version=tree_version, state=State.DRAFT)
    if not rows.update(tree_version=F("tree_version") + 1):
        raise EditRefused(_stale())
    snapshot.tree_version = tree_version + 1


def _stale() -> str:
    return _("ほかの人が先に並びを変えました。画面を読み直してから、もう一度してください。")


def _row(snapshot: models.Snapshot, pk: int) -> models.Clause:
    row = snapshot.clauses.filter(pk=pk).first()
    if row is None:
        raise EditRefused(_("その項目は、この段階にはもうありません。画面を読み直してください。"))
    return row


def _place(
    snapshot: models.Snapshot, parent: models.Clause | None, before: models.Clause | None
) -> tuple[models.Clause | None, models.Clause | None]:
    """Both read again under the lock; they must be of this snapshot and belong together."""
    parent = _row(snapshot, parent.pk) if parent else None
    before = _row(snapshot, before.pk) if before else None
    if before is not None and before.parent_id != (parent and parent.pk):
        raise EditRefused(_("その場所は、もう変わっています。画面を読み直してください。"))
    if parent is not None and parent.kind == ClauseKind.PARAGRAPH:
        raise EditRefused(_("段落の下には、項目を置けません。"))
    return parent, before


def _refuse_deep(depth: int) -> None:
    if depth >= MAX_DEPTH:
        raise EditRefused(_("階層が深すぎます。%(limit)s段までにしてください。") % {"limit": MAX_DEPTH})


def _refuse_hanging(snapshot: models.Snapshot, addresses: list[models.ClauseAddress]) -> None:
    terms = list(snapshot.terms.filter(address__in=addresses).values_list("term", flat=True)[:NAMED])
    if terms:
        words = _("用語（%(names)s）がここにあります。先に、用語を別の項目へ移すか、この下書きからはずしてください。")
        raise EditRefused(words % {"names": "、".join(terms)})
    figures = list(snapshot.indicators.filter(address__in=addresses).values_list("name", flat=True)[:NAMED])
    if figures:
        words = _("指標（%(names)s）がここにあります。先に、指標を別の項目へ移すか、この下書きからはずしてください。")
        raise EditRefused(words % {"names": "、".join(figures)})
    if snapshot.remarks.filter(address__in=addresses, done_at=None).exists():
        raise EditRefused(_("まだ対応していない指摘がここにあります。先に、指摘に対応してください。"))


# --- codes ----------------------------------------------------------------------------------------------------------------------


def _code_for(snapshot: models.Snapshot, parent: models.Clause | None, kind: str, code: str) -> str:
    """The given code if it may be used, else the next number below the parent that no clause of the edition has ever had."""
    if not code:
        return _next_code(snapshot, parent, "p" if kind == ClauseKind.PARAGRAPH else "")
    if kind == ClauseKind.PARAGRAPH:
        raise EditRefused(_("段落のコードは、自動で付きます。空のままにしてください。"))
    if len(code) > CODE_LIMIT or not _CODE.match(code):
        raise EditRefused(_("コードは 7.2.1 のように、小文字の英数字を点でつないで書いてください。"))
    if RESERVED_KEYS & set(code.split(".")) or re.fullmatch(r"v\d+", code):
        raise EditRefused(_("「%(code)s」はアドレスで使う言葉なので、コードにできません。") % {"code": code})
    if _held(snapshot.edition).filter(code=code).exists():
        words = _("コード「%(code)s」は、この版でもう使われました。引用が変わらないよう、同じコードは二度使えません。")
        raise EditRefused(words % {"code": code})
    return code


def _next_code(snapshot: models.Snapshot, parent: models.Clause | None, letter: str) -> str:
    start = f"{parent.code}." if parent else ""
    numbers = [
        int(rest[len(letter) :])
        for code in _used(snapshot.edition)
        if code.startswith(start) and re.fullmatch(rf"{letter}\d{{1,9}}", rest := code[len(start) :], re.ASCII)
    ]
    code = f"{start}{letter}{max(numbers, default=0) + 1}"
    if len(code) > CODE_LIMIT:
        raise EditRefused(_("コードが長くなりすぎます。短いコードを自分で書いてください。"))
    return code


def _used(edition: models.Edition) -> set[str]:
    """Every code of the edition, also those of clauses long gone, and those a tie has named."""
    return set(edition.addresses.exclude(code="").values_list("code", flat=True))


def _held(edition: models.Edition) -> QuerySet[models.ClauseAddress]:
    """Addresses at which a clause stands or has stood; a code that only a tie has named is free."""
    return edition.addresses.filter(~Q(last_words="") | Q(clauses__isnull=False))


def _remember(rows: list[models.Clause], by: User) -> None:
    """Keep what stood there: its words by their hash at the address, and the whole row in the history."""
    for row in rows:
        row.address.last_words = words_hash(row.title, row.body)
    models.ClauseAddress.objects.bulk_update([row.address for row in rows], ["last_words"], batch_size=BATCH)
    record: Any = models.Clause.history.model
    kept = [
        record(
            history_date=timezone.now(),
            history_user=by,
            history_type="-",
            **{field.attname: getattr(row, field.attname) for field in record.tracked_fields},
        )
        for row in rows
    ]
    record.objects.bulk_create(kept, batch_size=BATCH)


# --- numbers --------------------------------------------------------------------------------------------------------------------


def _below(clause: models.Clause) -> QuerySet[models.Clause]:
    """The clause and all below it, in reading order."""
    span = {"position__gte": clause.position, "position__lte": clause.last}
    return models.Clause.objects.filter(snapshot=clause.snapshot_id, **span).order_by("position")


def _end(snapshot: models.Snapshot, parent: models.Clause | None) -> int:
    return parent.last + 1 if parent else snapshot.clauses.count()


def _shift(snapshot: models.Snapshot, clause: models.Clause, target: int, deeper: int) -> None:
    """Let the block of a clause change places with what lies between it and ``target``: one statement."""
    start, end = clause.position, clause.last
    size = end - start + 1
    if target > end:
        others, step, own = {"position__gt": end, "position__lt": target}, -size, target - end - 1
    else:
        others, step, own = {"position__gte": target, "position__lt": start}, size, target - start
    block = {"position__gte": start, "position__lte": end}
    by_place = [When(**block, then=Value(own)), When(**others, then=Value(step))]
    moved = Case(*by_place, default=Value(0), output_field=IntegerField())
    depth = Case(When(**block, then=Value(deeper)), default=Value(0), output_field=IntegerField())
    low, high = min(start, target), max(end + 1, target)
    rows = snapshot.clauses.filter(position__gte=low, position__lt=high)
    rows.update(position=F("position") + moved, last=F("last") + moved, depth=F("depth") + depth)


def _span(snapshot: models.Snapshot) -> None:
    """Say of each clause where what is below it ends: before the next one that is no deeper. One statement."""
    rows = models.Clause.objects.filter(snapshot=snapshot)
    after = rows.filter(position__gt=OuterRef("position"), depth__lte=OuterRef("depth")).order_by("position")
    end = Coalesce(Subquery(after.values("position")[:1], output_field=IntegerField()), Value(rows.count()))
    rows.update(last=end - 1)
