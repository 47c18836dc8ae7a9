"""Bytes → text → lines. Refuses what is no plain text, in words for the person who brought the file."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

from .errors import ReadingRefused

MAX_BYTES = 25 * 1024 * 1024
MAX_LINES = 1_000_000

_MAGIC = (
    (b"%PDF", "PDF"),
    (b"PK\x03\x04", "Word・Excel などの圧縮された"),
    (b"\xd0\xcf\x11\xe0", "古い形式の Word・Excel"),
    (b"\x89PNG", "画像"),
    (b"\xff\xd8\xff", "画像"),
    (b"GIF8", "画像"),
    (b"{\\rtf", "リッチテキスト"),
)
_CONTROL = re.compile("[\x00-\x08\x0e-\x1f\x7f]")
_NARROW = re.compile("[\x20-\x7e\uff61-\uff9f]")
_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u2060\ufeff"))  # zero-width blanks of web pages: they are no letters
_HALF_KATAKANA = re.compile("[\uff61-\uff9f]")
_WESTERN_MOJIBAKE = re.compile("[ÃÂ€ã][\x80-\xbf\u0080-\u00ff€‚ƒ„…†‡ˆ‰Š‹ŒŽ]")


@dataclass(slots=True)
class Line:
    """One printed line (or a piece of one). ``gap``: more room before it than between wrapped lines."""

    no: int
    text: str  # stripped at both ends
    indent: int  # leading room, in half-width units
    gap: bool = False
    page_top: bool = False
    glue: str = ""  # what stood between this piece and the one before it on the same printed line
    piece: bool = False  # a piece of a printed line, not a whole one
    cell: bool = False  # a row or cell of a table: a paragraph of its own


def decode(data: bytes) -> tuple[str, str]:
    """The text (NFC, LF) and its encoding. Raises ReadingRefused."""
    if len(data) > MAX_BYTES:
        raise ReadingRefused(f"ファイルが大きすぎます（{len(data) / 1024 / 1024:.1f} MB）。25 MB までにしてください。")
    if not data.strip():
        raise ReadingRefused("ファイルが空です。")
    for magic, name in _MAGIC:
        if data.startswith(magic):
            raise ReadingRefused(f"{name}ファイルです。文字だけのファイル（UTF-8 か Shift_JIS）にしてから取り込んでください。")
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise ReadingRefused("文字コードが UTF-16 です。UTF-8 で保存しなおしてください。")
    if b"\x00" in data:
        raise ReadingRefused(f"文字のファイルではありません（{_line_of(data, data.index(0))}行目に使えない文字があります）。")
    text, encoding = _decode(data)
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\v", "\n")
    text = text.translate(_INVISIBLE)
    if match := _CONTROL.search(text):
        line = text.count("\n", 0, match.start()) + 1
        raise ReadingRefused(f"{line}行目に使えない文字（U+{ord(match[0]):04X}）があります。")
    text = unicodedata.normalize("NFC", text)
    if text.count("\n") + 1 > MAX_LINES:
        raise ReadingRefused(f"行が多すぎます（{text.count(chr(10)) + 1:,}行）。1,000,000行までにしてください。")
    return text, encoding


def _decode(data: bytes) -> tuple[str, str]:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return _decode_cp932(data, error)
    if len(_WESTERN_MOJIBAKE.findall(text)) > 20 and not re.search("[ぁ-んァ-ヶ]", text):
        raise ReadingRefused("文字化けしています。元のファイルを UTF-8 で保存しなおしてください。")
    return text, "utf-8-sig" if data.startswith(b"\xef\xbb\xbf") else "utf-8"


def _decode_cp932(data: bytes, utf8_error: UnicodeDecodeError) -> tuple[str, str]:
    """CP932, unless the file is plainly UTF-8 with damaged bytes or another Japanese encoding."""
    good = data[: utf8_error.start].decode("utf-8")
    if sum(ord(char) > 0x7FF for char in good[:4000]) >= 20:
        line = _line_of(data, utf8_error.start)
        raise ReadingRefused(f"{line}行目で文字が壊れています（UTF-8 として読めません）。元のファイルを保存しなおしてください。")
    try:
        text = data.decode("cp932")
    except UnicodeDecodeError as error:
        line = _line_of(data, error.start)
        raise ReadingRefused(f"文字コードが分かりません（{line}行目）。UTF-8 か Shift_JIS で保存しなおしてください。") from error
    foreign = [char for char in text if ord(char) > 0x7F]
    if len(_HALF_KATAKANA.findall(text)) > 0.3 * len(foreign):
        raise ReadingRefused(
            "文字コードが分かりません（EUC-JP などかもしれません）。UTF-8 か Shift_JIS で保存しなおしてください。"
        )
    return text, "cp932"


def _line_of(data: bytes, offset: int) -> int:
    return data.count(b"\n", 0, offset) + 1


def width(text: str) -> int:
    """Room a text takes on paper, in half-width units."""
    return 2 * len(text) - len(_NARROW.findall(text))


def split_lines(text: str, progress: Callable[[int], None] | None = None) -> list[Line]:
    """The printed lines that are not blank, each with what the blanks around it say.

    In a double-spaced file (every line followed by an empty one) one empty line says nothing; a line of blanks alone, or two
    empty lines, do. A line without an empty one before it is then the top of a page.
    """
    double = _is_double_spaced(text)
    lines: list[Line] = []
    empties = 0
    spaced = False
    feed = False
    for no, raw in enumerate(text.split("\n"), 1):
        if progress and no % 50_000 == 0:
            progress(no)
        pages = raw.split("\f")
        pieces = len(pages) > 1 and sum(1 for page in pages if page.strip()) > 1
        for index, page in enumerate(pages):
            feed = feed or index > 0
            stripped = page.strip()
            if not stripped:
                if index == len(pages) - 1:
                    empties += 1
                    spaced = spaced or bool(page)
                continue
            gap = (empties >= 2 or spaced) if double else empties >= 1
            top = feed or (double and empties == 0 and bool(lines) and lines[-1].no != no)
            indent = width(page[: len(page) - len(page.lstrip())])
            lines.append(Line(no, stripped, indent, gap, top, piece=pieces))
            empties, spaced, feed = 0, False, False
    return lines


def _is_double_spaced(text: str) -> bool:
    """Whether an empty line stands even between the lines of one paragraph: after lines that reach the edge in mid-sentence."""
    rows = text.split("\n")
    widths = sorted(size for row in rows if 0 < (size := width(row.strip())) <= 200)  # wider: a whole page on one line
    if len(widths) < 4:
        return False
    edge = 0.75 * widths[int(len(widths) * 0.9)]
    filled = followed = running = running_followed = 0
    for row, after in pairwise(rows):
        stripped = row.strip()
        if not stripped:
            continue
        blank = not after.strip()
        filled += 1
        followed += blank
        if not stripped.endswith(("。", "」", "）")) and edge <= width(stripped) <= 200:
            running += 1
            running_followed += blank
    if running >= 3:
        return running_followed >= 0.7 * running
    return filled >= 4 and followed >= 0.9 * filled
