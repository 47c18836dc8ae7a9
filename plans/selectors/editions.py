"""One edition of a plan: what it is, its contents, its stages, and what it is tied to."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from django.db.models import Case, F, JSONField, OuterRef, Q, QuerySet, Subquery, TextField, Value, When

from ichinoseki_portal import fiscal
from ichinoseki_portal.access import ANYONE
from plans.enums import ClauseKind, TextKind
from plans.models import Clause, ClauseText, Edition, Indicator, Snapshot, Term

from .citing import Citation, citation
from .current import shown_editions, state_facts
from .entries import Entry, tree
from .reviews import Review, has_reviews, reviews_of
from .shelf import Volume, volume
from .stages import Standing, stages_of
from .status import period_of, status_of
from .ties import Tie, tie_flags, ties_of


@dataclass
class EditionPage:
    volume: Volume
    standing: Standing  # which text is shown, and whether it is the one that counts
    on: dt.date  # the day whose status is shown
    cite: Citation | None = None
    vision: Entry | None = None
    contents: list[Entry] = field(default_factory=list)
    links: list[Tie] = field(default_factory=list)
    successions: list[Tie] = field(default_factory=list)
    terms: list[Term] = field(default_factory=list)
    indicators: list[Indicator] = field(default_factory=list)
    reviews: list[Review] = field(default_factory=list)

    @property
    def edition(self) -> Edition:
        return self.volume.edition

    @property
    def snapshot(self) -> Snapshot | None:
        return self.standing.snapshot


def edition_page(
    plan: str, key: str, at: dt.datetime, *, sequence: int | None = None, on: dt.date | None = None
) -> EditionPage | None:
    """Everything the page shows; None when the public may not see the edition, or no snapshot v<sequence> of it.

    ``at`` is the moment that decides what may be seen; ``on`` only the day whose status and review years are told.
    At most six queries: the edition, its stages, the contents with our short titles; links with successions, their far ends,
    and review rules only where there are any.
    """
    edition = editions_with_flags(at).filter(plan__key=plan, key=key).first()
    return None if edition is None else page_of(edition, at, sequence=sequence, on=on)


def editions_with_flags(at: dt.datetime) -> QuerySet[Edition]:
    flags = {"has_reviews": has_reviews(at, edition=OuterRef("pk")), **tie_flags(at, OuterRef("pk"), Value(""))}
    return shown_editions(at).annotate(**flags)


def page_of(edition: Edition, at: dt.datetime, *, sequence: int | None = None, on: dt.date | None = None) -> EditionPage | None:
    """``edition`` comes from ``editions_with_flags``."""
    on, today = on or fiscal.today(at), fiscal.today(at)
    told = volume(edition, on)
    standing = stages_of(edition, at, sequence)
    snapshot = standing.snapshot
    if sequence is not None:
        if snapshot is None:
            return None
        state(told, snapshot, on)
    page = EditionPage(told, standing, on)
    if snapshot:
        page.cite = citation(edition, snapshot, today)
        _put_text(page, snapshot, at)
    ties = ties_of(edition, "", at, on, links=edition.has_links, successions=edition.has_successions)
    page.links, page.successions = ties.links, ties.successions
    if edition.has_reviews:
        page.reviews = reviews_of(edition, at, on)
    return page


def state(told: Volume, snapshot: Snapshot, on: dt.date) -> None:
    """On the pages of a stated snapshot: its own facts, with the status that follows from them on a day.

    An outline states nothing of its own: its edition's standing holds.
    """
    told.stage = snapshot.stage
    if snapshot.is_outline:
        return
    state_facts(told.edition, snapshot)
    told.period = period_of(told.edition)
    told.status = status_of(told.edition, snapshot.stage, on, told.edition.next_first_year)


def _put_text(page: EditionPage, snapshot: Snapshot, at: dt.datetime) -> None:
    rows = _contents(snapshot, at)
    whole = (rows[0].whole or {}).get("whole", {}) if rows else {}
    page.terms = [Term(**row) for row in whole.get("terms", [])]
    page.indicators = [Indicator(**row) for row in whole.get("indicators", [])]
    place = page.standing.place
    entries = [place.entry(row, _short(row)) for row in rows if row.kind != ClauseKind.PARAGRAPH]
    page.vision = next((one for one in entries if one.clause.kind == ClauseKind.VISION), None)
    page.contents = tree(one for one in entries if one.clause.depth < 2)


def _contents(snapshot: Snapshot, at: dt.datetime) -> list[Clause]:
    """The first clause, the top two levels and the vision, in reading order; of their text only the vision's."""
    shown = Clause.objects.visible_to(ANYONE, at).filter(snapshot=snapshot)
    listed = ~Q(kind=ClauseKind.PARAGRAPH) & (Q(depth__lt=2) | Q(kind=ClauseKind.VISION))
    short = ClauseText.objects.visible_to(ANYONE, at).filter(address=OuterRef("address"), kind=TextKind.SHORT_TITLE)
    rows = shown.filter(listed | Q(position=0)).order_by("position")
    return list(
        rows.only("id", "snapshot", "address", "parent", "code", "position", "last", "depth", "kind", "label", "title").annotate(
            whole=Case(When(position=0, then=F("frozen")), output_field=JSONField()),
            short_title=Case(When(title="", then=Subquery(short.values("text")[:1])), output_field=TextField()),
            vision_words=Case(When(kind=ClauseKind.VISION, then=F("body")), output_field=TextField()),
        )
    )


def _short(clause: Clause) -> dict[str, ClauseText]:
    if not clause.short_title:
        return {}
    return {TextKind.SHORT_TITLE: ClauseText(kind=TextKind.SHORT_TITLE, text=clause.short_title)}
