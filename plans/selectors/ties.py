"""What an edition or a clause is tied to: links to other clauses and plans, and what became of it in the next edition."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.fields.json import KT
from django.db.models.functions import JSONObject
from django.utils.translation import gettext_lazy as _

from ichinoseki_portal.access import ANYONE
from plans.enums import Basis, LinkType, SuccessionKind, TextKind
from plans.models import Clause, ClauseAddress, ClauseLink, ClauseText, Edition, Succession
from plans.models.editions import newest_first
from plans.models.wording import named

from .current import current_value, next_first_year, overlay, unsettled
from .status import Status, status_of

# What a link says, read from its origin and from its target.
WORDS: dict[str, tuple[Any, Any]] = {
    LinkType.UPPER_PLAN: (_("上位の計画"), _("下位の計画")),
    LinkType.IMPLEMENTS: (_("これが実行する項目"), _("これを実行する計画・項目")),
    LinkType.ELABORATES: (_("これがくわしくする項目"), _("これをくわしくする項目")),
    LinkType.GIVES_DIRECTION: (_("方針を示す相手"), _("方針のもとになる計画")),
    LinkType.SUCCEEDS: (_("引き継いだ前の計画"), _("これを引き継いだ計画")),
    LinkType.CONTRIBUTES: (_("これが役立つ先"), _("これに役立つ項目")),
    LinkType.ECHOES: (_("言葉が響き合う項目"), _("言葉が響き合う項目")),
    LinkType.SUPPORTS: (_("これが支える項目"), _("これを支える項目")),
    LinkType.REALISED_BY: (_("これを実現する項目"), _("これが実現する項目")),
    LinkType.TRIGGERS: (_("見直しのきっかけ"), _("これをきっかけに見直す項目")),
    LinkType.REFERS: (_("これが参照する項目"), _("これを参照する項目")),
    LinkType.EXPLAINS: (_("これが説明する項目"), _("これを説明する項目")),
}
_ORDER = {kind: place for place, kind in enumerate(WORDS)}

# What became of an old clause, and where a new one came from.
BECAME: dict[str, tuple[Any, Any]] = {
    SuccessionKind.KEPT: (_("次の版でもそのまま"), _("前の版からそのまま")),
    SuccessionKind.CHANGED: (_("次の版で変わりました"), _("前の版から変わりました")),
    SuccessionKind.MERGED: (_("次の版で一つにまとまりました"), _("前の版のいくつかをまとめました")),
    SuccessionKind.SPLIT: (_("次の版で分かれました"), _("前の版から分かれました")),
    SuccessionKind.DROPPED: (_("次の版でなくなりました"), _("次の版でなくなりました")),
    SuccessionKind.ADDED: (_("新しく加わりました"), _("この版で新しく加わりました")),
}
EDITION_BECAME = (_("次の版"), _("前の版"))


@dataclass(frozen=True)
class End:
    """The far end of a tie, with the status of its plan: a plan is never named without it."""

    url: str
    name: str  # "" when the tie is to the edition as a whole
    edition: Edition
    status: Status


@dataclass(frozen=True)
class Tie:
    words: Any
    end: End | None
    basis: str = ""  # label of Basis; "" for a succession
    note: str = ""
    editors: bool = False


@dataclass(frozen=True)
class Row:
    """A link or a succession as read: from address ``a`` to address ``b``, one of which is the page's own."""

    tag: str  # "link" or "succession"
    pk: int
    kind: str
    basis: str
    note: str
    a: int | None
    b: int | None
    outward: bool


@dataclass
class Ties:
    links: list[Tie] = field(default_factory=list)
    successions: list[Tie] = field(default_factory=list)


def ties_of(edition: Edition, code: str, at: dt.datetime, on: dt.date, *, links: bool, successions: bool) -> Ties:
    """What one address of an edition ("" is the edition itself) is tied to. Two queries, none where there is nothing.

    A far end whose clause the public may not see yet is left out. ``on`` is the day for the status of the plans named.
    """
    rows = _rows(edition, code, at, links=links, successions=successions)
    ends = far_ends({end for row in rows for end in (row.a, row.b) if end}, at, on) if rows else {}
    return Ties(_links(rows, ends), _successions(rows, ends, whole=not code))


def tie_flags(at: dt.datetime, edition: Any, code: Any) -> dict[str, Exists]:
    """Whether there is anything to read, as annotations: an absent thing then costs no query. Both arguments are expressions."""

    def either(one: str, other: str) -> Q:
        return Q(**{f"{one}__edition": edition, f"{one}__code": code}) | Q(
            **{f"{other}__edition": edition, f"{other}__code": code}
        )

    return {
        "has_links": Exists(ClauseLink.objects.visible_to(ANYONE, at).filter(either("origin", "target"))),
        "has_successions": Exists(Succession.objects.visible_to(ANYONE, at).filter(either("old", "new"))),
    }


def far_ends(addresses: Iterable[int], at: dt.datetime, on: dt.date) -> dict[int, End]:
    """What stands at these addresses, by address, in the text that counts or else the newest that had it. One query."""
    there = Clause.objects.visible_to(ANYONE, at).filter(address=OuterRef("pk")).order_by(*newest_first("snapshot__"))
    short = ClauseText.objects.visible_to(ANYONE, at).filter(address=OuterRef("pk"), kind=TextKind.SHORT_TITLE)
    rows = (
        ClauseAddress.objects.visible_to(ANYONE, at)
        .filter(pk__in=set(addresses))
        .select_related("edition__plan")
        .annotate(
            stage=current_value("stage", "edition", at),
            following=next_first_year("edition__plan", "edition__first_fiscal_year", at),
            unsettled=unsettled("edition", at),
            there=Subquery(there.values(said=JSONObject(where=KT("frozen__where"), title="title", label="label"))[:1]),
            short_title=Subquery(short.values("text")[:1]),
        )
    )
    return {row.pk: _end(row, on) for row in rows if row.there or not row.code}


def _end(row: Any, on: dt.date) -> End:
    edition, said = overlay(row.edition, row.unsettled), row.there
    name = named(said["where"] or "", said["label"], said["title"] or row.short_title or "") if row.code else ""
    return End(row.get_absolute_url(), name, edition, status_of(edition, row.stage or "", on, row.following))


def _links(rows: list[Row], ends: dict[int, End]) -> list[Tie]:
    shown = []
    for row in sorted((row for row in rows if row.tag == "link"), key=lambda row: (_ORDER[row.kind], not row.outward, row.pk)):
        end = ends.get((row.b if row.outward else row.a) or 0)
        if end:
            words = WORDS[row.kind][0 if row.outward else 1]
            shown.append(Tie(words, end, str(Basis(row.basis).label), row.note, row.basis == Basis.EDITOR))
    return shown


def _successions(rows: list[Row], ends: dict[int, End], *, whole: bool) -> list[Tie]:
    """What became of it first, then where it came from."""
    later: list[Tie] = []
    earlier: list[Tie] = []
    for row in sorted((row for row in rows if row.tag == "succession"), key=lambda row: row.pk):
        far = row.b if row.outward else row.a
        end = ends.get(far) if far else None
        if far and not end:
            continue
        words = (EDITION_BECAME if whole else BECAME[row.kind])[0 if row.outward else 1]
        (later if row.outward else earlier).append(Tie(words, end, note=row.note))
    return later + earlier


def _rows(edition: Edition, code: str, at: dt.datetime, *, links: bool, successions: bool) -> list[Row]:
    """Links and successions in one query."""
    parts = []
    if links:
        parts.append(_values("link", _link_rows(edition, code, at), "origin", "target", F("type"), F("basis"), F("note")))
    if successions:
        rows = _succession_rows(edition, code, at)
        parts.append(_values("succession", rows, "old", "new", F("kind"), Value(""), F("reason")))
    if not parts:
        return []
    found = []
    for tag, pk, kind, basis, note, a, a_edition, a_code, b in parts[0].union(*parts[1:], all=True):
        found.append(Row(tag, pk, kind, basis, note, a, b, (a_edition, a_code) == (edition.pk, code)))
    return found


def _link_rows(edition: Edition, code: str, at: dt.datetime) -> QuerySet[ClauseLink]:
    here = Q(origin__edition=edition, origin__code=code) | Q(target__edition=edition, target__code=code)
    return ClauseLink.objects.visible_to(ANYONE, at).filter(here)


def _succession_rows(edition: Edition, code: str, at: dt.datetime) -> QuerySet[Succession]:
    """As the text that counts states them: an older draft's word on it is gone."""
    here = Q(old__edition=edition, old__code=code) | Q(new__edition=edition, new__code=code)
    return stated_successions(at).filter(here)


def stated_successions(at: dt.datetime) -> QuerySet[Succession]:
    """Successions as stated by the text that counts of each later edition, or recorded of editions as a whole."""
    listed = Edition.objects.visible_to(ANYONE, at)
    stated = Q(snapshot=None) | Q(snapshot=current_value("pk", "edition", at))
    return Succession.objects.visible_to(ANYONE, at).filter(stated, edition__in=listed)


def _values(tag: str, rows: QuerySet[Any], a: str, b: str, kind: Any, basis: Any, note: Any) -> QuerySet[Any, Any]:
    values = {
        "r_tag": Value(tag),
        "r_pk": F("pk"),
        "r_kind": kind,
        "r_basis": basis,
        "r_note": note,
        "r_a": F(f"{a}_id"),
        "r_a_edition": F(f"{a}__edition_id"),
        "r_a_code": F(f"{a}__code"),
        "r_b": F(f"{b}_id"),
    }
    return rows.order_by().annotate(**values).values_list(*values)
