"""One clause of a plan: its text, what is below it, where it stands, and what it is tied to."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field, replace
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ichinoseki_portal import fiscal
from ichinoseki_portal.access import ANYONE
from plans.enums import ActorRole, Modality
from plans.models import Clause, Edition, Indicator, Snapshot, Term
from plans.models.editions import newest_first
from plans.models.wording import chain, stage_words

from .citing import Citation, citation
from .current import current_value, decided_after, next_first_year, overlay, unsettled
from .editions import state
from .entries import Department, Entry, Place, texts_and_departments, tree
from .reviews import Review, has_reviews, reviews_of
from .shelf import Volume, volume
from .ties import Tie, tie_flags, ties_of

TWO_LEVELS = 200
"""Up to so many clauses below it, a page shows two levels of them with their text; beyond, one."""


@dataclass
class ClausePage:
    volume: Volume
    snapshot: Snapshot
    clause: Clause
    place: Place
    entry: Entry  # with what is below it
    above: list[Entry]
    contents: list[Entry]
    where: str  # as one cites it
    cite: Citation
    stated: bool = False  # a page within v<n>
    previous: Entry | None = None
    following: Entry | None = None
    links: list[Tie] = field(default_factory=list)
    successions: list[Tie] = field(default_factory=list)
    departments: list[Department] = field(default_factory=list)  # 所管課, latest year first
    reviews: list[Review] = field(default_factory=list)

    @property
    def edition(self) -> Edition:
        return self.volume.edition

    @property
    def is_current(self) -> bool:
        """The page shows the text that counts now."""
        return bool(self.snapshot.pk == self.clause.current_pk)

    @property
    def words(self) -> str:
        return stage_words(self.snapshot.stage, self.snapshot.number)

    @property
    def current_words(self) -> str:
        return stage_words(self.clause.current_stage, self.clause.current_number)

    @property
    def decided_since(self) -> bool:
        """A draft is shown of what was decided afterwards."""
        return bool(self.snapshot.before_decision and self.clause.decided_after)

    @property
    def modality(self) -> list[tuple[str, str, str]]:
        """Per predicate: how far it binds, the predicate, and whose deed it is."""
        return [_predicate(one) for one in self.clause.modality]

    @property
    def actors(self) -> list[tuple[str, list[str]]]:
        """The actors named, by role."""
        rows = self.clause.frozen.get("actors", [])
        return [
            (str(role.label), [name for kind, name in rows if kind == role])
            for role in ActorRole
            if any(kind == role for kind, _name in rows)
        ]

    @property
    def terms(self) -> list[Term]:
        return [Term(**row) for row in self.clause.frozen.get("terms", [])]

    @property
    def indicators(self) -> list[Indicator]:
        return [Indicator(**row) for row in self.clause.frozen.get("indicators", [])]

    @property
    def has_side(self) -> bool:
        return bool(self.modality or self.actors or self.departments or self.links or self.successions)

    @property
    def lines(self) -> str:
        """269–271、280."""
        return gettext("、").join(f"{first}–{last}" if first != last else f"{first}" for first, last in self.clause.lines)


def shown_clause(plan: str, key: str, code: str, at: dt.datetime, sequence: int | None = None) -> Clause | None:
    """The clause as it stands in v<sequence>; without that, in the text that counts, or else in the newest one that has it.

    None when the public sees none. Its edition says what it says from this very second on. One query.
    """
    stated = {} if sequence is None else {"snapshot__sequence": sequence}
    found = (
        Clause.objects.visible_to(ANYONE, at)
        .filter(snapshot__edition__in=Edition.objects.visible_to(ANYONE, at))
        .filter(snapshot__edition__plan__key=plan, snapshot__edition__key=key, code=code, **stated)
        .select_related("snapshot__edition__plan", "address")
        .annotate(
            current_pk=current_value("pk", "snapshot__edition", at),
            current_stage=current_value("stage", "snapshot__edition", at),
            current_number=current_value("number", "snapshot__edition", at),
            next_first_year=next_first_year("snapshot__edition__plan", "snapshot__edition__first_fiscal_year", at),
            unsettled=unsettled("snapshot__edition", at),
            decided_after=decided_after("snapshot__edition", "snapshot__sequence", at),
            has_reviews=has_reviews(at, pk=OuterRef("address")),
            has_later=Exists(
                Edition.objects.visible_to(ANYONE, at).filter(
                    plan=OuterRef("snapshot__edition__plan"),
                    first_fiscal_year__gt=OuterRef("snapshot__edition__first_fiscal_year"),
                )
            ),
            **tie_flags(at, OuterRef("snapshot__edition"), OuterRef("code")),
        )
        .order_by(*newest_first("snapshot__"))
        .first()
    )
    if found:
        overlay(found.snapshot.edition, found.unsettled)
    return found


def clause_page(clause: Clause, at: dt.datetime, *, stated: bool = False, on: dt.date | None = None) -> ClausePage:
    """Everything the page shows. ``clause`` comes from ``shown_clause``; ``stated``: the page stands within its snapshot;
    ``on``: the day whose status and review years are told.

    Two queries more: the clauses round it, and the texts of all of them with 所管課; one each for ties, their far ends, and
    review rules, where there are any. With ``shown_clause`` six at most.
    """
    edition, today = clause.snapshot.edition, fiscal.today(at)
    on = on or today
    told = _volume(clause, on, stated=stated)
    ties = ties_of(edition, clause.code, at, on, links=clause.has_links, successions=clause.has_successions)
    around = _around(clause, at)
    texts, departments = texts_and_departments((one.address_id for one in around), clause.address_id, at)
    plain = edition.get_absolute_url()
    place = Place(clause.snapshot.get_absolute_url() if stated else plain, plain, clause.snapshot.is_outline)
    entries = [place.entry(one, texts.get(one.address_id, {})) for one in around]
    here = next(one for one in entries if one.clause.pk == clause.pk)
    above = [one for one in entries if one.clause.position < clause.position and one.clause.last >= clause.last]
    where = chain([*(one.clause for one in above), clause], here.heading)
    page = ClausePage(
        volume=told,
        snapshot=clause.snapshot,
        clause=clause,
        place=place,
        entry=here,
        above=above,
        contents=_contents(entries, [*above, here]),
        where=where,
        cite=citation(edition, clause.snapshot, today, where=where, code=clause.code),
        stated=stated,
        links=ties.links,
        successions=ties.successions,
        departments=departments,
        reviews=reviews_of(edition, at, on, clause.code) if clause.has_reviews else [],
    )
    _put_below(page, entries)
    page.previous, page.following = _neighbours(entries, [*above, here])
    return page


def _volume(clause: Clause, on: dt.date, *, stated: bool) -> Volume:
    edition = clause.snapshot.edition
    edition.current_stage, edition.next_first_year = clause.current_stage, clause.next_first_year
    told = volume(edition, on)
    if stated or clause.snapshot.before_decision:
        state(told, clause.snapshot, on)
    return told


def _around(clause: Clause, at: dt.datetime) -> list[Clause]:
    """The top level, every level on the way down, and what is below the clause: one query for contents, neighbours and text."""
    rows = Clause.objects.visible_to(ANYONE, at).filter(snapshot=clause.snapshot_id)
    wanted = Q(depth=0) | Q(parent__position__lte=clause.position, parent__last__gte=clause.position)
    if clause.last - clause.position <= TWO_LEVELS:
        wanted |= Q(parent__parent=clause)
    return list(rows.filter(wanted).defer("frozen", "modality", "lines").order_by("position"))


def _contents(entries: list[Entry], path: list[Entry]) -> list[Entry]:
    """Copies for the contents: the top level, unfolded down the path to the page's clause; no paragraphs."""
    opened = {one.clause.pk for one in path}
    copies = []
    for one in entries:
        if not one.is_paragraph and (one.clause.depth == 0 or one.clause.parent_id in opened):
            copies.append(replace(one, here=one.clause.pk == path[-1].clause.pk, entries=[]))
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
