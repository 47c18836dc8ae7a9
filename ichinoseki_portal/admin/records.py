"""What happened, for people to read: moves, the audit trail, mail. Codes and numbers are shown as words, names and ways there."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ichinoseki_portal.admin_site import ReadOnlyAdmin
from ichinoseki_portal.models import AuditRow, Move, OutboxMail, User

from . import words

NAMED_WITH = {
    "plans.Edition": ["plan"],
    "plans.Snapshot": ["edition__plan"],
    "plans.Clause": ["snapshot__edition__plan"],
    "plans.ClauseAddress": ["edition__plan"],
    "plans.ClauseText": ["address__edition__plan"],
    "plans.ClauseLink": ["origin__edition__plan", "target__edition__plan"],
}
"""What a subject's name is made of, so that a page of names is read at once."""


@dataclass(frozen=True)
class Subject:
    """What a row is about: its name, and the way there for who may go; just kind and number when it is no more."""

    name: str
    address: str = ""

    def shown(self) -> str:
        return format_html('<a href="{}">{}</a>', self.address, self.name) if self.address else self.name


def subjects(keys: set[tuple[str, int]], request: HttpRequest) -> dict[tuple[str, int], Subject]:
    """By ("plans.Snapshot", 12); one query for each kind."""
    by_kind: dict[str, list[int]] = defaultdict(list)
    for label, pk in keys:
        by_kind[label].append(pk)
    found = {(label, pk): Subject(f"{words.kind(label)} {pk}") for label, pk in keys}
    for label, pks in by_kind.items():
        try:
            model = apps.get_model(label)
        except (LookupError, ValueError):
            continue
        owner = admin.site._registry.get(model)
        opened = owner is not None and owner.has_view_permission(request)
        for pk, row in model._base_manager.select_related(*NAMED_WITH.get(label, [])).in_bulk(pks).items():
            name = f"{words.kind(label)}：{row}"
            found[label, pk] = Subject(name if len(name) <= 80 else f"{name[:80]}…", _address(model, pk) if opened else "")
    return found


def _address(model: Any, pk: int) -> str:
    try:
        return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_change", args=[pk])
    except NoReverseMatch:
        return ""


def key_of(subject: str) -> tuple[str, int]:
    """("plans.Snapshot", 12) of "plans.Snapshot:12"."""
    label, _colon, pk = subject.rpartition(":")
    return label, int(pk) if pk.isdecimal() else 0


class Told(ReadOnlyAdmin):
    """A list or a page of rows, told in words: ``tell`` reads for all that are shown at once what their words need."""

    def tell(self, rows: list[Any], request: HttpRequest) -> None:
        raise NotImplementedError

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        found = super().get_changelist_instance(request)
        found.result_list = list(found.result_list)
        self.tell(found.result_list, request)
        return found

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        row = super().get_object(request, object_id, from_field)
        if row is not None:
            self.tell([row], request)
        return row


class WordsFilter(admin.SimpleListFilter):
    """The values that stand in the table, each in words."""

    field = ""

    def say(self, value: str) -> str:
        raise NotImplementedError

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        values = model_admin.model.objects.order_by(self.field).values_list(self.field, flat=True).distinct()
        return sorted(((value, self.say(value)) for value in values), key=lambda pair: pair[1])

    def queryset(self, request: HttpRequest, rows: QuerySet[Any]) -> QuerySet[Any]:
        return rows.filter(**{self.field: self.value()}) if self.value() else rows


class DeedFilter(WordsFilter):
    title, parameter_name, field = _("行為"), "action", "action"

    def say(self, value: str) -> str:
        return words.deed(value)


class MoveFilter(WordsFilter):
    title, parameter_name, field = _("動き"), "name", "name"

    def say(self, value: str) -> str:
        return words.move(value)


class KindFilter(WordsFilter):
    title, parameter_name, field = _("対象の種類"), "subject_type", "subject_type"

    def say(self, value: str) -> str:
        return words.kind(value)


@admin.register(Move)
class MoveAdmin(Told):
    place = 30
    list_display = ["at", "what", "about", "from_words", "to_words", "who", "why"]
    list_display_links = ["at"]
    list_filter = [MoveFilter, KindFilter, "at"]
    list_select_related = ["by"]
    search_fields = ["why", "by__name", "by__email"]
    fields = ["at", "what", "about", "from_words", "to_words", "who", "why"]

    def tell(self, rows: list[Any], request: HttpRequest) -> None:
        found = subjects({(row.subject_type, row.subject_id) for row in rows}, request)
        for row in rows:
            row.about = found[row.subject_type, row.subject_id]

    @admin.display(description=_("動き"), ordering="name")
    def what(self, row: Move) -> str:
        return words.move(row.name)

    @admin.display(description=_("対象"))
    def about(self, row: Any) -> str:
        return row.about.shown()

    @admin.display(description=_("前の状態"))
    def from_words(self, row: Move) -> str:
        return words.state(row.from_state)

    @admin.display(description=_("後の状態"))
    def to_words(self, row: Move) -> str:
        return words.state(row.to_state)

    @admin.display(description=_("行った人"))
    def who(self, row: Move) -> str:
        return str(row.by) if row.by else gettext("システム")


@admin.register(AuditRow)
class AuditRowAdmin(Told):
    """Who did what to what, when and why. The row itself holds numbers alone; names and reasons are looked up elsewhere."""

    place = 40
    list_display = ["at", "who", "what", "about", "why"]
    list_display_links = ["at"]
    list_filter = [DeedFilter, "at"]
    search_fields = ["subject", "action"]
    search_help_text = _("行った人の氏名・メールアドレス、または対象（例 plans.Snapshot:12）で探せます。")
    fields = ["at", "who", "what", "about", "why", "detail", "action", "subject", "actor_id", "previous_mac", "mac"]

    def get_search_results(self, request: HttpRequest, rows: QuerySet[Any], term: str) -> tuple[QuerySet[Any], bool]:
        found, several = super().get_search_results(request, rows, term)
        people = User.objects.filter(Q(name__icontains=term) | Q(email__icontains=term)) if term else User.objects.none()
        return found | rows.filter(actor_id__in=list(people.values_list("pk", flat=True))), several

    def tell(self, rows: list[Any], request: HttpRequest) -> None:
        found = subjects({key_of(row.subject) for row in rows}, request)
        people = User.objects.in_bulk({row.actor_id for row in rows if row.actor_id})
        moves = _moves_of(rows)
        for row in rows:
            row.about, row.person = found[key_of(row.subject)], people.get(row.actor_id)
            row.why = row.detail.get("why") or _reason(row, moves)

    @admin.display(description=_("行った人"))
    def who(self, row: Any) -> str:
        if row.actor_id is None:
            return gettext("システム")
        return str(row.person) if row.person else gettext("番号 %(number)s の人") % {"number": row.actor_id}

    @admin.display(description=_("行為"), ordering="action")
    def what(self, row: AuditRow) -> str:
        return words.deed(row.action)

    @admin.display(description=_("対象"))
    def about(self, row: Any) -> str:
        return row.about.shown()

    @admin.display(description=_("理由"))
    def why(self, row: Any) -> str:
        return row.why


def _moves_of(rows: list[AuditRow]) -> dict[tuple[str, str, int | None], list[Move]]:
    """The moves these rows speak of, by subject, name and person; one query."""
    keys = {key_of(row.subject) for row in rows if row.action in words.MOVE_OF}
    found: dict[tuple[str, str, int | None], list[Move]] = defaultdict(list)
    if keys:
        kinds, ids = {label for label, _pk in keys}, {pk for _label, pk in keys}
        for move in Move.objects.filter(subject_type__in=kinds, subject_id__in=ids):
            found[f"{move.subject_type}:{move.subject_id}", move.name, move.by_id].append(move)
    return found


def _reason(row: AuditRow, moves: dict[tuple[str, str, int | None], list[Move]]) -> str:
    """Why: the reason of the move that was made with the row."""
    near = moves.get((row.subject, words.MOVE_OF.get(row.action, ""), row.actor_id), [])
    return min(near, key=lambda move: abs(move.at - row.at)).why if near else ""


@admin.register(OutboxMail)
class OutboxMailAdmin(ReadOnlyAdmin):
    place = 50
    list_display = ["created_at", "subject", "to", "sent_at", "tries", "last_error"]
    list_filter = ["sent_at"]
