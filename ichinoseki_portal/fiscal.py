"""Japanese eras, fiscal years (年度) and deadlines.

A fiscal year is stored as the year in which its April lies (令和４年度 = 2022) beside the words as written, because plans write
years that never came (平成37年度 = 令和7年度 = 2025). A deadline counts until the next day's 00:00 in Japan.
"""

import datetime as dt
import re
import unicodedata
from dataclasses import dataclass
from zoneinfo import ZoneInfo

JST = ZoneInfo("Asia/Tokyo")

# First day of each era, and the year before its first, so that year n is base + n.
ERAS = (("令和", dt.date(2019, 5, 1), 2018), ("平成", dt.date(1989, 1, 8), 1988), ("昭和", dt.date(1926, 12, 25), 1925))
_BASE = {name: base for name, _, base in ERAS}

# As documents write it: blanks anywhere, half- and full-width digits, 元年.
ERA_YEAR = r"(?P<era>令和|平成|昭和)\s*(?P<year>元|[0-9０-９]{1,2})\s*年"
FISCAL_YEAR_RE = re.compile(ERA_YEAR + r"\s*度")
WESTERN_PAIR_RE = re.compile(
    ERA_YEAR + r"\s*(?P<fiscal>度)?\s*[（(]\s*(?:西暦)?\s*(?P<western>[0-9０-９]{4})\s*年?\s*(?:度)?\s*[）)]"
)


@dataclass(frozen=True)
class EraYear:
    """A year as written: ``year`` in the western count, ``words`` as they stand in the source."""

    year: int
    words: str


def to_western(era: str, year: str) -> int:
    """('平成', '３７') → 2025; ('令和', '元') → 2019. Raises KeyError for an unknown era."""
    return _BASE[era] + (1 if year == "元" else int(unicodedata.normalize("NFKC", year)))


def fiscal_years_in(text: str) -> list[EraYear]:
    """Every 年度 named in the text, in order."""
    return [EraYear(to_western(m["era"], m["year"]), m[0]) for m in FISCAL_YEAR_RE.finditer(text)]


def fiscal_year_of(day: dt.date) -> int:
    """The fiscal year a day lies in (1 April to 31 March)."""
    return day.year if day.month >= 4 else day.year - 1


def first_day(fiscal_year: int) -> dt.date:
    return dt.date(fiscal_year, 4, 1)


def last_day(fiscal_year: int) -> dt.date:
    return dt.date(fiscal_year + 1, 3, 31)


def closes_at(day: dt.date) -> dt.datetime:
    """The first moment after a deadline day: the next day's 00:00 in Japan."""
    return dt.datetime.combine(day + dt.timedelta(days=1), dt.time(0), tzinfo=JST)


def today(at: dt.datetime) -> dt.date:
    """The calendar day in Japan at a moment."""
    return at.astimezone(JST).date()


def era_year(day: dt.date) -> str:
    """The era year of a day: 2019-05-01 → 令和元年."""
    for name, start, base in ERAS:
        if day >= start:
            return f"{name}{_number(day.year - base)}年"
    return f"{day.year}年"


def fiscal_year_label(fiscal_year: int) -> str:
    """2025 → 令和7年度; 2019 → 令和元年度 (the era in which most of the year lies: 1 April 2019 was still 平成)."""
    for name, start, base in ERAS:
        if last_day(fiscal_year) >= start and fiscal_year - base >= 1:
            return f"{name}{_number(fiscal_year - base)}年度"
    return f"{fiscal_year}年度"


def fiscal_year_words(fiscal_year: int, written: str = "") -> str:
    """A fiscal year for people: 令和7年度（平成37年度・2025年度）; the words as written appear only where they differ."""
    label = fiscal_year_label(fiscal_year)
    as_written = unicodedata.normalize("NFKC", written).replace(" ", "")
    parts = [as_written] if as_written and as_written != label else []
    return f"{label}（{'・'.join([*parts, f'{fiscal_year}年度'])}）"


def day_words(day: dt.date) -> str:
    """2022-03-25 → 令和4年3月25日."""
    return f"{era_year(day)}{day.month}月{day.day}日"


def partial_words(iso: str) -> str:
    """A date as exact as it is known: '2022-03' → 令和4年3月, '2022' → 令和4年, '2022-03-25' → 令和4年3月25日, '' → ''."""
    parts = [int(part) for part in iso.split("-")] if iso else []
    match parts:
        case [year, month, day]:
            return day_words(dt.date(year, month, day))
        case [year, month]:
            return f"{era_year(dt.date(year, month, 28))}{month}月"
        case [year]:
            return era_year(dt.date(year, 12, 31))
    return ""


def partial_fiscal_year(iso: str) -> int | None:
    """The fiscal year of a date known to the month or the day; None when only the year is known, or nothing."""
    parts = [int(part) for part in iso.split("-")] if iso else []
    return fiscal_year_of(dt.date(parts[0], parts[1], parts[2] if len(parts) > 2 else 1)) if len(parts) >= 2 else None


def _number(year: int) -> str:
    return "元" if year == 1 else str(year)
