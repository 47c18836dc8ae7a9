"""Pages that begin, describe and throw away drafts: the next stage, the next edition, the facts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ichinoseki_portal.text import RefusedText
from plans.actions.drafts import discard_draft, start_draft, start_edition
from plans.actions.fact_edits import edit_facts, fact_values
from plans.actions.locks import EditRefused
from plans.enums import Stage
from plans.models import Edition, Snapshot

from .road import desk_address, snapshot_of
from .road_forms import MoveForm
from .trees import STALE, hidden_errors, show

STAGES = [row for row in Stage.choices if row[0] != Stage.OUTLINE]


def urls(admin: ModelAdmin) -> list[URLPattern]:
    """Below /admin/plans/snapshot/."""

    def page(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        return admin.admin_site.admin_view(lambda request, pk: view(admin, request, pk))

    return [
        path("<int:pk>/facts/", page(facts), name="plans_snapshot_facts"),
        path("<int:pk>/discard/", page(discard), name="plans_snapshot_discard"),
        path("<int:pk>/start/", page(_to("plans_edition_start_draft")), name="plans_snapshot_start"),
        path("<int:pk>/next-edition/", page(_to("plans_edition_start_edition")), name="plans_snapshot_next_edition"),
    ]


def edition_urls(admin: ModelAdmin) -> list[URLPattern]:
    """Below /admin/plans/edition/."""

    def page(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        return admin.admin_site.admin_view(lambda request, pk: view(admin, request, pk))

    return [
        path("<int:pk>/start-draft/", page(begin_draft), name="plans_edition_start_draft"),
        path("<int:pk>/start-edition/", page(begin_edition), name="plans_edition_start_edition"),
    ]


def _to(name: str) -> Callable[..., HttpResponse]:
    """From a snapshot's desk to a page of its edition."""

    def go(admin: ModelAdmin, request: HttpRequest, pk: int) -> HttpResponse:
        return HttpResponseRedirect(reverse(f"admin:{name}", args=[snapshot_of(request, admin, pk).edition_id]))

    return go


# --- forms ---------------------------------------------------------------------------------------------------------------------


class DraftForm(MoveForm):
    stage = forms.ChoiceField(label=gettext_lazy("段階"), choices=STAGES)
    number = forms.IntegerField(
        label=gettext_lazy("番号"),
        required=False,
        min_value=1,
        help_text=gettext_lazy("空けておくと、その段階の次の番号が付きます。"),
    )
    note = forms.CharField(
        label=gettext_lazy("この段階についての説明（公開されます）"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )


def _year(label: Any) -> forms.IntegerField:
    return forms.IntegerField(
        label=label, required=False, min_value=1868, max_value=2300, help_text=gettext_lazy("西暦の年度。例 2027")
    )


_PARTIAL = gettext_lazy("分かるところまで。例 2027-03")


class EditionForm(MoveForm):
    key = forms.CharField(
        label=gettext_lazy("キー"),
        max_length=40,
        help_text=gettext_lazy("アドレスになり、あとから変わりません。ふつうは計画期間の最初の年度。例 2027"),
    )
    title = forms.CharField(label=gettext_lazy("名称"), max_length=200, help_text=gettext_lazy("例 第３次 見本計画"))
    ordinal = forms.CharField(label=gettext_lazy("次数"), required=False, max_length=20, help_text=gettext_lazy("例 第３次"))
    first_fiscal_year = _year(gettext_lazy("最初の年度"))
    last_fiscal_year = _year(gettext_lazy("最後の年度"))
    period_words = forms.CharField(label=gettext_lazy("計画期間（書かれるとおり）"), required=False, max_length=120)


class FactsForm(MoveForm):
    title = forms.CharField(label=gettext_lazy("名称"), max_length=200)
    ordinal = forms.CharField(label=gettext_lazy("次数"), required=False, max_length=20)
    first_fiscal_year = _year(gettext_lazy("最初の年度"))
    last_fiscal_year = _year(gettext_lazy("最後の年度"))
    period_words = forms.CharField(label=gettext_lazy("計画期間（書かれるとおり）"), required=False, max_length=120)
    decided_date = forms.CharField(label=gettext_lazy("策定・議決の日"), required=False, max_length=10, help_text=_PARTIAL)
    decided_words = forms.CharField(label=gettext_lazy("策定・議決の日（書かれるとおり）"), required=False, max_length=60)
    source_title = forms.CharField(label=gettext_lazy("原典"), required=False, max_length=200)
    source_publisher = forms.CharField(label=gettext_lazy("原典の発行者"), required=False, max_length=100)
    source_url = forms.CharField(label=gettext_lazy("原典の場所"), required=False, max_length=200)
    source_note = forms.CharField(label=gettext_lazy("原典についての注"), required=False, max_length=300)
    stage = forms.ChoiceField(label=gettext_lazy("段階"), choices=STAGES)
    number = forms.IntegerField(label=gettext_lazy("段階の中の番号"), min_value=1)
    date = forms.CharField(label=gettext_lazy("この段階の日付"), required=False, max_length=10, help_text=_PARTIAL)
    note = DraftForm.base_fields["note"]
    seen_version = forms.IntegerField(widget=forms.HiddenInput, error_messages={"required": STALE, "invalid": STALE})


class DiscardForm(MoveForm):
    why = forms.CharField(label=gettext_lazy("捨てる理由"), max_length=500, widget=forms.Textarea(attrs={"rows": 2}))


# --- pages ---------------------------------------------------------------------------------------------------------------------


def begin_draft(admin: ModelAdmin, request: HttpRequest, pk: int) -> HttpResponse:
    """The next draft of an edition: a copy of its newest text."""
    edition = _edition(request, admin, pk, "plans.change_clause")
    newest = edition.snapshots.exclude(stage=Stage.OUTLINE).order_by("-sequence").first()
    form = DraftForm(_posted(request), initial={"stage": newest.stage if newest else Stage.DRAFT})

    def deed(values: dict[str, Any]) -> HttpResponse:
        snapshot = start_draft(edition=edition, by=request.user, **values)  # type: ignore[arg-type]
        words = _("「%(draft)s」をはじめました。「%(base)s」の写しです。") % {"draft": snapshot, "base": snapshot.based_on}
        admin.message_user(request, words, messages.SUCCESS)
        return HttpResponseRedirect(desk_address(snapshot.pk))

    lead = _("いちばん新しい本文の写しを下書きとして作ります。公開中の文は変わりません。")
    back = reverse("admin:plans_edition_change", args=[pk])
    shown = {"edition": edition, "lead": lead, "button": _("はじめる"), "back": back}
    return _form_page(admin, request, form, deed, _("次の段階をはじめる"), **shown)


def begin_edition(admin: ModelAdmin, request: HttpRequest, pk: int) -> HttpResponse:
    """The next edition of the plan, from the text of this one that counts."""
    edition = _edition(request, admin, pk, "plans.add_edition")
    first = edition.last_fiscal_year + 1 if edition.last_fiscal_year else None
    form = EditionForm(_posted(request), initial={"key": first, "first_fiscal_year": first})

    def deed(values: dict[str, Any]) -> HttpResponse:
        new = start_edition(edition=edition, by=request.user, **values)  # type: ignore[arg-type]
        words = _("「%(new)s」をはじめました。どの項目も、いまは前の版のままです。") % {"new": new}
        admin.message_user(request, words, messages.SUCCESS)
        return HttpResponseRedirect(desk_address(new.snapshots.get().pk))

    lead = _(
        "公開中の本文をもとに、次の版の素案を作ります。コードはそのまま引きつぎ、直した項目・はずした項目は、前の版からの変化として記録されます。公開するまで、だれにも見えません。"
    )
    back = reverse("admin:plans_edition_change", args=[pk])
    shown = {"edition": edition, "lead": lead, "button": _("はじめる"), "back": back}
    return _form_page(admin, request, form, deed, _("次の版をはじめる"), **shown)


def facts(admin: ModelAdmin, request: HttpRequest, pk: int) -> HttpResponse:
    """The period, the decision and the rest that a draft states."""
    snapshot = _snapshot(request, admin, pk, "plans.change_edition")
    form = FactsForm(_posted(request), initial={**fact_values(snapshot), "seen_version": snapshot.tree_version})

    def deed(values: dict[str, Any]) -> HttpResponse:
        edit_facts(snapshot=snapshot, by=request.user, **values)  # type: ignore[arg-type]
        admin.message_user(request, _("事実を保存しました。"), messages.SUCCESS)
        return HttpResponseRedirect(desk_address(pk))

    lead = _("期間と策定・議決の日は、公開すると版のページに出ます。決裁の対象にもなります。")
    shown = {"snapshot": snapshot, "lead": lead, "button": _("保存する"), "back": desk_address(pk), "closed": _closed(snapshot)}
    return _form_page(admin, request, form, deed, _("期間・策定日などの事実を直す"), **shown)


def discard(admin: ModelAdmin, request: HttpRequest, pk: int) -> HttpResponse:
    """Throw a draft away, with a reason."""
    snapshot = _snapshot(request, admin, pk, "plans.change_clause")
    form, name = DiscardForm(_posted(request)), str(snapshot)

    def deed(values: dict[str, Any]) -> HttpResponse:
        edition = snapshot.edition_id
        discard_draft(snapshot=snapshot, by=request.user, **values)  # type: ignore[arg-type]
        admin.message_user(request, _("「%(draft)s」を捨てました。") % {"draft": name}, messages.SUCCESS)
        if Edition.objects.filter(pk=edition).exists():
            return HttpResponseRedirect(reverse("admin:plans_edition_change", args=[edition]))
        return HttpResponseRedirect(reverse("admin:plans_edition_changelist"))

    lead = _("この下書きと、その項目・用語・指標をすべて捨てます。もとに戻せません。捨てたことと理由は、記録に残ります。")
    shown = {"snapshot": snapshot, "lead": lead, "button": _("捨てる"), "back": desk_address(pk), "closed": _closed(snapshot)}
    return _form_page(admin, request, form, deed, _("下書きを捨てる"), **shown)


def _form_page(
    admin: ModelAdmin,
    request: HttpRequest,
    form: forms.Form,
    deed: Callable[[dict[str, Any]], HttpResponse],
    title: str,
    **shown: Any,
) -> HttpResponse:
    """Show a form; carry out its deed. What the deed refuses is said on the same page, with what was typed (409)."""
    refused = hidden_errors(form)
    if form.is_bound and form.is_valid():
        try:
            return deed(form.facts())  # type: ignore[attr-defined]
        except (EditRefused, RefusedText) as error:
            refused = str(error)
    return show(admin, request, "form.html", title, status=409 if refused else 200, form=form, refused=refused, **shown)


def _posted(request: HttpRequest) -> Any:
    return request.POST if request.method == "POST" else None


def _closed(snapshot: Snapshot) -> str:
    if not snapshot.is_locked:
        return ""
    return _("いまは「%(state)s」なので、できません。") % {"state": snapshot.get_state_display()}


def _snapshot(request: HttpRequest, admin: ModelAdmin, pk: int, permission: str) -> Snapshot:
    snapshot = snapshot_of(request, admin, pk)
    if not request.user.has_perm(permission):
        raise PermissionDenied
    return snapshot


def _edition(request: HttpRequest, admin: ModelAdmin, pk: int, permission: str) -> Edition:
    if not admin.has_view_permission(request) or not request.user.has_perm(permission):
        raise PermissionDenied
    return get_object_or_404(Edition.objects.select_related("plan"), pk=pk)
