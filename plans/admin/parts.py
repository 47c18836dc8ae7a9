"""Terms and indicators: official words beside the clauses, edited only while their snapshot is a draft."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib import admin
from django.db import models
from django.http import HttpRequest

from ichinoseki_portal.models import AuditRow, User
from plans.actions.editing import as_seen
from plans.actions.parts import fields_of, save_part
from plans.models import Indicator, Snapshot, Term

from .conflicts import Guarded, SeenForm, locked_words


class PartForm(SeenForm):
    def standing(self) -> dict[str, str]:
        return as_seen(self.instance, fields_of(self.instance))


class PartOfTheText(Guarded):
    """Official words of a snapshot: they may be changed only while it is a draft that is not frozen."""

    form = PartForm
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
