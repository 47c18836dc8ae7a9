"""Japanese eras, fiscal years (年度) and deadlines.

A fiscal year is stored as the year in which its April lies (令和４年度 = 2022) beside the words as written, because plans write
years that never came (平成37年度 = 令和7年度 = 2025). A deadline counts until the next day's 00:00 in Japan.

Years and days are said in the language of the page: Japanese counts eras, other languages western years.
"""

import datetime as dt
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.utils.dateformat import format as formatted
from django.utils.translation import get_language, gettext, gettext_noop

JST = ZoneInfo("Asia/Tokyo")

# First day of each era, and the year before its first, so that year n is base + n.
ERAS = (
    (gettext_noop("令和"), dt.date(2019, 5, 1), 2018),
    (gettext_noop("平成"), dt.date(1989, 1, 8), 1988),
    (gettext_noop("昭和"), dt.date(1926, 12, 25), 1925),
)
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
    return _label(fiscal_year, str)


def fiscal_year_words(fiscal_year: int, written: str = "") -> str:
    """A fiscal year for people: 令和7年度（平成37年度・2025年度）; the words as written appear only where they differ."""
    as_written = unicodedata.normalize("NFKC", written).replace(" ", "")
    words = {"label": _label(fiscal_year, gettext), "written": as_written, "year": fiscal_year}
    if as_written and as_written != fiscal_year_label(fiscal_year):
        return gettext("%(label)s（%(written)s・%(year)s年度）") % words
    return gettext("%(label)s（%(year)s年度）") % words


def day_words(day: dt.date) -> str:
    """2022-03-25 → 令和4年3月25日; in English 25 March 2022."""
    if not _counts_eras():
        return formatted(day, "j F Y")
    return f"{era_year(day)}{day.month}月{day.day}日"


def partial_words(iso: str) -> str:
    """A date as exact as it is known: '2022-03' → 令和4年3月, '2022' → 令和4年, '2022-03-25' → 令和4年3月25日, '' → ''."""
    parts = [int(part) for part in iso.split("-")] if iso else []
    match parts:
        case [year, month, day]:
            return day_words(dt.date(year, month, day))
        case [year, month]:
            last = dt.date(year, month, 28)
            return f"{era_year(last)}{month}月" if _counts_eras() else formatted(last, "F Y")
        case [year]:
            return era_year(dt.date(year, 12, 31)) if _counts_eras() else str(year)
    return ""


def partial_fiscal_year(iso: str) -> int | None:
    """The fiscal year of a date known to the month or the day; None when only the year is known, or nothing."""
    parts = [int(part) for part in iso.split("-")] if iso else []
    return fiscal_year_of(dt.date(parts[0], parts[1], parts[2] if len(parts) > 2 else 1)) if len(parts) >= 2 else None


def _counts_eras() -> bool:
    return (get_language() or "ja").startswith("ja")


def _label(fiscal_year: int, say: Callable[[str], str]) -> str:
    """``say`` turns Japanese into the words wanted."""
    for name, start, base in ERAS:
        if last_day(fiscal_year) >= start and fiscal_year - base >= 1:
            return say(gettext_noop("%(era)s%(number)s年度")) % {"era": say(name), "number": say(_number(fiscal_year - base))}
    return say(gettext_noop("%(year)s年度")) % {"year": fiscal_year}


def _number(year: int) -> str:
    return gettext_noop("元") if year == 1 else str(year)
