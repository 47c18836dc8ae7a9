"""文書を取り込む: a file is chosen, read and shown; after a yes it becomes a draft. Nothing is written before."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ichinoseki_portal.text import RefusedText, clean_name
from plans import permissions
from plans.actions.uploads import Chosen, drop_upload, keep_upload, take_in_upload
from plans.enums import ClauseKind, IssueKind, PlanKind, SetAside, Stage
from plans.importers.files import read_bytes, refuse_loss
from plans.models import PendingUpload, Plan
from plans.reader.decode import MAX_BYTES
from plans.reader.errors import ReadingRefused


class TakeInForm(forms.Form):
    """A file, and whose text it is."""

    file = forms.FileField(
        label=gettext_lazy("ファイル"),
        help_text=gettext_lazy("文字だけのファイル（.txt）か、このポータルから書き出した plan-json（.json）。25 MB まで"),
        widget=forms.FileInput(attrs={"accept": ".txt,.json,text/plain,application/json"}),
        error_messages={"empty": gettext_lazy("空のファイルです。"), "required": gettext_lazy("ファイルを選んでください。")},
    )
    plan = forms.ModelChoiceField(
        Plan.objects.all(), label=gettext_lazy("計画"), required=False, empty_label=gettext_lazy("（新しい計画）")
    )
    plan_key = forms.CharField(
        label=gettext_lazy("新しい計画のキー"),
        required=False,
        max_length=40,
        help_text=gettext_lazy("アドレスになります。小文字の英数字とハイフン。例 kankyo"),
    )
    plan_title = forms.CharField(label=gettext_lazy("新しい計画の名称"), required=False, max_length=200)
    owner = forms.CharField(label=gettext_lazy("策定した団体"), required=False, max_length=100)
    kind = forms.ChoiceField(
        label=gettext_lazy("計画の種類"), required=False, choices=[("", gettext_lazy("（文書のとおり）")), *PlanKind.choices]
    )
    edition = forms.CharField(
        label=gettext_lazy("版のキー"),
        required=False,
        max_length=40,
        help_text=gettext_lazy("ふつうは計画期間の最初の年度（例 2022）。空けておくと、文書から読みます"),
    )
    title = forms.CharField(
        label=gettext_lazy("版の名称"), required=False, max_length=200, help_text=gettext_lazy("空けておくと、文書から読みます")
    )
    stage = forms.ChoiceField(
        label=gettext_lazy("段階"),
        required=False,
        choices=[
            ("", gettext_lazy("（文書のとおり。書かれていなければ成案）")),
            *(row for row in Stage.choices if row[0] != Stage.OUTLINE),
        ],
    )

    FIELDSETS = (
        (gettext_lazy("ファイル"), ("file",)),
        (gettext_lazy("どの計画か"), ("plan", "plan_key", "plan_title", "owner", "kind")),
        (gettext_lazy("どの版の、どの段階か"), ("edition", "title", "stage")),
    )

    def fieldsets(self) -> list[tuple[Any, list[forms.BoundField]]]:
        return [(title, [self[name] for name in names]) for title, names in self.FIELDSETS]

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > MAX_BYTES:
            raise forms.ValidationError(_("ファイルが大きすぎます。25 MB までにしてください。"))
        return file

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        for name in ("plan_key", "plan_title", "owner", "edition", "title"):
            try:
                values[name] = clean_name(values.get(name) or "")
            except RefusedText as error:
                self.add_error(name, str(error))
        plan, key = values.get("plan"), values.get("plan_key")
        if plan and any(values.get(name) for name in ("plan_key", "plan_title", "owner", "kind")):
            self.add_error("plan", _("すでにある計画を選んだときは、新しい計画の欄を空けてください。"))
        elif key and Plan.objects.filter(key=key).exists():
            self.add_error("plan_key", _("このキーの計画はもうあります。上の欄から選んでください。"))
        elif key and not values.get("plan_title"):
            self.add_error("plan_title", _("新しい計画の名称を書いてください。"))
        return values

    def chosen(self) -> Chosen:
        values = self.cleaned_data
        plan = values["plan"].key if values["plan"] else values["plan_key"]
        rest = {name: values[name] for name in ("plan_title", "owner", "kind", "edition", "title", "stage")}
        return Chosen(plan=plan, **rest)


def urls(admin: ModelAdmin) -> list[URLPattern]:
    """The two pages, below /admin/plans/importjob/."""

    def choose(request: HttpRequest) -> HttpResponse:
        return take_in(admin, request)

    def look(request: HttpRequest, pk: int) -> HttpResponse:
        return preview(admin, request, pk)

    return [
        path("take-in/", admin.admin_site.admin_view(choose), name="plans_importjob_take_in"),
        path("take-in/<int:pk>/", admin.admin_site.admin_view(look), name="plans_importjob_preview"),
    ]


def take_in(admin: ModelAdmin, request: HttpRequest) -> HttpResponse:
    """Step 1: choose a file. A good one waits, and its preview is shown; a bad one leaves nothing."""
    _only_importers(request)
    form = TakeInForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        upload = _keep(form, request)
        if upload:
            return HttpResponseRedirect(reverse("admin:plans_importjob_preview", args=[upload.pk]))
    return _page(admin, request, "take_in.html", title=_("文書を取り込む"), form=form)


def _keep(form: TakeInForm, request: HttpRequest) -> PendingUpload | None:
    file = form.cleaned_data["file"]
    data = file.read(MAX_BYTES + 1)
    try:
        reading = read_bytes(clean_name(file.name), data)
        refuse_loss(reading)
        return keep_upload(
            name=reading.file_name,
            sha256=reading.sha256,
            data=data,
            document=reading.document,
            chosen=form.chosen(),
            by=request.user,  # type: ignore[arg-type]
        )
    except (ReadingRefused, RefusedText) as error:
        form.add_error("file", str(error))
    return None


def preview(admin: ModelAdmin, request: HttpRequest, pk: int) -> HttpResponse:
    """Step 2: look, then yes or no. Seen by who brought the file alone."""
    _only_importers(request)
    upload = get_object_or_404(PendingUpload.objects.select_related("snapshot").defer("data"), pk=pk, user=request.user)
    if upload.snapshot:  # pressed twice, or read again
        admin.message_user(request, _("このファイルは、もう取り込んであります。"), messages.INFO)
        return _to_snapshot(upload.snapshot.pk)
    if request.method == "POST" and "drop" in request.POST:
        drop_upload(upload=upload, by=request.user)  # type: ignore[arg-type]
        admin.message_user(request, _("取り込みをやめました。何も書いていません。"), messages.INFO)
        return HttpResponseRedirect(reverse("admin:plans_importjob_take_in"))
    refused = ""
    if request.method == "POST":
        try:
            snapshot = _confirm(upload, request)
        except ReadingRefused as error:
            refused = str(error)
        else:
            done = _("「%(snapshot)s」の下書きに取り込みました。") % {"snapshot": snapshot}
            admin.message_user(request, done, messages.SUCCESS)
            return _to_snapshot(snapshot.pk)
    late = upload.done_at is not None or upload.expires < timezone.now()
    title = _("下見：%(name)s") % {"name": upload.name}
    shown = {"upload": upload, "found": _words(upload.found), "refused": refused, "late": late}
    return _page(admin, request, "preview.html", status=409 if refused else 200, title=title, **shown)


def _confirm(upload: PendingUpload, request: HttpRequest) -> Any:
    waiting = PendingUpload.objects.filter(pk=upload.pk).values_list("data", flat=True).first()
    document = read_bytes(upload.name, bytes(waiting)).document if waiting else None
    return take_in_upload(upload=upload, document=document, by=request.user)  # type: ignore[arg-type]


_BESIDE = (
    ("texts", gettext_lazy("公式でない文の案（ほかの人が確かめるまで公開されません）")),
    ("links", gettext_lazy("項目どうしの関係の案（ほかの人が確かめるまで公開されません）")),
    ("succession", gettext_lazy("前の版からの変化（この下書きと一緒に決裁を受けます）")),
    ("departments", gettext_lazy("所管課")),
    ("review_rules", gettext_lazy("見直しのきまり")),
)


def _words(found: dict[str, Any]) -> dict[str, Any]:
    """The preview with kinds and reasons in people's words."""
    if not found:
        return {}
    names = (("added", _("加わる")), ("removed", _("なくなる")), ("changed", _("変わる")), ("moved", _("動く")))
    return {
        **found,
        "stage": Stage(found["stage"]).label,
        "kinds": [(ClauseKind(kind).label, count) for kind, count in found["kinds"]],
        "issues": [{**row, "kind": IssueKind(row["kind"]).label} for row in found["issues"]],
        "set_aside": [{**row, "reason": SetAside(row["reason"]).label} for row in found["set_aside"]],
        "differences": [(name, found["difference"][key]) for key, name in names],
        "beside": [(words, found["beside"][key]) for key, words in _BESIDE if found.get("beside", {}).get(key)],
        "is_different": any(found["difference"].values()),
    }


def _only_importers(request: HttpRequest) -> None:
    if not permissions.can_import(request.user):
        raise PermissionDenied


def _to_snapshot(pk: int) -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse("admin:plans_snapshot_change", args=[pk]))


def _page(admin: ModelAdmin, request: HttpRequest, template: str, *, status: int = 200, **shown: Any) -> HttpResponse:
    context = {**admin.admin_site.each_context(request), "opts": admin.opts, **shown}
    return TemplateResponse(request, f"admin/plans/importjob/{template}", context, status=status)
