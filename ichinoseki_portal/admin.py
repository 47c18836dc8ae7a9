"""People and records: who may sign in, and what happened."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm
from django.contrib.auth.models import Group
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from .admin_site import PortalAdmin, ReadOnlyAdmin
from .models import AuditRow, Department, Move, OutboxMail, User

admin.site.unregister(Group)  # roles are data in access.ROLES; sync_roles makes the groups


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


@admin.register(Move)
class MoveAdmin(ReadOnlyAdmin):
    place = 30
    list_display = ["at", "subject_type", "subject_id", "name", "from_state", "to_state", "by"]
    list_filter = ["subject_type", "name"]
    list_select_related = ["by"]


@admin.register(AuditRow)
class AuditRowAdmin(ReadOnlyAdmin):
    place = 40
    list_display = ["id", "at", "actor_id", "action", "subject"]
    list_filter = ["action"]
    search_fields = ["subject", "action"]


@admin.register(OutboxMail)
class OutboxMailAdmin(ReadOnlyAdmin):
    place = 50
    list_display = ["created_at", "subject", "to", "sent_at", "tries", "last_error"]
    list_filter = ["sent_at"]
