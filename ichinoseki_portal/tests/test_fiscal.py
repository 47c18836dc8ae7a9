"""Eras, fiscal years and deadlines."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ichinoseki_portal import fiscal


@pytest.mark.parametrize(
    ("era", "year", "western"),
    [
        ("平成", "37", 2025),
        ("平成", "３７", 2025),
        ("令和", "元", 2019),
        ("令和", "1", 2019),
        ("昭和", "63", 1988),
        ("令和", "８", 2026),
    ],
)
def test_to_western(era, year, western):
    assert fiscal.to_western(era, year) == western


def test_an_unknown_era_is_an_error():
    with pytest.raises(KeyError):
        fiscal.to_western("慶応", "3")


def test_a_year_that_never_came_is_shown_with_the_words_as_written():
    assert fiscal.fiscal_year_words(2025, "平成37年度") == "令和7年度（平成37年度・2025年度）"
    assert fiscal.fiscal_year_words(2025, "平成 ３７ 年度") == "令和7年度（平成37年度・2025年度）"


def test_words_as_written_are_not_said_twice():
    assert fiscal.fiscal_year_words(2022, "令和４年度") == "令和4年度（2022年度）"
    assert fiscal.fiscal_year_words(2022) == "令和4年度（2022年度）"


def test_heisei_31_is_reiwa_1():
    (found,) = fiscal.fiscal_years_in("平成31年度から")
    assert found == fiscal.EraYear(2019, "平成31年度")
    assert fiscal.fiscal_year_words(found.year, found.words) == "令和元年度（平成31年度・2019年度）"


@pytest.mark.parametrize(
    ("year", "label"),
    [(2025, "令和7年度"), (2019, "令和元年度"), (2018, "平成30年度"), (1989, "平成元年度"), (1988, "昭和63年度")],
)
def test_fiscal_year_label(year, label):
    assert fiscal.fiscal_year_label(year) == label


def test_fiscal_years_in_finds_each_in_order_and_no_calendar_years():
    text = "平成28年度から平成 37 年度まで。令和元年５月１日と令和４ 年 度"
    assert [found.year for found in fiscal.fiscal_years_in(text)] == [2016, 2025, 2022]


@pytest.mark.parametrize(
    ("day", "year"),
    [("2022-03-31", 2021), ("2022-04-01", 2022), ("2022-12-31", 2022), ("2023-01-01", 2022), ("2024-02-29", 2023)],
)
def test_fiscal_year_of_at_month_ends(day, year):
    assert fiscal.fiscal_year_of(dt.date.fromisoformat(day)) == year


@given(st.dates(dt.date(1930, 1, 1), dt.date(2200, 12, 31)))
def test_every_day_lies_in_its_fiscal_year(day):
    year = fiscal.fiscal_year_of(day)
    assert fiscal.first_day(year) <= day <= fiscal.last_day(year)


def test_a_deadline_counts_until_midnight_in_japan():
    end = fiscal.closes_at(dt.date(2022, 3, 31))
    assert end == dt.datetime(2022, 3, 31, 15, 0, tzinfo=dt.UTC)
    assert fiscal.today(end) == dt.date(2022, 4, 1)
    assert fiscal.today(end - dt.timedelta(microseconds=1)) == dt.date(2022, 3, 31)


@pytest.mark.parametrize(
    ("day", "words"),
    [
        ("2019-04-30", "平成31年4月30日"),
        ("2019-05-01", "令和元年5月1日"),
        ("1989-01-07", "昭和64年1月7日"),
        ("1989-01-08", "平成元年1月8日"),
        ("1926-12-24", "1926年12月24日"),
    ],
)
def test_day_words_turn_on_the_first_day_of_an_era(day, words):
    assert fiscal.day_words(dt.date.fromisoformat(day)) == words


@pytest.mark.parametrize(
    ("iso", "words", "year"),
    [
        ("2022-03-25", "令和4年3月25日", 2021),
        ("2022-03", "令和4年3月", 2021),
        ("2022-04", "令和4年4月", 2022),
        ("2022", "令和4年", None),
        ("", "", None),
    ],
)
def test_a_date_is_as_exact_as_it_is_known(iso, words, year):
    assert fiscal.partial_words(iso) == words
    assert fiscal.partial_fiscal_year(iso) == year


def test_a_pair_of_counts_is_read():
    found = fiscal.WESTERN_PAIR_RE.search("令和４年度（2022 年度）")
    assert found
    assert (found["era"], found["year"], found["western"], bool(found["fiscal"])) == ("令和", "４", "2022", True)
