"""What became of the edition before, as a page: a table old → new, many reasons at once, merges and splits by hand."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ichinoseki_portal.text import RefusedText
from plans.actions.locks import EditRefused
from plans.actions.statements import origin_of
from plans.actions.successions import follow, merge, set_reasons, split, undo
from plans.enums import SuccessionKind
from plans.models import Snapshot, Succession

from .road import snapshot_of
from .road_forms import MoveForm
from .trees import name_of, show

_CODES = gettext_lazy("コードを、空白か読点で区切って書いてください。例 3.1、3.2")


def urls(admin: ModelAdmin) -> list[URLPattern]:
    """Below /admin/plans/snapshot/."""

    def page(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        return admin.admin_site.admin_view(lambda request, pk, **more: view(admin, request, pk, **more))

    return [
        path("<int:pk>/successions/", page(successions), name="plans_snapshot_successions"),
        path("<int:pk>/successions/<slug:how>/", page(by_hand), name="plans_snapshot_succession_by_hand"),
    ]


Choices = list[tuple[str, str]]


class ByHand(MoveForm):
    """``olds`` and ``news``: the clauses to choose from, by code and what people know them by."""

    reason = forms.CharField(
        label=gettext_lazy("理由（公開されます）"), required=False, max_length=1000, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, *args: Any, olds: Choices, news: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, choices in {"old": olds, "new": news}.items():
            for field in (self.fields.get(f"{name}_code"), self.fields.get(f"{name}_codes")):
                if isinstance(field, forms.MultipleChoiceField):
                    field.choices = choices
                elif isinstance(field, forms.ChoiceField):
                    field.choices = [("", _("選んでください")), *choices]


def _one(label: Any) -> forms.ChoiceField:
    return forms.ChoiceField(label=label)


def _several(label: Any) -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        label=label,
        widget=forms.CheckboxSelectMultiple(attrs={"class": "choose"}),
        help_text=gettext_lazy("当てはまる項目に、すべて印を付けてください。"),
    )


class MergeForm(ByHand):
    old_codes = _several(gettext_lazy("前の版の項目（いくつか）"))
    new_code = _one(gettext_lazy("まとまった先の、新しい版の項目"))
    field_order = ("old_codes", "new_code", "reason")


class SplitForm(ByHand):
    old_code = _one(gettext_lazy("前の版の項目"))
    new_codes = _several(gettext_lazy("分かれた先の、新しい版の項目（いくつか）"))
    field_order = ("old_code", "new_codes", "reason")


class FollowForm(ByHand):
    old_code = _one(gettext_lazy("前の版の項目"))
    new_code = _one(gettext_lazy("引きついだ、新しい版の項目"))
    field_order = ("old_code", "new_code", "reason")


class UndoForm(ByHand):
    """Only what a person said can be taken back."""

    reason = None  # type: ignore[assignment]
    old_code = _one(gettext_lazy("前の版の項目"))


HANDS: dict[str, tuple[type[ByHand], Callable[..., None], Any, Any]] = {
    "merge": (
        MergeForm,
        merge,
        gettext_lazy("統合したものとして記録する"),
        gettext_lazy("前の版のいくつかの項目が、新しい版で一つになったとき。"),
    ),
    "split": (
        SplitForm,
        split,
        gettext_lazy("分割したものとして記録する"),
        gettext_lazy("前の版の一つの項目が、新しい版でいくつかに分かれたとき。"),
    ),
    "follow": (
        FollowForm,
        follow,
        gettext_lazy("引きついだものとして記録する"),
        gettext_lazy("前の版の項目が、別のコードで続いているとき。"),
    ),
    "undo": (
        UndoForm,
        undo,
        gettext_lazy("手で決めたことを取り消す"),
        gettext_lazy("統合・分割・引きつぎの記録を取り消し、同じコードどうしの対応に戻します。"),
    ),
}


@dataclass(frozen=True)
class Line:
    """A row of the table: what both ends are called, the reason as it stands or was typed."""

    row: Succession
    old: str
    new: str
    reason: str
    needed: bool

    @property
    def by_hand(self) -> bool:
        return _is_by_hand(self.row)


def _is_by_hand(row: Succession) -> bool:
    """Whether a person said it, and may take it back."""
    said = row.kind in (SuccessionKind.MERGED, SuccessionKind.SPLIT)
    return bool(row.old and row.new and (said or row.old.code != row.new.code))


def successions(admin: ModelAdmin, request: HttpRequest, pk: int) -> HttpResponse:
    """The table, and reasons for as many rows as one likes: all are saved, or none."""
    snapshot = snapshot_of(request, admin, pk)
    may = _may(request.user)
    if request.method == "POST" and not may:
        raise PermissionDenied
    refused = ""
    typed: dict[int, str] = {}
    if request.method == "POST":
        typed = {int(name[7:]): str(value) for name, value in request.POST.items() if re.fullmatch(r"reason-\d{1,15}", name)}
        try:
            seen = _seen(request.POST.get("seen", ""))
            count = set_reasons(snapshot=snapshot, reasons=typed, by=request.user, seen=seen)  # type: ignore[arg-type]
        except (EditRefused, RefusedText) as error:
            refused = str(error)
            snapshot.refresh_from_db()
        else:
            admin.message_user(request, _("理由を%(count)s件保存しました。") % {"count": count}, messages.SUCCESS)
            return HttpResponseRedirect(reverse("admin:plans_snapshot_successions", args=[pk]))
    return _table(admin, request, snapshot, may and not snapshot.is_locked, refused, typed)


def _table(
    admin: ModelAdmin, request: HttpRequest, snapshot: Snapshot, may_change: bool, refused: str, typed: dict[int, str]
) -> HttpResponse:
    rows = list(snapshot.successions.select_related("old", "new"))
    names, places = _names(snapshot)
    rows.sort(key=lambda row: (places.get(row.new_id, places.get(row.old_id, 0)), row.pk))
    lines = [
        Line(
            row=row,
            old=names.get(row.old_id, row.old.code if row.old else ""),
            new=names.get(row.new_id, row.new.code if row.new else ""),
            reason=typed.get(row.pk, row.reason),
            needed=row.kind != SuccessionKind.KEPT and not row.reason,
        )
        for row in rows
    ]
    shown = {
        "snapshot": snapshot,
        "changed": [line for line in lines if line.row.kind != SuccessionKind.KEPT],
        "kept": [line for line in lines if line.row.kind == SuccessionKind.KEPT],
        "needed": sum(1 for line in lines if line.needed),
        "may_change": may_change,
        "seen": json.dumps({row.pk: row.reason for row in rows if row.kind != SuccessionKind.KEPT}, ensure_ascii=False),
        "hands": [(name, label, lead) for name, (_form, _deed, label, lead) in HANDS.items()],
        "refused": refused,
        "undo": reverse("admin:plans_snapshot_succession_by_hand", args=[snapshot.pk, "undo"]),
    }
    return show(admin, request, "successions.html", _("前の版からの変化"), status=409 if refused else 200, **shown)


def _names(snapshot: Snapshot) -> tuple[dict[int | None, str], dict[int | None, int]]:
    """What the clauses at both ends are called, and where they stand, by address."""
    names: dict[int | None, str] = {}
    places: dict[int | None, int] = {}
    for one in (origin_of(snapshot), snapshot):
        for row in one.clauses.only("address_id", "code", "label", "title", "body", "position") if one else ():
            names[row.address_id] = f"{row.code} {name_of(row)}" if name_of(row) != row.code else row.code
            places[row.address_id] = row.position
    return names, places


def _choices(snapshot: Snapshot, *, only_by_hand: bool) -> tuple[Choices, Choices]:
    """The clauses of the edition before and of this draft, in their order, each with what is said of it now."""
    rows = list(snapshot.successions.select_related("old", "new"))
    names, places = _names(snapshot)
    kinds = {end: row for row in rows if row.kind != SuccessionKind.KEPT for end in (row.old_id, row.new_id) if end}
    news = dict(snapshot.clauses.values_list("address_id", "code"))
    origin = origin_of(snapshot)
    olds = dict(origin.clauses.values_list("address_id", "code")) if origin else {}
    olds |= {row.old_id: row.old.code for row in rows if row.old and row.old_id and row.old.code}
    if only_by_hand:
        olds = {row.old_id: row.old.code for row in rows if row.old and row.old_id and _is_by_hand(row)}

    def listed(codes: dict[int, str]) -> Choices:
        return [
            (codes[end], _told(names.get(end, codes[end]), kinds.get(end)))
            for end in sorted(codes, key=lambda end: (places.get(end, 0), codes[end]))
        ]

    return listed(olds), listed(news)


def _told(name: str, row: Succession | None) -> str:
    return _("%(name)s（いまは「%(kind)s」）") % {"name": name, "kind": SuccessionKind(row.kind).label} if row else name


def _seen(words: str) -> dict[int, str]:
    try:
        return {int(pk): str(reason) for pk, reason in json.loads(words).items()}
    except (ValueError, AttributeError, RecursionError):
        raise EditRefused(_("画面が古いか、正しく開かれていません。読み直して、もう一度してください。")) from None


def by_hand(admin: ModelAdmin, request: HttpRequest, pk: int, how: str) -> HttpResponse:
    """Merge, split, follow, or take back what was said."""
    snapshot = snapshot_of(request, admin, pk)
    if not _may(request.user) or how not in HANDS:
        raise PermissionDenied
    kind, deed, label, lead = HANDS[how]
    olds, news = _choices(snapshot, only_by_hand=how == "undo")
    initial = {name: request.GET.getlist(name) if name.endswith("s") else request.GET[name] for name in request.GET}
    form = kind(request.POST if request.method == "POST" else None, initial=initial, olds=olds, news=news)
    back, refused = reverse("admin:plans_snapshot_successions", args=[pk]), ""
    if form.is_bound and form.is_valid():
        try:
            deed(snapshot=snapshot, by=request.user, **form.facts())
        except (EditRefused, RefusedText) as error:
            refused = str(error)
        else:
            admin.message_user(request, _("記録しました。"), messages.SUCCESS)
            return HttpResponseRedirect(back)
    shown = {"snapshot": snapshot, "form": form, "lead": lead, "button": _("記録する"), "back": back, "refused": refused}
    if snapshot.is_locked:
        shown["closed"] = _("いまは「%(state)s」なので、できません。") % {"state": snapshot.get_state_display()}
    return show(admin, request, "form.html", label, status=409 if refused else 200, **shown)


def _may(user: Any) -> bool:
    return bool(user.has_perm("plans.change_succession"))
