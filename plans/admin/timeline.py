"""What happened to a snapshot, or to one clause, as one list: moves, seals, decision, remarks, changes of texts and of the tree.

For staff alone: whoever asks may see drafts. The sources are the moves, the rows of history and the audit trail.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from heapq import merge
from itertools import islice
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ichinoseki_portal.models import AuditRow, Move, Signature, User
from plans.enums import TextKind
from plans.models import Clause, ClauseAddress, ClauseText, Snapshot
from plans.selectors.road import move_label

from .road import moment_words

PER_PAGE = 50
MOST = 2_000  # what one list goes back to

DEEDS = {
    "plan.imported": gettext_lazy("文書を取り込んだ"),
    "tree.changed": gettext_lazy("構成を直した"),
    "facts.edited": gettext_lazy("期間・策定日などの事実を直した"),
    "term.edited": gettext_lazy("用語を直した"),
    "indicator.edited": gettext_lazy("指標を直した"),
    "succession.edited": gettext_lazy("前の版からの変化を直した"),
    "draft.started": gettext_lazy("下書きをはじめた"),
    "sheet.imported": gettext_lazy("表から書き込んだ"),
}
HOW = {
    "move": gettext_lazy("動かした"),
    "add": gettext_lazy("足した"),
    "remove": gettext_lazy("外した"),
    "split": gettext_lazy("分けた"),
    "merge": gettext_lazy("まとめた"),
    "rename": gettext_lazy("コードを変えた"),
    "undo": gettext_lazy("元に戻した"),
    "reasons": gettext_lazy("理由を書いた"),
}
NAMED = 5
DEPARTMENTS = "departments.set"
CLAUSE_FIELDS = ("label", "title", "key_word", "body", "kind", "change_reason", "code")
TEXT_FIELDS = ("text", "proposed", "written_for", "proposed_by")


@dataclass(frozen=True)
class Event:
    """One entry. ``changes`` are (field, before, after); ``number`` keeps entries of one moment in order."""

    at: dt.datetime
    number: int
    sort: str  # move, seal, decision, remark, words, text, deed
    title: str
    who: str = ""
    why: str = ""
    about: str = ""
    url: str = ""
    changes: list[tuple[str, str, str]] = field(default_factory=list)


@dataclass(frozen=True)
class Timeline:
    events: list[Event]
    page: int
    more: bool


def snapshot_timeline(snapshot: Snapshot, page: int = 1) -> Timeline:
    """All that happened to a snapshot, newest first."""
    need = min(page * PER_PAGE + 1, MOST)
    history = Clause.history.filter(snapshot=snapshot)
    addresses = ClauseAddress.objects.filter(clauses__snapshot=snapshot)
    trail = Q(subject=_subject(snapshot), action__in=DEEDS) | Q(
        subject__in=[_subject(one) for one in addresses.only("pk")], action=DEPARTMENTS
    )
    return _timeline(
        [
            _moves(snapshot, need),
            _seals(snapshot, need),
            _decision(snapshot),
            _remarks(snapshot.remarks.all(), need),
            _words(history, need),
            _texts(ClauseText.history.filter(address__in=addresses), need),
            _deeds(AuditRow.objects.filter(trail), need),
        ],
        page,
    )


def clause_timeline(clause: Clause, page: int = 1) -> Timeline:
    """All that happened at a clause's address, in every snapshot, and the moves of this one."""
    need = min(page * PER_PAGE + 1, MOST)
    address = clause.address
    return _timeline(
        [
            _moves(clause.snapshot, need),
            _remarks(address.remarks.all(), need),
            _words(Clause.history.filter(address=address), need),
            _texts(ClauseText.history.filter(address=address), need),
            _deeds(AuditRow.objects.filter(subject=_subject(address), action=DEPARTMENTS), need),
        ],
        page,
    )


def _timeline(sources: list[list[Event]], page: int) -> Timeline:
    order = [sorted(source, key=lambda event: (event.at, event.number), reverse=True) for source in sources]
    first = (page - 1) * PER_PAGE
    rows = list(islice(merge(*order, key=lambda event: event.at, reverse=True), first, first + PER_PAGE + 1))
    return Timeline(rows[:PER_PAGE], page, len(rows) > PER_PAGE)


def _subject(row: Any) -> str:
    return f"{row._meta.label}:{row.pk}"


def _moves(snapshot: Snapshot, need: int) -> list[Event]:
    found = Move.objects.filter(subject_type="plans.Snapshot", subject_id=snapshot.pk).select_related("by")
    rows = list(found.order_by("-id")[:need])
    moments = set_moments(snapshot, rows)
    return [Event(row.at, row.pk, "move", move_words(row, moments), _name(row.by), row.why) for row in rows]


def set_moments(snapshot: Snapshot, moves: Iterable[Move]) -> dict[int, dt.datetime]:
    """The moments that publications were set for, by the move that set each. One query, and none before a publication."""
    if not any(row.name == "publish" for row in moves):
        return {}
    rows = AuditRow.objects.filter(subject=_subject(snapshot), action="snapshot.scheduled").values_list("detail", flat=True)
    return {detail["move"]: dt.datetime.fromisoformat(detail["at"]) for detail in rows if "move" in detail}


def move_words(row: Move, moments: dict[int, dt.datetime]) -> str:
    """What a move is called; one that set a time says which, because nothing was public before it."""
    if row.pk in moments:
        return _("公開を予約した（%(when)s から公開）") % {"when": moment_words(moments[row.pk])}
    return str(move_label(row.name))


def _seals(snapshot: Snapshot, need: int) -> list[Event]:
    rows = Signature.objects.filter(submission__subject_type="plans.Snapshot", submission__subject_id=snapshot.pk)
    return [
        Event(row.at, row.pk, "seal", _seal_title(row), _name(row.by), "\n".join(filter(None, [row.absence, row.comment])))
        for row in rows.select_related("by").order_by("-id")[:need]
    ]


def _seal_title(row: Signature) -> str:
    if row.for_post:
        return _("%(post)s：%(whom)sに代わって印を押した（代決）") % {"post": row.post, "whom": row.for_post}
    return f"{row.post}：{_('印を押した（代決）') if row.as_deputy else _('印を押した')}"


def _decision(snapshot: Snapshot) -> list[Event]:
    row = getattr(snapshot, "decision", None)
    if row is None:
        return []
    about = f"{row.decided_on:%Y-%m-%d} {row}"
    return [Event(row.recorded_at, row.pk, "decision", _("ほかで受けた決裁を記録した"), _name(row.recorded_by), about=about)]


def _remarks(rows: Any, need: int) -> list[Event]:
    found = []
    for row in rows.select_related("by", "done_by", "address__edition__plan").order_by("-id")[:need]:
        about = row.address.code if row.address else ""
        found.append(Event(row.at, row.pk, "remark", _("指摘"), _name(row.by), row.text, about))
        if row.done_at:
            found.append(Event(row.done_at, row.pk, "remark", _("指摘に対応した"), _name(row.done_by), row.text, about))
    return found


def _words(history: Any, need: int) -> list[Event]:
    """Changes of official words, each with what stood there before it."""
    rows = list(history.select_related("history_user").order_by("-history_date", "-history_id")[: need + 1])
    before = _befores(rows, Clause.history, CLAUSE_FIELDS)
    shown: dict[str, Any] = {name: getattr(Clause._meta.get_field(name), "verbose_name", name) for name in CLAUSE_FIELDS}
    return [
        Event(
            row.history_date,
            row.history_id,
            "words",
            {"+": _("項目を置いた"), "-": _("項目を外した")}.get(row.history_type, _("正文を直した")),
            _name(row.history_user),
            row.history_change_reason or "",
            f"{row.code} {row.label}{row.title}".strip(),
            "" if row.history_type == "-" else reverse("admin:plans_clause_change", args=[row.id]),
            _changes(before.get(row.history_id), row, shown),
        )
        for row in rows
    ]


def _texts(history: Any, need: int) -> list[Event]:
    rows = list(history.select_related("history_user", "address").order_by("-history_date", "-history_id")[: need + 1])
    before = _befores(rows, ClauseText.history, TEXT_FIELDS)
    shown = {"text": _("公開の文"), "proposed": _("確認待ちの文")}
    return [
        Event(
            row.history_date,
            row.history_id,
            "text",
            _text_title(before.get(row.history_id), row),
            _name(row.history_user),
            row.history_change_reason or "",
            f"{row.address.code} {TextKind(row.kind).label}",
            reverse("admin:plans_clausetext_change", args=[row.id]),
            _changes(before.get(row.history_id), row, shown),
        )
        for row in rows
    ]


def _text_title(before: Any, row: Any) -> str:
    if before is None:
        return _("文を書いた")
    if before.text and not row.text:
        return _("文を公開からはずした")
    if (row.text, row.written_for) != (before.text, before.written_for):
        return _("文を確かめて公開した")
    if row.text and row.proposed_by_id and not row.proposed:
        return _("文を公開からはずすよう求めた")
    if row.text and before.proposed_by_id and not (before.proposed or row.proposed):
        return _("文を公開からはずさないことにした")
    if (row.text, row.proposed) == (before.text, before.proposed):
        return _("同じ文を、いまの正文に合わせて出した")
    return _("文を戻した・取り下げた") if before.proposed and not row.proposed else _("文を書き直した")


def _befores(rows: list[Any], manager: Any, names: Iterable[str]) -> dict[int, Any]:
    """For each row of history the one before it of the same object: two queries, whatever the number."""
    ids = {row.id for row in rows}
    found: dict[int, Any] = {}
    last: dict[int, Any] = {}
    older = manager.filter(id__in=ids).order_by("history_date", "history_id").only("id", "history_id", "history_date", *names)
    for row in older:
        if row.id in last:
            found[row.history_id] = last[row.id]
        last[row.id] = row
    return found


def _changes(before: Any, row: Any, shown: dict[str, Any]) -> list[tuple[str, str, str]]:
    pairs = [(str(label), getattr(before, name, "") or "", getattr(row, name) or "") for name, label in shown.items()]
    return [(label, old, new) for label, old, new in pairs if old != new] if before is not None else []


def _deeds(rows: Any, need: int) -> list[Event]:
    found = list(rows.order_by("-id")[:need])
    people = User.objects.in_bulk({row.actor_id for row in found} - {None})
    addresses = [row.subject.rpartition(":")[2] for row in found if row.action == DEPARTMENTS]
    codes = dict(ClauseAddress.objects.filter(pk__in=addresses).values_list("pk", "code")) if addresses else {}
    named = [pk for row in found for pk in _clauses_of(row.detail)]
    clauses = {row.pk: str(row) for row in Clause.objects.filter(pk__in=named).only("code", "label", "title")} if named else {}
    return [_deed(row, _name(people.get(row.actor_id)), codes, clauses) for row in found]


def _deed(row: AuditRow, who: str, codes: dict[int, str], clauses: dict[int, str]) -> Event:
    if row.action != DEPARTMENTS:
        how = HOW.get(row.detail.get("how", ""))
        title = f"{DEEDS[row.action]}：{how}" if how else str(DEEDS[row.action])
        about = "、".join(clauses[pk] for pk in _clauses_of(row.detail)[:NAMED] if pk in clauses)
        return Event(row.at, row.pk, "deed", title, who, str(row.detail.get("why", "")), about)
    year, before, after = row.detail["fiscal_year"], "、".join(row.detail["before"]), "、".join(row.detail["names"])
    label = _("所管課（%(year)s年度）") % {"year": year}
    code = codes.get(int(row.subject.rpartition(":")[2]), "")
    return Event(row.at, row.pk, "deed", _("所管課を直した"), who, about=code, changes=[(label, before, after)])


def _clauses_of(detail: dict[str, Any]) -> list[int]:
    more = detail.get("clauses")
    return [pk for pk in (detail.get("clause"), *(more if isinstance(more, list) else ())) if isinstance(pk, int)]


def _name(user: Any) -> str:
    return user.name if user else _("システム")
