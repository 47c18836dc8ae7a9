"""表: the clauses of one plan against those of another, so that it is seen where nothing ties them.

Shown are the levels people name (vision, ideas, goals, policies, measures, and sections on how the plan is carried out); a tie
of a clause below them counts for the nearest one shown above it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext

from ichinoseki_portal import fiscal
from ichinoseki_portal.access import ANYONE
from plans.enums import Basis, ClauseKind, TextKind
from plans.models import Clause, ClauseLink, ClauseText, Edition

from .current import shown_editions
from .shelf import Volume, volume
from .ties import WORDS

MAIN = (
    *(ClauseKind.VISION, ClauseKind.PRINCIPLE, ClauseKind.GOAL),
    *(ClauseKind.STANDARD, ClauseKind.POLICY, ClauseKind.MEASURE),
)
FEWER = (ClauseKind.VISION, ClauseKind.PRINCIPLE, ClauseKind.GOAL, ClauseKind.POLICY)
SECTIONS = (ClauseKind.PART, ClauseKind.CHAPTER, ClauseKind.SECTION, ClauseKind.SUBSECTION)
MOST = 60
"""Clauses of one plan a table shows: beyond, fewer levels, and at last only the first ones (and it says so)."""


@dataclass(frozen=True)
class Mark:
    """One tie in a cell, in the words of the row's clause."""

    words: Any
    stated: bool
    note: str = ""


@dataclass
class Axis:
    """A row or a column: one clause shown, and how many ties it has."""

    clause: Clause
    heading: str
    group: str
    url: str
    count: int = 0
    cells: list[Cell] = field(default_factory=list)

    @property
    def name(self) -> str:
        label = self.clause.label
        return f"{label} {self.heading}".strip() if label not in ("●", "■", "○", "・") else self.heading

    @property
    def untied(self) -> list[Axis]:
        """The columns that nothing ties to this row."""
        return [cell.column for cell in self.cells if not cell.marks]


@dataclass
class Cell:
    column: Axis
    marks: list[Mark] = field(default_factory=list)


@dataclass(frozen=True)
class Gap:
    """How many clauses of a group have no tie at all."""

    group: str
    total: int
    empty: int

    @property
    def sentence(self) -> str:
        words = {"group": self.group, "total": _counted(self.total), "empty": _counted(self.empty)}
        if self.total == 1:
            tied = gettext("「%(group)s」には、つながる項目があります。") % words
            return gettext("「%(group)s」には、つながる項目がありません。") % words if self.empty else tied
        if not self.empty:
            return gettext("「%(group)s」は%(total)sとも、つながる項目があります。") % words
        if self.empty == self.total:
            return gettext("「%(group)s」%(total)sのどれにも、つながる項目がありません。") % words
        return gettext("「%(group)s」%(total)sのうち%(empty)sには、つながる項目がありません。") % words


@dataclass
class Side:
    """One plan of the two."""

    volume: Volume
    axes: list[Axis] = field(default_factory=list)
    cut: bool = False  # there are more clauses than the table shows

    @property
    def gaps(self) -> list[Gap]:
        groups: dict[str, list[Axis]] = {}
        for axis in self.axes:
            groups.setdefault(axis.group, []).append(axis)
        return [
            Gap(name if len(axes) > 1 else axes[0].heading.strip("『』「」"), len(axes), sum(not axis.count for axis in axes))
            for name, axes in groups.items()
        ]


@dataclass
class MatrixPage:
    rows: Side
    columns: Side
    total: int = 0  # ties in the table
    outside: int = 0  # ties of whole plans, or of clauses that stand below none that is shown

    @property
    def sides(self) -> tuple[Side, Side]:
        return (self.rows, self.columns)

    @property
    def cut(self) -> bool:
        return self.rows.cut or self.columns.cut

    @property
    def before_decision(self) -> bool:
        return self.rows.volume.before_decision or self.columns.volume.before_decision

    @property
    def fictional(self) -> bool:
        return self.rows.volume.edition.plan.fictional or self.columns.volume.edition.plan.fictional


def matrix_page(one: tuple[str, str], other: tuple[str, str], at: dt.datetime) -> MatrixPage | None:
    """Rows are clauses of ``one`` (plan, edition), columns of ``other``; None where the public sees no such edition.

    Four queries: the editions, their clauses, our short titles, the ties.
    """
    wanted = Q(plan__key=one[0], key=one[1]) | Q(plan__key=other[0], key=other[1])
    found = {(row.plan.key, row.key): row for row in shown_editions(at).filter(wanted)}
    if one not in found or other not in found:
        return None
    today = fiscal.today(at)
    editions = [found[one], found[other]]
    page = MatrixPage(Side(volume(editions[0], today)), Side(volume(editions[1], today)))
    clauses = _clauses(editions, at)
    short = _short_titles(clauses, at)
    above: dict[int, Axis] = {}
    for side in (page.rows, page.columns):
        own = [clause for clause in clauses if clause.snapshot_id == side.volume.edition.current_pk]
        _choose(side, own, short)
        above |= _nearest(side, own)
    _fill(page, editions, above, at)
    return page


def _clauses(editions: list[Edition], at: dt.datetime) -> list[Clause]:
    counts = [edition.current_pk for edition in editions if edition.current_pk]
    rows = Clause.objects.visible_to(ANYONE, at).filter(snapshot__in=counts)
    return list(rows.defer("body", "frozen", "modality", "lines").order_by("snapshot", "position"))


def _short_titles(clauses: Iterable[Clause], at: dt.datetime) -> dict[int, str]:
    bare = [clause.address_id for clause in clauses if not clause.title and clause.kind != ClauseKind.PARAGRAPH]
    rows = ClauseText.objects.visible_to(ANYONE, at).filter(kind=TextKind.SHORT_TITLE, address__in=bare)
    return dict(rows.values_list("address", "text"))


def _choose(side: Side, clauses: list[Clause], short: dict[int, str]) -> None:
    """The clauses of one plan that the table shows, as axes in reading order."""
    shown = _shown(clauses, MAIN)
    if len(shown) > MOST:
        shown = _shown(clauses, FEWER)
    side.cut = len(shown) > MOST
    titles = {clause.pk: clause.title or short.get(clause.address_id, "") for clause in clauses}
    base = side.volume.edition.get_absolute_url()
    for clause in shown[:MOST]:
        named = clause.kind in SECTIONS and clause.parent_id
        group = titles.get(clause.parent_id or 0, "") if named else ""
        heading = titles[clause.pk] or clause.code
        side.axes.append(Axis(clause, heading, group or str(ClauseKind(clause.kind).label), f"{base}{clause.code}/"))


def _shown(clauses: list[Clause], kinds: tuple[ClauseKind, ...]) -> list[Clause]:
    main = [clause.position for clause in clauses if clause.kind in kinds]
    end = -1  # where the section just taken ends: those within it count for it
    shown = []
    for clause in clauses:
        section = clause.kind in SECTIONS and clause.depth > 0 and clause.position > end
        if section and not any(clause.position < place <= clause.last for place in main):
            end = clause.last
            shown.append(clause)
        elif clause.kind in kinds:
            shown.append(clause)
    return shown or [clause for clause in clauses if clause.depth == 0 and clause.kind != ClauseKind.PARAGRAPH]


def _nearest(side: Side, clauses: list[Clause]) -> dict[int, Axis]:
    """For each address the axis it counts for: its own, or the nearest above."""
    axes = {axis.clause.pk: axis for axis in side.axes}
    by_clause: dict[int, Axis] = {}
    found = {}
    for clause in clauses:
        axis = axes.get(clause.pk) or by_clause.get(clause.parent_id or 0)
        if axis:
            by_clause[clause.pk] = found[clause.address_id] = axis
    return found


def _fill(page: MatrixPage, editions: list[Edition], above: dict[int, Axis], at: dt.datetime) -> None:
    one, other = editions
    between = Q(origin__edition=one, target__edition=other) | Q(origin__edition=other, target__edition=one)
    cells: dict[tuple[int, int], Cell] = {}
    for axis in page.rows.axes:
        axis.cells = [Cell(column) for column in page.columns.axes]
        cells |= {(axis.clause.pk, cell.column.clause.pk): cell for cell in axis.cells}
    links = ClauseLink.objects.visible_to(ANYONE, at).filter(between).order_by("id")
    for kind, basis, note, origin, target, origin_edition in links.values_list(
        "type", "basis", "note", "origin", "target", "origin__edition"
    ):
        outward = origin_edition == one.pk
        row, column = (above.get(end) for end in ((origin, target) if outward else (target, origin)))
        if row is None or column is None:
            page.outside += 1
            continue
        cells[row.clause.pk, column.clause.pk].marks.append(Mark(WORDS[kind][0 if outward else 1], basis == Basis.STATED, note))
        row.count += 1
        column.count += 1
        page.total += 1


def _counted(number: int) -> str:
    return gettext("%(number)sつ") % {"number": number} if number < 10 else gettext("%(number)s個") % {"number": number}


@dataclass
class Choice:
    """What can be put side by side."""

    volumes: list[Volume]
    pairs: list[tuple[Volume, Volume, int]]  # those with ties between them, and how many


def matrix_choice(at: dt.datetime) -> Choice:
    """Two queries: the editions that have a text, and the ties between them."""
    today = fiscal.today(at)
    rows = shown_editions(at).order_by("plan__fictional", "plan__position", "plan__key", "-key")
    volumes = {row.pk: volume(row, today) for row in rows if row.current_pk}
    counts: dict[tuple[int, int], int] = {}
    places = {pk: place for place, pk in enumerate(volumes)}
    links = ClauseLink.objects.visible_to(ANYONE, at).values_list("origin__edition", "target__edition")
    for ends in links:
        if ends[0] != ends[1] and all(end in volumes for end in ends):
            first, second = sorted(ends, key=lambda end: places[end])
            counts[first, second] = counts.get((first, second), 0) + 1
    pairs = [(volumes[one], volumes[other], number) for (one, other), number in counts.items()]
    pairs.sort(key=lambda pair: (pair[0].edition.plan.fictional, -pair[2]))
    return Choice(list(volumes.values()), pairs)
