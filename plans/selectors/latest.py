"""What is in force now: the edition of a plan, and where a clause stands after all the editions that followed."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from django.db.models import OuterRef, Subquery
from django.utils.translation import gettext_lazy as _

from ichinoseki_portal import fiscal
from ichinoseki_portal.access import ANYONE
from plans.enums import SuccessionKind
from plans.models import Clause, Edition
from plans.models.editions import newest_first

from .current import current_value, next_first_year, shown_editions, unsettled
from .editions import EditionPage, editions_with_flags, page_of
from .shelf import Shelf, Volume, newest_last, volume
from .status import Status
from .ties import End, far_ends, stated_successions

MAX_HOPS = 20
MAX_PLACES = 200
"""A clause may be split again and again; a chain in which a row points back, or which never ends, stops here."""

# What became of it, hop by hop, as a whole sentence's beginning.
WORDS: dict[str, Any] = {
    SuccessionKind.KEPT: _("次の版でも、そのままです"),
    SuccessionKind.CHANGED: _("次の版で、変わりました"),
    SuccessionKind.MERGED: _("次の版で、ほかの項目と一つにまとまりました"),
    SuccessionKind.SPLIT: _("次の版で、いくつかに分かれました"),
    SuccessionKind.DROPPED: _("次の版で、なくなりました"),
}


@dataclass
class LatestPage:
    """The edition of a plan to read now."""

    page: EditionPage | None  # none when nothing has been in force yet
    shelf: Shelf
    successors: list[Volume] = field(default_factory=list)  # later editions, where the one shown has ended

    @property
    def has_ended(self) -> bool:
        return bool(self.page and self.page.volume.status.key == "ended")


def latest_page(plan: str, at: dt.datetime, on: dt.date | None = None) -> LatestPage | None:
    """The edition in force (now, or on a day asked about) whose text is here; else the last one that was, with its successors
    named. None: no such plan.

    One query more than the page of the edition itself less the one that finds it.
    """
    editions = list(editions_with_flags(at).filter(plan__key=plan))
    if not editions:
        return None
    today = on or fiscal.today(at)
    shelf = Shelf(editions[0].plan, sorted((volume(one, today) for one in editions), key=newest_last, reverse=True))
    chosen = _chosen(shelf.volumes)
    if chosen is None:
        return LatestPage(None, shelf)
    found = LatestPage(page_of(chosen.edition, at, on=on), shelf)
    if found.has_ended:
        found.successors = [one for one in shelf.volumes if newest_last(one) > newest_last(chosen)]
    return found


def _chosen(volumes: list[Volume]) -> Volume | None:
    now = [one for one in volumes if one.status.in_force]
    past = [one for one in volumes if one.status.key == "ended"]
    readable = [one for one in [*now, *past] if one.edition.text_held and one.edition.current_pk]
    return next(iter([*readable, *now, *past]), None)


@dataclass
class Hop:
    """One step from an edition to the next: what became of the places of the one before."""

    kind: str
    words: Any
    reason: str
    edition: Edition  # the later one
    status: Status
    end: End | None = None  # none when it was dropped
    text: str = ""
    last: bool = False  # it stands there today


@dataclass
class Thread:
    """A clause through the editions of its plan."""

    start: End
    text: str
    hops: list[Hop] = field(default_factory=list)
    later: list[Volume] = field(default_factory=list)  # later editions that say nothing of it
    cut: bool = False  # longer than is followed

    @property
    def is_newest(self) -> bool:
        return not self.hops and not self.later

    @property
    def ends(self) -> list[Hop]:
        return [hop for hop in self.hops if hop.last]

    @property
    def shows_draft(self) -> bool:
        return self.start.status.key == "draft" or any(hop.status.key == "draft" for hop in self.hops)


def clause_thread(clause: Clause, at: dt.datetime, on: dt.date | None = None) -> Thread:
    """Follow the succession as the text that counts of each later edition states it. ``clause`` comes from ``shown_clause``.

    ``on``: the day whose status is told. One query a hop, and three more: what stands at all the places met, its words, and
    the plan's later editions.
    """
    today = on or fiscal.today(at)
    rows, cut = _followed(clause.address_id, at)
    places = {clause.address_id, *(row.new_id for row in rows if row.new_id)}
    ends, words = far_ends(places, at, today), _words(places, at)
    start = ends[clause.address_id]
    thread = Thread(start, words.get(clause.address_id, ""), cut=cut)
    onward = {row.old_id for row in rows}
    for row in rows:
        end = ends.get(row.new_id) if row.new_id else None
        if row.new_id and end is None:
            continue
        last = bool(end) and row.new_id not in onward
        status = volume(_told(row), today).status
        words_of = WORDS.get(row.kind, "")
        thread.hops.append(Hop(row.kind, words_of, row.reason, row.edition, status, end, words.get(row.new_id, ""), last))
    ended = bool(rows) and all(row.new_id is None for row in rows if row.new_id not in onward)
    thread.later = [] if ended else _silent(clause, thread, at, today)  # of what is gone nothing more is to be said
    return thread


def _followed(start: int, at: dt.datetime) -> tuple[list[Any], bool]:
    """The successions from an address on, in the order of the editions; each place is left once. (rows, whether cut short)"""
    found: list[Any] = []
    left: set[int] = set()
    frontier = {start}
    for _hop in range(MAX_HOPS):
        told = stated_successions(at).filter(old__in=frontier).select_related("edition__plan").order_by("id")
        told = told.annotate(
            stage=current_value("stage", "edition", at),
            following=next_first_year("edition__plan", "edition__first_fiscal_year", at),
            unsettled=unsettled("edition", at),
        )
        rows = [row for row in told if row.new_id not in left]
        left |= frontier
        frontier = {row.new_id for row in rows if row.new_id} - left
        found += [row for row in rows if row.new_id not in left or row.new_id is None]
        if not frontier:
            return found, False
        if len(found) > MAX_PLACES:
            return found[:MAX_PLACES], True
    return found, True


def _told(row: Any) -> Edition:
    """The later edition of a succession, with what ``volume`` asks of it."""
    edition: Edition = row.edition
    edition.current_stage, edition.next_first_year, edition.unsettled = row.stage, row.following, row.unsettled
    return edition


def _words(places: set[int], at: dt.datetime) -> dict[int, str]:
    """The official words at each of these addresses, in the text that counts or else the newest that had them. One query."""
    shown = Clause.objects.visible_to(ANYONE, at).filter(address=OuterRef("address")).order_by(*newest_first("snapshot__"))
    rows = Clause.objects.visible_to(ANYONE, at).filter(address__in=places, pk=Subquery(shown.values("pk")[:1]))
    return dict(rows.values_list("address_id", "body"))


def _silent(clause: Clause, thread: Thread, at: dt.datetime, today: dt.date) -> list[Volume]:
    """Later editions of the plan beyond the last one that says what became of the clause."""
    edition = clause.snapshot.edition
    said = {hop.edition.pk for hop in thread.hops}
    reached = max([edition.first_fiscal_year or 0, *(hop.edition.first_fiscal_year or 0 for hop in thread.hops)])
    rows = shown_editions(at).filter(plan=edition.plan_id).exclude(pk__in=[edition.pk, *said])
    later = [volume(row, today) for row in rows]
    return sorted((one for one in later if (one.edition.first_fiscal_year or 0) > reached), key=newest_last)
