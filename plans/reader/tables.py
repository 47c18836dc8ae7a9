"""Tables that lost their shape: one cell a line (Word saved as text), or columns parted by one blank only."""

from __future__ import annotations

import re
from itertools import takewhile

from .decode import Line, width
from .marks import find_mark

_FIRST = re.compile(r"^(?:指標名?|項目|成果指標|評価指標|指標の名称)$")
_LAST = re.compile(r"^目標(?:値|年度)?(?:[（(].{1,12}[）)])?$")
_ENDS = re.compile(r"[。、]$")


def mark_cells(lines: list[Line]) -> None:
    """Set ``cell`` on the lines of such tables: each is a paragraph of its own, and no number in it a page's."""
    index = 0
    while index < len(lines):
        size = _heading_size(lines, index)
        if size:
            end = _rows_end(lines, index + size, size)
            for line in lines[index:end]:
                line.cell = True
            index = end
            continue
        run = _spaced_rows(lines, index)
        for line in lines[index : index + run]:
            line.cell = True
        index += max(run, 1)


def _heading_size(lines: list[Line], index: int) -> int:
    """How many lines the heading of a one-cell-a-line table has; 0 if none begins here."""
    if not _FIRST.match(lines[index].text):
        return 0
    for size in range(3, 7):
        row = lines[index : index + size]
        if len(row) == size and _LAST.match(row[-1].text) and all(width(line.text) <= 40 for line in row):
            return size
    return 0


def _rows_end(lines: list[Line], index: int, size: int) -> int:
    while index + size <= len(lines) and all(_is_cell(line) for line in lines[index : index + size]):
        index += size
    return index


def _is_cell(line: Line) -> bool:
    mark = find_mark(line.text)
    heading = mark is not None and mark.type in ("part", "chapter", "section", "paren", "symbol", "bracket") and bool(mark.rest)
    return width(line.text) <= 60 and not _ENDS.search(line.text) and not heading


def _spaced_rows(lines: list[Line], index: int) -> int:
    """How many lines from here on have the same three or more words parted by single blanks; 0 under three lines."""
    parts = _words(lines[index])
    if parts < 3:
        return 0
    run = sum(1 for _ in takewhile(lambda line: _words(line) == parts, lines[index:]))
    return run if run >= 3 else 0


def _words(line: Line) -> int:
    if "。" in line.text or find_mark(line.text) or not re.search(r"[ \u3000]", line.text):
        return 0
    return len(line.text.split())
