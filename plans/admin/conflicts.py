"""Two people editing one row: the second gets a page with both texts, never a silent overwrite, and nothing typed is lost.

The form carries the version it was opened at and the values that stood there. What decides is the action, under the edition's
lock; this module only shows what it refused.
"""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from ichinoseki_portal.admin_site import CleanForm, PortalAdmin
from ichinoseki_portal.models import User
from ichinoseki_portal.text import RefusedText
from plans.actions.differences import Segment, difference
from plans.actions.editing import EditRefused, OvertakenEdit, as_seen, as_text, refuse_locked
from plans.models import Snapshot

from .fields import PredicatesField

KEPT = ("seen", "seen_version", "seen_words")


class SeenForm(CleanForm):
    """Carries the version the editor saw, and the values that stood there then."""

    compared: tuple[str, ...] = ()  # what a second editor is shown
    seen_version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    seen = forms.CharField(widget=forms.HiddenInput, required=False, strip=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.fields["seen_version"].initial = getattr(self.instance, "version", None)
            self.fields["seen"].initial = json.dumps(self.standing(), ensure_ascii=False)

    def standing(self) -> dict[str, str]:
        """What stands in the row now, as text by the form's field."""
        return as_seen(self.instance, self.compared)

    def was_seen(self) -> dict[str, str]:
        """What the editor had before them; empty when the form did not say."""
        try:
            values = json.loads(self.data.get("seen") or "{}")
        except ValueError:
            return {}
        return {str(key): str(value) for key, value in values.items()} if isinstance(values, dict) else {}


@dataclass(frozen=True)
class Row:
    """One field of the page with both texts."""

    label: str
    seen: str | None
    theirs: str
    yours: str
    between: list[Segment]
    their_change: list[Segment] | None
    your_change: list[Segment] | None

    @property
    def both(self) -> bool:
        return self.yours != self.theirs and (self.seen is None or self.seen not in (self.yours, self.theirs))


class Guarded(PortalAdmin):
    """Saves through an action; what the action refuses becomes a page on which the editor's own words stand."""

    def change_view(self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        if request.method == "POST" and "_keep_theirs" in request.POST:
            return self.keep_theirs(request)
        try:
            return super().change_view(request, object_id, form_url, extra_context)
        except OvertakenEdit:
            return self.both_texts(request, object_id)
        except (EditRefused, RefusedText) as error:
            return self.words_kept(request, object_id, str(error), 409)
        except PermissionDenied:
            obj = self.get_object(request, object_id) if request.method == "POST" else None
            if obj and PortalAdmin.has_change_permission(self, request) and (why := self.why_locked(obj)):
                return self.words_kept(request, object_id, why, 403)
            raise

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        try:
            return super().add_view(request, form_url, extra_context)
        except (EditRefused, RefusedText) as error:
            return self.words_kept(request, None, str(error), 409)

    def why_locked(self, obj: Any) -> str:
        """Why nobody may change the row now; "" when it is open."""
        return ""

    def last_change(self, obj: Any) -> tuple[User | None, dt.datetime | None]:
        """Who saved the row last, and when."""
        row = obj.history.select_related("history_user").first() if hasattr(obj, "history") else None
        return (row.history_user, row.history_date) if row else (None, None)

    def both_texts(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """The page for the second of two editors: where each began, what the other saved, what this one wrote."""
        obj = self.get_object(request, object_id)
        if obj is None:  # gone meanwhile
            return self.words_kept(request, None, _("ほかの人が先に消しました。"), 409)
        form_class: Any = self.get_form(request, obj, change=True)
        typed = form_class(request.POST, instance=self.model._default_manager.get(pk=obj.pk))
        typed.is_valid()
        fresh = form_class(instance=obj)
        seen, theirs = typed.was_seen(), fresh.standing()
        yours = {name: as_text(typed.cleaned_data.get(name, typed.data.get(name))) for name in theirs}
        rows = [self._row(fresh, name, seen.get(name), theirs[name], yours[name]) for name in theirs]
        merged = {name: typed.data.get(name, "") for name in theirs if yours[name] not in (seen.get(name), theirs[name])}
        who, when = self.last_change(obj)
        context = {
            "title": _("ほかの人が先に直しました"),
            "rows": [row for row in rows if row.yours != row.theirs or row.seen not in (None, row.theirs)],
            "form": form_class(instance=obj, initial=merged),
            "mine": set(merged),
            "who": who,
            "when": when,
        }
        return self._page(request, obj, "admin/plans/conflict.html", context, 409)

    def words_kept(self, request: HttpRequest, object_id: str | None, why: str, status: int) -> HttpResponse:
        """What was typed and cannot be saved, to be copied."""
        obj = self.get_object(request, object_id) if object_id else None
        fields = self.form.base_fields | forms.fields_for_model(self.model)
        typed = [
            (fields[name].label or name, value)
            for name, value in request.POST.items()
            if name in fields and name not in KEPT and str(value).strip()
        ]
        context = {"title": _("保存できませんでした"), "why": why, "typed": typed}
        return self._page(request, obj, "admin/plans/words_kept.html", context, status)

    def _page(self, request: HttpRequest, obj: Any, template: str, context: dict[str, Any], status: int) -> HttpResponse:
        shared = {**self.admin_site.each_context(request), "opts": self.opts, "original": obj}
        return TemplateResponse(request, template, {**shared, **context}, status=status)

    def _row(self, form: SeenForm, name: str, seen: str | None, theirs: str, yours: str) -> Row:
        field = form.fields.get(name)
        said = [None if value is None else shown(field, value) for value in (seen, theirs, yours)]
        first, second, third = said[0], said[1] or "", said[2] or ""
        return Row(
            label=str(field.label if field else name),
            seen=first,
            theirs=second,
            yours=third,
            between=difference(second, third),
            their_change=None if first is None else difference(first, second),
            your_change=None if first is None else difference(first, third),
        )

    def keep_theirs(self, request: HttpRequest) -> HttpResponse:
        """The second editor lets the other's text stand."""
        self.message_user(request, _("相手の文を残しました。自分の分は保存していません。"), messages.WARNING)
        return HttpResponseRedirect(request.path)


def shown(field: forms.Field | None, value: str) -> str:
    """A value as people read it: the label of a choice, the name of what a number points to."""
    if isinstance(field, forms.ModelChoiceField):
        row: Model | None = field.queryset.filter(pk=value).first() if value.isdigit() else None  # type: ignore[union-attr]
        return str(row or "")
    if isinstance(field, PredicatesField):
        try:
            return str(field.prepare_value(json.loads(value or "[]")))
        except ValueError:
            return value
    choices = {str(key): str(label) for key, label in getattr(field, "choices", [])}
    return choices.get(value, value)


def locked_words(snapshot: Snapshot) -> str:
    """Why the words of a snapshot cannot be changed, and the way on; "" for a draft."""
    try:
        refuse_locked(snapshot)
    except EditRefused as error:
        return str(error)
    return ""
