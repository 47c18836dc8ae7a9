"""What an edition or a clause is tied to: links to other clauses and plans, and what became of it in the next edition."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Exists, Q
from django.utils.translation import gettext_lazy as _

from ichinoseki_portal.access import ANYONE
from plans.enums import Basis, LinkType, SuccessionKind
from plans.models import Clause, ClauseAddress, ClauseLink, Edition, Succession

from .current import current_value, newest_first, next_first_year
from .entries import Texts, chain, lines_up
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


@dataclass
class Ties:
    """Rows as read; ``named`` turns them into what a page shows once clauses and texts of the far ends are known."""

    edition: Edition
    code: str
    links: list[ClauseLink] = field(default_factory=list)
    successions: list[Succession] = field(default_factory=list)
    clauses: dict[int, Clause] = field(default_factory=dict)  # of the far ends, by address

    def is_here(self, address: ClauseAddress | None) -> bool:
        return address is not None and (address.edition_id, address.code) == (self.edition.pk, self.code)

    def far_addresses(self) -> list[ClauseAddress]:
        ends = [end for row in self.links for end in (row.origin, row.target)]
        ends += [end for row in self.successions for end in (row.old, row.new) if end is not None]
        return [end for end in ends if not self.is_here(end)]


def read_ties(edition: Edition, code: str, at: dt.datetime, *, links: bool = True, successions: bool = True) -> Ties:
    """The ties of one address of an edition ("" is the edition itself). At most three queries."""
    ties = Ties(edition, code)
    if links:
        ties.links = list(_links(edition, code, at))
    if successions:
        ties.successions = list(_successions(edition, code, at))
    ids = {end.pk for end in ties.far_addresses() if end.code}
    if ids:
        shown = Clause.objects.visible_to(ANYONE, at).filter(address__in=ids).order_by(*newest_first("snapshot__"))
        for clause in shown.select_related("snapshot", "parent__parent__parent__parent"):
            ties.clauses.setdefault(clause.address_id, clause)
    return ties


def named_links(ties: Ties, texts: dict[int, Texts], on: dt.date) -> list[Tie]:
    """The links as a page shows them. A far end whose clause the public may not see yet is left out."""
    shown = []
    for link in sorted(ties.links, key=lambda link: (_ORDER[link.type], not ties.is_here(link.origin), link.pk)):
        outward = ties.is_here(link.origin)
        far, stage = (link.target, link.target_stage) if outward else (link.origin, link.origin_stage)
        end = _end(far, stage, link.target_next if outward else link.origin_next, ties, texts, on)
        if end:
            words = WORDS[link.type][0 if outward else 1]
            editors = link.basis == Basis.EDITOR
            shown.append(Tie(words, end, str(Basis(link.basis).label), link.note, editors))
    return shown


def named_successions(ties: Ties, texts: dict[int, Texts], on: dt.date) -> list[Tie]:
    """What became of it first, then where it came from."""
    later: list[Tie] = []
    earlier: list[Tie] = []
    for row in ties.successions:
        forward = ties.is_here(row.old)
        far, stage, following = (row.new, row.new_stage, row.new_next) if forward else (row.old, row.old_stage, row.old_next)
        end = _end(far, stage, following, ties, texts, on) if far else None
        if far and not end:
            continue
        words = (EDITION_BECAME if not ties.code else BECAME[row.kind])[0 if forward else 1]
        (later if forward else earlier).append(Tie(words, end, note=row.reason))
    return later + earlier


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


def _end(far: ClauseAddress, stage: str, following: int | None, ties: Ties, texts: dict[int, Texts], on: dt.date) -> End | None:
    name = ""
    if far.code:
        clause = ties.clauses.get(far.pk)
        if clause is None:
            return None
        name = _clause_name(clause, texts.get(far.pk, {}))
    return End(far.get_absolute_url(), name, far.edition, status_of(far.edition, stage or "", on, following))


def _clause_name(clause: Clause, texts: Texts) -> str:
    heading = clause.title or (texts["short_title"].text if "short_title" in texts else "")
    where = chain(lines_up(clause), heading)
    return where if where.endswith(heading) else f"{where} {heading}"


def _links(edition: Edition, code: str, at: dt.datetime) -> Any:
    here = Q(origin__edition=edition, origin__code=code) | Q(target__edition=edition, target__code=code)
    rows = ClauseLink.objects.visible_to(ANYONE, at).filter(here)
    return _with_plans(rows, ("origin", "target"), at).order_by("id")


def _successions(edition: Edition, code: str, at: dt.datetime) -> Any:
    here = Q(old__edition=edition, old__code=code) | Q(new__edition=edition, new__code=code)
    listed = Edition.objects.visible_to(ANYONE, at)
    stated = Q(snapshot=None) | Q(snapshot=current_value("pk", "edition", at))
    rows = Succession.objects.visible_to(ANYONE, at).filter(here, stated, edition__in=listed)
    return _with_plans(rows, ("old", "new"), at).order_by("id")


def _with_plans(rows: Any, ends: Iterable[str], at: dt.datetime) -> Any:
    extra: dict[str, Callable[..., Any] | Any] = {}
    for end in ends:
        extra[f"{end}_stage"] = current_value("stage", f"{end}__edition", at)
        extra[f"{end}_next"] = next_first_year(f"{end}__edition__plan", f"{end}__edition__first_fiscal_year", at)
    return rows.select_related(*(f"{end}__edition__plan" for end in ends)).annotate(**extra)
