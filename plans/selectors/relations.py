"""つながり一覧: every tie between clauses and plans the public may see, by pair of plans, each with what it rests on."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext

from ichinoseki_portal import fiscal
from ichinoseki_portal.access import ANYONE
from plans.enums import Basis, LinkType
from plans.models import ClauseLink, Plan

from .status import period_of
from .ties import End, far_ends

_ORDER = {kind: place for place, kind in enumerate(LinkType.values)}


@dataclass(frozen=True)
class Relation:
    link: ClauseLink
    origin: End
    target: End

    @property
    def stated(self) -> bool:
        return self.link.basis == Basis.STATED

    @property
    def lines(self) -> str:
        """70–72; "" when no line is named."""
        numbers = [int(number) for number in self.link.quote_lines]
        if not numbers:
            return ""
        return f"{numbers[0]}–{numbers[-1]}" if numbers[0] != numbers[-1] else str(numbers[0])

    @property
    def ends(self) -> list[tuple[End, str]]:
        """Both ends with their periods."""
        return [(end, period_of(end.edition)) for end in (self.origin, self.target)]


@dataclass
class Pair:
    """The ties between two plans, or within one."""

    plans: tuple[Plan, Plan]
    relations: list[Relation] = field(default_factory=list)

    @property
    def fictional(self) -> bool:
        return any(plan.fictional for plan in self.plans)

    @property
    def name(self) -> str:
        one, other = self.plans
        if one == other:
            return gettext("%(plan)s の中") % {"plan": one.title}
        return gettext("%(one)s と %(other)s") % {"one": one.title, "other": other.title}


@dataclass
class RelationsPage:
    pairs: list[Pair]
    basis: str  # the one shown; "" for all
    counts: dict[str, int]  # by basis; "" counts all

    @property
    def names_drafts(self) -> bool:
        ends = (end for pair in self.pairs for one in pair.relations for end in (one.origin, one.target))
        return any(end.status.key == "draft" for end in ends)


def relations_page(at: dt.datetime, basis: str = "") -> RelationsPage:
    """Two queries. A tie to a clause that is not public is left out."""
    links = list(ClauseLink.objects.visible_to(ANYONE, at).defer("author", "approver").order_by("id"))
    ends = far_ends({end for link in links for end in (link.origin_id, link.target_id)}, at, fiscal.today(at))
    links = [link for link in links if link.origin_id in ends and link.target_id in ends]
    counts = Counter(link.basis for link in links)
    pairs: dict[Any, Pair] = {}
    for link in sorted(links, key=lambda link: (_ORDER[link.type], link.pk)):
        if basis and link.basis != basis:
            continue
        relation = Relation(link, ends[link.origin_id], ends[link.target_id])
        plans = sorted((relation.origin.edition.plan, relation.target.edition.plan), key=_place)
        pair = pairs.setdefault(tuple(plan.pk for plan in plans), Pair((plans[0], plans[1])))
        pair.relations.append(relation)
    shown = sorted(pairs.values(), key=lambda pair: (pair.fictional, pair.plans[0] == pair.plans[1], *map(_place, pair.plans)))
    return RelationsPage(shown, basis, {"": len(links), **{key: counts[key] for key in Basis.values}})


def _place(plan: Plan) -> tuple[int, str]:
    return (plan.position, plan.key)
