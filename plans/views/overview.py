"""Overviews over all plans: 年表, つながり, 表, 用語. Read as the public."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone

from ichinoseki_portal.access import access
from plans.enums import Basis
from plans.selectors.family import family_page
from plans.selectors.glossary import glossary_page
from plans.selectors.matrix import Choice, matrix_choice, matrix_page
from plans.selectors.relations import relations_page

from .pages import page as answer


@access("public", object="plan")
def family(request: HttpRequest) -> HttpResponse:
    page = family_page(timezone.now())
    return answer(request, "plans/family.html", {"page": page}, names_drafts=page.names_drafts)


@access("public", object="link")
def relations(request: HttpRequest) -> HttpResponse:
    basis = request.GET.get("basis", "")
    unknown = bool(basis) and basis not in Basis.values  # all are shown, under a word on it
    page = relations_page(timezone.now(), "" if unknown else basis)
    context = {"page": page, "bases": Basis.choices, "unknown": unknown}
    status = 400 if unknown else 200
    return answer(request, "plans/relations.html", context, names_drafts=page.names_drafts, noindex=unknown, status=status)


@access("public", object="term")
def terms(request: HttpRequest) -> HttpResponse:
    return answer(request, "plans/terms.html", {"words": glossary_page(timezone.now())})


@access("public", object="link")
def matrix_choices(request: HttpRequest) -> HttpResponse:
    """Which two to put side by side; what was chosen is sent on to the table's own address."""
    choice = matrix_choice(timezone.now())
    chosen = request.GET.get("rows", ""), request.GET.get("columns", "")
    if not any(chosen):
        return _choices(request, choice)
    known = {one.key for one in choice.volumes}
    if not known.issuperset(chosen):
        return _choices(request, choice, unknown=True, chosen=chosen)
    if chosen[0] == chosen[1]:
        return _choices(request, choice, same=True, chosen=chosen)
    return HttpResponseRedirect(reverse("plans:matrix", args=[*chosen[0].split("/"), *chosen[1].split("/")]))


@access("public", object="link")
def matrix(request: HttpRequest, plan: str, edition: str, other_plan: str, other_edition: str) -> HttpResponse:
    at = timezone.now()
    one, other = (plan, edition), (other_plan, other_edition)
    page = matrix_page(one, other, at)
    if page is None:
        raise Http404
    if one == other:
        return _choices(request, matrix_choice(at), same=True)
    context = {"page": page, "fictional": page.fictional, "before_decision": page.before_decision}
    return answer(request, "plans/matrix.html", context, noindex=page.before_decision)


def _choices(
    request: HttpRequest, choice: Choice, *, same: bool = False, unknown: bool = False, chosen: tuple[str, ...] = ("", "")
) -> HttpResponse:
    """The form. What was asked for and cannot be is said in words; what can be chosen stays chosen."""
    known = [one.key for one in choice.volumes]
    rows, columns = (one if one in known else "" for one in chosen)
    columns = columns or next((one for one in known if one != (rows or known[0])), "")
    context = {"choice": choice, "same": same, "unknown": unknown, "rows": rows, "columns": columns}
    wrong = same or unknown
    return answer(request, "plans/matrix_choice.html", context, noindex=wrong, status=400 if wrong else 200)
