"""A clause as pages show it: its heading, whose words they are, its text, and what is below it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Case, F, QuerySet, TextField, Value, When

from ichinoseki_portal.access import ANYONE
from plans.enums import ClauseKind, TextKind
from plans.models import Clause, ClauseDepartment, ClauseText
from plans.models.wording import is_mark_only

Texts = dict[str, ClauseText]


@dataclass
class Entry:
    clause: Clause
    url: str
    texts: Texts
    outline: bool = False  # the text shown is our summary, not the official one
    here: bool = False  # the page's own clause
    clause_address: str = ""  # its plain address, where ``url`` may be that within a stated snapshot
    entries: list[Entry] = field(default_factory=list)

    @property
    def is_paragraph(self) -> bool:
        return self.clause.kind == ClauseKind.PARAGRAPH

    @property
    def short_title(self) -> str:
        return _text(self.texts, TextKind.SHORT_TITLE)

    @property
    def heading(self) -> str:
        """The title as printed; for a numbered sentence our short title."""
        return self.clause.title or self.short_title

    @property
    def heading_is_ours(self) -> bool:
        return not self.clause.title and bool(self.short_title)

    @property
    def name(self) -> str:
        """Label and heading in one line, for links and titles."""
        return f"{self.clause.label}{_gap(self.clause.label, self.heading)}{self.heading}" or self.clause.code

    @property
    def crumb(self) -> str:
        """The label alone where it says enough: 「基本方針２」."""
        return self.name if len(self.clause.label) < 3 or self.clause.label.startswith(("（", "(")) else self.clause.label

    @property
    def anchor(self) -> str:
        """p<n> for a paragraph that is a clause."""
        return self.clause.code.rpartition(".")[2]

    @property
    def plain(self) -> str:
        return _text(self.texts, TextKind.PLAIN)

    @property
    def summary(self) -> str:
        """What stands where the official text is not there yet."""
        return self.plain if self.outline and not self.clause.body else ""

    @property
    def plain_is_stale(self) -> bool:
        """Whether the plain text was written for another official text than the one shown."""
        return self._is_stale(TextKind.PLAIN)

    @property
    def english(self) -> str:
        return _text(self.texts, TextKind.EN)

    @property
    def english_is_stale(self) -> bool:
        return self._is_stale(TextKind.EN)

    @property
    def alt(self) -> str:
        return _text(self.texts, TextKind.ALT)

    @property
    def figure(self) -> str:
        """Where the figure is served that we redrew of it; "" when there is none. It stands at the clause's plain address."""
        return f"{self.clause_address}figure.svg" if TextKind.FIGURE in self.texts else ""

    @property
    def figure_is_stale(self) -> bool:
        return self._is_stale(TextKind.FIGURE)

    @property
    def reading(self) -> str:
        return _text(self.texts, TextKind.READING)

    @property
    def below(self) -> int:
        """How many clauses stand below it."""
        return self.clause.last - self.clause.position

    def _is_stale(self, kind: str) -> bool:
        text = self.texts.get(kind)
        return bool(text and not self.outline and text.is_stale(self.clause))


@dataclass(frozen=True)
class Department:
    """所管課 of a clause in one fiscal year."""

    fiscal_year: int
    name: str


@dataclass(frozen=True)
class Place:
    """Where the pages of a text stand: those of the text that counts, or within one stated snapshot (v<n>)."""

    base: str
    plain: str  # the edition's own address
    outline: bool = False

    def entry(self, clause: Clause, texts: Texts, *, here: bool = False) -> Entry:
        code = f"{clause.code}/"
        return Entry(clause, self.base + code, texts, self.outline, here, clause_address=self.plain + code)


def tree(entries: Iterable[Entry]) -> list[Entry]:
    """Entries in reading order, each put below its parent."""
    top: list[Entry] = []
    by_clause: dict[int, Entry] = {}
    for one in entries:
        by_clause[one.clause.pk] = one
        above = by_clause.get(one.clause.parent_id or 0)
        (above.entries if above else top).append(one)
    return top


def texts_of(address_ids: Iterable[int], at: dt.datetime) -> dict[int, Texts]:
    """The texts that are not official, by address and kind. One query."""
    found: dict[int, Texts] = {}
    for _tag, address, kind, text, written_for, _year in _text_rows(address_ids, at):
        _keep(found, address, kind, text, written_for)
    return found


def texts_and_departments(address_ids: Iterable[int], of: int, at: dt.datetime) -> tuple[dict[int, Texts], list[Department]]:
    """The same, with 所管課 of one address, latest year first. One query."""
    found: dict[int, Texts] = {}
    departments: dict[int, Department] = {}
    for tag, address, kind, text, written_for, year in _text_rows(address_ids, at).union(_department_rows(of, at), all=True):
        if tag == "department":
            departments[address] = Department(year, text)
        else:
            _keep(found, address, kind, text, written_for)
    in_order = [departments[number] for number in sorted(departments)]
    return found, sorted(in_order, key=lambda row: -row.fiscal_year)


def _keep(found: dict[int, Texts], address: int, kind: str, text: str, written_for: str) -> None:
    found.setdefault(address, {})[kind] = ClauseText(address_id=address, kind=kind, text=text, written_for=written_for)


def _text_rows(address_ids: Iterable[int], at: dt.datetime) -> QuerySet[ClauseText, Any]:
    """A figure may be long and is served by itself: here only that there is one."""
    rows = ClauseText.objects.visible_to(ANYONE, at).filter(address__in=set(address_ids)).order_by()
    words = Case(When(kind=TextKind.FIGURE, then=Value("1")), default=F("text"), output_field=TextField())
    return _values(rows, tag=Value("text"), kind=F("kind"), text=words, written_for=F("written_for"), year=Value(0))


def _department_rows(address: int, at: dt.datetime) -> QuerySet[ClauseDepartment, Any]:
    rows = ClauseDepartment.objects.visible_to(ANYONE, at).filter(address=address).order_by()
    values = {"kind": Value(""), "text": F("name"), "written_for": Value(""), "year": F("fiscal_year")}
    return _values(rows, tag=Value("department"), address=F("pk"), **values)  # its number keeps the order people wrote


def _values(
    rows: QuerySet[Any], *, tag: Any, kind: Any, text: Any, written_for: Any, year: Any, address: Any = None
) -> QuerySet[Any, Any]:
    values = {"r_tag": tag, "r_address": address or F("address_id"), "r_kind": kind}
    values |= {"r_text": text, "r_written_for": written_for, "r_year": year}
    return rows.annotate(**values).values_list(*values)


def _text(texts: Texts, kind: str) -> str:
    return texts[kind].text if kind in texts else ""


def _gap(label: str, heading: str) -> str:
    return "" if not label or not heading or label.endswith(("）", ")")) or is_mark_only(label) else "　"
