"""All that hangs on a clause beside its official words: what the clause's page shows, and the one form that is not a model's."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from ichinoseki_portal import fiscal
from ichinoseki_portal.text import RefusedText
from plans.actions.departments import set_departments, split_names
from plans.actions.editing import EditRefused, OvertakenEdit
from plans.models import Clause
from plans.selectors import desk

from .conflicts import locked_words
from .timeline import clause_timeline

LATEST = 5


def urls(admin: ModelAdmin) -> list[URLPattern]:
    """Below /admin/plans/clause/."""

    def departments(request: HttpRequest, pk: int) -> HttpResponse:
        return save_departments(admin, request, pk)

    return [path("<int:pk>/departments/", admin.admin_site.admin_view(departments), name="plans_clause_departments")]


def shown(clause: Clause, request: HttpRequest) -> dict[str, Any]:
    """What the change page gets beside Django's own."""
    return {
        "desk": desk.clause_desk(clause, request.user, timezone.now()),
        "locked": locked_words(clause.snapshot),
        "latest": clause_timeline(clause).events[:LATEST],
        "may_set_departments": _may(request),
    }


def save_departments(admin: ModelAdmin, request: HttpRequest, pk: int) -> HttpResponse:
    """所管課 of one fiscal year, as the field says it; a second editor sees what stands there now and keeps the own words."""
    if request.method != "POST" or not _may(request):
        raise PermissionDenied
    clause = get_object_or_404(Clause.objects.visible_to(request.user).select_related("address__edition__plan"), pk=pk)
    year, names = request.POST.get("fiscal_year", ""), request.POST.get("names", "")
    number = int(year) if year.isascii() and year.isdecimal() and len(year) == 4 else 0
    try:
        done = set_departments(
            address=clause.address,
            fiscal_year=number,
            names=split_names(names),
            by=request.user,  # type: ignore[arg-type]
            seen=split_names(request.POST.get("seen", "")),
        )
    except (EditRefused, RefusedText) as error:
        why = str(error)
        if isinstance(error, OvertakenEdit):
            now = "、".join(desk.departments_of(clause.address, number)) or _("なし")
            why = _("ほかの人が先に直しました。いまの所管課：%(now)s") % {"now": now}
        typed = [(_("所管課（%(year)s年度）") % {"year": year}, names)]
        context = {
            **admin.admin_site.each_context(request),
            **{"opts": admin.opts, "original": clause, "title": _("保存できませんでした"), "why": why, "typed": typed},
            "back": reverse("admin:plans_clause_change", args=[pk]),
        }
        return TemplateResponse(request, "admin/plans/words_kept.html", context, status=409)
    if done:
        messages.success(request, _("%(year)sの所管課を保存しました。") % {"year": fiscal.fiscal_year_label(number)})
    return HttpResponseRedirect(reverse("admin:plans_clause_change", args=[pk]) + "#departments")


def _may(request: HttpRequest) -> bool:
    return request.user.has_perm("plans.change_clause")
