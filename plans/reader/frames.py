"""What single lines are before the tree is built: the document's title and imprint, figures, headings without a mark."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field

from ichinoseki_portal.text import fold

from .decode import Line, width
from .marks import ASPECT, find_mark
from .titles import find_titles
from .wrapping import BULLET, Columns, ends_sentence

_CAPTION = re.compile(
    r"(?:イメージ図?|概念図|体系図|関係図|相関図|構成図|組織図|模式図|見取り?図|位置図|流れ図|フロー図?|"
    r"の図)(?:[（(].{1,20}[）)])?[＞》】〉]?$|^図(?:表)?\s*[0-9０-９]{1,2}(?:[-－][0-9０-９]{1,2})?[ \u3000:：.．]"
)


_NUMBERED_CAPTION = re.compile(r"^図表?\s*[0-9０-９]")
_SOURCE = re.compile(r"^(?:資料|出典)\s*[:：]")
_ANNOUNCED = re.compile(r"(?:次|下|以下|別|右|左)の(?:図|[^。]{0,12}図)|図[0-9０-９]*(?:のとおり|に示|の流れ|のように)")
_BOX = re.compile(r"^[【〔<＜《]?(?:コラム|COLUMN|Column|トピックス?|豆知識)[0-9０-９]*(?:[ \u3000:：】〕>＞》]|$)")


@dataclass(slots=True)
class Frames:
    """What was found about single lines before building: title lines, figures, spaced headings."""

    titles: dict[int, str] = field(default_factory=dict)  # index → set-aside reason
    breaks: set[int] = field(default_factory=set)  # indexes of titles in mid-file
    figures: dict[int, int] = field(default_factory=dict)  # first index of a figure's words → index of its caption
    below: dict[int, int] = field(default_factory=dict)  # index of a caption → how many lines of the drawing follow it
    plain_heads: set[int] = field(default_factory=set)  # headings without a mark
    aspects: set[int] = field(default_factory=set)  # headings without a mark that come again under every measure
    boxes: set[int] = field(default_factory=set)  # headings of boxes in the flow (コラム)


def find_frames(lines: list[Line]) -> Frames:
    """Title lines, figures and spaced headings by their index."""
    frames = Frames()
    frames.titles, frames.breaks = find_titles(lines)
    columns = Columns(lines, frames.titles)
    _figures(lines, columns, frames)
    _plain_heads(lines, frames)
    _boxes(lines, frames)
    _aspects(lines, frames)
    return frames


def _figures(lines: list[Line], columns: Columns, frames: Frames) -> None:
    """A caption, and the stray words printed before it (the drawing's own)."""
    for index, line in enumerate(lines):
        if (
            index in frames.titles
            or not _CAPTION.search(line.text)
            or ends_sentence(line.text)
            or width(line.text) > 80
            or line.piece
        ):
            continue
        mark = find_mark(line.text)
        if mark is not None and mark.type != "bracket":
            continue
        before = lines[index - 1] if index else None
        runs_on = before is not None and not ends_sentence(before.text) and columns.is_full(index - 1, 0.9) and not line.gap
        if runs_on and not _NUMBERED_CAPTION.match(line.text):
            continue
        shown = _shown_from(lines, index, columns)
        if shown is not None and shown - 1 not in frames.titles:
            frames.figures[shown] = index
            continue
        below = _words_below(lines, index, columns) if _NUMBERED_CAPTION.match(line.text) else 0
        if below:
            frames.figures[index] = index
            frames.below[index] = below
            continue
        first = index
        while first > 0 and first - 1 not in frames.titles and _is_stray(lines[first - 1], columns):
            first -= 1
        if first > 0 and first < index and _is_broken_sentence(lines, first, columns):
            first = index
        frames.figures[first] = index


def _shown_from(lines: list[Line], caption: int, columns: Columns) -> int | None:
    """Where the drawing's words begin if a sentence announces it (「下の図のとおりです。」): all short lines from there on."""
    for index in range(caption - 1, max(caption - 25, -1), -1):
        text = lines[index].text
        if ends_sentence(text):
            return index + 1 if index + 1 < caption and _ANNOUNCED.search(_sentence_before(lines, index)) else None
        if "。" in text or width(text) >= 0.85 * columns.page:
            return None
    return None


def _sentence_before(lines: list[Line], index: int) -> str:
    """The last words printed up to a line: a sentence may have begun some lines before."""
    return "".join(line.text for line in lines[max(0, index - 3) : index + 1])


def _words_below(lines: list[Line], caption: int, columns: Columns) -> int:
    """How many short lines without 。 follow a numbered caption: the drawing's words, when at least two stand there."""
    count = 0
    for line in lines[caption + 1 : caption + 41]:
        source = _SOURCE.match(line.text)
        if not source and (not _is_stray(line, columns) or _CAPTION.search(line.text)):
            break
        count += 1
        if source:
            break
    return count if count >= 2 else 0


def _is_stray(line: Line, columns: Columns) -> bool:
    """Words of a drawing: short, no sentence, no mark, no comma."""
    return (
        width(line.text) < (0.8 if re.search(r"\s{2,}", line.text) else 0.6) * columns.page
        and not re.search(r"[。、]", line.text)
        and find_mark(line.text) is None
        and not BULLET.match(line.text)
    )


def _is_broken_sentence(lines: list[Line], first: int, columns: Columns) -> bool:
    """The line above the stray words is open and full: they end its sentence."""
    above = lines[first - 1]
    return not ends_sentence(above.text) and columns.is_full(first - 1, 0.85) and find_mark(above.text) is None


def _boxes(lines: list[Line], frames: Frames) -> None:
    """コラム: a box in the flow."""
    for index, line in enumerate(lines):
        if _BOX.match(line.text) and not ends_sentence(line.text) and width(line.text) <= 60 and not line.piece:
            frames.boxes.add(index)


def _aspects(lines: list[Line], frames: Frames) -> None:
    """現状と課題, 主な取組: short lines without a mark that stand alone twice or more."""
    places: dict[str, list[int]] = defaultdict(list)
    for index, line in enumerate(lines):
        if index not in frames.titles and len(line.text) <= 16 and ASPECT.search(line.text) and find_mark(line.text) is None:
            before = lines[index - 1] if index else None
            if before is None or line.gap or line.page_top or ends_sentence(before.text):
                places[fold(line.text)].append(index)
    for found in places.values():
        if len(found) >= 2:
            frames.aspects.update(found)


def _plain_heads(lines: list[Line], frames: Frames) -> None:
    """A heading without a mark that is spaced out: 計 画 の 推 進."""
    for index, line in enumerate(lines):
        parts = line.text.split()
        if (
            len(parts) >= 3
            and all(len(part) == 1 for part in parts)
            and index not in frames.titles
            and find_mark(line.text) is None
        ):
            frames.plain_heads.add(index)
