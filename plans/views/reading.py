"""Public reading pages: everybody reads as the public, and what one may not see is missing."""

from __future__ import annotations

import datetime as dt

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone

from ichinoseki_portal.access import access
from plans.enums import ClauseKind
from plans.models import Clause
from plans.selectors.clauses import clause_page, shown_clause
from plans.selectors.editions import EditionPage, edition_page
from plans.selectors.latest import clause_thread, latest_page
from plans.selectors.shelf import plan_page, plans_page
from plans.selectors.stages import taken_back

from .asof import AsOf, asof
from .gone import gone
from .pages import keep_out, page


@access("public", object="plan")
def plan_list(request: HttpRequest) -> HttpResponse:
    when = asof(request)
    shelves = plans_page(timezone.now(), when.day)
    return _dated(request, "plans/plan_list.html", {"shelves": shelves}, when)


@access("public", object="plan")
def plan_detail(request: HttpRequest, plan: str) -> HttpResponse:
    at, when = timezone.now(), asof(request)
    shelf = plan_page(plan, at, when.day)
    if shelf is None:
        return gone(request, taken_back(at, plan))
    return _dated(request, "plans/plan_detail.html", {"shelf": shelf, "fictional": shelf.plan.fictional}, when)


def _dated(request: HttpRequest, template: str, context: dict[str, object], when: AsOf) -> HttpResponse:
    extra = {"asof": when, "canonical": when.path if when.asked else ""}
    return page(request, template, context | extra, noindex=when.asked, status=when.status)


@access("public", object="edition")
def edition_detail(request: HttpRequest, plan: str, edition: str) -> HttpResponse:
    at, when = timezone.now(), asof(request)
    found = edition_page(plan, edition, at, on=when.day)
    if found is None:
        return gone(request, taken_back(at, plan, edition))
    return _edition(request, found, when)


@access("public", object="edition")
def plan_latest(request: HttpRequest, plan: str) -> HttpResponse:
    """The edition in force, at an address that stays when the next one comes."""
    at, when = timezone.now(), asof(request)
    found = latest_page(plan, at, when.day)
    if found is None:
        return gone(request, taken_back(at, plan))
    if found.page is None:
        context = {"shelf": found.shelf, "fictional": found.shelf.plan.fictional, "none_yet": True, "asof": when}
        context["canonical"] = found.shelf.plan.get_absolute_url()
        return page(request, "plans/plan_detail.html", context, noindex=when.asked, status=when.status)
    return _edition(request, found.page, when, latest=found)


@access("public", object="edition")
def snapshot_detail(request: HttpRequest, plan: str, edition: str, sequence: int) -> HttpResponse:
    """A stated snapshot (v<n>): the same page with the text of that stage, for good."""
    at, when = timezone.now(), asof(request)
    found = edition_page(plan, edition, at, sequence=sequence, on=when.day)
    if found is None:
        return gone(request, taken_back(at, plan, edition, sequence))
    return _edition(request, found, when)


def _edition(request: HttpRequest, found: EditionPage, when: AsOf, **extra: object) -> HttpResponse:
    standing = found.standing
    plain = found.edition.get_absolute_url()
    context = {
        "page": found,
        "fictional": found.edition.plan.fictional,
        "canonical": standing.place.base if standing.stated and not standing.counts else plain,
        "decided_since": standing.decided_since,
        "asof": when,
        **extra,
    }
    return page(request, "plans/edition_detail.html", context, shows=[found.snapshot], noindex=when.asked, status=when.status)


@access("public", object="clause")
def clause_detail(request: HttpRequest, plan: str, edition: str, code: str) -> HttpResponse:
    at = timezone.now()
    clause = shown_clause(plan, edition, code, at)
    if clause is None:
        return gone(request, taken_back(at, plan, edition, code=code))
    return _clause(request, clause, at)


@access("public", object="clause")
def snapshot_clause(request: HttpRequest, plan: str, edition: str, sequence: int, code: str) -> HttpResponse:
    at = timezone.now()
    clause = shown_clause(plan, edition, code, at, sequence)
    if clause is None:
        return gone(request, taken_back(at, plan, edition, sequence))
    return _clause(request, clause, at, stated=True)


def _clause(request: HttpRequest, clause: Clause, at: dt.datetime, *, stated: bool = False) -> HttpResponse:
    if clause.kind == ClauseKind.PARAGRAPH and clause.parent_id:
        parent, _dot, anchor = clause.code.rpartition(".")
        base = clause.snapshot.get_absolute_url() if stated else clause.snapshot.edition.get_absolute_url()
        asked = f"?{request.GET.urlencode()}" if request.GET else ""
        answer = HttpResponseRedirect(f"{base}{parent}/{asked}#{anchor}")
        return keep_out(answer) if clause.snapshot.before_decision else answer
    when = asof(request)
    found = clause_page(clause, at, stated=stated, on=when.day)
    own = stated and not found.is_current
    context = {
        "page": found,
        "fictional": found.edition.plan.fictional,
        "canonical": found.entry.url if own else found.entry.clause_address,
        "decided_since": found.decided_since,
        "asof": when,
    }
    return page(request, "plans/clause_detail.html", context, shows=[found.snapshot], noindex=when.asked, status=when.status)


@access("public", object="clause")
def clause_latest(request: HttpRequest, plan: str, edition: str, code: str) -> HttpResponse:
    """What became of a clause in the editions that followed."""
    at = timezone.now()
    clause = shown_clause(plan, edition, code, at)
    if clause is None:
        return gone(request, taken_back(at, plan, edition, code=code))
    when, edition_shown = asof(request), clause.snapshot.edition
    thread = clause_thread(clause, at, when.day)
    context = {"thread": thread, "edition": edition_shown, "fictional": edition_shown.plan.fictional, "asof": when}
    hidden = thread.shows_draft or when.asked
    return page(request, "plans/clause_latest.html", context, noindex=hidden, status=when.status)
