"""What single lines are before the tree is built: the document's title and imprint, figures, headings without a mark."""

from __future__ import annotations

import re

from ichinoseki_portal.fiscal import ERA_YEAR
from ichinoseki_portal.text import fold

from .decode import Line, width
from .marks import find_mark
from .structure import Frames
from .wrapping import BULLET, Columns, ends_sentence

_TITLE = re.compile(
    r"(?:計画|構想|プラン|ビジョン|戦略|指針|大綱|方針)(?:書|編)?(?:[ \u3000]*(?:基本構想|基本計画|実施計画|"
    r"前期基本計画|後期基本計画))?"
    r"(?:[ \u3000]*の?[ \u3000]*概要(?:版|"
    r"書)?)?(?:[ \u3000]*[（(【〔〈《\[][^）)】〕〉》\]]{1,20}[）)】〕〉》\]])*(?:[ \u3000]*(?:素案|案|改訂版|"
    r"改定版|概要版|本編))?$"
)
_DATE = rf"(?:{ERA_YEAR}|[12][0-9]{{3}}\s*年)"
_IMPRINT = re.compile(
    rf"(?:策定|改訂|改定|発行|制定|議決|作成|公表|決定)(?:$|[ \u3000：:（(）)]|版)|(?:計画|対象|実施)期間\s*[:：]|"
    rf"^{_DATE}\s*(?:[（(][0-9０-９]{{4}}\s*年[）)])?\s*[0-9０-９元]{{0,2}}\s*月?\s*(?:[0-9０-９]{{1,2}}\s*日)?\s*(?:策定|"
    rf"発行|改訂|改定)?$|^(?:計画)?期間[ \u3000：:]|^発行[ \u3000：:]|^編集[ \u3000：:]"
)
_BODY_NAME = re.compile(r"^[^。、]{1,14}(?:市|町|村|県|区|課|室|部|局|協議会|会議|委員会)$")
_CAPTION = re.compile(
    r"(?:イメージ図?|概念図|体系図|関係図|相関図|構成図|組織図|模式図|見取り?図|位置図|流れ図|フロー図?|"
    r"の図)(?:[（(].{1,20}[）)])?$|^図(?:表)?\s*[0-9０-９]{1,2}(?:[-－][0-9０-９]{1,2})?[ \u3000:：.．]"
)


def find_frames(lines: list[Line]) -> Frames:
    """Title lines, figures and spaced headings by their index."""
    frames = Frames()
    columns = Columns(lines)
    _head_titles(lines, frames)
    _titles_in_mid_file(lines, frames)
    _figures(lines, columns, frames)
    _plain_heads(lines, frames)
    return frames


def is_title(text: str) -> bool:
    return width(text) <= 90 and bool(_TITLE.search(text)) and not ends_sentence(text) and "。" not in text


def is_imprint(text: str) -> bool:
    return width(text) <= 110 and "。" not in text and bool(_IMPRINT.search(text))


def _head_titles(lines: list[Line], frames: Frames) -> None:
    """Before the first heading: title, city, date. The head ends at the first mark or sentence."""
    for index, line in enumerate(lines[:20]):
        mark = find_mark(line.text)
        if mark and not (mark.type == "bracket" and index < 3) and not is_title(line.text):
            break
        if mark and mark.type not in ("bracket",) and mark.rest and not is_title(mark.rest):
            break
        if ends_sentence(line.text):
            break
        following = lines[index + 1] if index + 1 < len(lines) else None
        if is_imprint(line.text):
            frames.titles[index] = "imprint"
        elif is_title(line.text):
            if mark and mark.type not in ("bracket",):
                break
            frames.titles[index] = "title"
        elif _BODY_NAME.match(line.text):
            frames.titles[index] = "imprint" if index and frames.titles.get(index - 1) else "title"
        elif (
            following is not None
            and "。" not in line.text
            and width(line.text) <= 60
            and not BULLET.match(line.text)
            and (frames.titles or is_title(following.text))
        ):
            frames.titles[index] = "title"
        else:
            break


def _titles_in_mid_file(lines: list[Line], frames: Frames) -> None:
    """A title further down is the sign of another frame of the page."""
    known = {fold(lines[i].text) for i, reason in frames.titles.items() if reason == "title"}
    start = max(frames.titles, default=-1) + 1
    for index in range(start, len(lines)):
        line = lines[index]
        if index in frames.titles or width(line.text) > 90 or not is_title(line.text) or line.piece:
            continue
        mark = find_mark(line.text)
        if mark and mark.type not in ("bracket",):
            continue
        before = lines[index - 1] if index else None
        following = lines[index + 1] if index + 1 < len(lines) else None
        beside = (
            bool(following and is_imprint(following.text))
            or bool(before and index - 1 in frames.titles)
            or bool(before and is_imprint(before.text) and not find_mark(before.text))
        )
        complete = before is None or ends_sentence(before.text) or line.gap or line.page_top or index - 1 in frames.titles
        if complete and (beside or fold(line.text) in known or "概要" in line.text[-5:]):
            frames.titles[index] = "title"
            frames.breaks.add(index)
            _imprints_beside(lines, index, frames)


def _imprints_beside(lines: list[Line], index: int, frames: Frames) -> None:
    for step in (1, 2, 3):
        at = index + step
        if at < len(lines) and is_imprint(lines[at].text) and not find_mark(lines[at].text):
            frames.titles[at] = "imprint"
            frames.breaks.add(at)
        else:
            break
    at = index - 1
    if (
        at >= 0
        and at not in frames.titles
        and is_imprint(lines[at].text)
        and not find_mark(lines[at].text)
        and not ends_sentence(lines[at].text)
    ):
        frames.titles[at] = "imprint"
        frames.breaks.add(at)


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
        if mark is not None:
            continue
        before = lines[index - 1] if index else None
        if before is not None and not ends_sentence(before.text) and columns.is_full(index - 1, 0.9) and not line.gap:
            continue
        first = index
        while first > 0 and first - 1 not in frames.titles and _is_stray(lines[first - 1], columns):
            first -= 1
        if first > 0 and first < index and _is_broken_sentence(lines, first, columns):
            first = index
        frames.figures[first] = index


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
