"""Period and status as they stood, or will stand, on a day; and never more than may be seen now."""

import re

import pytest

from plans.tests.library import LONG_AGO, fill, freeze, text_of

pytestmark = pytest.mark.django_db

DEEPER = ["/plans/kyodo/2022/7.2/", "/plans/kyodo/2022/7.2/latest/", "/plans/kyodo/2022/v0/", "/plans/kyodo/2022/v0/7.2/"]
DEEPER += ["/plans/kyodo/latest/"]
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
        ("2000-05-01", "まだ決まっていません"),
        ("2021-03-31", "まだ決まっていません"),
        ("2022-03-31", "これから"),
        ("2022-04-01", "計画期間中"),
        ("2026-04-01", "最終年度"),
        ("2027-03-31", "最終年度"),
        ("2027-04-01", "期間終了"),
    ],
)
def test_the_status_of_that_day(shelf, client, day, status):
    assert status in tags(client.get(f"/plans/kyodo/2022/?asof={day}"))


@pytest.mark.parametrize("path", DEEPER)
def test_a_clause_and_the_stable_addresses_tell_that_day_too(shelf, client, path):
    for day, status in (("2021-03-31", "まだ決まっていません"), ("2024-05-01", "計画期間中"), ("2027-04-01", "期間終了")):
        if path.endswith("kyodo/latest/") and day < "2022":
            continue  # nothing was in force
        answer = client.get(f"{path}?asof={day}")
        told = re.search(r'<span class="tag \w+">([^<]+)</span>', answer.content.decode().partition("<main")[2])[1]
        assert (told, answer["X-Robots-Tag"]) == (status, "noindex"), (path, day)
        assert "の時点の期間と状態です" in text_of(answer) and f'<a class="more" href="{path}">' in answer.content.decode()
    assert "の時点の期間と状態です" not in text_of(client.get(path))


def test_what_was_in_force_on_that_day(shelf, client):
    assert "まだ期間の始まった版がありません" in text_of(client.get("/plans/kyodo/latest/?asof=2000-05-01"))
    page = text_of(client.get("/plans/sogo/latest/?asof=2020-05-01"))
    assert "計画期間中" in page and "終わりました" not in page.partition("この版の文")[0]


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


@pytest.mark.parametrize("path", DEEPER)
def test_what_is_no_day_is_answered_kindly_deeper_down(shelf, client, path):
    answer = client.get(f"{path}?asof=2024-02-30")
    assert answer.status_code == 400 and "日付が読み取れませんでした" in text_of(answer)
    assert "いつの時点で見ますか" in text_of(answer) and answer["X-Robots-Tag"] == "noindex"


def test_an_empty_question_is_todays_page(shelf, client):
    assert client.get("/plans/kyodo/2022/?asof=").content == client.get("/plans/kyodo/2022/").content
