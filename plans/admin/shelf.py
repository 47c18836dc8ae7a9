"""Plans, editions, the road of their snapshots, and the records of imports."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import URLField
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from ichinoseki_portal.admin_site import PortalAdmin, ReadOnlyAdmin, table
from plans import permissions
from plans.enums import IssueKind, SetAside, Stage, State
from plans.models import Edition, ImportJob, Plan, Snapshot

from . import desk, drafts, history, intake, review, road, sheets, successions, trees

PAGES = (road, review, sheets, trees, drafts, successions, history)
"""Whose pages stand below /admin/plans/snapshot/<pk>/: each with ``urls(admin)``."""


@admin.register(Plan)
class PlanAdmin(PortalAdmin):
    place = 10
    list_display = ["title", "key", "owner", "kind", "fictional", "position"]
    list_filter = ["kind", "fictional"]
    search_fields = ["title", "key"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """Addresses do not change, fictional comes with a document; the name of what is public only a superuser changes."""
        public = obj and not request.user.is_superuser and obj.editions.filter(listed_at__isnull=False).exists()
        return ["fictional", *(["key"] if obj else []), *(["title", "owner", "kind"] if public else [])]


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

    def get_urls(self) -> list[URLPattern]:
        return [*drafts.edition_urls(self), *super().get_urls()]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        decided = obj and obj.snapshots.filter(state=State.PUBLISHED).exclude(stage=Stage.OUTLINE).exists()
        return ["listed_at", *(["plan", "key"] if obj else []), *(OFFICIAL if decided else [])]


@admin.register(Snapshot)
class SnapshotAdmin(ReadOnlyAdmin):
    """The staff's desk for the road (``road``, ``review``): the moves are pages of their own, states are read-only.

    There are no moves for many at once: whoever decides has been shown what they decide on.
    """

    place = 40
    list_display = ["__str__", "state", "date", "published_at", "clauses_link"]
    list_filter = ["state", "stage", "edition__plan"]
    list_select_related = ["edition", "author", "approver"]
    search_fields = ["edition__title"]
    fields = [
        *("edition", "sequence", "stage", "number", "date", "state", "author", "approver", "published_at"),
        *("import_job", "content_hash", "approved_hash", "clauses_link"),
    ]

    def get_urls(self) -> list[URLPattern]:
        return [*(one for pages in PAGES for one in pages.urls(self)), *super().get_urls()]

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        return history.to_timeline("snapshot", object_id)

    def change_view(self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        return super().change_view(
            request, object_id, form_url, {**(extra_context or {}), **desk.shown(self, request, object_id)}
        )

    @admin.display(description=_("項目"))
    def clauses_link(self, snapshot: Snapshot) -> str:
        address = reverse("admin:plans_clause_changelist")
        return format_html('<a href="{}?snapshot__id__exact={}">{}</a>', address, snapshot.pk, _("項目を見る・直す"))


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
