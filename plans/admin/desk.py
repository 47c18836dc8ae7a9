"""The desk of one snapshot: where it stands on the road, the one next step, and the ways to all that can be done with it."""

from __future__ import annotations

from typing import Any

from django.contrib.admin import ModelAdmin
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _

from plans import permissions
from plans.enums import State
from plans.models import Snapshot
from plans.selectors.road import Road, in_groups

from .road import deeds_for, road_now
from .timeline import move_words, set_moments


def shown(admin: ModelAdmin, request: HttpRequest, pk: str) -> dict[str, Any]:
    """What the change page gets beside Django's own."""
    rows = Snapshot.objects.select_related("edition__plan", "author", "approver", "route", "import_job")
    snapshot = rows.filter(pk=pk).first() if pk.isdecimal() and admin.has_view_permission(request) else None
    if snapshot is None:
        return {}
    road = road_now(snapshot)
    main, others = deeds_for(request.user, road)
    moments = set_moments(snapshot, road.moves)
    return {
        "title": str(snapshot),
        "snapshot": snapshot,
        "road": road,
        "hash_groups": in_groups(road.hash),
        "main": main,
        "others": others,
        "waits_for": "" if main else waits_for(road, request.user),
        "links": links(snapshot, request.user),
        "moved": [(row, move_words(row, moments)) for row in road.moves],
        "can_settle": permissions.can_submit_snapshot(request.user),
    }


def waits_for(road: Road, user: Any) -> Any:
    """Why there is no button for this person: whose turn it is."""
    state = road.snapshot.state
    if state == State.DRAFT:
        return _("編集者が直し、決裁に回すのを待っています。")
    if state == State.IN_REVIEW and road.next_seal:
        return _("「%(step)s」の印を待っています。") % {"step": road.next_seal.step}
    if state == State.IN_REVIEW:
        return _("決裁者の決裁を待っています。")
    if state == State.APPROVED:
        return _("公開できる人が公開するのを待っています。")
    return ""


# name of the route, what it is called, in which states it is of use (none: in all), for whom
LINKS = (
    ("review", _("全文を読む・指摘を書く"), (), None),
    ("tree", _("本文の構成を直す"), (State.DRAFT,), permissions.can_submit_snapshot),
    ("facts", _("期間・策定日などの事実を直す"), (State.DRAFT,), permissions.can_submit_snapshot),
    ("successions", _("前の版からの変化と理由"), (State.DRAFT,), permissions.can_submit_snapshot),
    ("sheet", _("Excel で書き出す・取り込む"), (), permissions.can_submit_snapshot),
    ("timeline", _("履歴を見る"), (), None),
    ("attachment", _("伺いの別紙を印刷する"), (), None),
    ("start", _("次の段階をはじめる"), (State.PUBLISHED, State.WITHDRAWN), permissions.can_submit_snapshot),
    ("next_edition", _("次の版（第n次）をはじめる"), (State.PUBLISHED,), permissions.can_submit_snapshot),
    ("discard", _("この下書きを捨てる"), (State.DRAFT,), permissions.can_submit_snapshot),
)


def links(snapshot: Snapshot, user: Any) -> list[tuple[str, Any]]:
    """The ways on from here, for this person and this state."""
    found = []
    for name, label, states, may in LINKS:
        if (states and snapshot.state not in states) or (may and not may(user)):
            continue
        try:
            found.append((reverse(f"admin:plans_snapshot_{name}", args=[snapshot.pk]), label))
        except NoReverseMatch:
            continue
    return found
