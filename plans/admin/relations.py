"""Links, succession, terms, indicators and review rules."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from ichinoseki_portal.admin_site import PortalAdmin
from plans.models import ClauseLink, Indicator, ReviewExplanation, ReviewRule, Snapshot, Succession, Term


@admin.register(ClauseLink)
class ClauseLinkAdmin(PortalAdmin):
    place = 70
    list_display = ["origin", "type", "target", "basis", "author_name", "approver"]
    list_filter = ["type", "basis", "origin__edition__plan"]
    list_select_related = ["origin__edition__plan", "target__edition__plan", "approver"]
    search_fields = ["origin__code", "target__code", "note"]
    autocomplete_fields = ["origin", "target"]
    fields = ["origin", "type", "target", "basis", "quote_lines", "note", "author_name", "approver"]
    readonly_fields = ["approver"]


@admin.register(Succession)
class SuccessionAdmin(PortalAdmin):
    place = 80
    list_display = ["edition", "old", "kind", "new", "reason"]
    list_filter = ["kind", "edition"]
    list_select_related = ["edition__plan", "old__edition__plan", "new__edition__plan"]
    search_fields = ["old__code", "new__code", "reason"]
    autocomplete_fields = ["edition", "old", "new"]


class PartOfTheText(PortalAdmin):
    """Official words of a snapshot: they may be changed only while it is a draft that is not frozen."""

    list_select_related = ["snapshot__edition", "address__edition__plan"]
    autocomplete_fields = ["address"]

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("snapshot__edition")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return ["snapshot"] if obj else []

    def formfield_for_foreignkey(self, db_field: models.ForeignKey, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "snapshot":
            kwargs["queryset"] = Snapshot.objects.unfrozen().select_related("edition")
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and not (obj and obj.snapshot.is_locked)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        # Someone may have handed it in since the form was opened: ask again under the row's lock.
        if Snapshot.objects.select_for_update().get(pk=obj.snapshot_id).is_locked:
            raise PermissionDenied
        super().save_model(request, obj, form, change)


@admin.register(Term)
class TermAdmin(PartOfTheText):
    place = 90
    list_display = ["term", "reading", "definition", "as_of_words", "snapshot"]
    list_filter = ["snapshot"]
    search_fields = ["term", "reading", "definition"]


@admin.register(Indicator)
class IndicatorAdmin(PartOfTheText):
    place = 100
    list_display = ["name", "unit", "baseline_words", "target_words", "direction", "kind", "snapshot"]
    list_filter = ["snapshot"]
    search_fields = ["name"]


class ReviewExplanationInline(admin.StackedInline):
    model = ReviewExplanation
    extra = 0
    can_delete = False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("plans.view_reviewrule")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("plans.change_reviewrule")

    has_change_permission = has_add_permission


@admin.register(ReviewRule)
class ReviewRuleAdmin(PortalAdmin):
    place = 110
    list_display = ["address", "trigger", "trigger_edition", "offset_fiscal_years", "reading", "chosen_by"]
    list_select_related = ["address__edition__plan", "trigger_edition"]
    autocomplete_fields = ["address", "trigger_edition"]
    inlines = [ReviewExplanationInline]
    fieldsets = [
        (None, {"fields": ["address", "trigger", "trigger_edition", "offset_fiscal_years"]}),
        (_("数え方"), {"fields": ["reading", "chosen_by"]}),
    ]
