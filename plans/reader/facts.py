"""Facts about the document itself: title, ordinal, period, date of decision."""

from __future__ import annotations

import re
import unicodedata

from ichinoseki_portal.fiscal import ERA_YEAR, to_western

from .document import Decided, EditionFacts, Period, SetAside
from .nodes import Node
from .titles import is_title

_PAREN_YEAR = r"(?:\s*[（(]\s*(?:西暦)?\s*[0-9０-９]{4}\s*年?\s*度?\s*[）)])?"
_FY = rf"(?:{ERA_YEAR}\s*度?{_PAREN_YEAR}|(?P<western>[12１２][0-9０-９]{{3}})\s*年度?)"
_TO = r"(?:\s*(?:から|～|〜|~|－|-|—|–)\s*|\s*を?\s*初年度とし[、て]*\s*|\s*に始まり[、，]?\s*)"
_RANGE = re.compile(
    _FY + _TO + _FY.replace("?P<era>", "?P<era2>").replace("?P<year>", "?P<year2>").replace("?P<western>", "?P<western2>")
)
_OWN = re.compile(
    r"(?:本計画|この計画|計画の期間|この基本構想|本基本構想|この構想|本構想|この基本計画|本基本計画|本ビジョン|"
    r"このビジョン|本プラン|このプラン|本市の計画|計画期間)"
)
_PERIOD_TITLE = re.compile(r"期間(?:と(?:構成|目標年次))?$|計画期間")
_DECIDED = re.compile(r"策定|議決|決定|制定|可決")
_DATE = re.compile(
    rf"(?:{ERA_YEAR}|"
    rf"(?P<western>[12][0-9]{{3}})\s*年)(?!\s*度)(?:\s*[（(]\s*[0-9０-９]{{4}}\s*年\s*[）)])?(?:\s*(?P<month>[0-9０-９元]{{1,2}})\s*月)?(?:\s*(?P<day>[0-9０-９]{{1,2}})\s*日)?"
)
_ORDINAL = re.compile(r"第\s*[0-9０-９一二三四五六七八九十]{1,3}\s*(?:次|期)")
_PUBLISHED_BY = re.compile(r"\s*(?:[^。、\d]{1,30}(?:市|町|村|会|課|部|局|室))?\s*")
# the second line of a title
_STAGE = re.compile(
    r"(?:[（(【〔\s]|計画|構想|プラン|ビジョン|指針|大綱|方針|条例)(?P<stage>骨子案|素案|原案|案)(?:[）)】〕\s]|$)"
)
_STAGES = {"骨子案": "skeleton", "素案": "draft", "原案": "proposal", "案": "proposal"}
_LAYER = re.compile(r"^(?:前期|後期|第[0-9０-９]期)?(?:基本構想|基本計画|実施計画)|^アクションプラン")
_SUFFIX = re.compile(
    r"(?:[ \u3000]*の?[ \u3000]*概要(?:版|書)?|[ \u3000]*[（(【〔][^）)】〕]*(?:概要|案|版|"
    r"本編)[^）)】〕]*[）)】〕]|[ \u3000]*(?:素案|案|概要版|本編))+$"
)


def edition_facts(root: Node, set_aside: list[SetAside]) -> EditionFacts:
    """What title, imprint and the clause on the period say of the edition."""
    facts = EditionFacts()
    titles = [row.text for row in set_aside if row.reason == "title"]
    heads = [text for text in titles if is_title(text)]
    if heads:
        second = heads[1] if len(heads) > 1 and _LAYER.match(heads[1]) else ""
        facts.title = _SUFFIX.sub("", f"{heads[0]} {second}".strip()).strip("【】[]　 ")
        match = _ORDINAL.search(" ".join(titles))
        facts.ordinal = re.sub(r"\s", "", match[0]) if match else ""
    imprint = [row.text for row in set_aside if row.reason == "imprint"]
    facts.decided = _decided(imprint)
    facts.period = _period(root, imprint)
    return facts


def stage_of(set_aside: list[SetAside]) -> str:
    """What the title says the document is: 骨子案, 素案, 案; "final" where it says nothing."""
    for row in set_aside:
        if row.reason == "title" and (match := _STAGE.search(row.text)):
            return _STAGES[match["stage"]]
    return "final"


def _decided(imprint: list[str]) -> Decided:
    """A date beside 策定 or 議決, else a date that stands alone on its line."""
    for text in imprint:
        for match in _DATE.finditer(text):
            after, before = text[match.end() : match.end() + 6], text[: match.start()]
            if re.search("期間", before) or (match["month"] is None and not _DECIDED.search(after)):
                continue
            rest = text[: match.start()] + text[match.end() :]
            stands_alone = _PUBLISHED_BY.fullmatch(rest)
            if _DECIDED.search(after) or _DECIDED.search(before[-6:]) or stands_alone:
                return Decided(_iso(match), match[0].strip())
    return Decided()


def _iso(match: re.Match[str]) -> str:
    year = _number(match["western"]) if match["western"] else to_western(match["era"], match["year"])
    parts = [f"{year:04d}"]
    for name in ("month", "day"):
        if match[name] is None:
            break
        parts.append(f"{_number(match[name]):02d}")
    return "-".join(parts)


def _period(root: Node, imprint: list[str]) -> Period:
    for text in imprint:
        if "期間" in text and (match := _RANGE.search(text)):
            return _to_period(match)
    for node in root.walk():
        if _PERIOD_TITLE.search(node.title.strip()):
            texts = [para.text for below in (node, *node.walk()) for para in below.paras]
            found = [_to_period(match) for text in texts for match in _RANGE.finditer(text)]
            if found:  # 基本構想 and its halves stand side by side: the whole is the longest
                return max(found, key=lambda period: (period.last_fiscal_year or 0) - (period.first_fiscal_year or 0))
    for text in (para.text for node in root.walk() for para in node.paras):
        for sentence in re.findall(r"[^。]+。?", text):
            if (
                _OWN.search(sentence)
                and (match := _RANGE.search(sentence))
                and not re.search("前計画|旧計画|これまで|第１次|前期計画", sentence[: match.start()])
            ):
                return _to_period(match)
    return Period()


def _to_period(match: re.Match[str]) -> Period:
    first = _number(match["western"]) if match["western"] else to_western(match["era"], match["year"])
    last = _number(match["western2"]) if match["western2"] else to_western(match["era2"], match["year2"])
    return Period(first, last, match[0].strip())


def _number(text: str) -> int:
    return int(unicodedata.normalize("NFKC", text))
