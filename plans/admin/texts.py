"""Texts about clauses that are not official: proposed by one person, confirmed by another."""

from __future__ import annotations

from typing import Any

from django import forms
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
from plans.actions.differences import difference
from plans.actions.editing import EditRefused
from plans.actions.texts import approve_text, checked_words, propose_removal, reject_text, save_text
from plans.enums import TextKind
from plans.models import ClauseText
from plans.selectors import desk

from . import history
from .conflicts import Guarded, SeenForm


class TextForm(SeenForm):
    """The words that wait, or the public ones when none do. They are a proposal until another person confirms them."""

    compared = ("text",)
    text = forms.CharField(label=_("文"), widget=forms.Textarea(attrs={"rows": 8, "class": "vLargeTextField"}), required=False)
    seen_words = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk and "text" not in (kwargs.get("initial") or {}):
            self.initial["text"] = self.standing()["text"]
        if self.instance.address_id:
            self.fields["seen_words"].initial = desk.official_words(self.instance.address).hash

    def standing(self) -> dict[str, str]:
        return {"text": self.instance.proposed or self.instance.text}

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        kind = self.instance.kind or values.get("kind") or ""
        try:
            values["text"] = checked_words(kind, values.get("text") or "")
        except (EditRefused, RefusedText) as error:
            self.add_error("text", ValidationError(str(error)))
        return values


class StateFilter(admin.SimpleListFilter):
    title = _("いまの状態")
    parameter_name = "now"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("waiting", _("確認待ち")), ("stale", _("正文が変わったもの")), ("public", _("公開中"))]

    def queryset(self, request: HttpRequest, rows: QuerySet[ClauseText]) -> QuerySet[ClauseText]:
        if self.value() == "waiting":
            return rows.waiting()  # type: ignore[attr-defined]
        if self.value() == "public":
            return rows.exclude(text="")
        return rows.filter(pk__in=desk.stale_texts(request.user)) if self.value() == "stale" else rows


@admin.register(ClauseText)
class ClauseTextAdmin(Guarded):
    place = 60
    form = TextForm
    change_form_template = "admin/plans/text_form.html"
    list_display = ["address", "kind", "words", "now", "author_name", "approver_name"]
    list_filter = [StateFilter, "kind", "address__edition"]
    list_select_related = ["address__edition__plan"]
    search_fields = ["text", "proposed", "address__code"]
    autocomplete_fields = ["address"]
    fields = ["address", "kind", "text", "author_name", "approver_name", "seen_version", "seen", "seen_words"]
    actions = ["approve"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return ["author_name", "approver_name", *(["address", "kind"] if obj else [])]

    def get_urls(self) -> list[URLPattern]:
        mine = [
            path("<path:pk>/reject/", self.admin_site.admin_view(self.reject), name="plans_clausetext_reject"),
            path("<path:pk>/remove/", self.admin_site.admin_view(self.remove), name="plans_clausetext_remove"),
            path("confirm/", self.admin_site.admin_view(self.confirm), name="plans_clausetext_confirm"),
        ]
        return [*mine, *super().get_urls()]

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        row = self.get_object(request, object_id)
        clause = row.address.clauses.order_by("-snapshot__sequence").first() if row else None
        if clause is None:
            return HttpResponseRedirect(reverse("admin:plans_clausetext_changelist"))
        return history.to_timeline("clause", clause.pk)

    @admin.display(description=_("文"))
    def words(self, row: ClauseText) -> str:
        words = row.proposed or row.text
        return words if len(words) <= 80 else f"{words[:80]}…"

    @admin.display(description=_("いまの状態"))
    def now(self, row: ClauseText) -> str:
        if row.held_for_id:
            return gettext("確かめ済み（正文の公開を待っています）")
        if row.asks_removal:
            return gettext("公開中（公開からはずす確認待ち）")
        if not row.proposed:
            return gettext("公開中") if row.text else gettext("公開していない")
        return gettext("公開中（書き直しが確認待ち）") if row.text else gettext("確認待ち（未公開）")

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        row = self.get_object(request, object_id) if object_id else None
        more = self._beside(request, row) if row else {}
        return super().changeform_view(request, object_id, form_url, {**(extra_context or {}), **more})

    def _beside(self, request: HttpRequest, row: ClauseText) -> dict[str, Any]:
        """The official words, and what else than writing this person may do."""
        may_remove = self.has_change_permission(request, row) and row.text and not row.asks_removal
        may_confirm = permissions.can_approve_text(request.user) and (row.proposed or row.asks_removal)
        return {**desk.text_desk(row), "may_confirm": may_confirm, "may_remove": may_remove}

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        return {key: request.GET[key] for key in ("address", "kind") if key in request.GET}

    def save_model(self, request: HttpRequest, obj: ClauseText, form: Any, change: bool) -> None:
        row = save_text(
            address=obj.address,
            kind=obj.kind,
            words=form.cleaned_data["text"],
            by=request.user,  # type: ignore[arg-type]
            version=(form.cleaned_data["seen_version"] or 0) if change else None,
            seen=form.cleaned_data["seen_words"],
        )
        obj.__dict__.update({**row.__dict__, "_state": row._state})
        if row.proposed:
            self.message_user(request, _("ほかの人が確かめるまで、公開の文は変わりません。"), messages.INFO)

    # --- confirmed by another person ---------------------------------------------------------------------------------------

    def has_approve_permission(self, request: HttpRequest) -> bool:
        return permissions.can_approve_text(request.user)

    @admin.action(description=_("確かめる（次の画面で読みくらべます）"), permissions=["approve"])
    def approve(self, request: HttpRequest, chosen: QuerySet[ClauseText]) -> HttpResponse | None:
        waiting = ClauseText.objects.waiting().filter(pk__in=chosen.values("pk"))
        rows = list(waiting.select_related("address__edition__plan", "proposed_by"))
        if not rows:
            self.message_user(request, _("確かめを待っている文がありません。"), messages.WARNING)
            return None
        context = {"title": _("文を確かめる"), "rows": [_waiting(row) for row in rows], "opts": self.opts}
        return TemplateResponse(request, "admin/plans/confirm_texts.html", {**self.admin_site.each_context(request), **context})

    def confirm(self, request: HttpRequest) -> HttpResponse:
        """Each chosen text, as it was shown: a version that has gone on is refused."""
        self._ask(request)
        for key in request.POST.getlist("text"):
            pk, _dash, version = key.partition("-")
            row = self.get_object(request, pk)
            if row is None or not version.isdigit():
                continue
            row.version = int(version)
            try:
                approve_text(text=row, by=request.user)  # type: ignore[arg-type]
            except EditRefused as error:
                self.message_user(request, f"{_name(row)}：{error}", messages.ERROR)
            else:
                self.message_user(request, f"{_name(row)}：{gettext('確かめたことを記録しました')}", messages.SUCCESS)
        return HttpResponseRedirect(reverse("admin:plans_clausetext_changelist"))

    def reject(self, request: HttpRequest, pk: str) -> HttpResponse:
        self._ask(request)
        row = self.get_object(request, pk)
        version, why = request.POST.get("version", ""), request.POST.get("why", "")
        if row is not None:
            row.version = int(version) if version.isdigit() else 0
            try:
                reject_text(text=row, by=request.user, why=why)  # type: ignore[arg-type]
            except (EditRefused, RefusedText) as error:
                self.message_user(request, f"{error} {why}", messages.ERROR)
            else:
                self.message_user(request, _("書いた人に戻しました。公開の文は変わりません。"), messages.SUCCESS)
        return HttpResponseRedirect(reverse("admin:plans_clausetext_change", args=[pk]))

    def remove(self, request: HttpRequest, pk: str) -> HttpResponse:
        """Ask that the public words be taken away, as they were seen."""
        row = self.get_object(request, pk)
        if request.method != "POST" or row is None or not self.has_change_permission(request, row):
            raise PermissionDenied
        version = request.POST.get("version", "")
        try:
            propose_removal(
                address=row.address,
                kind=row.kind,
                by=request.user,  # type: ignore[arg-type]
                version=int(version) if version.isdecimal() else 0,
            )
        except EditRefused as error:
            self.message_user(request, str(error), messages.ERROR)
        else:
            self.message_user(
                request, _("公開からはずすよう求めました。ほかの人が確かめるまで、公開の文は変わりません。"), messages.SUCCESS
            )
        return HttpResponseRedirect(reverse("admin:plans_clausetext_change", args=[pk]))

    def _ask(self, request: HttpRequest) -> None:
        if request.method != "POST" or not self.has_approve_permission(request):
            raise PermissionDenied


def _name(row: ClauseText) -> str:
    return f"{row.address}（{TextKind(row.kind).label}）"


def _waiting(row: ClauseText) -> dict[str, Any]:
    return {"row": row, "name": _name(row), "change": difference(row.text, row.proposed), **desk.text_desk(row)}
