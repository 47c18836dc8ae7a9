"""Period and status as they stood, or will stand, on a day; and never more than may be seen now."""

import re

import pytest

from plans.tests.library import LONG_AGO, fill, freeze, text_of

pytestmark = pytest.mark.django_db

PATHS = ["/plans/", "/plans/kyodo/", "/plans/kyodo/2022/"]


@pytest.fixture
def shelf(person, monkeypatch):
    freeze(monkeypatch, LONG_AGO)
    fill(person)
    freeze(monkeypatch, "2026-11-24 10:00")


def tags(page):
    """The status words at the head of the page."""
    return re.search(r'<p class="tags">(.*?)</p>', page.content.decode(), re.S)[1]


@pytest.mark.parametrize("path", PATHS)
def test_the_page_says_which_day_and_leads_back(shelf, client, path):
    answer = client.get(path + "?asof=2024-05-01")
    page = answer.content.decode()
    assert answer.status_code == 200 and "令和6年5月1日の時点" in text_of(answer)
    assert f'<a class="more" href="{path}">' in page and "いつの時点で見ますか" in page
    assert answer["X-Robots-Tag"] == "noindex" and f'<link rel="canonical" href="https://portal.example.jp{path}">' in page
    assert "の時点" not in text_of(client.get(path)).replace("今日の時点", "").replace("いつの時点", "")


@pytest.mark.parametrize(
    ("day", "status"),
    [
        ("2021-03-31", "案（決定前）"),
        ("2022-03-31", "これから"),
        ("2022-04-01", "計画期間中"),
        ("2026-04-01", "最終年度"),
        ("2027-03-31", "最終年度"),
        ("2027-04-01", "期間終了"),
    ],
)
def test_the_status_of_that_day(shelf, client, day, status):
    assert status in tags(client.get(f"/plans/kyodo/2022/?asof={day}"))


def test_review_years_of_that_day(shelf, client):
    assert "見直しの年度：未定" in text_of(client.get("/plans/kyodo/2022/?asof=2025-02-28"))


@pytest.mark.parametrize(
    "written",
    [
        *("2024-5-1", "令和6年", "2024-02-30", "0000-01-01", "9999-99-99", "1500-01-01", "2024-05-01T00:00", "x" * 5000),
        *("%00", "２０２４-０５-０１", "2024-05-01%0a", "-1", "9999-12-31", "'%20OR%201=1"),
    ],
)
@pytest.mark.parametrize("path", PATHS)
def test_what_is_no_day_is_answered_kindly(shelf, client, path, written):
    answer = client.get(f"{path}?asof={written}")
    assert answer.status_code == 400 and "日付が読み取れませんでした" in text_of(answer)
    assert "最終年度" in text_of(answer) and answer["X-Robots-Tag"] == "noindex"


def test_an_empty_question_is_todays_page(shelf, client):
    assert client.get("/plans/kyodo/2022/?asof=").content == client.get("/plans/kyodo/2022/").content
