"""Pages that came as one line each: cut them before every mark that may open a clause."""

from __future__ import annotations

import re

from .decode import Line
from .marks import SYMBOLS, find_mark

LONG = 160  # characters: no printed line of prose is so long
_CUT = re.compile(
    r"(?:(?<=[ \u3000])|(?<=[。」』）]))(?="
    r"第\s*[0-9０-９一二三四五六七八九十]{1,3}\s*[編章節]|序\s*章|終\s*章|[ⅠⅡⅢⅣⅤⅥⅦⅧⅨⅩ][ \u3000.．]"
    rf"|[{SYMBOLS}]|[①-⑳]|[(（][0-9０-９]{{1,2}}[)）]|[0-9０-９]{{1,2}}[ \u3000.．](?![0-9０-９年月日])|【"
    r"|[0-9０-９]{1,2}(?:[-－][0-9０-９]{1,2}){1,3}[ \u3000]|(?:基本目標|基本方針|施策)[ \u3000]*[0-9０-９]"
    r"|[-－–]\s*[0-9０-９]{1,3}\s*[-－–](?:\s|$)|はじめに[ \u3000]|おわりに[ \u3000]|[・※])"
)
_PAGE_END = re.compile(r"[ \u3000](?P<mark>[-－–]\s*[0-9０-９]{1,3}\s*[-－–])$")


def cut_long_lines(lines: list[Line]) -> list[Line]:
    """Lines longer than print, in pieces; all other lines as they are."""
    if not any(len(line.text) > LONG for line in lines):
        return lines
    out: list[Line] = []
    for line in lines:
        out.extend(_pieces(line) if len(line.text) > LONG and _CUT.search(line.text) else [line])
    return out


def _pieces(line: Line) -> list[Line]:
    cuts = [0, *(match.start() for match in _CUT.finditer(line.text)), len(line.text)]
    pieces: list[Line] = []
    for start, end in zip(cuts, cuts[1:], strict=False):
        raw = line.text[start:end]
        text = raw.strip()
        if not text:
            continue
        glue = line.text[:start][len(line.text[:start].rstrip()) :]
        first = not pieces
        if pieces and not _may_open(text):
            pieces[-1].text += glue + text
            continue
        pieces.append(Line(line.no, text, 0, first and line.gap, first and line.page_top, glue, piece=True))
    return [whole for piece in pieces for whole in _page_number_off(piece)]


def _may_open(text: str) -> bool:
    return find_mark(text) is not None or bool(re.match(r"[・※]|[-－–]\s*[0-9０-９]{1,3}\s*[-－–]", text))


def _page_number_off(piece: Line) -> list[Line]:
    if match := _PAGE_END.search(piece.text):
        number = Line(piece.no, match["mark"], 0, piece=True)
        piece.text = piece.text[: match.start()].rstrip()
        return [piece, number]
    return [piece]
