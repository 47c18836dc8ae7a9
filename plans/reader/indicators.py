"""Tables of indicators that came as text: a heading row (指標, 単位, 現状値, 目標値), then a row an indicator."""

from __future__ import annotations

import re
import unicodedata

from ichinoseki_portal.fiscal import ERA_YEAR, to_western

from .document import Figure, Indicator
from .nodes import Node, Para

_SPLIT = re.compile(r"[ \u3000]*[|｜│][ \u3000]*|\t+|[ ]{2,}|\u3000+")
_NAME = re.compile(r"指標|項目|成果|ＫＰＩ|KPI|名称|内容")
_BASE = re.compile(r"現状|基準|実績|策定時|計画当初|当初")
_TARGET = re.compile(r"目標")
_UNIT = re.compile(r"単位")
_NUMBER = re.compile(r"[-+▲△]?\d[\d,]*(?:\.\d+)?")
_NONE = re.compile(r"^[－\-ー―—–…]+$|^(?:なし|未設定|未実施|未調査|不明)$")
_SHORT_ERA = re.compile(r"(?P<e>[RHＲＨ])\s*(?P<y>[0-9０-９]{1,2}|元)")
_LOWER = re.compile(r"減らす|減少|削減|以下|抑制|低減|下回る|縮減")
_KEEP = re.compile(r"維持|保つ|現状以上|水準を保")
_TOTAL = re.compile(r"累計|延べ(?!床|面積)|累積")


def find_indicators(root: Node) -> list[Indicator]:
    """The indicators of all tables, in reading order, each with the code of the clause it stands under."""
    found: list[Indicator] = []
    for node in root.walk():
        columns: dict[str, int] = {}
        heading: list[str] = []
        for para in _rows(node.paras):
            cells = _cells(para.text)
            if len(cells) >= 3 and (new := _columns(cells)):
                columns, heading = new, cells
            elif columns and len(cells) >= 3:
                indicator = _row(node, para, cells, columns, heading)
                if indicator is not None:
                    found.append(indicator)
            elif len(cells) < 2:
                columns = {}
    return found


def _rows(paras: list[Para]) -> list[Para]:
    """The paragraphs; where a table came one cell a line, its cells joined to rows (by tabs)."""
    for start in range(len(paras)):
        for size in range(3, 7):
            heading = [para.text for para in paras[start : start + size]]
            if len(heading) == size and _TARGET.search(heading[-1]) and _NAME.search(heading[0]) and _columns(heading):
                rest = paras[start:]
                rows = [rest[at : at + size] for at in range(0, len(rest) - size + 1, size)]
                joined = [Para("\t".join(cell.text for cell in row), row[0].first, row[-1].last) for row in rows]
                return [*paras[:start], *joined]
    return paras


def _cells(text: str) -> list[str]:
    bars = bool(re.search(r"[|｜│]", text))
    parts = re.split(r"[ \u3000]*[|｜│][ \u3000]*", text.strip().strip("|｜│")) if bars else _SPLIT.split(text.strip())
    return [part.strip() for part in parts]


def _columns(cells: list[str]) -> dict[str, int]:
    """Which column is which, if this is a heading row."""
    columns: dict[str, int] = {}
    for index, cell in enumerate(cells):
        for name, pattern in (("unit", _UNIT), ("target", _TARGET), ("baseline", _BASE), ("name", _NAME)):
            if (
                name not in columns
                and pattern.search(cell)
                and not (name == "baseline" and "目標" in cell)
                and not _NUMBER.fullmatch(cell)
            ):
                columns[name] = index
                break
    return columns if {"target", "baseline"} <= columns.keys() and len(cells[columns["target"]]) <= 24 else {}


def _row(node: Node, para: Para, cells: list[str], columns: dict[str, int], heading: list[str]) -> Indicator | None:
    aligned = _aligned(cells, columns, len(heading))
    if aligned is None:
        return None
    cells = aligned
    text = para.text
    name = cells[columns.get("name", 0)]
    unit = cells[columns["unit"]] if "unit" in columns else ""
    base, target = cells[columns["baseline"]], cells[columns["target"]]
    if not name or re.fullmatch(r"[-:－ー ]+", name) or not (_is_value(base) or _is_value(target)):
        return None
    indicator = Indicator(
        node.code, name, unit, _figure(base, heading[columns["baseline"]]), _figure(target, heading[columns["target"]])
    )
    if not unit:
        indicator.unit = _unit_of(name, target) or _unit_of(name, base)
    if _KEEP.search(text):
        indicator.direction = "maintain"
    elif _LOWER.search(text):
        indicator.direction = "lower"
    else:
        indicator.direction = _direction(indicator.baseline.value, indicator.target.value)
    if _TOTAL.search(text):
        indicator.kind = "cumulative"
    indicator.lines = [[para.first, para.last]]
    return indicator


def _direction(baseline: str | None, target: str | None) -> str:
    """Where the row has no word for it: from the baseline towards the target."""
    try:
        change = float(target or "") - float(baseline or "")
    except ValueError:
        return "higher"
    return "lower" if change < 0 else "higher" if change > 0 else "maintain"


def _aligned(cells: list[str], columns: dict[str, int], size: int) -> list[str] | None:
    """The row's cells under the heading's columns; a missing unit is put back."""
    if len(cells) >= size:
        return cells
    needed = max(columns.values()) + 1
    if len(cells) == needed - 1 and "unit" in columns:
        cells = [*cells[: columns["unit"]], "", *cells[columns["unit"] :]]
    return cells if len(cells) >= needed else None


def _is_value(cell: str) -> bool:
    plain = unicodedata.normalize("NFKC", cell)
    return bool(_NONE.match(cell) or re.match(r"^(?:約|累計|延べ)?\s*[-+▲△]?\d", plain))


def _figure(cell: str, heading: str) -> Figure:
    year = _year(cell) or _year(heading)
    if _NONE.match(cell):
        return Figure(None, year, cell)
    plain = unicodedata.normalize("NFKC", re.sub(r"[（(][^）)]*[）)]", "", cell)) or unicodedata.normalize("NFKC", cell)
    match = _NUMBER.search(plain)
    value = match[0].replace(",", "").replace("▲", "-").replace("△", "-") if match else None
    return Figure(value, year, cell)


def _year(text: str) -> int | None:
    if match := re.search(ERA_YEAR, text):
        return to_western(match["era"], match["year"])
    if match := _SHORT_ERA.search(text):
        return to_western("令和" if match["e"] in "RＲ" else "平成", match["y"])
    match = re.search(r"(?:19|20)\d{2}", unicodedata.normalize("NFKC", text)) if "年" in text else None
    return int(match[0]) if match else None


def _unit_of(name: str, cell: str) -> str:
    plain = re.sub(r"[（(][^）)]*[）)]", "", cell)
    match = re.search(r"[0-9０-９][0-9０-９,，.．]*\s*(?P<unit>[^\s0-9０-９]{1,6})$", plain)
    if match and not re.match(r"以[上下]|程度", match["unit"]):
        return match["unit"]
    in_name = re.search(r"[（(](?P<unit>[^）)\d]{1,6})[）)]$", name)
    return in_name["unit"] if in_name else ""
