"""Terms and indicators: official words beside the clauses, edited only while their snapshot is a draft."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _

from ichinoseki_portal.admin_site import PortalAdmin
from ichinoseki_portal.models import AuditRow, User
from plans.actions.editing import EditRefused, as_seen
from plans.actions.parts import fields_of, refuse_elsewhere, remove_part, save_part
from plans.models import Indicator, Snapshot, Term

from .conflicts import Guarded, SeenForm, locked_words


class PartForm(SeenForm):
    def standing(self) -> dict[str, str]:
        return as_seen(self.instance, fields_of(self.instance))

    def clean(self) -> dict[str, Any]:
        """A clause of another text is said at its field; the action asks again, under the lock."""
        values = super().clean()
        snapshot = values.get("snapshot") or (self.instance.snapshot if self.instance.snapshot_id else None)
        if snapshot is not None and values.get("address") is not None:
            try:
                refuse_elsewhere(self._meta.model(snapshot=snapshot, address=values["address"]))
            except EditRefused as error:
                self.add_error("address", ValidationError(str(error)))
        return values


def _seen(request: HttpRequest) -> dict[str, str]:
    """What the page had shown, as it says itself; {} when it says nothing."""
    try:
        values = json.loads(request.POST.get("seen") or "{}")
    except ValueError:
        return {}
    return {str(key): str(value) for key, value in values.items()} if isinstance(values, dict) else {}


class PartOfTheText(Guarded):
    """Official words of a snapshot: they may be changed only while it is a draft that is not frozen."""

    form = PartForm
    change_form_template = "admin/plans/part/change_form.html"
    list_select_related = ["snapshot__edition", "address__edition__plan"]
    autocomplete_fields = ["address"]

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("snapshot__edition")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return ["snapshot"] if obj else []

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        return {key: request.GET[key] for key in ("snapshot", "address") if key in request.GET}

    def formfield_for_foreignkey(self, db_field: models.ForeignKey, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "snapshot":
            kwargs["queryset"] = Snapshot.objects.unfrozen().select_related("edition")
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and not (obj and obj.snapshot.is_locked)

    def why_locked(self, obj: Any) -> str:
        return locked_words(obj.snapshot)

    def last_change(self, obj: Any) -> tuple[User | None, dt.datetime | None]:
        name = obj._meta.model_name
        trail = AuditRow.objects.filter(subject=f"plans.Snapshot:{obj.snapshot_id}", action=f"{name}.edited")
        row = trail.filter(**{f"detail__{name}": obj.pk}).order_by("-id").first()
        who = User.objects.filter(pk=row.actor_id).first() if row and row.actor_id else None
        return who, row.at if row else None

    def get_urls(self) -> list[Any]:
        name = f"plans_{self.opts.model_name}_remove"
        return [path("<int:pk>/remove/", self.admin_site.admin_view(self.remove), name=name), *super().get_urls()]

    def remove(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Asked first, then done: what is taken out of a draft is as it was shown."""
        if not PortalAdmin.has_change_permission(self, request):
            raise PermissionDenied
        part = get_object_or_404(self.get_queryset(request).select_related("address"), pk=pk)
        shown = as_seen(part, fields_of(part))
        refused = self.why_locked(part)
        if request.method == "POST" and not refused:
            try:
                remove_part(part=part, by=request.user, seen=_seen(request))  # type: ignore[arg-type]
            except EditRefused as error:
                refused = str(error)
            else:
                self.message_user(request, _("「%(part)s」を、この下書きからはずしました。") % {"part": part}, messages.SUCCESS)
                return HttpResponseRedirect(reverse("admin:plans_snapshot_change", args=[part.snapshot_id]))
        context = {
            **self.admin_site.each_context(request),
            "title": _("「%(part)s」をはずす") % {"part": part},
            "opts": self.opts,
            "part": part,
            "seen": json.dumps(shown, ensure_ascii=False),
            "rows": [(field.verbose_name, getattr(part, field.name)) for field in self._told(part)],
            "refused": refused,
            "back": reverse(f"admin:plans_{self.opts.model_name}_change", args=[part.pk]),
        }
        return TemplateResponse(request, "admin/plans/part/remove.html", context, status=409 if refused else 200)

    def _told(self, part: Any) -> list[Any]:
        return [part._meta.get_field(str(name)) for name in self.list_display if name != "snapshot" and getattr(part, str(name))]

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        save_part(part=obj, by=request.user, seen=form.was_seen() if change else None)  # type: ignore[arg-type]


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
