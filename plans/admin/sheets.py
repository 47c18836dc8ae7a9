"""Excel and CSV of an edition's short titles, plain and English texts and 所管課: out, and in by a preview.

Nothing is kept between preview and yes but what the page itself carries, signed for the person and the snapshot.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.core import signing
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ichinoseki_portal import fiscal
from ichinoseki_portal.spreadsheets import MAX_BYTES, XLSX, RefusedSheet, csv_bytes, read_table, xlsx_bytes
from ichinoseki_portal.text import RefusedText
from plans.actions import sheets
from plans.actions.differences import difference
from plans.actions.editing import EditRefused
from plans.models import Snapshot

SALT = "plans.sheets.preview"
KEPT_FOR = 24 * 60 * 60  # seconds
LARGEST = 4 * 1024 * 1024  # of what a preview carries; below DATA_UPLOAD_MAX_MEMORY_SIZE
ORDER = (sheets.WRONG, sheets.STALE, sheets.CHANGED, sheets.NEW)


class TakeInForm(forms.Form):
    file = forms.FileField(
        label=gettext_lazy("ファイル"),
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv"}),
        error_messages={"empty": gettext_lazy("空のファイルです。"), "required": gettext_lazy("ファイルを選んでください。")},
    )

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > MAX_BYTES:
            raise forms.ValidationError(
                _("ファイルが大きすぎます。%(limit)s MB までにしてください。"), params={"limit": MAX_BYTES // 2**20}
            )
        return file


def urls(admin: ModelAdmin) -> list[URLPattern]:
    def sheet(request: HttpRequest, pk: int) -> HttpResponse:
        return sheet_page(admin, request, pk)

    def download(request: HttpRequest, pk: int, name: str) -> HttpResponse:
        return sheet_file(admin, request, pk, name)

    def write(request: HttpRequest, pk: int) -> HttpResponse:
        return sheet_write(admin, request, pk)

    wrap = admin.admin_site.admin_view
    return [
        path("<int:pk>/sheet/", wrap(sheet), name="plans_snapshot_sheet"),
        path("<int:pk>/sheet/write/", wrap(write), name="plans_snapshot_sheet_write"),
        path("<int:pk>/sheet/<str:name>", wrap(download), name="plans_snapshot_sheet_file"),
    ]


def may_write(request: HttpRequest) -> bool:
    wanted = ("plans.add_clausetext", "plans.change_clausetext", "plans.change_clause")
    return request.user.has_perms(wanted)


def _snapshot(request: HttpRequest, pk: int) -> Snapshot:
    if not request.user.has_perm("plans.view_clausetext"):
        raise PermissionDenied
    return get_object_or_404(Snapshot.objects.visible_to(request.user).select_related("edition__plan"), pk=pk)


def sheet_page(admin: ModelAdmin, request: HttpRequest, pk: int) -> HttpResponse:
    """GET: what to take out. POST: a file is read, judged and shown; nothing is written."""
    snapshot = _snapshot(request, pk)
    if request.method != "POST":
        return _page(admin, request, snapshot, {"form": TakeInForm()})
    if not may_write(request):
        raise PermissionDenied
    form = TakeInForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(admin, request, snapshot, {"form": form}, status=400)
    try:
        lines = read_table(form.cleaned_data["file"].read())
        judged = sheets.judge_table(snapshot, lines)
        payload = {"snapshot": snapshot.pk, "user": request.user.pk, "rows": sheets.carried(judged, lines)}
        slip = signing.dumps(payload, salt=SALT, compress=True)
        if len(slip) > LARGEST:
            raise sheets.SheetRefused(_("一度に変える量が多すぎます。表を分けて取り込んでください。"))
    except (RefusedSheet, sheets.SheetRefused) as error:
        form.add_error("file", str(error))
        return _page(admin, request, snapshot, {"form": form}, status=400)
    return _preview(admin, request, snapshot, judged, slip)


def sheet_write(admin: ModelAdmin, request: HttpRequest, pk: int) -> HttpResponse:
    """The yes after a preview."""
    snapshot = _snapshot(request, pk)
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    if not may_write(request):
        raise PermissionDenied
    back = HttpResponseRedirect(reverse("admin:plans_snapshot_sheet", args=[pk]))
    try:
        slip = request.POST.get("slip", "")
        kept = signing.loads(slip, salt=SALT, max_age=KEPT_FOR)
    except signing.BadSignature:
        messages.error(request, _("下見から時間がたったか、途中で変わりました。もう一度ファイルを選んでください。"))
        return back
    if (kept["snapshot"], kept["user"]) != (snapshot.pk, request.user.pk):
        raise PermissionDenied
    try:
        judged, written = sheets.write_table(snapshot=snapshot, rows=kept["rows"], by=request.user)  # type: ignore[arg-type]
    except (sheets.SheetRefused, EditRefused, RefusedText) as error:
        messages.error(request, str(error))
        return back
    if not written and {sheets.STALE, sheets.WRONG} & set(judged.counts):
        messages.error(request, _("下見のあとに、ほかの人が直しました。何も書き込んでいません。"))
        return _preview(admin, request, snapshot, judged, "", status=409)
    if written:
        words = _("%(count)s件を書き込みました。文は、ほかの人が確かめると公開されます。")
        messages.success(request, words % {"count": written})
    else:
        messages.info(request, _("変わるところはありませんでした。"))
    return back


def sheet_file(admin: ModelAdmin, request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """The table as Excel (texts.xlsx) or CSV (texts.csv); ?year= of the departments."""
    snapshot = _snapshot(request, pk)
    year = _year(request)
    heads, rows = sheets.columns(year), sheets.table(snapshot, year)
    plan, edition = snapshot.edition.plan.key, snapshot.edition.key
    if name == "texts.xlsx":
        data, kind = xlsx_bytes(_("要約と所管課"), heads, rows, frozen=2), XLSX
    elif name == "texts.csv":
        data, kind = csv_bytes([column.head for column in heads], rows), "text/csv; charset=utf-8"
    else:
        return _page(admin, request, snapshot, {"form": TakeInForm()}, status=404)
    answer = HttpResponse(data, content_type=kind)
    answer["Content-Disposition"] = f'attachment; filename="{plan}-{edition}-v{snapshot.sequence}-{name}"'
    answer["Cache-Control"] = "no-store"
    return answer


def _year(request: HttpRequest) -> int:
    words = request.GET.get("year", "")
    now = fiscal.fiscal_year_of(fiscal.today(timezone.now()))
    return int(words) if words.isdecimal() and words.isascii() and len(words) == 4 else now


def _page(
    admin: ModelAdmin, request: HttpRequest, snapshot: Snapshot, context: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    now = fiscal.fiscal_year_of(fiscal.today(timezone.now()))
    shared = {
        **admin.admin_site.each_context(request),
        "opts": admin.opts,
        "original": snapshot,
        "title": _("要約・英語・所管課を表で直す"),
        "years": [(year, fiscal.fiscal_year_label(year)) for year in (now - 1, now, now + 1)],
        "now": now,
        "may_write": may_write(request),
    }
    return TemplateResponse(request, "admin/plans/sheet.html", {**shared, **context}, status=status)


def _preview(
    admin: ModelAdmin, request: HttpRequest, snapshot: Snapshot, judged: sheets.Judged, slip: str, *, status: int = 200
) -> HttpResponse:
    heads = dict(zip(sheets.FIELDS, [column.head for column in sheets.columns(judged.fiscal_year)[3:7]], strict=True))
    rows = sorted((row for row in judged.rows if row.state != sheets.SAME), key=lambda row: (ORDER.index(row.state), row.number))
    shown = [
        {
            "row": row,
            "cells": [
                {"cell": cell, "head": heads.get(cell.field, ""), "change": difference(cell.before, cell.after)}
                for cell in row.cells
                if cell.state != sheets.SAME
            ],
        }
        for row in rows
    ]
    context = {
        "form": TakeInForm(),
        "judged": judged,
        "shown": shown,
        "same": len(judged.rows) - len(rows),
        "counts": judged.counts,
        "slip": slip if judged.writes and not judged.wrong else "",
    }
    return _page(admin, request, snapshot, context, status=status)
