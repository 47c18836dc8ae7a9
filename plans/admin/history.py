"""The history of a snapshot and of a clause as a timeline: one list, newest first, in pages."""

from __future__ import annotations

from typing import Any

from django.contrib.admin import ModelAdmin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _

from plans.actions.differences import difference
from plans.models import Clause, Snapshot

from .timeline import MOST, PER_PAGE, Timeline, clause_timeline, snapshot_timeline


def urls(admin: ModelAdmin) -> list[URLPattern]:
    """Below /admin/plans/snapshot/."""

    def timeline(request: HttpRequest, pk: int) -> HttpResponse:
        return of_snapshot(admin, request, pk)

    return [path("<int:pk>/timeline/", admin.admin_site.admin_view(timeline), name="plans_snapshot_timeline")]


def clause_urls(admin: ModelAdmin) -> list[URLPattern]:
    """Below /admin/plans/clause/."""

    def timeline(request: HttpRequest, pk: int) -> HttpResponse:
        return of_clause(admin, request, pk)

    return [path("<int:pk>/timeline/", admin.admin_site.admin_view(timeline), name="plans_clause_timeline")]


def of_snapshot(admin: ModelAdmin, request: HttpRequest, pk: int) -> HttpResponse:
    _ask(request, "plans.view_snapshot")
    snapshot = get_object_or_404(Snapshot.objects.visible_to(request.user).select_related("edition__plan", "decision"), pk=pk)
    return _page(admin, request, snapshot, snapshot_timeline(snapshot, _number(request)))


def of_clause(admin: ModelAdmin, request: HttpRequest, pk: int) -> HttpResponse:
    _ask(request, "plans.view_clause")
    rows = Clause.objects.visible_to(request.user).select_related("snapshot__edition__plan", "address__edition__plan")
    clause = get_object_or_404(rows, pk=pk)
    return _page(admin, request, clause, clause_timeline(clause, _number(request)))


def to_timeline(name: str, pk: Any) -> HttpResponse:
    """Where Django's own 「履歴」 leads."""
    return HttpResponseRedirect(reverse(f"admin:plans_{name}_timeline", args=[pk]))


def _ask(request: HttpRequest, permission: str) -> None:
    if request.method not in ("GET", "HEAD") or not request.user.has_perm(permission):
        raise PermissionDenied


def _number(request: HttpRequest) -> int:
    words = request.GET.get("page", "1")
    if not (words.isascii() and words.isdecimal() and 0 < int(words[:6]) <= MOST // PER_PAGE and len(words) <= 6):
        raise Http404
    return int(words)


def _page(admin: ModelAdmin, request: HttpRequest, original: Any, timeline: Timeline) -> HttpResponse:
    shown = [
        {"event": event, "changes": [(label, difference(before, after)) for label, before, after in event.changes]}
        for event in timeline.events
    ]
    context = {
        **admin.admin_site.each_context(request),
        "opts": admin.opts,
        "original": original,
        "title": _("これまでの動きと文の履歴"),
        "timeline": timeline,
        "shown": shown,
    }
    return TemplateResponse(request, "admin/plans/timeline.html", context)
