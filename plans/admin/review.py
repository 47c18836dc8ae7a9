"""The whole text for who decides on it, and the attachment of the 伺い for paper. Both only show."""

from __future__ import annotations

from typing import Any

from django.contrib.admin import ModelAdmin
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext as _

from plans import permissions
from plans.actions.comparing import draft_comparison
from plans.actions.contents import facts_of
from plans.enums import ChangeKind, IssueKind, Modality, State
from plans.models import Snapshot
from plans.selectors.road import reading_of

from .road import deeds_for, may_remark, road_now, show, snapshot_of


def urls(admin: ModelAdmin) -> list[URLPattern]:
    wrap = admin.admin_site.admin_view
    return [
        path("<int:pk>/review/", wrap(lambda request, pk: review(admin, request, pk)), name="plans_snapshot_review"),
        path("<int:pk>/attachment/", wrap(lambda request, pk: attachment(admin, request, pk)), name="plans_snapshot_attachment"),
    ]


def review(admin: ModelAdmin, request: HttpRequest, pk: int) -> HttpResponse:
    """All that an approval is given for, in reading order, with a place for a remark at each clause."""
    snapshot = snapshot_of(request, admin, pk)
    reading, road = reading_of(snapshot, facts_of(snapshot)), road_now(snapshot)
    main, others = deeds_for(request.user, road)
    open_ = snapshot.state in (State.DRAFT, State.IN_REVIEW, State.APPROVED)
    shown = {
        "snapshot": snapshot,
        "reading": reading,
        "road": road,
        "main": main,
        "others": others,
        **_compared(snapshot),
        "issues": [{**row, "kind": _issue(row["kind"])} for row in reading.issues],
        "modalities": dict(Modality.choices),
        "can_remark": open_ and may_remark(request.user),
        "can_settle": permissions.can_submit_snapshot(request.user),
    }
    return show(admin, request, "review.html", title=_("読む：%(snapshot)s") % {"snapshot": snapshot}, **shown)


def _compared(snapshot: Snapshot) -> dict[str, Any]:
    """The comparison with the public text this one follows, and what became of how many clauses."""
    comparing = draft_comparison(snapshot)
    counts = [(label, comparing.counts[kind]) for kind, label in ChangeKind.choices] if comparing else []
    rows = [row for row in comparing.rows if not row.is_kept] if comparing else []
    return {"comparing": comparing, "counts": counts, "rows": rows}


def _issue(kind: str) -> Any:
    return IssueKind(kind).label if kind in IssueKind.values else kind


def attachment(admin: ModelAdmin, request: HttpRequest, pk: int) -> HttpResponse:
    """What is put to the 伺い on paper: all that the hash covers, what changed, and room for the document's number."""
    snapshot: Snapshot = snapshot_of(request, admin, pk)
    reading, road = reading_of(snapshot, facts_of(snapshot)), road_now(snapshot)
    shown = {
        "snapshot": snapshot,
        "reading": reading,
        "road": road,
        "chapters": [clause for clause in reading.clauses if clause.title and clause.depth == 0],
        **_compared(snapshot),
        "modalities": dict(Modality.choices),
        "printed_at": timezone.localtime(),
    }
    return show(admin, request, "attachment.html", title=_("伺いの別紙"), **shown)
