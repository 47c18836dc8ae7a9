"""Succession and review rules."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from ichinoseki_portal.admin_site import PortalAdmin
from plans.models import ReviewExplanation, ReviewRule, Succession


@admin.register(Succession)
class SuccessionAdmin(PortalAdmin):
    place = 80
    list_display = ["edition", "old", "kind", "new", "reason"]
    list_filter = ["kind", "edition"]
    list_select_related = ["edition__plan", "old__edition__plan", "new__edition__plan"]
    search_fields = ["old__code", "new__code", "reason"]
    autocomplete_fields = ["edition", "old", "new"]


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
