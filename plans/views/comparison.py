"""新旧対照表 of any two texts of one plan, and the 正誤表 of an edition."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import gettext as _

from ichinoseki_portal.access import access
from plans.actions.comparing import Comparing, comparison_of, comparisons_of, followed, in_order
from plans.actions.pairing import Row
from plans.enums import ChangeKind
from plans.models.editions import KEY_PATTERN
from plans.selectors.comparison import PlanTexts, Side, plan_texts
from plans.selectors.stages import errata_taken_back, taken_back

from .gone import gone
from .pages import page

PER_PAGE = 500
_ADDRESS = re.compile(rf"({KEY_PATTERN})/({KEY_PATTERN})/v(0|[1-9][0-9]{{0,5}})\Z")


@access("public", object="snapshot")
def compare_choice(request: HttpRequest, plan: str) -> HttpResponse:
    """A form for two texts; with both chosen, on to their own address."""
    at = timezone.now()
    texts = plan_texts(plan, at)
    if texts is None:
        return gone(request, taken_back(at, plan))
    asked = {name: request.GET[name].strip() for name in ("old", "new") if name in request.GET}
    if not asked:
        return _choice(request, texts, {})
    named = [_ADDRESS.match(asked.get(name, "")) for name in ("old", "new")]
    if named[0] is None or named[1] is None:
        return _choice(request, texts, asked, problem=_("くらべる文を、下から二つ選んでください。"))
    (old_plan, *old), (new_plan, *new) = named[0].groups(), named[1].groups()
    if old_plan != new_plan:
        return _choice(request, texts, {}, unrelated=True)
    return HttpResponseRedirect(_path(old_plan, *old, *new))


@access("public", object="snapshot")
def compare(request: HttpRequest, plan: str, old: str, old_sequence: int, new: str, new_sequence: int) -> HttpResponse:
    """The comparison at its address for good: the older text first."""
    at = timezone.now()
    texts = plan_texts(plan, at)
    one, other = (texts.side(old, old_sequence), texts.side(new, new_sequence)) if texts else (None, None)
    if texts is None or one is None or other is None:
        return _gone(request, plan, [(old, old_sequence, one), (new, new_sequence, other)], at)
    if one == other:
        return _choice(request, texts, {}, problem=_("同じ文どうしが選ばれています。ちがう文を二つ選んでください。"))
    if one.snapshot.is_outline or other.snapshot.is_outline:
        return _choice(
            request, texts, {}, problem=_("要約には計画の本文がないので、くらべられません。ほかの文を選んでください。")
        )
    if not in_order(one.snapshot, other.snapshot):
        way = {"swapped": "1"} | {name: request.GET[name] for name in ("all",) if name in request.GET}
        return HttpResponseRedirect(f"{_path(plan, new, new_sequence, old, old_sequence)}?{urlencode(way)}")
    context = _context(request, texts, comparison_of(one.snapshot, other.snapshot, at))
    return page(request, "plans/compare.html", {**context, "old": one, "new": other}, shows=[one.snapshot, other.snapshot])


def _gone(request: HttpRequest, plan: str, asked: list[tuple[str, int, Side | None]], at: dt.datetime) -> HttpResponse:
    """410 where both texts are public or had been; as soon as one never was, what anything missing says."""
    told = [taken_back(at, plan, edition, sequence) for edition, sequence, side in asked if side is None]
    return gone(request, told[0] if all(told) else None)


def _context(request: HttpRequest, texts: PlanTexts, comparing: Comparing) -> dict[str, Any]:
    every = request.GET.get("all") == "1"
    rows = comparing.rows if every else [row for row in comparing.rows if not row.is_kept]
    number, pages = _page(request.GET.get("page", ""), len(rows))
    editions = dict.fromkeys(one.edition for one in (comparing.older, comparing.newer))
    return {
        "plan": texts.plan,
        "fictional": texts.plan.fictional,
        "comparing": comparing,
        "counts": [(kind, kind.label, comparing.counts[kind]) for kind in _KINDS],
        "twice": any(len(row.kinds) > 1 for row in comparing.rows),
        "guessed": any(row.guessed for row in comparing.rows),
        "rows": rows[(number - 1) * PER_PAGE : number * PER_PAGE],
        "every": every,
        "pages": range(1, pages + 1),
        "number": number,
        "swapped": request.GET.get("swapped") == "1",
        "errata": [edition for edition in editions if texts.errata(edition.key)],
        "canonical": request.path,
    }


_KINDS = (
    *(ChangeKind.CHANGED, ChangeKind.ADDED, ChangeKind.DROPPED, ChangeKind.MOVED),
    *(ChangeKind.MERGED, ChangeKind.SPLIT, ChangeKind.KEPT),
)


@access("public", object="edition")
def errata(request: HttpRequest, plan: str, edition: str) -> HttpResponse:
    """正誤表: what each published correction of an edition put right."""
    at = timezone.now()
    texts = plan_texts(plan, at)
    own = [] if texts is None else [one for one in texts.sides if one.snapshot.edition.key == edition]
    if texts is None or not own:
        return gone(request, taken_back(at, plan, edition))
    known = [one.snapshot for one in texts.sides]
    corrections = texts.errata(edition)
    pairs = [(older, one.snapshot) for one in corrections if (older := followed(one.snapshot, known)) is not None]
    found = {comparing.newer.pk: comparing for comparing in comparisons_of(pairs, at)}
    sheets = [_Sheet(one, found.get(one.snapshot.pk)) for one in corrections]
    context = {"volume": own[0].volume, "edition": own[0].volume.edition, "sheets": sheets, "fictional": texts.plan.fictional}
    context["withdrawn"] = errata_taken_back(own[0].volume.edition, at)
    return page(request, "plans/errata.html", context)


@dataclass(frozen=True)
class _Sheet:
    """One correction and what it put right; nothing where what it corrected is not public any more."""

    side: Side
    comparing: Comparing | None

    @property
    def rows(self) -> list[Row]:
        return [row for row in self.comparing.rows if not row.is_kept] if self.comparing else []


def _choice(
    request: HttpRequest, texts: PlanTexts, asked: dict[str, str], *, problem: str = "", unrelated: bool = False
) -> HttpResponse:
    options = [one.address for one in texts.comparable]
    chosen = {"new": asked.get("new") or next(iter(options), ""), "old": asked.get("old") or next(iter(options[1:]), "")}
    context: dict[str, Any] = {"texts": texts, "plan": texts.plan, "fictional": texts.plan.fictional, "chosen": chosen}
    context |= {"problem": problem, "unrelated": unrelated, "possible": len(options) > 1}
    wrong = bool(problem or unrelated)
    return page(request, "plans/compare_choice.html", context, noindex=wrong, status=400 if wrong else 200)


def _page(asked: str, rows: int) -> tuple[int, int]:
    """The page asked for, or the nearest one there is, and how many there are."""
    pages = max(1, -(-rows // PER_PAGE))
    number = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 6 else 1
    return min(max(number, 1), pages), pages


def _path(plan: str, *parts: str | int) -> str:
    old, old_sequence, new, new_sequence = parts
    return f"/plans/{plan}/compare/{old}/v{old_sequence}/{new}/v{new_sequence}/"
