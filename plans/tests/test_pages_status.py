"""Status words and review years: a plan's standing follows from its dates and the day in Japan."""

import datetime as dt

import pytest

from ichinoseki_portal import fiscal
from plans.models import Edition
from plans.selectors.reviews import due_year
from plans.selectors.status import period_of, status_of


def edition(first=2016, last=2025, decided="", words=""):
    return Edition(first_fiscal_year=first, last_fiscal_year=last, decided_date=decided, period_words=words)


SOGO, KYODO = edition(), edition(2022, 2026, "2022-03")
NEXT = edition(2026, 2035, "2025-03")


@pytest.mark.parametrize(
    ("moment", "sogo", "kyodo", "following"),
    [
        ("2016-03-31 23:59:59", "coming", "undecided", "undecided"),
        ("2016-04-01 00:00", "running", "undecided", "undecided"),
        ("2025-02-28 23:59", "running", "running", "undecided"),
        ("2025-03-01 00:00", "running", "running", "coming"),
        ("2025-04-01 00:00", "final", "running", "coming"),
        ("2026-03-31 23:59:59", "final", "running", "coming"),
        ("2026-04-01 00:00", "ended", "final", "running"),
        ("2026-11-24 12:00", "ended", "final", "running"),
        ("2027-03-31 23:59:59", "ended", "final", "running"),
        ("2027-04-01 00:00", "ended", "ended", "running"),
    ],
)
def test_status_on_a_day_in_japan(at, moment, sogo, kyodo, following):
    on = fiscal.today(at(moment).astimezone(dt.UTC))
    assert [status_of(one, "outline", on).key for one in (SOGO, KYODO, NEXT)] == [sogo, kyodo, following]


def test_words():
    on = dt.date(2026, 4, 1)
    assert str(status_of(SOGO, "", on).label) == "期間終了"
    assert str(status_of(KYODO, "final", on).label) == "最終年度"
    assert str(status_of(NEXT, "", on).label) == "計画期間中"
    assert str(status_of(edition(2028, 2032), "draft", on).label) == "案（決定前）"
    assert str(status_of(edition(2028, 2032), "final", on).label) == "これから"
    assert str(status_of(edition(None, None), "outline", on).label) == "期間は未確認"


def test_an_edition_without_an_end_is_ended_by_the_next():
    plan = edition(2010, None, "2010-12")
    assert status_of(plan, "", dt.date(2022, 3, 31), 2022).key == "running"
    assert status_of(plan, "", dt.date(2022, 4, 1), 2022).key == "ended"
    assert status_of(plan, "", dt.date(2022, 4, 1)).key == "running"


@pytest.mark.parametrize(
    ("first", "last", "written", "shown"),
    [
        (2022, 2026, "令和４年度から令和８年度まで", "令和4年度（2022年度）〜令和8年度（2026年度）"),
        (2016, 2025, "平成28年度〜平成37年度", "平成28年度（2016年度）〜令和7年度（平成37年度・2025年度）"),
        (2019, 2023, "平成31年度から令和５年度", "令和元年度（平成31年度・2019年度）〜令和5年度（2023年度）"),
        (2010, None, "", "平成22年度（2010年度）〜"),
        (None, None, "", ""),
    ],
)
def test_period(first, last, written, shown):
    assert period_of(edition(first, last, words=written)) == shown


@pytest.mark.parametrize(
    ("decided", "reading", "today", "year"),
    [
        ("2025-03", "decision", "2026-11-24", 2025),
        ("2025-03-31", "decision", "2026-11-24", 2025),
        ("2025-04-01", "decision", "2026-11-24", 2026),
        ("2025-04", "decision", "2026-11-24", 2026),
        ("2025-03-25", "first_year", "2026-11-24", 2027),
        ("", "decision", "2026-11-24", None),
        ("", "first_year", "2026-11-24", None),
        ("2025", "decision", "2026-11-24", None),  # the year alone does not say which fiscal year
        ("2025-03-25", "decision", "2025-03-24", None),  # not yet decided on that day
        ("2025-03-25", "decision", "2025-03-25", 2025),
    ],
)
def test_due_year(decided, reading, today, year):
    day = dt.date.fromisoformat(today)
    assert due_year(offset=1, reading=reading, decided_date=decided, first_fiscal_year=2026, today=day) == year


def test_due_year_without_a_first_year():
    assert (
        due_year(offset=1, reading="first_year", decided_date="2025-03", first_fiscal_year=None, today=dt.date(2026, 1, 1))
        is None
    )
