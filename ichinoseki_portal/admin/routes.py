"""決裁の順路: the routes of seals, and who holds which post from when."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.forms import BaseInlineFormSet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from ichinoseki_portal import audit
from ichinoseki_portal.admin_site import CleanForm, PortalAdmin
from ichinoseki_portal.models import ApprovalRoute, PostHolding, RouteStep, StepKind
from plans.enums import State
from plans.models import Snapshot


def is_walked(route: ApprovalRoute) -> bool:
    """Whether anything is on its way by this route: a step changed now would let a seal be left out."""
    return Snapshot.objects.filter(route=route, state=State.IN_REVIEW).exists()


class RouteStepFormSet(BaseInlineFormSet):
    """At least one step, each place in the order once, and the last one decides: what ``approval.check_route`` asks for."""

    def clean(self) -> None:
        super().clean()
        if any(self.errors):
            return
        steps = [form.cleaned_data for form in self.forms if form.cleaned_data and not form.cleaned_data.get("DELETE")]
        kinds = [step["kind"] for step in sorted(steps, key=lambda step: step["position"])]
        if not kinds:
            raise ValidationError(_("順路には、段を一つ以上書いてください。"))
        if kinds[-1] != StepKind.DECIDE:
            raise ValidationError(_("最後の段の種類は「決裁」にしてください。"))
        if StepKind.DECIDE in kinds[:-1]:
            raise ValidationError(_("「決裁」は最後の段だけです。途中の段は「承認」か「合議」にしてください。"))
        if self.instance.pk and any(form.has_changed() for form in self.forms) and is_walked(self.instance):
            raise ValidationError(_("この順路で決裁を待っているものがあります。終わってから直すか、別の順路を作ってください。"))


class RouteStepInline(admin.TabularInline):
    model = RouteStep
    formset = RouteStepFormSet
    form = CleanForm
    fields = ["position", "kind", "post", "department", "deputy_post"]
    autocomplete_fields = ["department"]
    extra = 3

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("portal.view_approvalroute")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("portal.add_approvalroute") or request.user.has_perm("portal.change_approvalroute")

    has_change_permission = has_delete_permission = has_add_permission


@admin.register(ApprovalRoute)
class ApprovalRouteAdmin(PortalAdmin):
    """While something is on its way by a route, its steps stay; the name of a seal stays as given for good."""

    place = 22
    list_display = ["name", "note", "is_active"]
    list_filter = ["is_active"]
    search_fields = ["name"]
    inlines = [RouteStepInline]

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        steps = list(form.instance.steps.values_list("position", "kind", "post"))
        audit.record(action="approvalroute.steps", subject=form.instance, by=request.user, steps=steps)  # type: ignore[arg-type]


@admin.register(PostHolding)
class PostHoldingAdmin(PortalAdmin):
    place = 24
    list_display = ["department", "post", "user", "first_day", "last_day"]
    list_display_links = ["post", "user"]
    list_filter = ["department", "post"]
    list_select_related = ["department", "user"]
    search_fields = ["post", "user__name", "user__email", "department__name"]
    autocomplete_fields = ["user", "department"]
    ordering = ["department", "post", "-first_day"]
