"""Pages that came as one line each: cut them before every mark that may open a clause."""

from __future__ import annotations

import re
from collections import defaultdict
from itertools import pairwise

from .decode import Line
from .marks import NAMES, SYMBOLS, find_mark, to_number

LONG = 160  # characters: no printed line of prose is so long
SHORT_PAGE = 80  # beside such lines, the shorter pages of the same file
_CUT = re.compile(
    r"(?:(?<=[ \u3000])|(?<=[。」』）]))(?="
    r"第\s*[0-9０-９一二三四五六七八九十]{1,3}\s*[編章節]|序\s*章|終\s*章|[ⅠⅡⅢⅣⅤⅥⅦⅧⅨⅩ][ \u3000.．]"
    rf"|[{SYMBOLS}]|[①-⑳]|[(（][0-9０-９]{{1,2}}[)）]|[0-9０-９]{{1,2}}[ \u3000.．](?![0-9０-９年月日])|【"
    r"|[0-9０-９]{1,2}(?:[-－][0-9０-９]{1,2}){1,3}[ \u3000]|(?:基本目標|基本方針|施策)[ \u3000]*[0-9０-９]"
    r"|はじめに[ \u3000]|おわりに[ \u3000]|[・※])"
)
_PAGE_HEAD = re.compile(r"^(?P<mark>[-－–]\s*[0-9０-９]{1,3}\s*[-－–])[ \u3000]")
_PAGE_END = re.compile(r"[ \u3000](?P<mark>[-－–]\s*[0-9０-９]{1,3}\s*[-－–])$")


_TIGHT = re.compile(rf"^(?P<name>(?:{NAMES})?)(?P<n>[0-9０-９]{{1,2}})(?=[\u3041-\u30ff\u3400-\u9fff])(?![章節編項次期])")


def loosen_tight_numbers(lines: list[Line]) -> None:
    """Word's numbers lose their blank when saved as text (「1計画策定の背景」): put one back, where such headings count 1, 2, 3.

    The blank stands between label and title and is in neither.
    """
    found: dict[str, list[Line]] = defaultdict(list)
    numbers: dict[str, set[int]] = defaultdict(set)
    for line in lines:
        if match := _tight(line.text):
            found[match["name"]].append(line)
            numbers[match["name"]].add(to_number(match["n"]))
    for name, rows in found.items():
        if len(rows) >= 2 + (not name) and numbers[name] == set(range(1, len(numbers[name]) + 1)):
            for line in rows:
                line.text = _TIGHT.sub(r"\g<name>\g<n> ", line.text, count=1)


def _tight(text: str) -> re.Match[str] | None:
    match = _TIGHT.match(text)
    if match is None or len(text) > 30 or re.search("[。、]", text):
        return None
    return match if find_mark(_TIGHT.sub(r"\g<name>\g<n> ", text, count=1)) else None


def cut_long_lines(lines: list[Line]) -> list[Line]:
    """Lines longer than print, in pieces; all other lines as they are."""
    if not any(len(line.text) > LONG for line in lines):
        return lines
    out: list[Line] = []
    for line in lines:
        out.extend(_pieces(line) if len(line.text) > SHORT_PAGE and _CUT.search(line.text) else [line])
    return out


def _pieces(line: Line) -> list[Line]:
    head, body, tail = _page_numbers_off(line.text)
    numbers = [Line(line.no, mark, 0, piece=True) for mark in (head, tail) if mark]
    cuts = [0, *(match.start() for match in _CUT.finditer(body)), len(body)]
    parts: list[tuple[str, list[str]]] = []  # the blank before a piece, and its text in bits
    glue = ""
    for start, end in pairwise(cuts):
        raw = body[start:end]
        text = raw.strip()
        if text and parts and not _may_open(text):
            parts[-1][1].append(glue + text)
        elif text:
            parts.append((glue, [text]))
        glue = raw[len(raw.rstrip()) :] if text else glue + raw
    pieces = [Line(line.no, "".join(bits), 0, False, False, blank, piece=True) for blank, bits in parts]
    if pieces:
        pieces[0].gap, pieces[0].page_top = line.gap, line.page_top
    return [*numbers[: bool(head)], *pieces, *numbers[bool(head) :]]


def _may_open(text: str) -> bool:
    return find_mark(text) is not None or bool(re.match(r"[・※]", text))


def _page_numbers_off(text: str) -> tuple[str, str, str]:
    """The page number at the head and at the end of a page, and what stands between."""
    head = _PAGE_HEAD.match(text)
    tail = _PAGE_END.search(text)
    body = text[head.end() if head else 0 : tail.start() if tail else len(text)].strip()
    return head["mark"] if head else "", body, tail["mark"] if tail else ""
