"""Spreadsheets out: the one writer of CSV. UTF-8 with BOM, everything quoted, CRLF, no cell that Excel would run as a formula."""

import csv
import io
from collections.abc import Iterable, Sequence

BOM = "\ufeff"
_RUNS = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n")


def guard(value: object) -> str:
    """A cell's text; one that a spreadsheet could run begins with an apostrophe. None is empty."""
    text = "" if value is None else str(value)
    return "'" + text if text.startswith(_RUNS) else text


def csv_bytes(header: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """A whole CSV file."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow([guard(cell) for cell in header])
    writer.writerows([guard(cell) for cell in row] for row in rows)
    return (BOM + out.getvalue()).encode()
