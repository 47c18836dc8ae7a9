"""Clauses while they are drafts, the texts about them, and the actors they name."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext_lazy as _

from ichinoseki_portal.admin_site import CleanForm, PortalAdmin, ReadOnlyAdmin
from ichinoseki_portal.text import RefusedText
from plans import permissions
from plans.actions.editing import EDITABLE, EditRefused, edit_clause
from plans.actions.texts import approve_text, save_text
from plans.models import Actor, ActorAlias, Clause, ClauseAddress, ClauseText


class SeenVersion(CleanForm):
    """Carries the version the editor saw, so that the second of two editors is refused and keeps what was typed."""

    seen_version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.fields["seen_version"].initial = self.instance.version

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        if self.instance.pk and values.get("seen_version") != self.instance.version:
            now = type(self.instance).objects.get(pk=self.instance.pk)
            text = getattr(now, "body", "") or getattr(now, "text", "")
            raise ValidationError(
                _(
                    "ほかの人が先に直しました。下の欄はあなたの書いた文です。画面を読み直してから、もう一度直してください。いま保存されている文：「%(text)s」"
                ),
                params={"text": text},
            )
        return values


class Guarded(PortalAdmin):
    """Saves through an action; what the action refuses at the last moment becomes a message."""

    def change_view(self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        try:
            return super().change_view(request, object_id, form_url, extra_context)
        except (EditRefused, RefusedText) as error:
            self.message_user(request, str(error), messages.ERROR)
            return HttpResponseRedirect(request.path)


@admin.register(Clause)
class ClauseAdmin(Guarded):
    """Editable only while the snapshot is a draft that is not frozen. Clauses come by import, never by hand."""

    place = 50
    form = SeenVersion
    list_display = ["code", "label", "title", "kind", "snapshot", "confidence"]
    list_display_links = ["code", "title"]
    list_filter = ["snapshot__state", "snapshot", "confidence", "kind"]
    list_select_related = ["snapshot__edition"]
    search_fields = ["code", "label", "title", "body"]
    ordering = ["snapshot", "position"]
    fields = ["snapshot", "code", "position", "parent", *EDITABLE, "lines", "confidence", "seen_version"]
    readonly_fields = ["snapshot", "code", "position", "parent", "lines", "confidence"]

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("snapshot__edition", "parent")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and not (obj and obj.snapshot.is_locked)

    def save_model(self, request: HttpRequest, obj: Clause, form: Any, change: bool) -> None:
        fields = {name: form.cleaned_data[name] for name in form.changed_data if name in EDITABLE}
        if fields:
            edit_clause(clause=obj, by=request.user, version=form.cleaned_data["seen_version"], **fields)  # type: ignore[arg-type]


@admin.register(ClauseAddress)
class ClauseAddressAdmin(ReadOnlyAdmin):
    """Stands behind the fields that choose a clause; not in the menu."""

    search_fields = ["code", "edition__key", "edition__plan__key", "edition__title"]
    ordering = ["edition", "code"]
    list_select_related = ["edition__plan"]

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("edition__plan")

    def has_module_permission(self, request: HttpRequest) -> bool:
        return False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("plans.view_clause")


@admin.register(ClauseText)
class ClauseTextAdmin(Guarded):
    place = 60
    form = SeenVersion
    list_display = ["address", "kind", "text", "author_name", "approver_name"]
    list_filter = ["kind", "address__edition"]
    list_select_related = ["address__edition__plan"]
    search_fields = ["text", "address__code"]
    autocomplete_fields = ["address"]
    fields = ["address", "kind", "text", "author_name", "approver_name", "seen_version"]
    actions = ["approve"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return ["author_name", "approver_name", *(["address", "kind"] if obj else [])]

    def has_approve_permission(self, request: HttpRequest) -> bool:
        return permissions.can_approve_text(request.user)

    @admin.action(description=_("確かめました"), permissions=["approve"])
    def approve(self, request: HttpRequest, chosen: QuerySet[ClauseText]) -> None:
        for text in chosen:
            try:
                approve_text(text=text, by=request.user)  # type: ignore[arg-type]
            except EditRefused as error:
                self.message_user(request, f"{text}：{error}", messages.ERROR)
            else:
                done = _("確かめたことを記録しました")
                self.message_user(request, f"{text}：{done}", messages.SUCCESS)

    def save_model(self, request: HttpRequest, obj: ClauseText, form: Any, change: bool) -> None:
        save_text(text=obj, by=request.user, version=form.cleaned_data.get("seen_version"))  # type: ignore[arg-type]


class ActorAliasInline(admin.TabularInline):
    model = ActorAlias
    extra = 1

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("plans.view_actor")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("plans.change_actor")

    has_change_permission = has_delete_permission = has_add_permission


@admin.register(Actor)
class ActorAdmin(PortalAdmin):
    place = 130
    list_display = ["name", "key", "broader", "position", "fictional"]
    list_select_related = ["broader"]
    search_fields = ["name", "key", "aliases__name"]
    autocomplete_fields = ["broader"]
    readonly_fields = ["fictional"]  # it comes with the sample, and goes with it
    inlines = [ActorAliasInline]
