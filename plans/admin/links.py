"""Links between clauses: what they rest on, and that another person has looked."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ichinoseki_portal.text import RefusedText
from plans import permissions
from plans.actions.editing import EditRefused, as_seen
from plans.actions.links import CHANGEABLE, add_link, change_link, checked_link, confirm_link, drop_link
from plans.models import ClauseLink

from .conflicts import Guarded, SeenForm
from .fields import LinesField


class LinkForm(SeenForm):
    compared = CHANGEABLE
    quote_lines = LinesField(
        label=_("よりどころの行（原典の行番号）"),
        required=False,
        help_text=_("例 12、13。「本文に明記」のときは、行か説明が要ります。"),
    )

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        if all(name in values for name in CHANGEABLE):
            try:
                values |= checked_link({name: values[name] for name in CHANGEABLE})
            except (EditRefused, RefusedText) as error:
                self.add_error(None, ValidationError(str(error)))
        return values


class ConfirmedFilter(admin.SimpleListFilter):
    title = _("確かめたか")
    parameter_name = "confirmed"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("no", _("確認待ち")), ("yes", _("確かめた"))]

    def queryset(self, request: HttpRequest, rows: QuerySet[ClauseLink]) -> QuerySet[ClauseLink]:
        return rows.filter(confirmed_at__isnull=self.value() == "no") if self.value() else rows


@admin.register(ClauseLink)
class ClauseLinkAdmin(Guarded):
    place = 70
    form = LinkForm
    change_form_template = "admin/plans/link_form.html"
    list_display = ["origin", "type", "target", "basis", "author_name", "confirmed_at", "approver"]
    list_filter = [ConfirmedFilter, "type", "basis", "origin__edition__plan"]
    list_select_related = ["origin__edition__plan", "target__edition__plan", "approver"]
    search_fields = ["origin__code", "target__code", "note"]
    autocomplete_fields = ["origin", "target"]
    fields = [
        *("origin", "type", "target", "basis", "quote_lines", "note"),
        *("author_name", "confirmed_at", "approver", "seen_version", "seen"),
    ]
    actions = ["confirm_chosen"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return ["author_name", "confirmed_at", "approver", *(["origin", "target"] if obj else [])]

    def get_urls(self) -> list[URLPattern]:
        mine = [
            path("confirm/", self.admin_site.admin_view(self.confirm), name="plans_clauselink_confirm"),
            path("<path:pk>/drop/", self.admin_site.admin_view(self.drop), name="plans_clauselink_drop"),
        ]
        return [*mine, *super().get_urls()]

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        return {key: request.GET[key] for key in ("origin", "target", "type") if key in request.GET}

    def save_model(self, request: HttpRequest, obj: ClauseLink, form: Any, change: bool) -> None:
        values = {name: form.cleaned_data[name] for name in CHANGEABLE}
        by: Any = request.user
        if change:
            row = change_link(link=obj, by=by, seen=_values(form.was_seen()), **values)
        else:
            row = add_link(origin=obj.origin, target=obj.target, by=by, **values)
        obj.__dict__.update({**row.__dict__, "_state": row._state})
        if row.confirmed_at is None:
            self.message_user(request, _("ほかの人が確かめるまで、公開の画面には出ません。"), messages.INFO)

    # --- confirmed by another person, or taken away ------------------------------------------------------------------------

    def has_confirm_permission(self, request: HttpRequest) -> bool:
        return permissions.can_approve_text(request.user)

    @admin.action(description=_("確かめる（次の画面で見ます）"), permissions=["confirm"])
    def confirm_chosen(self, request: HttpRequest, chosen: QuerySet[ClauseLink]) -> HttpResponse | None:
        rows = list(chosen.filter(confirmed_at=None).select_related("origin__edition__plan", "target__edition__plan"))
        if not rows:
            self.message_user(request, _("確かめを待っている関係がありません。"), messages.WARNING)
            return None
        shown = [{"row": row, "seen": json.dumps({"pk": row.pk, **_standing(row)}, ensure_ascii=False)} for row in rows]
        context = {"title": _("関係を確かめる"), "rows": shown, "opts": self.opts}
        return TemplateResponse(request, "admin/plans/confirm_links.html", {**self.admin_site.each_context(request), **context})

    def confirm(self, request: HttpRequest) -> HttpResponse:
        """Each chosen link as it was shown: one that has changed since is refused."""
        if request.method != "POST" or not self.has_confirm_permission(request):
            raise PermissionDenied
        for words in request.POST.getlist("link"):
            seen = _read(words)
            row = self.get_object(request, str(seen.pop("pk", "")))
            if row is None:
                continue
            try:
                confirm_link(link=row, by=request.user, seen=_values(seen))  # type: ignore[arg-type]
            except EditRefused as error:
                self.message_user(request, f"{row}：{error}", messages.ERROR)
            else:
                self.message_user(request, f"{row}：{gettext('確かめたことを記録しました')}", messages.SUCCESS)
        return HttpResponseRedirect(reverse("admin:plans_clauselink_changelist"))

    def drop(self, request: HttpRequest, pk: str) -> HttpResponse:
        if request.method != "POST" or not self.has_change_permission(request):
            raise PermissionDenied
        row = self.get_object(request, pk)
        try:
            if row is not None:
                drop_link(link=row, by=request.user, why=request.POST.get("why", ""))  # type: ignore[arg-type]
        except (EditRefused, RefusedText) as error:
            self.message_user(request, str(error), messages.ERROR)
            return HttpResponseRedirect(reverse("admin:plans_clauselink_change", args=[pk]))
        self.message_user(request, _("関係を外しました。"), messages.SUCCESS)
        return HttpResponseRedirect(reverse("admin:plans_clauselink_changelist"))


def _standing(row: ClauseLink) -> dict[str, str]:
    return as_seen(row, CHANGEABLE)


def _read(words: str) -> dict[str, Any]:
    try:
        values = json.loads(words)
    except ValueError:
        return {}
    return values if isinstance(values, dict) else {}


def _values(seen: dict[str, str]) -> dict[str, Any]:
    """What was seen, as the row has it; what was not said counts as nothing seen."""
    values: dict[str, Any] = {name: seen.get(name, "") for name in CHANGEABLE}
    return {**values, "quote_lines": _lines(values["quote_lines"])}


def _lines(words: str) -> Any:
    try:
        return json.loads(words)
    except ValueError:
        return None
