"""Where paragraphs end: widths of columns, and whether a line goes on in the next."""

from __future__ import annotations

import re
from collections.abc import Container

from .decode import Line, width
from .marks import find_mark

SENTENCE_END = re.compile(r"[。．！？!?][」』）)】\]]*$")
_TABLE = re.compile(
    r"(?:\S+(?:[ ]{2,}|\u3000{2,}|\t+)){2,}\S|\S(?:\u3000{2,}|[ ]{4,}|\t+)\S|\S[ \u3000]*[|｜│][ \u3000]*\S.*[|"
    r"｜│]|^[|｜│].*[|｜│]"
)
_COLUMN_SIGN = re.compile(r" {2}|\u3000{2}|\t|[|｜│]")  # spares most lines the costly pattern
_CLOSED = re.compile(r"[）)」』】\]]$")
BULLET = re.compile(
    r"^[・･※＊*•‣➢✓✔→⇒]|^注[0-9０-９]?[)）:：]|^[-－–] "
    r"|^(?:担当|所管|関係|主管)(?:課|部署|部局|室)?\s*[:：]|^(?:資料|出典)\s*[:：]"
)


def ends_sentence(text: str) -> bool:
    return bool(SENTENCE_END.search(text))


def is_table_row(text: str) -> bool:
    """Columns parted by wide blanks, tabs or bars. One wide blank is a design gap, two are columns."""
    return bool(_COLUMN_SIGN.search(text)) and bool(_TABLE.search(text)) and not ends_sentence(text)


class Columns:
    """How wide the text runs at each line, in half-width units."""

    def __init__(self, lines: list[Line], aside: Container[int] = ()) -> None:
        """``aside``: indexes of lines that are no text (titles), whose width says nothing."""
        self.widths = [width(line.text) if not (line.piece or i in aside) else 0 for i, line in enumerate(lines)]
        ranked = sorted(w for w in self.widths if w)
        self.page = ranked[int(len(ranked) * 0.95)] if ranked else 80
        self._runs = self._block_widths(lines)
        self.wraps = self._has_wraps(lines)

    def _has_wraps(self, lines: list[Line]) -> bool:
        """Whether paragraphs run over lines at all: long lines that end in mid-sentence. A web page has none."""
        long = (i for i, size in enumerate(self.widths) if size >= 0.7 * self.page)
        return any(not ends_sentence(lines[i].text) and not lines[i].cell for i in long)

    def _block_widths(self, lines: list[Line]) -> list[int]:
        """The width of the block (lines without a gap between) each line stands in: three quarters of its lines are no wider."""
        runs = [0] * len(lines)
        marked = [find_mark(line.text) is not None for line in lines]
        start = 0
        for index in range(1, len(lines) + 1):
            if index == len(lines) or lines[index].gap or lines[index].page_top or marked[index]:
                ranked = sorted(self.widths[start:index])
                runs[start:index] = [ranked[(len(ranked) * 3) // 4]] * (index - start) if len(ranked) > 1 else ranked
                start = index
        return runs

    def at(self, index: int) -> int:
        """The width of the column at a line: of the lines near it, but never below 60 % of the page's."""
        near = max(self.widths[max(0, index - 6) : index + 7], default=0)
        return max(near, int(0.6 * self.page))

    def is_full(self, index: int, share: float = 0.82) -> bool:
        """Whether the line reaches the column's end, so that it may go on in the next."""
        return self.widths[index] >= share * self.at(index)

    def is_short_in_block(self, index: int) -> bool:
        """Whether the line stops early even for a narrow column."""
        return self.widths[index] < 0.7 * max(self._runs[index], int(0.25 * self.page))


def goes_on(before: Line, before_index: int, line: Line, columns: Columns) -> bool:
    """Whether ``line`` continues the paragraph of the line printed before it."""
    if line.cell or before.cell or BULLET.match(line.text) or is_table_row(line.text) or is_table_row(before.text):
        return False
    if line.piece or before.piece:
        return _piece_goes_on(before, line)
    if ends_sentence(before.text):
        return columns.wraps and not (line.gap or line.indent > 0 or line.page_top or not columns.is_full(before_index, 0.8))
    if BULLET.match(before.text) and (_CLOSED.search(before.text) or not columns.is_full(before_index, 0.85)):
        return False
    if line.page_top:
        return True
    if line.gap:
        return False
    return not columns.is_short_in_block(before_index)


def _piece_goes_on(before: Line, line: Line) -> bool:
    """Pieces of one printed line belong together; across pages a sentence goes on until its 。."""
    if before.no == line.no and not line.page_top:
        return True
    return not ends_sentence(before.text)
