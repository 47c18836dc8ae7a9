"""計画の年表: every plan and edition the public may see, on one axis of fiscal years. Facts first, then the drawing."""

from __future__ import annotations

import datetime as dt
import unicodedata
from dataclasses import dataclass, field

from django.utils.translation import gettext

from ichinoseki_portal import fiscal
from ichinoseki_portal.access import ANYONE
from plans.enums import LinkType
from plans.models import ClauseLink

from .shelf import Shelf, Volume, plans_page
from .ties import stated_successions

# The drawing, in CSS pixels downwards; sideways it is in hundredths of the width, so that words keep their size on any screen.
TOP, HEAD, LINE, BAR, GAP = 52, 34, 20, 14, 22
LINE_WIDTH = 40  # half-width characters of a title on one line: what a phone of 320 px holds
TICKS = 4


@dataclass(frozen=True)
class Written:
    """One line of words in the drawing, with ground under it, so that no line of the drawing runs through them."""

    y: int
    words: str
    size: int = 14

    @property
    def top(self) -> int:
        return self.y - self.size

    @property
    def tall(self) -> int:
        return self.size + 5

    @property
    def width(self) -> int:
        """A little more than the words need in any of our fonts."""
        return round(_half_widths(self.words) * self.size * 0.56) + 4


@dataclass
class Member:
    """An edition with its upper plans and its successors."""

    volume: Volume
    upper: list[Volume] = field(default_factory=list)
    successors: list[Volume] = field(default_factory=list)
    # drawn:
    lines: list[Written] = field(default_factory=list)
    y: int = 0
    height: int = 0
    left: float | None = None  # where the period begins; None while it is not known
    width: float = 0
    open_end: bool = False  # nobody wrote down when it ends

    @property
    def years(self) -> str:
        """2022〜2026年度, as short as a drawing needs it; "" while it is not known."""
        first, last = self.volume.edition.first_fiscal_year, self.volume.edition.last_fiscal_year
        if first is None:
            return ""
        if last is None:
            return gettext("%(first)s年度〜（終わりは未確認）") % {"first": first}
        return gettext("%(first)s〜%(last)s年度") % {"first": first, "last": last}

    @property
    def bar_y(self) -> int:
        return self.y + self.height - BAR - 6

    @property
    def when(self) -> Written:
        """The period and the status, below the title."""
        words = [self.years, str(self.volume.status.label)]
        words += [gettext("架空")] if self.volume.edition.plan.fictional else []
        return Written(self.bar_y - 8, "　".join(filter(None, words)))

    @property
    def written(self) -> list[Written]:
        return [*self.lines, self.when]


@dataclass
class Family:
    plan: Shelf
    members: list[Member]
    lines: list[Written] = field(default_factory=list)

    @property
    def name(self) -> str:
        plan = self.plan.plan
        return gettext("【架空】") + plan.title if plan.fictional else plan.title


@dataclass(frozen=True)
class Tick:
    x: float
    year: int
    era: str
    anchor: str


@dataclass(frozen=True)
class Line:
    """From a plan up to its upper plan, or from an edition to the next."""

    x: float
    top: int
    bottom: int
    up: bool = True


@dataclass
class FamilyPage:
    families: list[Family]
    today: dt.date
    first: int = 0
    last: int = 0
    ticks: list[Tick] = field(default_factory=list)
    today_x: float = 0
    uppers: list[Line] = field(default_factory=list)
    nexts: list[Line] = field(default_factory=list)
    height: int = 0

    @property
    def names_drafts(self) -> bool:
        return any(one.volume.before_decision for family in self.families for one in family.members)


def family_page(at: dt.datetime) -> FamilyPage:
    """Three queries: the editions, the links to upper plans, the successions of editions."""
    shelves = plans_page(at)
    page = FamilyPage([Family(shelf, [Member(one) for one in reversed(shelf.volumes)]) for shelf in shelves], fiscal.today(at))
    members = {one.volume.edition.pk: one for family in page.families for one in family.members}
    rows = ClauseLink.objects.visible_to(ANYONE, at).filter(type=LinkType.UPPER_PLAN, origin__code="", target__code="")
    for origin, target in rows.order_by("id").values_list("origin__edition", "target__edition"):
        if origin in members and target in members:
            members[origin].upper.append(members[target].volume)
    whole = stated_successions(at).filter(old__code="", new__code="")
    for old, new in whole.order_by("id").values_list("old__edition", "new__edition"):
        if old in members and new in members:
            members[old].successors.append(members[new].volume)
    if members:
        _draw(page, members)
    return page


def _draw(page: FamilyPage, members: dict[int, Member]) -> None:
    this_year = fiscal.fiscal_year_of(page.today)
    years = [this_year, this_year + 1]
    for one in members.values():
        edition = one.volume.edition
        years += [year for year in (edition.first_fiscal_year, edition.last_fiscal_year) if year is not None]
    page.first, page.last = min(years), max(years)
    _place_rows(page)
    for one in members.values():
        _place_bar(page, one, this_year)
    days = (page.today - fiscal.first_day(this_year)).days / 365
    page.today_x = _x(page, this_year + days)
    page.ticks = _ticks(page)
    for number, one in enumerate(members.values()):
        page.uppers += [_line(one, members[upper.edition.pk], number) for upper in one.upper if upper.edition.pk in members]
        page.nexts += [_line(members[after.edition.pk], one, 0, up=False) for after in one.successors]


def _place_rows(page: FamilyPage) -> None:
    y = TOP
    for family in page.families:
        family.lines = [Written(y + 22 + 22 * at, words, 16) for at, words in enumerate(_wrapped(family.name, LINE_WIDTH - 6))]
        y += HEAD + 22 * (len(family.lines) - 1)
        for one in family.members:
            one.y = y
            one.lines = [Written(y + LINE * (at + 1) - 3, words) for at, words in enumerate(_wrapped(one.volume.edition.title))]
            one.height = LINE * (len(one.lines) + 1) + BAR + 14
            y += one.height + GAP // 2
        y += GAP
    page.height = y


def _place_bar(page: FamilyPage, one: Member, this_year: int) -> None:
    edition = one.volume.edition
    first, last = edition.first_fiscal_year, edition.last_fiscal_year
    if first is None:
        return
    one.open_end = last is None
    if last is None:
        following = edition.next_first_year
        last = max(first, following - 1 if following is not None else this_year)
    one.left = _x(page, first)
    one.width = round(_x(page, last + 1) - one.left, 2)


def _line(lower: Member, upper: Member, number: int, *, up: bool = True) -> Line:
    """A vertical line where both periods meet, else where the later one begins; lines of one drawing stand apart."""
    starts = [one.left for one in (lower, upper) if one.left is not None]
    x = (max(starts) if starts else 0) + (1.2 + 1.4 * (number % 4) if up else 0.4)
    ends = sorted((lower.bar_y + BAR // 2, upper.bar_y + BAR // 2))
    return Line(round(min(x, 98.5), 2), ends[0], ends[1], up=upper.y < lower.y)


def _ticks(page: FamilyPage) -> list[Tick]:
    span = page.last + 1 - page.first
    step = next(step for step in (1, 2, 5, 10, 20, 50, 100, 1000) if span / step <= TICKS)
    found = []
    for year in range(-(-page.first // step) * step, page.last + 1, step):
        x = _x(page, year)
        anchor = "start" if x < 6 else "end" if x > 94 else "middle"
        found.append(Tick(x, year, fiscal.fiscal_year_label(year).removesuffix("度"), anchor))
    return found


def _x(page: FamilyPage, year: float) -> float:
    return round((year - page.first) / (page.last + 1 - page.first) * 100, 2)


def _wrapped(title: str, most: int = LINE_WIDTH) -> list[str]:
    """The title in lines that a phone holds, broken at a blank where there is one."""
    lines, rest = [], title.strip()
    while rest:
        end = _fits(rest, most)
        if end < len(rest):
            blank = max(rest.rfind(one, 1, end + 1) for one in " \u3000")
            end = blank if blank > 0 else end
        lines.append(rest[:end].strip())
        rest = rest[end:].strip()
    return lines


def _fits(words: str, most: int) -> int:
    """How many characters go on one line; a full-width one counts two."""
    width = 0
    for at, character in enumerate(words):
        width += _half_widths(character)
        if width > most:
            return at
    return len(words)


def _half_widths(words: str) -> int:
    return sum(2 if unicodedata.east_asian_width(character) in "WFA" else 1 for character in words)
