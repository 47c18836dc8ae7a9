"""One clause of a plan: its text, what is below it, where it stands, and what it is tied to."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ichinoseki_portal import fiscal
from ichinoseki_portal.access import ANYONE
from plans.enums import ActorRole, Modality
from plans.models import Clause, ClauseDepartment, Edition, Indicator, Snapshot, Term

from .current import current_value, newest_first, next_first_year
from .editions import tree
from .entries import Entry, chain, entry, texts_of
from .reviews import Review, has_reviews, reviews_of
from .shelf import Volume, volume
from .status import is_before_decision
from .ties import Tie, named_links, named_successions, read_ties, tie_flags

TWO_LEVELS = 200
"""Up to so many clauses below it, a page shows two levels of them with their text; beyond, one."""


@dataclass
class ClausePage:
    volume: Volume
    snapshot: Snapshot
    clause: Clause
    entry: Entry  # with what is below it
    above: list[Entry]
    contents: list[Entry]
    where: str  # as one cites it
    previous: Entry | None = None
    following: Entry | None = None
    is_current: bool = True  # the clause stands in the text that counts now
    links: list[Tie] = field(default_factory=list)
    successions: list[Tie] = field(default_factory=list)
    terms: list[Term] = field(default_factory=list)
    indicators: list[Indicator] = field(default_factory=list)
    reviews: list[Review] = field(default_factory=list)

    @property
    def edition(self) -> Edition:
        return self.volume.edition

    @property
    def before_decision(self) -> bool:
        return is_before_decision(self.snapshot.stage)

    @property
    def modality(self) -> list[tuple[str, str, str]]:
        """Per predicate: how far it binds, the predicate, and whose deed it is."""
        return [_predicate(one) for one in self.clause.modality]

    @property
    def actors(self) -> list[tuple[str, list[str]]]:
        """The actors named, by role."""
        rows = self.clause.actors.all()
        return [
            (str(role.label), [row.name for row in rows if row.role == role])
            for role in ActorRole
            if any(row.role == role for row in rows)
        ]

    @property
    def departments(self) -> list[ClauseDepartment]:
        """所管課, latest year first."""
        return sorted(self.clause.address.departments.all(), key=lambda row: -row.fiscal_year)

    @property
    def has_side(self) -> bool:
        return bool(self.modality or self.actors or self.departments or self.links or self.successions)

    @property
    def lines(self) -> str:
        """269–271、280."""
        return gettext("、").join(f"{first}–{last}" if first != last else f"{first}" for first, last in self.clause.lines)


def shown_clause(plan: str, key: str, code: str, at: dt.datetime) -> Clause | None:
    """The clause as it stands in the text that counts, or else in the newest one that has it; None when the public sees none."""
    return (
        Clause.objects.visible_to(ANYONE, at)
        .filter(snapshot__edition__in=Edition.objects.visible_to(ANYONE, at))
        .filter(snapshot__edition__plan__key=plan, snapshot__edition__key=key, code=code)
        .select_related("snapshot__edition__plan", "address")
        .annotate(
            current_pk=current_value("pk", "snapshot__edition", at),
            current_stage=current_value("stage", "snapshot__edition", at),
            next_first_year=next_first_year("snapshot__edition__plan", "snapshot__edition__first_fiscal_year", at),
            has_terms=Exists(
                Term.objects.visible_to(ANYONE, at).filter(snapshot=OuterRef("snapshot"), address=OuterRef("address"))
            ),
            has_indicators=Exists(
                Indicator.objects.visible_to(ANYONE, at).filter(snapshot=OuterRef("snapshot"), address=OuterRef("address"))
            ),
            has_reviews=has_reviews(at, pk=OuterRef("address")),
            **tie_flags(at, OuterRef("snapshot__edition"), OuterRef("code")),
        )
        .prefetch_related("actors", "address__departments")
        .order_by(*newest_first("snapshot__"))
        .first()
    )


def clause_page(clause: Clause, at: dt.datetime) -> ClausePage:
    """Everything the page shows. ``clause`` comes from ``shown_clause`` (three queries).

    Two more for the clauses round it and all texts; one each for links, successions, clauses at their far ends, terms and
    indicators, and two for review rules, where there are any.
    """
    edition, today = clause.snapshot.edition, fiscal.today(at)
    edition.current_stage, edition.next_first_year = clause.current_stage, clause.next_first_year
    ties = read_ties(edition, clause.code, at, links=clause.has_links, successions=clause.has_successions)
    around = _around(clause, at)
    texts = texts_of([*(one.address_id for one in around), *ties.clauses], at)
    outline = clause.snapshot.is_outline
    entries = [entry(one, edition.get_absolute_url(), texts, outline=outline) for one in around]
    here = next(one for one in entries if one.clause.pk == clause.pk)
    above = [one for one in entries if one.clause.position < clause.position and one.clause.last >= clause.last]
    page = ClausePage(
        volume=volume(edition, today),
        snapshot=clause.snapshot,
        clause=clause,
        entry=here,
        above=above,
        contents=_contents(entries, [*above, here]),
        where=chain([*(one.clause for one in above), clause], here.heading),
        is_current=clause.snapshot_id == clause.current_pk,
        links=named_links(ties, texts, today),
        successions=named_successions(ties, texts, today),
    )
    _put_below(page, entries)
    page.previous, page.following = _neighbours(entries, [*above, here])
    if clause.has_terms:
        page.terms = list(Term.objects.visible_to(ANYONE, at).filter(snapshot=clause.snapshot, address=clause.address))
    if clause.has_indicators:
        page.indicators = list(Indicator.objects.visible_to(ANYONE, at).filter(snapshot=clause.snapshot, address=clause.address))
    if clause.has_reviews:
        page.reviews = reviews_of(edition, at, clause.code)
    return page


def _around(clause: Clause, at: dt.datetime) -> list[Clause]:
    """The top level, every level on the way down, and what is below the clause: one query for contents, neighbours and text."""
    rows = Clause.objects.visible_to(ANYONE, at).filter(snapshot=clause.snapshot_id)
    wanted = Q(depth=0) | Q(parent__position__lte=clause.position, parent__last__gte=clause.position)
    if clause.last - clause.position <= TWO_LEVELS:
        wanted |= Q(parent__parent=clause)
    return list(rows.filter(wanted).order_by("position"))


def _contents(entries: list[Entry], path: list[Entry]) -> list[Entry]:
    """Copies for the contents: the top level, unfolded down the path to the page's clause; no paragraphs."""
    opened = {one.clause.pk for one in path}
    copies = []
    for one in entries:
        if not one.is_paragraph and (one.clause.depth == 0 or one.clause.parent_id in opened):
            copies.append(Entry(one.clause, one.url, one.texts, one.outline, here=one.clause.pk == path[-1].clause.pk))
    return tree(copies)


def _put_below(page: ClausePage, entries: list[Entry]) -> None:
    """Hang what is below the clause on its entry, two levels deep."""
    clause = page.clause
    tree(one for one in entries if clause.position <= one.clause.position <= clause.last)


def _neighbours(entries: list[Entry], path: list[Entry]) -> tuple[Entry | None, Entry | None]:
    """Before: the sibling before, else the parent. After: the sibling after, else that of the nearest clause above."""
    here = path[-1].clause
    pages = [one for one in entries if not one.is_paragraph]
    siblings = [one for one in pages if one.clause.parent_id == here.parent_id]
    before = [one for one in siblings if one.clause.position < here.position]
    previous = before[-1] if before else (path[-2] if len(path) > 1 else None)
    above = {one.clause.parent_id for one in path}
    after = [one for one in pages if one.clause.position > here.last and one.clause.parent_id in above]
    return previous, after[0] if after else None


def _predicate(one: dict[str, Any]) -> tuple[str, str, str]:
    subject = str(_("主語は書かれていません"))
    if one.get("stated") and one.get("subject"):
        subject = str(_("主語：%(subject)s") % {"subject": one["subject"]})
    return str(Modality(one["modality"]).label), one.get("predicate", ""), subject
