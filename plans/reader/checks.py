"""What the plan says of its own size, against what was found: the cheapest honest test of a reading."""

from __future__ import annotations

import re
from collections import Counter

from ichinoseki_portal.fiscal import ERA_YEAR, WESTERN_PAIR_RE, to_western

from .document import Check, Issue, Period
from .marks import NAMED_KINDS, to_number
from .nodes import Node
from .wrapping import is_table_row

_N = r"(?P<n>[0-9０-９]{1,2}|[一二三四五六七八九十]{1,3})"
_NEXT = re.compile(rf"(?:次|以下|下記)の\s*{_N}\s*(?:つ|項目|本の柱|点|個|本)(?:[のを][^\s。、「」をにとがは]{{1,12}})?")
_ABOVE = re.compile(rf"(?:上記|前述|以上|これら)の\s*{_N}\s*(?:つ|項目|点)(?:の[^\s。、「」をにとがは]{{1,12}})?")
_WHAT = re.compile(r"(?P<what>政策|施策|目標|方針|原則)")
_NOT_SAID_ABOVE = "".join(f"(?<!{word}の)" for word in ("次", "以下", "下記", "上記", "これら", "以上"))
_PLAIN = re.compile(rf"{_NOT_SAID_ABOVE}{_N}つの(?:基本|重点)?{_WHAT.pattern}(?=[^\w]|[とでをにがはの])")
_YEARS = re.compile(rf"{_N}\s*(?:年間|か年|カ年|ヶ年|箇年|ケ年)")
_MERGER = re.compile(
    r"(?=[0-9０-９一二三四五六七八九]\s*[市町])(?:(?P<a>[0-9０-９一二三四五六七八九])\s*市)?(?:(?P<b>[0-9０-９一二三四五六七八九])\s*町)?(?:(?P<c>[0-9０-９一二三四五六七八九])\s*村)?"
)
_TOWN = re.compile(r"[^\s、。「」『』はがのとや]{1,8}?[市町村](?=[、のとが及並]|$)")
_RANGE = re.compile(
    rf"{ERA_YEAR}\s*度?[^。]{{0,16}}?(?:から|～|〜|-|－|—|初年度|に始まり)[^。]{{0,24}}?(?P<era2>令和|平成|"
    rf"昭和)\s*(?P<year2>元|[0-9０-９]{{1,2}})\s*年\s*度?"
)
_BARE_ERA_DATE = re.compile(r"(?P<era>平成|昭和)\s*(?P<year>[0-9０-９]{1,2})\s*年(?!\s*度)\s*(?P<month>[0-9０-９]{1,2})\s*月")
_LAST_ERA_YEAR = {"平成": (31, 4), "昭和": (64, 1)}


def judge(root: Node, period: Period) -> tuple[list[Check], list[Issue]]:
    """Every declared number with what was found, and an issue for each that differs."""
    lists = _Lists(root)
    checks: list[Check] = []
    issues: list[Issue] = []
    for node in root.walk():
        for para in node.paras:
            here = [*_next(node, para.text, lists), *_above(node, para.text, lists), *_of_kind(para.text, lists)]
            for check in [*here, *_years(para.text, period), *_merger(para.text)]:
                checks.append(check)
                if not check.ok:
                    issues.append(Issue("count_mismatch", para.first, f"「{check.text}」とありますが、{check.found}でした。"))
            for check in era_pairs(para.text):
                checks.append(check)
                if not check.ok:
                    issues.append(Issue("era_mismatch", para.first, f"「{check.text}」の和暦は西暦{check.found}年です。"))
            issues.extend(
                Issue("odd_date", para.first, f"「{match[0]}」はこの元号では来ない日付です。") for match in odd_dates(para.text)
            )
    return checks, issues


class _Lists:
    """The sizes of all lists of a document, counted once."""

    def __init__(self, root: Node) -> None:
        self.named: Counter[str] = Counter()  # numbered headings by kind
        self.before: dict[int, tuple[int, int]] = {}  # node → items before it: of its own mark, of any mark
        self._own: dict[int, list[int]] = {}
        self._after: dict[int, list[int]] = {}
        for node in [root, *root.walk()]:
            if node.mark and node.mark.path:
                self.named[node.kind] += 1
            self._count(node)

    def _count(self, parent: Node) -> None:
        seen: Counter[str] = Counter()
        for child in parent.children:
            self.before[id(child)] = (seen[child.key] if child.mark else 0, seen.total())
            if child.mark:
                seen[child.key] += 1
        self._own[id(parent)] = list(seen.values())

    def sizes(self, node: Node) -> list[int]:
        """Sizes of the lists that a sentence in the node may announce."""
        if id(node) not in self._after:
            self._after[id(node)] = self._find_sizes(node)
        return self._after[id(node)]

    def _find_sizes(self, node: Node) -> list[int]:
        if self._own[id(node)]:
            return self._own[id(node)]
        if node.parent is not None and (node.sentence or node.kind in ("paragraph", "vision")) and self._own[id(node.parent)]:
            return self._own[id(node.parent)]
        rows = sum(1 for para in node.paras if is_table_row(para.text))
        if rows:
            return [rows - 1]  # the first is the heading
        bullets = sum(1 for para in node.paras if re.match(r"[・･]", para.text))
        return [bullets] if bullets else []


def _nearest(sizes: list[int], declared: int) -> int:
    return min(sizes, key=lambda size: abs(size - declared), default=0)


def _next(node: Node, text: str, lists: _Lists) -> list[Check]:
    found: list[Check] = []
    for match in _NEXT.finditer(text):
        declared = to_number(match["n"])
        what = _WHAT.search(match[0])
        size = _nearest(lists.sizes(node), declared) or (lists.named[NAMED_KINDS[what["what"]]] if what else 0)
        found.append(_check(match[0], declared, size))
    return found


def _of_kind(text: str, lists: _Lists) -> list[Check]:
    """「３つの政策と６つの施策」: against the headings of that name in the whole document, where there are any."""
    found: list[Check] = []
    for match in _PLAIN.finditer(text):
        if size := lists.named[NAMED_KINDS[match["what"]]]:
            found.append(_check(match[0], to_number(match["n"]), size))
    return found


def _above(node: Node, text: str, lists: _Lists) -> list[Check]:
    """「上記の４つの原則」: the items of the same list before this one, else those of any mark, else the node's own."""
    found: list[Check] = []
    for match in _ABOVE.finditer(text):
        declared = to_number(match["n"])
        same, marked = lists.before.get(id(node), (0, 0))
        size = (same if node.mark else marked) or _nearest(lists.sizes(node), declared)
        found.append(_check(match[0], declared, size))
    return found


def _years(text: str, period: Period) -> list[Check]:
    """「５年間」 against the years named beside it, else against the plan's own period. Without either nothing is claimed."""
    found: list[Check] = []
    for match in _YEARS.finditer(text):
        sentence = text[text.rfind("。", 0, match.start()) + 1 : match.end()]
        ranges = list(_RANGE.finditer(sentence))
        if ranges:
            near = ranges[-1]
            size = to_western(near["era2"], near["year2"]) - to_western(near["era"], near["year"]) + 1
        elif period.first_fiscal_year and period.last_fiscal_year and re.search(r"計画(?:の)?期間", sentence):
            size = period.last_fiscal_year - period.first_fiscal_year + 1
        else:
            continue
        found.append(_check(match[0], to_number(match["n"]), size))
    return found


def _merger(text: str) -> list[Check]:
    """「１市４町２村」 against the names before it in the sentence."""
    found: list[Check] = []
    for match in _MERGER.finditer(text):
        numbers = [to_number(match[name]) for name in "abc" if match[name]]
        if len(numbers) < 2:
            continue
        sentence = text[text.rfind("。", 0, match.start()) + 1 : match.start()]
        names = _TOWN.findall(re.split(r"[はに]、", sentence)[-1])
        found.append(_check(match[0], sum(numbers), len(names)))
    return found


def era_pairs(text: str) -> list[Check]:
    """和暦（西暦） pairs: the printed western year against the one the era gives."""
    found: list[Check] = []
    for match in WESTERN_PAIR_RE.finditer(text):
        found.append(_check(match[0], to_number(match["western"]), to_western(match["era"], match["year"])))
    return found


def odd_dates(text: str) -> list[re.Match[str]]:
    """Dates (not fiscal years) an era never saw: 平成37年9月."""
    return [
        match
        for match in _BARE_ERA_DATE.finditer(text)
        if (to_number(match["year"]), to_number(match["month"])) > _LAST_ERA_YEAR[match["era"]]
    ]


def _check(text: str, declared: int, found: int) -> Check:
    return Check(text, declared, found, declared == found)
