"""Plans, editions, the road of their snapshots, and the records of imports."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ActionForm
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet, URLField
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from ichinoseki_portal.admin_site import PortalAdmin, ReadOnlyAdmin, table
from ichinoseki_portal.workflow import MoveRefused, moves_of
from plans import permissions
from plans.actions import snapshots as deeds
from plans.enums import IssueKind, SetAside, Stage, State
from plans.models import Edition, ImportJob, Plan, Snapshot

from . import intake


@admin.register(Plan)
class PlanAdmin(PortalAdmin):
    place = 10
    list_display = ["title", "key", "owner", "kind", "fictional", "position"]
    list_filter = ["kind", "fictional"]
    search_fields = ["title", "key"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return ["fictional", *(["key"] if obj else [])]  # addresses do not change; fictional comes with a document


class SnapshotInline(admin.TabularInline):
    model = Snapshot
    fields = ("sequence", "stage", "number", "state", "date", "published_at")
    readonly_fields = fields
    extra = 0
    can_delete = False
    show_change_link = True
    ordering = ["-sequence"]

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


OFFICIAL = [
    *("title", "ordinal", "first_fiscal_year", "last_fiscal_year", "period_words", "decided_date", "decided_words", "text_held")
]  # what a published text states: changed by publishing another one, with its decision


@admin.register(Edition)
class EditionAdmin(PortalAdmin):
    place = 20
    list_display = ["title", "plan", "key", "first_fiscal_year", "last_fiscal_year", "decided_date", "text_held", "listed_at"]
    list_filter = ["plan", "text_held"]
    list_select_related = ["plan"]
    search_fields = ["title", "key", "plan__title"]
    autocomplete_fields = ["plan"]
    inlines = [SnapshotInline]
    formfield_overrides = {URLField: {"assume_scheme": "https"}}
    fieldsets = [
        (None, {"fields": ["plan", "key", "title", "ordinal"]}),
        (_("期間と策定"), {"fields": ["first_fiscal_year", "last_fiscal_year", "period_words", "decided_date", "decided_words"]}),
        (_("原典"), {"fields": ["text_held", "source_title", "source_publisher", "source_url", "source_note"]}),
        (_("公開"), {"fields": ["listed_at"]}),
    ]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        decided = obj and obj.snapshots.filter(state=State.PUBLISHED).exclude(stage=Stage.OUTLINE).exists()
        return ["listed_at", *(["plan", "key"] if obj else []), *(OFFICIAL if decided else [])]


class MoveForm(ActionForm):
    why = forms.CharField(label=_("理由（差し戻し・取りやめのとき）"), required=False, max_length=500)


@admin.register(Snapshot)
class SnapshotAdmin(ReadOnlyAdmin):
    """States are read-only; the buttons call the actions, which check the facts."""

    place = 40
    action_form = MoveForm
    actions = ["submit", "send_back", "approve", "publish", "withdraw"]
    list_display = ["__str__", "state", "date", "published_at", "clauses_link"]
    list_filter = ["state", "stage", "edition__plan"]
    list_select_related = ["edition", "author", "approver"]
    search_fields = ["edition__title"]
    fields = [
        *("edition", "sequence", "stage", "number", "date", "state", "author", "approver", "published_at"),
        *("import_job", "content_hash", "approved_hash", "clauses_link", "moves"),
    ]

    @admin.display(description=_("項目"))
    def clauses_link(self, snapshot: Snapshot) -> str:
        address = reverse("admin:plans_clause_changelist")
        return format_html('<a href="{}?snapshot__id__exact={}">{}</a>', address, snapshot.pk, _("項目を見る・直す"))

    @admin.display(description=_("これまでの動き"))
    def moves(self, snapshot: Snapshot) -> str:
        rows = [
            (f"{row.at:%Y-%m-%d %H:%M}", row.by or _("システム"), State(row.from_state).label, State(row.to_state).label, row.why)
            for row in moves_of(snapshot)
        ]
        return table((_("日時"), _("だれが"), _("前"), _("後"), _("理由")), rows)

    def has_submit_permission(self, request: HttpRequest) -> bool:
        return permissions.can_submit_snapshot(request.user)

    def has_approve_permission(self, request: HttpRequest) -> bool:
        return permissions.can_approve_snapshot(request.user)

    def has_publish_permission(self, request: HttpRequest) -> bool:
        return permissions.can_publish_snapshot(request.user)

    @admin.action(description=_("決裁に回す"), permissions=["submit"])
    def submit(self, request: HttpRequest, chosen: QuerySet[Snapshot]) -> None:
        self._carry_out(request, chosen, _("決裁に回しました"), deeds.submit_snapshot)

    @admin.action(description=_("差し戻す（理由が要ります）"), permissions=["approve"])
    def send_back(self, request: HttpRequest, chosen: QuerySet[Snapshot]) -> None:
        self._carry_out(request, chosen, _("差し戻しました"), deeds.return_snapshot, why=request.POST.get("why", ""))

    @admin.action(description=_("決裁する"), permissions=["approve"])
    def approve(self, request: HttpRequest, chosen: QuerySet[Snapshot]) -> None:
        self._carry_out(request, chosen, _("決裁しました"), deeds.approve_snapshot)

    @admin.action(description=_("公開する"), permissions=["publish"])
    def publish(self, request: HttpRequest, chosen: QuerySet[Snapshot]) -> None:
        self._carry_out(request, chosen, _("公開しました"), deeds.publish_snapshot)

    @admin.action(description=_("公開を取りやめる（理由が要ります）"), permissions=["publish"])
    def withdraw(self, request: HttpRequest, chosen: QuerySet[Snapshot]) -> None:
        self._carry_out(request, chosen, _("公開を取りやめました"), deeds.withdraw_snapshot, why=request.POST.get("why", ""))

    def _carry_out(
        self, request: HttpRequest, chosen: QuerySet[Snapshot], done: Any, deed: Callable[..., Snapshot], **more: Any
    ) -> None:
        for snapshot in chosen:
            try:
                deed(snapshot=snapshot, by=request.user, **more)
            except MoveRefused as error:
                self.message_user(request, f"{snapshot}：{error}", messages.ERROR)
            else:
                self.message_user(request, f"{snapshot}：{done}", messages.SUCCESS)


@admin.register(ImportJob)
class ImportJobAdmin(ReadOnlyAdmin):
    """Records of imports; the adding of one is the intake (``intake``)."""

    place = 30
    list_display = ["file_name", "edition", "at", "by", "line_count", "issue_count"]
    list_filter = ["edition__plan"]
    list_select_related = ["edition", "by"]
    search_fields = ["file_name", "sha256"]
    fields = ["edition", "file_name", "at", "by", "encoding", "line_count", "sha256", "found", "counted", "left_out"]

    def get_urls(self) -> list[URLPattern]:
        return [*intake.urls(self), *super().get_urls()]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return permissions.can_import(request.user)

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """The menu's 追加 leads to the intake."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        return HttpResponseRedirect(reverse("admin:plans_importjob_take_in"))

    @admin.display(description=_("見ること"))
    def issue_count(self, job: ImportJob) -> int:
        return len(job.issues)

    @admin.display(description=_("人が見ること"))
    def found(self, job: ImportJob) -> str:
        rows = [(row.get("line") or "", _label(IssueKind, row["kind"]), row["text"]) for row in job.issues]
        return table((_("行"), _("種類"), _("内容")), rows)

    @admin.display(description=_("数の照らし合わせ"))
    def counted(self, job: ImportJob) -> str:
        rows = [(row["text"], row["declared"], row["found"], _("合う") if row["ok"] else _("合わない")) for row in job.checks]
        return table((_("本文の言葉"), _("書いてある数"), _("見つけた数"), _("結果")), rows)

    @admin.display(description=_("本文にしなかった行"))
    def left_out(self, job: ImportJob) -> str:
        rows = [(row.get("line") or "", _label(SetAside, row["reason"]), row["text"]) for row in job.set_aside]
        return table((_("行"), _("わけ"), _("文")), rows)


def _label(choices: Any, value: str) -> Any:
    return choices(value).label if value in choices.values else value
