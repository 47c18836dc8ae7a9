"""Public reading pages: everybody reads as the public, and what one may not see is missing."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils import timezone

from ichinoseki_portal import fiscal
from ichinoseki_portal.access import access
from plans.enums import ClauseKind
from plans.selectors.clauses import clause_page, shown_clause
from plans.selectors.editions import edition_page
from plans.selectors.shelf import plan_page, plans_page


@access("public", object="plan")
def plan_list(request: HttpRequest) -> HttpResponse:
    return TemplateResponse(request, "plans/plan_list.html", {"shelves": plans_page(timezone.now())})


@access("public", object="plan")
def plan_detail(request: HttpRequest, plan: str) -> HttpResponse:
    shelf = plan_page(plan, timezone.now())
    if shelf is None:
        raise Http404
    return TemplateResponse(request, "plans/plan_detail.html", {"shelf": shelf, "fictional": shelf.plan.fictional})


@access("public", object="edition")
def edition_detail(request: HttpRequest, plan: str, edition: str) -> HttpResponse:
    page = edition_page(plan, edition, timezone.now())
    if page is None:
        raise Http404
    return TemplateResponse(request, "plans/edition_detail.html", {"page": page, "fictional": page.edition.plan.fictional})


@access("public", object="clause")
def clause_detail(request: HttpRequest, plan: str, edition: str, code: str) -> HttpResponse:
    at = timezone.now()
    clause = shown_clause(plan, edition, code, at)
    if clause is None:
        raise Http404
    if clause.kind == ClauseKind.PARAGRAPH and clause.parent_id:
        parent, _dot, anchor = code.rpartition(".")
        return HttpResponseRedirect(f"{clause.snapshot.edition.get_absolute_url()}{parent}/#{anchor}")
    page = clause_page(clause, at)
    context = {
        "page": page,
        "fictional": page.edition.plan.fictional,
        "address": f"{settings.PUBLIC_BASE_URL}{page.entry.url}",
        "today": fiscal.today(at),
    }
    return TemplateResponse(request, "plans/clause_detail.html", context)
