"""Short titles, plain Japanese, English and 所管課 of an edition as a table: out, judged coming in, and written all or nothing.

Each row carries a signed slip: for which official words it was taken out, which version each cell had and what stood in it. So
a cell nobody touched is left alone, and one that another person changed meanwhile is stale, never overwritten.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.signing import Signer
from django.db import transaction
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _

from ichinoseki_portal import audit
from ichinoseki_portal.models import User
from ichinoseki_portal.spreadsheets import Column, Formula, Line
from ichinoseki_portal.text import RefusedText, digest
from plans import models
from plans.enums import TextKind

from .departments import checked_names, set_departments, split_names
from .editing import EditRefused
from .locks import lock
from .texts import checked_words, save_text

KINDS = (TextKind.SHORT_TITLE, TextKind.PLAIN, TextKind.EN)
DEPARTMENTS = "departments"
FIELDS = (*KINDS, DEPARTMENTS)
NEW, CHANGED, SAME, STALE, WRONG = "new", "changed", "same", "stale", "wrong"
MAX_CLAUSES = 4_000
_YEAR = re.compile(r"（([0-9]{4})年度）")


class SheetRefused(Exception):
    """The whole table is not for here. The text is shown to people."""


@dataclass(frozen=True)
class Entry:
    """What stands at one clause now."""

    address: models.ClauseAddress
    key: str
    heading: str
    body: str
    official: str
    values: dict[str, str]
    versions: dict[str, int | None]


@dataclass(frozen=True)
class Cell:
    field: str
    state: str
    before: str = ""
    after: str = ""
    why: str = ""


@dataclass
class Row:
    """One row of the table as judged. ``number`` is its number in the sheet."""

    number: int
    key: str
    heading: str = ""
    cells: list[Cell] = field(default_factory=list)
    official: str = ""

    @property
    def states(self) -> set[str]:
        return {cell.state for cell in self.cells}

    @property
    def state(self) -> str:
        return next((state for state in (WRONG, STALE, CHANGED, NEW) if state in self.states), SAME)


@dataclass
class Judged:
    fiscal_year: int
    rows: list[Row]

    @property
    def counts(self) -> dict[str, int]:
        """Cells by state; rows that are wrong as a whole count as one."""
        return dict(Counter(cell.state for row in self.rows for cell in row.cells))

    @property
    def wrong(self) -> bool:
        return any(WRONG in row.states for row in self.rows)

    @property
    def writes(self) -> int:
        return self.counts.get(NEW, 0) + self.counts.get(CHANGED, 0)


# --- out --------------------------------------------------------------------------------------------------------------------


def columns(fiscal_year: int) -> list[Column]:
    return [
        Column(_("項目（変えないでください）"), 22),
        Column(_("番号・見出し"), 24),
        Column(_("正文（見るだけ）"), 50),
        *(Column(str(kind.label), width, editable=True) for kind, width in zip(KINDS, (24, 50, 50), strict=True)),
        Column(_("所管課（%(year)s年度）") % {"year": fiscal_year}, 24, editable=True),
        Column(_("控え（変えないでください）"), 12),
    ]


def table(snapshot: models.Snapshot, fiscal_year: int) -> list[list[str]]:
    """The rows below ``columns``."""
    return [
        [one.key, one.heading, one.body, *(one.values[name] for name in FIELDS), slip(one, fiscal_year)]
        for one in entries(snapshot, fiscal_year)
    ]


def entries(snapshot: models.Snapshot, fiscal_year: int) -> list[Entry]:
    """Every clause of a snapshot in order, with its texts and its departments of that year; the words that wait before others."""
    rows = list(snapshot.clauses.select_related("address__edition__plan").order_by("position"))
    texts: dict[int, dict[str, models.ClauseText]] = {}
    for text in models.ClauseText.objects.filter(address__clauses__snapshot=snapshot, kind__in=KINDS):
        texts.setdefault(text.address_id, {})[text.kind] = text
    names: dict[int, list[str]] = {}
    departments = models.ClauseDepartment.objects.filter(address__clauses__snapshot=snapshot, fiscal_year=fiscal_year)
    for address, name in departments.order_by("pk").values_list("address", "name"):
        names.setdefault(address, []).append(name)
    found = []
    for row in rows:
        own = texts.get(row.address_id, {})
        values: dict[str, str] = {str(kind): (own[kind].proposed or own[kind].text) if kind in own else "" for kind in KINDS}
        values[DEPARTMENTS] = "、".join(names.get(row.address_id, []))
        versions: dict[str, int | None] = {str(kind): own[kind].version if kind in own else None for kind in KINDS}
        heading = f"{row.label} {row.title}".strip()
        found.append(Entry(row.address, str(row.address), heading, row.body, row.official_hash, values, versions))
    return found


def slip(one: Entry, fiscal_year: int) -> str:
    """What a row remembers: official words, fiscal year, per cell its version and what stood there; signed with its key."""
    parts = [f"{one.versions.get(name) or 0}-{_mark(one.values[name])}" for name in FIELDS]
    words = ".".join([one.official, str(fiscal_year), *parts])
    return f"{words}.{_sign(one.key, words)}"


def _mark(value: str) -> str:
    return digest(_plain(value))[:12]


def _plain(value: str) -> str:
    return value.replace("\r\n", "\n").replace("\r", "\n").strip()


def _sign(key: str, words: str) -> str:
    return Signer(salt="plans.sheets").signature(f"{key}|{words}")[:22].replace(".", "_")


# --- in ---------------------------------------------------------------------------------------------------------------------


def judge_table(snapshot: models.Snapshot, lines: Sequence[Line]) -> Judged:
    """What each row would do. Writes nothing. Raises SheetRefused when the table is another one, or of another edition."""
    places, year = _places(lines[0])
    now = {one.key: one for one in entries(snapshot, year)}
    if len(lines) - 1 > MAX_CLAUSES:
        raise SheetRefused(_("行が多すぎます。%(limit)s行までにしてください。") % {"limit": MAX_CLAUSES})
    _refuse_other_edition(snapshot, lines, places)
    seen: set[str] = set()
    rows = []
    for line in lines[1:]:
        cells = {name: line.cells[at] if at < len(line.cells) else "" for name, at in places.items()}
        key = cells["key"].strip()
        rows.append(_row(line.number, key, cells, now.get(key), year, double=key in seen))
        seen.add(key)
    return Judged(year, rows)


def _places(head: Line) -> tuple[dict[str, int], int]:
    """Where each column stands, by its heading; and the fiscal year of the departments."""
    year = next((int(found[1]) for cell in head.cells if (found := _YEAR.search(cell))), 0)
    wanted = columns(year)
    names = ("key", "heading", "body", *FIELDS, "slip")
    heads = [cell.strip() for cell in head.cells]
    places: dict[str, int] = {}
    for name, column in zip(names, wanted, strict=True):
        if heads.count(column.head) > 1:
            raise SheetRefused(_("「%(head)s」という列が二つあります。") % {"head": column.head})
        if column.head in heads:
            places[name] = heads.index(column.head)
    if "key" not in places or "slip" not in places or not set(places) & set(FIELDS):
        raise SheetRefused(_("この画面から取り出した表ではありません。1行めの見出しを変えずに使ってください。"))
    return places, year


def _refuse_other_edition(snapshot: models.Snapshot, lines: Sequence[Line], places: dict[str, int]) -> None:
    own = f"{snapshot.edition.plan.key}/{snapshot.edition.key}/"
    keys = [line.cells[places["key"]].strip() for line in lines[1:] if places["key"] < len(line.cells)]
    others = sorted({"/".join(key.split("/")[:2]) for key in keys if key and not key.startswith(own)})
    if others:
        words = _("この版（%(own)s）の表ではありません。「%(other)s」の行があります。")
        raise SheetRefused(words % {"own": own.rstrip("/"), "other": others[0][:60]})


def _row(number: int, key: str, cells: dict[str, str], one: Entry | None, year: int, *, double: bool) -> Row:
    if one is None:
        return _wrong_row(number, key, _("この項目はありません。"))
    if double:
        return _wrong_row(number, key, _("同じ項目の行が二つあります。"))
    kept = _read_slip(key, cells["slip"])
    if kept is None or kept[1] != year:
        return _wrong_row(number, key, _("「控え」の列が変わっています。表を取り出し直してください。"))
    official, _year, marks = kept
    row = Row(number, key, one.heading, official=official)
    row.cells = [_cell(name, cells[name], one, *marks[name]) for name in FIELDS if name in cells]
    return row


def _wrong_row(number: int, key: str, why: str) -> Row:
    return Row(number, key, cells=[Cell("", WRONG, why=why)])


def _read_slip(key: str, words: str) -> tuple[str, int, dict[str, tuple[int, str]]] | None:
    body, _dot, signature = words.strip().rpartition(".")
    if not body or not constant_time_compare(signature, _sign(key, body)):
        return None
    official, year, *parts = body.split(".")
    marks = {name: (int(part.split("-")[0]), part.split("-")[1]) for name, part in zip(FIELDS, parts, strict=True)}
    return official, int(year), marks


def _cell(name: str, value: str, one: Entry, version: int, mark: str) -> Cell:
    now = one.values[name]
    if isinstance(value, Formula):
        return Cell(name, WRONG, now, str(value)[:200], _("計算式かエラーが入っています。文字で書いてください。"))
    after = _plain(value)
    if _mark(after) == mark or after == _plain(now):
        return Cell(name, SAME, now, now)
    try:
        after = "、".join(sorted(checked_names(split_names(after)))) if name == DEPARTMENTS else checked_words(name, after)
    except (EditRefused, RefusedText) as error:
        why = _("空にして消すことはできません。") if not after else str(error)
        return Cell(name, WRONG, now, after[:200], why)
    if after == now:
        return Cell(name, SAME, now, now)
    stale = _mark(now) != mark if name == DEPARTMENTS else (one.versions[name] or 0) != version
    if stale:
        return Cell(name, STALE, now, after, _("ほかの人が先に直しました。"))
    return Cell(name, CHANGED if now else NEW, now, after)


# --- written ----------------------------------------------------------------------------------------------------------------


def carried(judged: Judged, lines: Sequence[Line]) -> list[dict[str, Any]]:
    """The rows that would write something, as JSON: what a preview hands on to ``write_table``."""
    wanted = {row.number for row in judged.rows if row.states & {NEW, CHANGED}}
    heads, rows = lines[0], [line for line in lines[1:] if line.number in wanted]
    places, _year = _places(heads)
    stale = {row.number: {cell.field for cell in row.cells if cell.state == STALE} for row in judged.rows}
    kept = []
    for line in [heads, *rows]:
        cells = [line.cells[at] if at < len(line.cells) else "" for at in range(max(places.values()) + 1)]
        kept.append({"number": line.number, "cells": cells, "not": sorted(stale.get(line.number, ()))})
    return kept


@transaction.atomic
def write_table(*, snapshot: models.Snapshot, rows: Sequence[dict[str, Any]], by: User) -> tuple[Judged, int]:
    """Write what a preview carried, judged again under the lock: all of it, or nothing when one cell is stale or wrong now.

    Texts wait for confirmation. Returns how it was judged, and how many cells were written.
    """
    lock(snapshot)
    lines = [Line(int(row["number"]), tuple(map(str, row["cells"]))) for row in rows]
    left = {int(row["number"]): set(row["not"]) for row in rows}
    judged = judge_table(snapshot, lines)
    for row in judged.rows:
        row.cells = [cell for cell in row.cells if cell.field not in left.get(row.number, ())]
    if {WRONG, STALE} & set(judged.counts):
        return judged, 0
    now = {one.key: one for one in entries(snapshot, judged.fiscal_year)}
    written = sum(_write(now[row.key], row, cell, judged.fiscal_year, by) for row in judged.rows for cell in row.cells)
    if written:
        audit.record(action="sheet.imported", subject=snapshot, by=by, cells=written, fiscal_year=judged.fiscal_year)
    return judged, written


def _write(one: Entry, row: Row, cell: Cell, fiscal_year: int, by: User) -> int:
    if cell.state not in (NEW, CHANGED):
        return 0
    if cell.field == DEPARTMENTS:
        set_departments(address=one.address, fiscal_year=fiscal_year, names=split_names(cell.after), by=by)
    else:
        version = one.versions[cell.field]
        save_text(address=one.address, kind=cell.field, words=cell.after, by=by, version=version, seen=row.official)
    return 1
