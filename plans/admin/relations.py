"""Succession and review rules."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from ichinoseki_portal.admin_site import CleanForm, PortalAdmin
from plans.models import ReviewExplanation, ReviewRule, Succession


class Recorded(PortalAdmin):
    """What is public at once and rests on nobody's second look: kept by superusers alone, with an audit row."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return request.user.is_superuser

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.is_superuser


class WholeEdition(CleanForm):
    """A succession recorded of editions as a whole."""

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        for name in ("old", "new"):
            if values.get(name) is not None and values[name].code:
                self.add_error(name, ValidationError(_("項目ごとの変化は、下書きの「前の版からの変化」の画面で書いてください。")))
        return values


@admin.register(Succession)
class SuccessionAdmin(Recorded):
    """What a snapshot states is official with it: only read here (``successions`` has the pages for a draft's)."""

    place = 80
    form = WholeEdition
    fields = ["edition", "old", "new", "kind", "reason"]
    list_display = ["edition", "old", "kind", "new", "reason"]
    list_filter = ["kind", "edition"]
    list_select_related = ["edition__plan", "old__edition__plan", "new__edition__plan"]
    search_fields = ["old__code", "new__code", "reason"]
    autocomplete_fields = ["edition", "old", "new"]

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        clauses = obj is not None and (obj.snapshot_id or (obj.old and obj.old.code) or (obj.new and obj.new.code))
        return super().has_change_permission(request, obj) and not clauses


class ReviewExplanationInline(admin.StackedInline):
    model = ReviewExplanation
    extra = 0
    can_delete = False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("plans.view_reviewrule")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.is_superuser

    has_change_permission = has_add_permission


@admin.register(ReviewRule)
class ReviewRuleAdmin(Recorded):
    place = 110
    list_display = ["address", "trigger", "trigger_edition", "offset_fiscal_years", "reading", "chosen_by"]
    list_select_related = ["address__edition__plan", "trigger_edition"]
    autocomplete_fields = ["address", "trigger_edition"]
    inlines = [ReviewExplanationInline]
    fieldsets = [
        (None, {"fields": ["address", "trigger", "trigger_edition", "offset_fiscal_years"]}),
        (_("数え方"), {"fields": ["reading", "chosen_by"]}),
    ]
