"""People: who may sign in, what they may do, and a record of every change of that."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm
from django.contrib.auth.models import Group
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from ichinoseki_portal import audit
from ichinoseki_portal.admin_site import PortalAdmin
from ichinoseki_portal.models import Department, User

admin.site.unregister(Group)  # roles are data in access.ROLES; sync_roles makes the groups


FLAGS = ("is_active", "is_staff", "is_superuser")


class PersonCreationForm(AdminUserCreationForm):
    class Meta:
        model = User
        fields = ("email", "name", "department")


class PersonChangeForm(UserChangeForm):
    class Meta:
        model = User
        fields = "__all__"
        field_classes: dict[str, type[forms.Field]] = {}


@admin.register(User)
class UserAdmin(PortalAdmin, DjangoUserAdmin):
    """People leave by being made inactive: their deeds keep their name."""

    place = 10
    form = PersonChangeForm
    add_form = PersonCreationForm
    list_display = ["email", "name", "department", "roles", "is_staff", "is_active"]
    list_filter = ["is_active", "is_staff", "groups", "department"]
    list_select_related = ["department"]
    search_fields = ["email", "name"]
    ordering = ["email"]
    autocomplete_fields = ["department"]
    readonly_fields = ["last_login", "date_joined"]
    filter_horizontal = ["groups"]
    fieldsets = [
        (None, {"fields": ["email", "password", "name", "department"]}),
        (_("できること"), {"fields": ["is_active", "is_staff", "groups", "is_superuser"]}),
        (_("記録"), {"fields": ["last_login", "date_joined"]}),
    ]
    add_fieldsets = [(None, {"fields": ["email", "name", "department", "usable_password", "password1", "password2"]})]

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).prefetch_related("groups")

    def audit_detail(self, request: HttpRequest, obj: User, form: Any, change: bool) -> dict[str, Any]:
        """Which roles and which of 「できること」 were given or taken: ids and flags, no words about the person."""
        detail: dict[str, Any] = {name: form.cleaned_data[name] for name in FLAGS if name in form.changed_data}
        if change and "groups" in form.cleaned_data:
            before = set(obj.groups.values_list("pk", flat=True))  # written after the person
            after = {group.pk for group in form.cleaned_data["groups"]}
            detail |= {"groups_added": sorted(after - before), "groups_removed": sorted(before - after)}
        return detail

    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> HttpResponse:
        """A password set for somebody else leaves its row with the password, or neither is kept."""
        with transaction.atomic():
            user = User.objects.select_for_update().filter(pk=id).first() if id.isdecimal() else None
            before = user.password if user else ""
            answer = super().user_change_password(request, id, form_url)
            if user is not None:
                user.refresh_from_db()
                if user.password != before:
                    usable = user.has_usable_password()
                    audit.record(action="user.password_set", subject=user, by=request.user, usable=usable)  # type: ignore[arg-type]
        return answer

    @admin.display(description=_("役割"))
    def roles(self, user: User) -> str:
        return "、".join(group.name for group in user.groups.all())


@admin.register(Department)
class DepartmentAdmin(PortalAdmin):
    place = 20
    list_display = ["code", "name", "successor", "fictional"]
    list_select_related = ["successor"]
    search_fields = ["code", "name"]
    autocomplete_fields = ["successor"]
    readonly_fields = ["fictional"]
