"""The pages of the road below /admin/plans/snapshot/<pk>/: one page a move, and remarks.

A page opened (GET) does nothing; a move is a POST. Who may is asked here (403), what must hold is checked by the action: what it
refuses is said on the same page, with what was typed (409).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ichinoseki_portal import approval, fiscal
from ichinoseki_portal.text import RefusedText
from ichinoseki_portal.workflow import MoveRefused
from plans import permissions
from plans.actions import remarks, snapshots
from plans.actions.contents import content_hash
from plans.enums import State
from plans.models import Remark, Snapshot
from plans.selectors.road import Road, in_groups, road_of

from . import road_forms

Person = Any


@dataclass(frozen=True)
class Page:
    """One move as a page. ``may``: who; ``fits``: whether it is a step from where the snapshot stands; ``main``: the next one."""

    label: Any
    lead: Any
    done: Any
    form: type[forms.Form]
    deed: Callable[..., Any]
    may: Callable[[Person], bool]
    fits: Callable[[Road], bool]
    main: bool = False
    shows_hash: bool = False


def holds_a_post(user: Person) -> bool:
    """Whether somebody holds any post today: the action looks at which one."""
    return permissions.can_sign_snapshot(user) and user.posts.on(fiscal.today(timezone.now())).exists()


def may_return(user: Person) -> bool:
    return permissions.can_approve_snapshot(user) or holds_a_post(user)


def may_remark(user: Person) -> bool:
    """Who has a part in the road: an auditor only looks."""
    return permissions.can_submit_snapshot(user) or may_return(user)


def _in_review(*, route: bool) -> Callable[[Road], bool]:
    return lambda road: road.snapshot.state == State.IN_REVIEW and bool(road.snapshot.route_id) == route


PAGES = {
    "submit": Page(
        label=gettext_lazy("決裁に回す"),
        lead=gettext_lazy("決裁に回すと、決裁か差し戻しまで、だれも本文を直せません。"),
        done=gettext_lazy("決裁に回しました。"),
        form=road_forms.SubmitForm,
        deed=snapshots.submit_snapshot,
        may=permissions.can_submit_snapshot,
        fits=lambda road: road.snapshot.state == State.DRAFT,
        main=True,
    ),
    "sign": Page(
        label=gettext_lazy("印を押す"),
        lead=gettext_lazy("いま見ている内容に印を押します。順番の職に就いている人か、代決できる職の人だけが押せます。"),
        done=gettext_lazy("印を押しました。"),
        form=road_forms.SignForm,
        deed=snapshots.sign_snapshot,
        may=holds_a_post,
        fits=_in_review(route=True),
        main=True,
        shows_hash=True,
    ),
    "approve": Page(
        label=gettext_lazy("決裁する"),
        lead=gettext_lazy("いま見ている内容を決裁します。自分が作った・直した・起案したものは決裁できません。"),
        done=gettext_lazy("決裁しました。"),
        form=road_forms.ApproveForm,
        deed=snapshots.approve_snapshot,
        may=permissions.can_approve_snapshot,
        fits=_in_review(route=False),
        main=True,
        shows_hash=True,
    ),
    "record": Page(
        label=gettext_lazy("ほかで決裁したことを記録する"),
        lead=gettext_lazy("紙や文書管理システム、議会で決裁・議決されたことを記録します。記録すると決裁済みになります。"),
        done=gettext_lazy("決裁の記録を残しました。"),
        form=road_forms.RecordForm,
        deed=snapshots.approve_snapshot,
        may=permissions.can_approve_snapshot,
        fits=lambda road: road.snapshot.state == State.IN_REVIEW,
        shows_hash=True,
    ),
    "override": Page(
        label=gettext_lazy("例外として決裁する"),
        lead=gettext_lazy("ほかに決裁できる人がいないときだけの例外です。作った人と決裁する人は別、というきまりを外します。"),
        done=gettext_lazy("例外として決裁しました。理由を記録に残しました。"),
        form=road_forms.OverrideForm,
        deed=snapshots.approve_snapshot,
        may=permissions.can_override_approval,
        fits=lambda road: road.snapshot.state == State.IN_REVIEW,
        shows_hash=True,
    ),
    "pull_back": Page(
        label=gettext_lazy("引き戻す"),
        lead=gettext_lazy("自分が決裁に回したものを、決裁の前に下書きへ戻します。それまでの印はなくなります。"),
        done=gettext_lazy("引き戻しました。"),
        form=road_forms.PullBackForm,
        deed=snapshots.pull_back_snapshot,
        may=permissions.can_submit_snapshot,
        fits=lambda road: road.snapshot.state == State.IN_REVIEW,
    ),
    "return": Page(
        label=gettext_lazy("差し戻す"),
        lead=gettext_lazy("下書きに戻し、起案した人が直せるようにします。それまでの印と決裁はなくなります。"),
        done=gettext_lazy("差し戻しました。"),
        form=road_forms.ReturnForm,
        deed=snapshots.return_snapshot,
        may=may_return,
        fits=lambda road: road.snapshot.state in (State.IN_REVIEW, State.APPROVED),
    ),
    "publish": Page(
        label=gettext_lazy("公開する"),
        lead=gettext_lazy("だれでも見られるようになり、本文は直せなくなります。決裁した内容と違うときは公開できません。"),
        done=gettext_lazy("公開しました。"),
        form=road_forms.PublishForm,
        deed=snapshots.publish_snapshot,
        may=permissions.can_publish_snapshot,
        fits=lambda road: road.snapshot.state == State.APPROVED,
        main=True,
        shows_hash=True,
    ),
    "unschedule": Page(
        label=gettext_lazy("公開の予約を取り消す"),
        lead=gettext_lazy("予約した公開をやめ、決裁済みに戻します。"),
        done=gettext_lazy("公開の予約を取り消しました。"),
        form=road_forms.UnscheduleForm,
        deed=snapshots.unschedule_snapshot,
        may=permissions.can_publish_snapshot,
        fits=lambda road: road.scheduled,
        main=True,
    ),
    "withdraw": Page(
        label=gettext_lazy("公開を取りやめる"),
        lead=gettext_lazy("誤って公開したときに使います。公開のページから外し、取りやめたことと理由を見せます。"),
        done=gettext_lazy("公開を取りやめました。"),
        form=road_forms.WithdrawForm,
        deed=snapshots.withdraw_snapshot,
        may=permissions.can_publish_snapshot,
        fits=lambda road: road.snapshot.state == State.PUBLISHED and not road.scheduled,
    ),
}


def urls(admin: ModelAdmin) -> list[URLPattern]:
    def page_of(name: str) -> Callable[..., HttpResponse]:
        return lambda request, pk: move_page(admin, request, pk, name)

    wrap = admin.admin_site.admin_view
    found = [path(f"<int:pk>/{name}/", wrap(page_of(name)), name=f"plans_snapshot_{name}") for name in PAGES]
    return [
        *found,
        path("<int:pk>/remark/", wrap(lambda request, pk: remark(admin, request, pk)), name="plans_snapshot_remark"),
        path(
            "<int:pk>/remark/<int:row>/done/",
            wrap(lambda request, pk, row: settle(admin, request, pk, row)),
            name="plans_snapshot_remark_done",
        ),
    ]


def snapshot_of(request: HttpRequest, admin: ModelAdmin, pk: int) -> Snapshot:
    """The snapshot for a page of the desk: 403 for who may not look at drafts, 404 for what is not there."""
    if not admin.has_view_permission(request):
        raise PermissionDenied
    rows = Snapshot.objects.select_related("edition__plan", "author", "approver", "route", "import_job")
    return get_object_or_404(rows, pk=pk)


def road_now(snapshot: Snapshot) -> Road:
    return road_of(snapshot, timezone.now(), content=content_hash(snapshot))


def desk_address(pk: int) -> str:
    return reverse("admin:plans_snapshot_change", args=[pk])


def move_page(admin: ModelAdmin, request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """GET shows what the move asks for; POST carries it out."""
    page, snapshot = PAGES[name], snapshot_of(request, admin, pk)
    if not page.may(request.user):
        raise PermissionDenied
    if request.method not in ("GET", "HEAD", "POST"):
        return HttpResponseNotAllowed(["GET", "HEAD", "POST"])
    refused, posted = "", request.method == "POST"
    form = _form(name, request, snapshot)
    if posted and form.is_valid():
        try:
            page.deed(snapshot=snapshot, by=request.user, **form.facts())  # type: ignore[attr-defined]
        except (MoveRefused, RefusedText) as error:
            refused = str(error)
        else:
            admin.message_user(request, _done(page, snapshot), messages.SUCCESS)
            return HttpResponseRedirect(desk_address(pk))
        snapshot = snapshot_of(request, admin, pk)
    elif posted:
        refused = _hidden_errors(form)
    road = road_now(snapshot)
    shown = {"snapshot": snapshot, "road": road, "page": page, "form": form, "refused": refused, "fits": page.fits(road)}
    return show(admin, request, "move.html", title=page.label, status=409 if refused else 200, **shown)


def _form(name: str, request: HttpRequest, snapshot: Snapshot) -> forms.Form:
    """As it is sent, or with what is shown now written into it. A deputy is asked to say so."""
    made: Any = PAGES[name].form
    more: dict[str, Any] = {}
    road = road_now(snapshot)
    seen = {"seen_hash": road.hash, "seen_step": road.next_step}
    posted = request.method == "POST"
    if name == "sign" and (not posted or request.POST.get("seen_step") == road.next_step):
        more["instead_of"] = _instead_of(request.user, road)
    form: forms.Form = made(request.POST, **more) if posted else made(initial=seen, **more)
    return form


def _instead_of(user: Person, road: Road) -> str:
    """The post this person may sign for as a deputy, when it is its turn; "" otherwise."""
    return road.next_seal.step.post if road.next_seal and _may_sign_next(user, road) == "deputy" else ""


def _done(page: Page, snapshot: Snapshot) -> Any:
    if snapshot.state == State.PUBLISHED and snapshot.published_at and snapshot.is_scheduled(timezone.now()):
        return _("%(when)s に公開するよう予約しました。") % {"when": moment_words(snapshot.published_at)}
    return page.done


def moment_words(moment: dt.datetime) -> str:
    """To the second, in the city's time: a set time is kept exactly."""
    moment = timezone.localtime(moment, fiscal.JST)
    return f"{fiscal.day_words(moment.date())} {moment:%H:%M:%S}"


def _hidden_errors(form: forms.Form) -> str:
    """What is wrong with fields nobody sees."""
    return "　".join(str(error) for field in form.hidden_fields() for error in field.errors)


def remark(admin: ModelAdmin, request: HttpRequest, pk: int) -> HttpResponse:
    """Write a remark, at one clause (``code``) or as a whole."""
    snapshot = snapshot_of(request, admin, pk)
    if not may_remark(request.user):
        raise PermissionDenied
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    code, text = request.POST.get("code", ""), request.POST.get("text", "")
    try:
        remarks.add_remark(snapshot=snapshot, by=request.user, text=text, code=code)  # type: ignore[arg-type]
    except (MoveRefused, RefusedText) as error:
        shown = {"snapshot": snapshot, "original": snapshot, "title": _("指摘を書けませんでした"), "why": str(error)}
        where = (_("%(code)s への指摘") % {"code": code}) if code else _("全体についての指摘")
        typed = {"typed": [(where, text)], "back": _read(pk, snapshot, code)}
        context = {**admin.admin_site.each_context(request), "opts": admin.opts, **shown, **typed}
        return TemplateResponse(request, "admin/plans/words_kept.html", context, status=409)
    admin.message_user(request, _("指摘を書きました。"), messages.SUCCESS)
    return HttpResponseRedirect(_read(pk, snapshot, code))


def _read(pk: int, snapshot: Snapshot, code: str) -> str:
    """The page to read, at the clause a remark is about."""
    anchor = f"#c-{code}" if code and snapshot.clauses.filter(code=code).exists() else "#remarks"
    return reverse("admin:plans_snapshot_review", args=[pk]) + anchor


def settle(admin: ModelAdmin, request: HttpRequest, pk: int, row: int) -> HttpResponse:
    """Say that a remark has been dealt with: by who may hand the draft in."""
    snapshot = snapshot_of(request, admin, pk)
    if not permissions.can_submit_snapshot(request.user):
        raise PermissionDenied
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    found = get_object_or_404(Remark, pk=row, snapshot=snapshot)
    try:
        remarks.settle_remark(remark=found, by=request.user)  # type: ignore[arg-type]
    except MoveRefused as error:
        admin.message_user(request, str(error), messages.ERROR)
    else:
        admin.message_user(request, _("指摘を対応済みにしました。"), messages.SUCCESS)
    return HttpResponseRedirect(f"{desk_address(pk)}#remarks")


@dataclass(frozen=True)
class Deed:
    """A move this person can make from here: what the button says and where it leads."""

    label: Any
    lead: Any
    address: str


def deeds_for(user: Person, road: Road) -> tuple[list[Deed], list[Deed]]:
    """The next step (at most one) and the other moves this person can make from here."""
    main: list[Deed] = []
    others: list[Deed] = []
    for name, page in PAGES.items():
        if not page.fits(road) or not page.may(user) or (name == "sign" and not _may_sign_next(user, road)):
            continue
        deed = Deed(page.label, page.lead, reverse(f"admin:plans_snapshot_{name}", args=[road.snapshot.pk]))
        (main if page.main else others).append(deed)
    return main, others


def _may_sign_next(user: Person, road: Road) -> str:
    """'holder', 'deputy', or ''. Who has given a seal is not asked for a second one in another post."""
    seal = road.next_seal
    if seal is None:
        return ""
    how = approval.may_sign(seal.step, user, author=road.snapshot.author, day=fiscal.today(timezone.now()))
    given = any(one.signature and one.signature.by_id == user.pk for one in road.seals)
    return "" if how == "holder" and given else how


def show(admin: ModelAdmin, request: HttpRequest, template: str, *, status: int = 200, **shown: Any) -> HttpResponse:
    context = {**admin.admin_site.each_context(request), "opts": admin.opts, **shown}
    if "road" in shown:
        context["hash_groups"] = in_groups(shown["road"].hash)
    return TemplateResponse(request, f"admin/plans/snapshot/{template}", context, status=status)
