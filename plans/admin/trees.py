"""The tree of a draft as a page: moving by buttons, arrow keys or the handle; adding and removing below it.

Without scripts the buttons do all. Scripts (static/js/tree.js) post to the same address.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ichinoseki_portal.text import RefusedText
from plans.actions.alignment import Difference, compare
from plans.actions.contents import official_document
from plans.actions.locks import EditRefused
from plans.actions.trees import add_clause, move_clause, remove_clause
from plans.enums import ClauseKind
from plans.models import Clause, Snapshot

from .road import snapshot_of
from .road_forms import MoveForm

ALL_OPEN = 80  # clauses; a longer tree begins folded
STALE = gettext_lazy("画面が古いか、正しく開かれていません。読み直して、もう一度してください。")


@dataclass
class Node:
    """A clause in the tree page: what it is called, how it differs from the text before, which buttons it has."""

    clause: Clause
    name: str
    number: str  # its id, as the page writes it
    kind: str
    below: list[Node] = field(default_factory=list)
    marks: list[Any] = field(default_factory=list)
    ways: set[str] = field(default_factory=set)
    open: bool = True


WAYS = {
    "up": gettext_lazy("上へ"),
    "down": gettext_lazy("下へ"),
    "out": gettext_lazy("一段上げる"),
    "in": gettext_lazy("一段下げる"),
}


def urls(admin: ModelAdmin) -> list[URLPattern]:
    def page(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        return admin.admin_site.admin_view(lambda request, pk, **more: view(admin, request, pk, **more))

    return [
        path("<int:pk>/tree/", page(tree), name="plans_snapshot_tree"),
        path("<int:pk>/tree/move/", page(move), name="plans_snapshot_tree_move"),
        path("<int:pk>/tree/add/", page(add), name="plans_snapshot_tree_add"),
        path("<int:pk>/tree/remove/<int:row>/", page(remove), name="plans_snapshot_tree_remove"),
    ]


def may_change(user: Any) -> bool:
    return bool(user.has_perm("plans.change_clause"))


def name_of(clause: Clause) -> str:
    """What a person knows a clause by."""
    words = f"{clause.label} {clause.title or clause.body[:40]}".strip()
    return words or clause.code


# --- the page --------------------------------------------------------------------------------------------------------------


def tree(admin: ModelAdmin, request: HttpRequest, pk: int) -> HttpResponse:
    snapshot = snapshot_of(request, admin, pk)
    rows = list(snapshot.clauses.order_by("position").defer("frozen", "lines", "modality"))
    differs = _differences(snapshot)
    at = request.GET.get("at", "")
    shown: dict[str, Any] = {
        "nodes": nodes_of(rows, differs, int(at) if at.isdecimal() else None),
        "total": len(rows),
        "removed": differs.removed if differs else (),
        "may_change": may_change(request.user) and not snapshot.is_locked,
        "at": at,
        "edit": reverse("admin:plans_clause_changelist"),
        "may_start": may_change(request.user) and snapshot.is_locked,
        "changes": any((differs.added, differs.removed, differs.changed, differs.moved)) if differs else False,
    }
    return show(admin, request, "tree.html", _("本文の構成"), snapshot=snapshot, **shown)


def _differences(snapshot: Snapshot) -> Difference | None:
    base = Snapshot.objects.select_related("edition__plan").filter(pk=snapshot.based_on_id or 0).first()
    if base is None or base.is_outline:
        return None
    return compare(official_document(base).clauses, official_document(snapshot).clauses)


def nodes_of(rows: list[Clause], differs: Difference | None, at: int | None) -> list[Node]:
    """The rows, in reading order, as a tree. Folded where it is long, open above the clause one has just worked on."""
    kinds = {kind.value: str(kind.label) for kind in ClauseKind}
    nodes = {row.pk: Node(row, name_of(row), str(row.pk), kinds[row.kind], open=len(rows) <= ALL_OPEN) for row in rows}
    top: list[Node] = []
    for row in rows:
        (nodes[row.parent_id].below if row.parent_id else top).append(nodes[row.pk])
    marks = _marks(differs)
    for node in nodes.values():
        node.marks = marks.get(node.clause.code, [])
    for level, parent in [(top, None), *((node.below, node) for node in nodes.values())]:
        for index, node in enumerate(level):
            node.ways = _ways(level, index, parent)
    above = nodes.get(at) if at else None
    while above is not None:
        above.open = True
        above = nodes.get(above.clause.parent_id) if above.clause.parent_id else None
    return top


def _ways(level: list[Node], index: int, parent: Node | None) -> set[str]:
    ways = {"up"} if index else set()
    if index + 1 < len(level):
        ways.add("down")
    if level[index].clause.kind == ClauseKind.PARAGRAPH:
        return ways
    if parent is not None:
        ways.add("out")
    if index and level[index - 1].clause.kind != ClauseKind.PARAGRAPH:
        ways.add("in")
    return ways


def _marks(differs: Difference | None) -> dict[str, list[Any]]:
    marks: dict[str, list[Any]] = {}
    if differs is None:
        return marks
    for rows, word in ((differs.added, _("新しい")), (differs.changed, _("直した")), (differs.moved, _("動かした"))):
        for row in rows:
            marks.setdefault(row.code, []).append(word)
    return marks


# --- moving ----------------------------------------------------------------------------------------------------------------


def move(admin: ModelAdmin, request: HttpRequest, pk: int) -> HttpResponse:
    """By a button (``move`` = "up:12") or to a place (``clause``, ``parent``, ``before``; empty: at the top, at the end)."""
    snapshot = _for_change(admin, request, pk, "POST")
    way, _colon, number = request.POST.get("move", "").partition(":")
    number = number or request.POST.get("clause", "")
    try:
        row = _row(snapshot, number)
        if way:
            parent, before = _place_of(row, way)
        else:
            parent, before = (
                _row(snapshot, request.POST[name]) if request.POST.get(name) else None for name in ("parent", "before")
            )
        row = move_clause(clause=row, by=request.user, tree_version=_version(request), parent=parent, before=before)  # type: ignore[arg-type]
    except (EditRefused, RefusedText) as error:
        admin.message_user(request, str(error), messages.ERROR)
    else:
        admin.message_user(request, _where(row), messages.SUCCESS)
    return HttpResponseRedirect(tree_address(pk, number))


def _row(snapshot: Snapshot, number: str) -> Clause:
    row = snapshot.clauses.select_related("snapshot__edition").filter(pk=number).first() if number.isdecimal() else None
    if row is None:
        raise EditRefused(_("その項目は、この段階にはもうありません。画面を読み直してください。"))
    return row


def _version(request: HttpRequest) -> int:
    seen = request.POST.get("tree_version", "")
    if not seen.isdecimal():
        raise EditRefused(str(STALE))
    return int(seen)


def _place_of(row: Clause, way: str) -> tuple[Clause | None, Clause | None]:
    """Where a button leads: the parent, and the clause before which it goes."""
    level = list(Clause.objects.filter(snapshot=row.snapshot_id, parent=row.parent_id).order_by("position"))
    index = level.index(row)
    after = [*level[index + 1 :], None, None]
    if way == "up" and index:
        return row.parent, level[index - 1]
    if way == "down" and after[0] is not None:
        return row.parent, after[1]
    if way == "out" and row.parent is not None:
        above = row.parent
        beside = Clause.objects.filter(snapshot=row.snapshot_id, parent=above.parent_id, position__gt=above.position)
        return above.parent, beside.order_by("position").first()
    if way == "in" and index:
        return level[index - 1], None
    raise EditRefused(_("これより先へは動かせません。"))


def _where(row: Clause) -> str:
    level = list(
        Clause.objects.filter(snapshot=row.snapshot_id, parent=row.parent_id).order_by("position").values_list("pk", flat=True)
    )
    words = {"name": name_of(row), "place": level.index(row.pk) + 1, "all": len(level)}
    if row.parent is None:
        return _("「%(name)s」を動かしました。いちばん上の段の%(place)s番目（全部で%(all)s）です。") % words
    return _("「%(name)s」を動かしました。「%(parent)s」の下の%(place)s番目（全部で%(all)s）です。") % {
        **words,
        "parent": name_of(row.parent),
    }


# --- adding and removing -----------------------------------------------------------------------------------------------------


class AddForm(MoveForm):
    """A new clause below a parent."""

    kind = forms.ChoiceField(label=gettext_lazy("種類"), choices=ClauseKind.choices, initial=ClauseKind.ITEM)
    label = forms.CharField(
        label=gettext_lazy("番号・記号"), required=False, max_length=60, help_text=gettext_lazy("印刷されるとおり。例 （３）")
    )
    title = forms.CharField(label=gettext_lazy("見出し"), required=False, max_length=500)
    body = forms.CharField(label=gettext_lazy("本文（正文）"), required=False, widget=forms.Textarea(attrs={"rows": 8}))
    before = forms.ChoiceField(label=gettext_lazy("置き場所"), required=False)
    code = forms.CharField(
        label=gettext_lazy("コード"),
        required=False,
        max_length=80,
        help_text=gettext_lazy("空けておくと、まだ使われていない次の番号が付きます。アドレスになり、あとから変わりません。"),
    )
    tree_version = forms.IntegerField(widget=forms.HiddenInput, error_messages={"required": STALE, "invalid": STALE})

    def __init__(self, *args: Any, level: list[Clause], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.rows = {str(row.pk): row for row in level}
        places = [(pk, _("「%(name)s」の前") % {"name": name_of(row)}) for pk, row in self.rows.items()]
        self.fields["before"].choices = [("", _("いちばん後ろ")), *places]  # type: ignore[attr-defined]

    def facts(self) -> dict[str, Any]:
        return {**self.cleaned_data, "before": self.rows.get(self.cleaned_data["before"])}


def add(admin: ModelAdmin, request: HttpRequest, pk: int) -> HttpResponse:
    """The form for a new clause below ``?parent=`` (none: at the top)."""
    snapshot = _for_change(admin, request, pk, "GET", "POST")
    number = request.GET.get("parent", "")
    parent = get_object_or_404(snapshot.clauses, pk=number) if number.isdecimal() else None
    level = list(snapshot.clauses.filter(parent=parent).order_by("position"))
    posted = request.method == "POST"
    form = AddForm(request.POST if posted else None, level=level, initial={"tree_version": snapshot.tree_version})
    refused = hidden_errors(form)
    if posted and form.is_valid():
        try:
            row = add_clause(snapshot=snapshot, by=request.user, parent=parent, **form.facts())  # type: ignore[arg-type]
        except (EditRefused, RefusedText) as error:
            refused = str(error)
        else:
            words = _("「%(name)s」を足しました。コードは %(code)s です。") % {"name": name_of(row), "code": row.code}
            admin.message_user(request, words, messages.SUCCESS)
            return HttpResponseRedirect(tree_address(pk, str(row.pk)))
    title = _("「%(name)s」の下に項目を足す") % {"name": name_of(parent)} if parent else _("いちばん上の段に項目を足す")
    shown = {"snapshot": snapshot, "form": form, "refused": refused, "button": _("足す"), "back": tree_address(pk, number)}
    return show(admin, request, "form.html", title, status=409 if refused else 200, **shown)


def remove(admin: ModelAdmin, request: HttpRequest, pk: int, row: int) -> HttpResponse:
    """Asks first, naming all that goes."""
    snapshot = _for_change(admin, request, pk, "GET", "POST")
    clause = get_object_or_404(snapshot.clauses.select_related("parent"), pk=row)
    refused = ""
    if request.method == "POST":
        try:
            count = remove_clause(clause=clause, by=request.user, tree_version=_version(request))  # type: ignore[arg-type]
        except EditRefused as error:
            refused = str(error)
        else:
            words = _("「%(name)s」をはずしました（%(count)s項目）。文は履歴に残っています。") % {
                "name": name_of(clause),
                "count": count,
            }
            admin.message_user(request, words, messages.SUCCESS)
            return HttpResponseRedirect(tree_address(pk, str(clause.parent_id or "")))
        snapshot.refresh_from_db()
        clause = get_object_or_404(snapshot.clauses, pk=row)
    going = snapshot.clauses.filter(position__gte=clause.position, position__lte=clause.last).order_by("position")
    shown = {"snapshot": snapshot, "clause": clause, "going": [(one, name_of(one)) for one in going], "refused": refused}
    shown["back"] = tree_address(pk, str(row))
    return show(admin, request, "remove.html", _("項目をはずす"), status=409 if refused else 200, **shown)


# --- what the pages of drafts share ------------------------------------------------------------------------------------------


def tree_address(pk: int, at: str = "") -> str:
    address = reverse("admin:plans_snapshot_tree", args=[pk])
    return f"{address}?at={at}#c{at}" if at.isdecimal() else address


def _for_change(admin: ModelAdmin, request: HttpRequest, pk: int, *methods: str) -> Snapshot:
    snapshot = snapshot_of(request, admin, pk)
    if not may_change(request.user) or request.method not in ("HEAD", *methods):
        raise PermissionDenied
    return snapshot


def hidden_errors(form: forms.Form) -> str:
    """What is wrong with fields nobody sees."""
    return "　".join(str(error) for one in form.hidden_fields() for error in one.errors) if form.is_bound else ""


def show(admin: ModelAdmin, request: HttpRequest, template: str, title: Any, *, status: int = 200, **shown: Any) -> HttpResponse:
    context = {**admin.admin_site.each_context(request), "opts": admin.opts, "title": title, **shown}
    return TemplateResponse(request, f"admin/plans/drafts/{template}", context, status=status)
