"""Spreadsheets out and in: CSV and Excel, with no cell that a spreadsheet would run as a formula.

CSV goes out as UTF-8 with BOM, everything quoted, CRLF. What comes in may be Excel (.xlsx) or CSV (UTF-8 or CP932) and is read
as text alone: formulas are named, never run; macros and further sheets are left alone.
"""

import csv
import io
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from xml.etree.ElementTree import ParseError

from defusedxml import DefusedXmlException
from django.utils.translation import gettext as _
from openpyxl import Workbook, load_workbook
from openpyxl.styles import Alignment, Font, PatternFill, Protection
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import InvalidFileException

BOM = "\ufeff"
_RUNS = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n")

MAX_BYTES = 5 * 1024 * 1024
MAX_UNPACKED = 50 * 1024 * 1024
MAX_PARTS = 500
MAX_ROWS = 5_000
MAX_COLUMNS = 60
MAX_CELL = 32_767  # what Excel holds
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class RefusedSheet(ValueError):
    """A file that cannot be read as a table. The message is shown to people."""


class Formula(str):
    """What stands in a cell that computes instead of saying something."""


def guard(value: object) -> str:
    """A cell's text; one that a spreadsheet could run begins with an apostrophe. None is empty."""
    text = "" if value is None else str(value)
    return "'" + text if text.lstrip("'").startswith(_RUNS) else text


def unguard(text: str) -> str:
    """What ``guard`` was given."""
    return text[1:] if text.startswith("'") and text.lstrip("'").startswith(_RUNS) else text


def csv_bytes(header: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """A whole CSV file."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow([guard(cell) for cell in header])
    writer.writerows([guard(cell) for cell in row] for row in rows)
    return (BOM + out.getvalue()).encode()


# --- Excel out --------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Column:
    """A column of a sheet. ``editable``: to be written in; all others are locked and grey. ``width`` in characters."""

    head: str
    width: int = 16
    editable: bool = False


def xlsx_bytes(title: str, columns: Sequence[Column], rows: Iterable[Sequence[object]], *, frozen: int = 1) -> bytes:
    """One sheet, every cell text, the header and the first ``frozen`` columns standing still, the rest protected."""
    book = Workbook()
    sheet: Any = book.active
    sheet.title = "".join(one for one in title if one not in r"\/*?:[]")[:31] or "Sheet1"
    sheet.freeze_panes = f"{get_column_letter(frozen + 1)}2"
    for number, column in enumerate(columns, 1):
        sheet.column_dimensions[get_column_letter(number)].width = column.width
        cell = sheet.cell(1, number, guard(column.head))
        cell.font, cell.alignment = Font(bold=True), Alignment(wrap_text=True, vertical="top")
        cell.fill = PatternFill("solid", fgColor="FFF2CC" if column.editable else "D9D9D9")
    for line, row in enumerate(rows, 2):
        for number, (column, value) in enumerate(zip(columns, row, strict=True), 1):
            _write(sheet.cell(line, number), value, column)
    sheet.protection.sheet = True
    sheet.protection.formatColumns = sheet.protection.formatRows = sheet.protection.autoFilter = False
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(columns))}{max(sheet.max_row, 1)}"
    sheet.print_title_rows = "1:1"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _write(cell: Any, value: object, column: Column) -> None:
    text = guard(value)
    cell.value = text if len(text) <= MAX_CELL else text[: MAX_CELL - 1] + "…"
    cell.data_type = "s"
    cell.number_format = "@"
    cell.alignment = Alignment(wrap_text=True, vertical="top")
    if column.editable:
        cell.protection = Protection(locked=False)
    else:
        cell.fill, cell.font = PatternFill("solid", fgColor="F2F2F2"), Font(color="595959")


# --- in ---------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Line:
    """One row as it stands in the sheet: its number there (the header is 1), and its cells as text."""

    number: int
    cells: tuple[str, ...]


def read_table(data: bytes) -> list[Line]:
    """The rows of a file that hold something, header first: of an Excel file the first sheet. Raises RefusedSheet.

    Guards are taken off; numbers and dates are text; what computes is a ``Formula``.
    """
    if not data:
        raise RefusedSheet(_("空のファイルです。"))
    if len(data) > MAX_BYTES:
        raise RefusedSheet(_("ファイルが大きすぎます。%(limit)s MB までにしてください。") % {"limit": MAX_BYTES // 2**20})
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise RefusedSheet(
            _("古い形式（.xls）か、パスワード付きの Excel です。パスワードを付けずに .xlsx で保存し直してください。")
        )
    rows = _excel(data) if data.startswith(b"PK\x03\x04") else _csv(data)
    lines = []
    for number, cells in enumerate(rows, 1):
        if number > MAX_ROWS:
            raise RefusedSheet(_("行が多すぎます。%(limit)s行までにしてください。") % {"limit": MAX_ROWS})
        while cells and not cells[-1]:
            cells.pop()
        if any(cell.strip() for cell in cells):
            lines.append(Line(number, tuple(cells)))
    if not lines:
        raise RefusedSheet(_("何も書かれていません。"))
    return lines


def _csv(data: bytes) -> Iterator[list[str]]:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise RefusedSheet(_("文字コードが UTF-16 です。「CSV UTF-8」で保存し直してください。"))
    text = _decoded(data)
    if "\0" in text:
        raise RefusedSheet(_("CSV でも Excel でもないファイルです。"))
    try:
        for row in csv.reader(io.StringIO(text, newline=""), strict=True):
            yield [unguard(cell) for cell in row[:MAX_COLUMNS]]
    except csv.Error as error:
        raise RefusedSheet(_('CSV として読めません。引用符（"）の数が合っているか見てください。')) from error


def _decoded(data: bytes) -> str:
    for encoding in ("utf-8-sig", "cp932"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise RefusedSheet(_("文字コードが分かりません。「CSV UTF-8」で保存し直してください。"))


def _excel(data: bytes) -> Iterator[list[str]]:
    damaged = _("Excel のファイルとして読めません。壊れているかもしれません。")
    try:
        _look_inside(data)
        book = load_workbook(io.BytesIO(data), read_only=True, keep_vba=False, keep_links=False)
        if not book.worksheets:
            raise RefusedSheet(_("シートがありません。"))
        sheet = book.worksheets[0]
        sheet.reset_dimensions()
        for row in sheet.iter_rows(max_row=MAX_ROWS + 1, max_col=MAX_COLUMNS):
            yield [_as_text(cell) for cell in row]
    except RefusedSheet:
        raise
    except DefusedXmlException as error:
        raise RefusedSheet(_("使えない書き方（DOCTYPE や ENTITY）のある Excel です。")) from error
    except _BROKEN as error:
        raise RefusedSheet(damaged) from error


_BROKEN = (
    *(zipfile.BadZipFile, InvalidFileException, ParseError, KeyError, ValueError, TypeError, IndexError, AttributeError),
    *(OSError, EOFError, NotImplementedError, RuntimeError, AssertionError, OverflowError),
)  # what openpyxl and zipfile raise for a damaged file


def _look_inside(data: bytes) -> None:
    """Refuse what would swell, what is locked, and XML that declares entities, before anything is read."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = archive.infolist()
        if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED:
            raise RefusedSheet(_("広げると大きすぎる Excel です。シートを減らして保存し直してください。"))
        if any(part.flag_bits & 1 for part in parts):
            raise RefusedSheet(_("パスワードの付いた Excel は読めません。"))
        for part in parts:
            if part.filename.endswith((".xml", ".rels")) and _declares(archive.read(part)):
                raise RefusedSheet(_("使えない書き方（DOCTYPE や ENTITY）のある Excel です。"))


def _declares(data: bytes) -> bool:
    plain = data.replace(b"\0", b"")  # also as UTF-16
    return b"<!DOCTYPE" in plain or b"<!ENTITY" in plain


def _as_text(cell: Any) -> str:
    value, kind = cell.value, getattr(cell, "data_type", "n")
    if value is None:
        return ""
    if kind in ("f", "e"):
        return Formula(value)
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time().isoformat() == "00:00:00" else value.isoformat(" ", "seconds")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return unguard(str(value))
