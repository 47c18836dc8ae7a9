"""Clauses while they are drafts, and the actors they name."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ichinoseki_portal.admin_site import PortalAdmin, ReadOnlyAdmin
from ichinoseki_portal.text import RefusedText
from plans.actions.editing import WITH_REASON, EditRefused, as_text, cleaned, edit_clause
from plans.enums import State
from plans.models import Actor, ActorAlias, Clause, ClauseAddress

from . import clause_desk, history
from .conflicts import Guarded, SeenForm, locked_words
from .fields import PredicatesField
from .trees import name_of, tree_address


def following(clause: Clause) -> Clause | None:
    """The clause after this one in reading order."""
    rows = Clause.objects.filter(snapshot=clause.snapshot_id, position__gt=clause.position)
    return rows.defer("frozen", "lines", "modality").order_by("position").first()


class ClauseForm(SeenForm):
    """Official words stay as they are typed: nothing is stripped from their ends."""

    compared = ("label", "title", "key_word", "body", "kind", "modality", "change_reason")
    modality = PredicatesField(
        label=_("述語の強さ"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "class": "vLargeTextField"}),
        help_text=_("1行に一つ、主語｜述語｜強さ の順に書きます。主語が書かれていないときは空けます。例 市｜支えます｜実施"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            if isinstance(field, forms.CharField):
                field.strip = False

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        for name in WITH_REASON:
            if name in values:
                try:
                    values |= cleaned({name: values[name]})
                except (EditRefused, RefusedText) as error:
                    self.add_error(name, ValidationError(str(error)))
        return values

    def changes(self) -> dict[str, Any]:
        """What differs from what was seen; without that, from what stands there."""
        seen = self.was_seen() or self.standing_before
        return {
            name: self.cleaned_data[name]
            for name in WITH_REASON
            if name in self.cleaned_data and as_text(self.cleaned_data[name]) != seen.get(name)
        }

    def _post_clean(self) -> None:
        self.standing_before = self.standing()  # before the typed values are put on the instance
        super()._post_clean()  # type: ignore[misc]


@admin.register(Clause)
class ClauseAdmin(Guarded):
    """Editable only while the snapshot is a draft that is not frozen. Clauses come by import or from the tree, never here."""

    place = 50
    form = ClauseForm
    change_form_template = "admin/plans/clause_form.html"
    list_display = ["code", "label", "title", "kind", "snapshot", "confidence"]
    list_display_links = ["code", "title"]
    list_filter = ["snapshot__state", "snapshot", "confidence", "kind"]
    list_select_related = ["snapshot__edition"]
    search_fields = ["code", "label", "title", "body"]
    ordering = ["snapshot", "position"]
    fields = ["snapshot", "code", "position", "parent", *WITH_REASON, "lines", "confidence", "seen_version", "seen"]
    readonly_fields = ["snapshot", "code", "position", "parent", "lines", "confidence"]

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("snapshot__edition__plan", "address__edition__plan", "parent")

    def get_urls(self) -> list[URLPattern]:
        return [*history.clause_urls(self), *clause_desk.urls(self), *super().get_urls()]

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        clause = self.get_object(request, object_id) if object_id and self.has_view_permission(request) else None
        more = {**clause_desk.shown(clause, request), "following": following(clause)} if clause else {}
        return super().changeform_view(request, object_id, form_url, {**(extra_context or {}), **more})

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        return history.to_timeline("clause", object_id)

    def response_change(self, request: HttpRequest, obj: Clause) -> HttpResponse:
        """Back to where one came from: the list as it was filtered, else the tree at this clause; or on to the next clause."""
        on = following(obj) if "_next" in request.POST else None
        if "_continue" in request.POST or ("_next" not in request.POST and "_changelist_filters" in request.GET):
            return super().response_change(request, obj)
        self.message_user(request, _("「%(clause)s」を保存しました。") % {"clause": name_of(obj)}, messages.SUCCESS)
        if on is None:
            return HttpResponseRedirect(tree_address(obj.snapshot_id, str(obj.pk)))
        query = request.GET.urlencode()
        return HttpResponseRedirect(reverse("admin:plans_clause_change", args=[on.pk]) + (f"?{query}" if query else ""))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and not (obj and obj.snapshot.is_locked)

    def get_view_on_site_url(self, obj: Any = None) -> str | None:
        shown = obj and obj.snapshot.state == State.PUBLISHED and not obj.snapshot.is_scheduled(timezone.now())
        return super().get_view_on_site_url(obj) if shown else None

    def why_locked(self, obj: Clause) -> str:
        return locked_words(obj.snapshot)

    def save_model(self, request: HttpRequest, obj: Clause, form: Any, change: bool) -> None:
        version = form.cleaned_data["seen_version"] or 0
        if fields := form.changes():
            edit_clause(clause=obj, by=request.user, version=version, **fields)  # type: ignore[arg-type]


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
