"""The document's own title lines and imprint: at its head, in mid-file where a new frame of the page begins, and at its foot."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from ichinoseki_portal.fiscal import ERA_YEAR
from ichinoseki_portal.text import fold

from .decode import Line, width
from .marks import find_mark
from .wrapping import BULLET, ends_sentence

_TITLE = re.compile(
    r"(?:計画|構想|プラン|ビジョン|戦略|指針|大綱|方針)(?:書|編)?(?:[ \u3000]*(?:基本構想|基本計画|実施計画|"
    r"前期基本計画|後期基本計画))?"
    r"(?:[ \u3000]*の?[ \u3000]*概要(?:版|"
    r"書)?)?(?:[ \u3000]*[（(【〔〈《\[][^）)】〕〉》\]]{1,20}[）)】〕〉》\]])*(?:[ \u3000]*(?:骨子案|素案|原案|案|改訂版|"
    r"改定版|概要版|本編))?$"
)
_DATE = rf"(?:{ERA_YEAR}|[12][0-9]{{3}}\s*年)"
_DATE_LINE = (
    rf"^{_DATE}\s*(?:[（(][0-9０-９]{{4}}\s*年[）)])?\s*[0-9０-９元]{{0,2}}\s*月?\s*(?:[0-9０-９]{{1,2}}\s*日)?\s*"
    r"(?:策定|発行|改訂|改定)?(?:[ \u3000]+[^。、]{1,30}(?:市|町|村|会|課|部|局|室))?$"
)
_IMPRINT = re.compile(
    r"(?:策定|改訂|改定|発行|制定|議決|作成|公表|決定)(?:$|[ \u3000：:（(）)]|版)|"
    r"(?:計画|対象|実施|推進)期間(?:\s*[:：]|[ \u3000])|"
    r"^[（(](?:令和|平成|昭和)[^。、]{1,40}年\s*度[^。、]{0,12}[）)]$|"
    rf"{_DATE_LINE}|^(?:計画)?期間[ \u3000：:]|^発行[ \u3000：:]|^編集[ \u3000：:]"
)
_PUBLISHER = re.compile(r"^(?:発行|編集|企画|制作|問い?合わ?せ先?)[ \u3000:：]|^電話[ \u3000:：0-9０-９]")
_BODY_NAME = re.compile(r"^[^。、]{1,14}(?:市|町|村|県|区|課|室|部|局|協議会|会議|委員会)$")


@dataclass(slots=True)
class Titles:
    """Why a line (by its index) is no text of the plan, and which titles break a frame."""

    reasons: dict[int, str] = field(default_factory=dict)
    breaks: set[int] = field(default_factory=set)


def find_titles(lines: list[Line]) -> tuple[dict[int, str], set[int]]:
    """Lines to set aside as title or imprint, and those after which nothing above is open any more."""
    titles = Titles()
    _head_titles(lines, titles)
    _titles_in_mid_file(lines, titles)
    _publisher_at_the_end(lines, titles)
    return titles.reasons, titles.breaks


def is_title(text: str) -> bool:
    return width(text) <= 90 and bool(_TITLE.search(text)) and not ends_sentence(text) and "。" not in text


def is_imprint(text: str) -> bool:
    return width(text) <= 110 and "。" not in text and bool(_IMPRINT.search(text))


def _head_titles(lines: list[Line], titles: Titles) -> None:
    """Before the first heading: title, city, date. The head ends at the first mark or sentence."""
    for index, line in enumerate(lines[:20]):
        mark = find_mark(line.text)
        if mark and not (mark.type == "bracket" and index < 3) and (mark.type in ("front", "annex") or not is_title(line.text)):
            break
        if mark and mark.type not in ("bracket",) and mark.rest and not is_title(mark.rest):
            break
        if ends_sentence(line.text):
            break
        following = lines[index + 1] if index + 1 < len(lines) else None
        if is_imprint(line.text):
            titles.reasons[index] = "imprint"
        elif is_title(line.text):
            if mark and mark.type not in ("bracket",):
                break
            titles.reasons[index] = "title"
        elif _BODY_NAME.match(line.text):
            titles.reasons[index] = "imprint" if index and titles.reasons.get(index - 1) else "title"
        elif (
            following is not None
            and "。" not in line.text
            and width(line.text) <= 60
            and not BULLET.match(line.text)
            and (titles.reasons or is_title(following.text))
        ):
            titles.reasons[index] = "title"
        else:
            break


def _titles_in_mid_file(lines: list[Line], titles: Titles) -> None:
    """A title further down is the sign of another frame of the page."""
    known = {fold(lines[i].text) for i, reason in titles.reasons.items() if reason == "title"}
    start = max(titles.reasons, default=-1) + 1
    for index in range(start, len(lines)):
        line = lines[index]
        if index in titles.reasons or width(line.text) > 90 or not is_title(line.text) or line.piece:
            continue
        mark = find_mark(line.text)
        if mark and mark.type not in ("bracket",):
            continue
        before = lines[index - 1] if index else None
        following = lines[index + 1] if index + 1 < len(lines) else None
        beside = (
            bool(following and is_imprint(following.text))
            or bool(before and index - 1 in titles.reasons)
            or bool(before and is_imprint(before.text) and not find_mark(before.text))
        )
        complete = before is None or ends_sentence(before.text) or line.gap or line.page_top or index - 1 in titles.reasons
        if complete and (beside or fold(line.text) in known or "概要" in line.text[-5:]):
            titles.reasons[index] = "title"
            titles.breaks.add(index)
            _imprints_beside(lines, index, titles)


def _imprints_beside(lines: list[Line], index: int, titles: Titles) -> None:
    for step in (1, 2, 3):
        at = index + step
        if at < len(lines) and is_imprint(lines[at].text) and not find_mark(lines[at].text):
            titles.reasons[at] = "imprint"
            titles.breaks.add(at)
        else:
            break
    at = index - 1
    if (
        at >= 0
        and at not in titles.reasons
        and is_imprint(lines[at].text)
        and not find_mark(lines[at].text)
        and not ends_sentence(lines[at].text)
    ):
        titles.reasons[at] = "imprint"
        titles.breaks.add(at)


def _publisher_at_the_end(lines: list[Line], titles: Titles) -> None:
    """発行：… at the foot of the last page."""
    for index in range(len(lines) - 1, max(len(lines) - 6, 0), -1):
        if not _PUBLISHER.search(lines[index].text) or ends_sentence(lines[index].text):
            break
        titles.reasons[index] = "imprint"
