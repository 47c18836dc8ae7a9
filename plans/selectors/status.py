"""Where an edition stands on a day, and its period, in words for people. Nothing of this is stored."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ichinoseki_portal import fiscal
from plans.enums import UNDECIDED_STAGES
from plans.models import Edition


@dataclass(frozen=True)
class Status:
    """``key`` is draft, undecided, coming, running, final, ended or unknown."""

    key: str
    label: Any

    @property
    def in_force(self) -> bool:
        return self.key in ("running", "final")


DRAFT = Status("draft", _("案（決定前）"))
UNDECIDED = Status("undecided", _("まだ決まっていません"))
COMING = Status("coming", _("これから"))
RUNNING = Status("running", _("計画期間中"))
FINAL = Status("final", _("最終年度"))
ENDED = Status("ended", _("期間終了"))
UNKNOWN = Status("unknown", _("期間は未確認"))


def status_of(edition: Edition, stage: str, on: dt.date, next_first_year: int | None = None) -> Status:
    """The status of an edition on a day. ``stage`` is that of the text shown ("" when there is none).

    ``next_first_year`` is the first year of the plan's next edition: it ends an edition whose own end nobody wrote down.
    """
    if stage in UNDECIDED_STAGES:  # a released draft is never the plan, whatever dates it states
        return DRAFT
    if edition.has_ended(on) or _replaced(edition, on, next_first_year):
        return ENDED
    if edition.decided_date and not edition.is_decided(on):  # seen before its decision: the text shown is no draft
        return UNDECIDED
    if edition.first_fiscal_year is None:
        return UNKNOWN
    if not edition.has_begun(on):
        return COMING
    return FINAL if edition.last_fiscal_year == fiscal.fiscal_year_of(on) else RUNNING


def _replaced(edition: Edition, on: dt.date, next_first_year: int | None) -> bool:
    return edition.last_fiscal_year is None and next_first_year is not None and fiscal.first_day(next_first_year) <= on


def is_before_decision(stage: str) -> bool:
    """Whether a text of this stage is a draft put before the public, not the plan."""
    return stage in UNDECIDED_STAGES


def period_of(edition: Edition) -> str:
    """令和4年度（2022年度）〜令和8年度（2026年度); a year that never came keeps its words: 令和7年度（平成37年度・2025年度)."""
    written = {year.year: year.words for year in fiscal.fiscal_years_in(edition.period_words)}
    first, last = (
        fiscal.fiscal_year_words(year, written.get(year, "")) if year is not None else ""
        for year in (edition.first_fiscal_year, edition.last_fiscal_year)
    )
    return first + gettext("〜") + last if first or last else ""
