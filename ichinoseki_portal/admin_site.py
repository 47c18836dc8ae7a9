"""The staff's tool: Django's admin in Japanese, its menu in the order of the job, and what our admins share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.utils.html import format_html, format_html_join
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from . import audit
from .text import RefusedText, clean

APP_ORDER = ("plans", "kyodo", "evaluations", "portal")


@dataclass(frozen=True)
class Turn:
    """What waits for one person: how many, and where it is done; ``rows``: each by name, address and what to know of it."""

    label: Any
    count: int
    address: str = ""
    rows: tuple[tuple[str, str, str], ...] = ()


Teller = Callable[[Any], list[Turn]]
_tellers: list[Teller] = []


def tells_turns(tell: Teller) -> Teller:
    """Register what an app has waiting for a person (given as the user), for the first page."""
    _tellers.append(tell)
    return tell


class PortalAdminSite(admin.AdminSite):
    site_header = format_lazy("{}　{}", settings.CITY["portal_name"], _("管理画面"))
    site_title = settings.CITY["portal_name"]
    index_title = _("しごと")
    empty_value_display = "－"
    index_template = "admin/portal_index.html"

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        """What waits for whoever looks, above Django's list of everything."""
        turns = [turn for tell in _tellers for turn in tell(request.user) if turn.count]
        return super().index(request, {**(extra_context or {}), "turns": turns})

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        """Apps and models in the order of the job: a ModelAdmin says its place. What is not staff's work is left out."""
        apps = self._build_app_dict(request, app_label)
        for app in apps.values():
            app["models"].sort(key=lambda row: getattr(self._registry[row["model"]], "place", 99))
        return [apps[label] for label in APP_ORDER if label in apps]


class CleanForm(forms.ModelForm):
    """Text is stored NFC and without control characters, whichever way it comes in."""

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        for name, value in list(values.items()):
            if isinstance(value, str):
                try:
                    values[name] = clean(value)
                except RefusedText as error:
                    self.add_error(name, ValidationError(str(error)))
        return values


class PortalAdmin(admin.ModelAdmin):
    """Nothing is deleted here, every change leaves an audit row, and lists stay quick at any length."""

    place = 99
    form: type[forms.ModelForm] = CleanForm
    list_per_page = 50
    show_full_result_count = False

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        verb = "changed" if change else "added"
        audit.record(
            action=f"{obj._meta.model_name}.{verb}",
            subject=obj,
            by=request.user,  # type: ignore[arg-type]
            fields=sorted(form.changed_data),
            **self.audit_detail(request, obj, form, change),
        )

    def audit_detail(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> dict[str, Any]:
        """What the row says beside the names of the fields. What is tied to ``obj`` by many-to-many is not written yet."""
        return {}


class ReadOnlyAdmin(PortalAdmin):
    """Records that are made by deeds alone."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False


def table(heads: tuple[Any, ...], rows: list[tuple[Any, ...]]) -> str:
    """A small table in a read-only field; everything in it is escaped."""
    if not rows:
        return "－"
    head = format_html_join("", "<th scope=col>{}</th>", ((one,) for one in heads))
    body = format_html_join("", "<tr>{}</tr>", ((format_html_join("", "<td>{}</td>", ((one,) for one in row)),) for row in rows))
    return format_html("<table class=record><thead><tr>{}</tr></thead><tbody>{}</tbody></table>", head, body)
