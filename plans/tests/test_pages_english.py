"""The public pages in English: every label is wrapped, and what the city wrote stays as it is."""

import datetime as dt
import re

import pytest
from django.template.loader import render_to_string
from django.utils import translation

from ichinoseki_portal import fiscal
from ichinoseki_portal.tests.tree import ROOT
from plans.tests.library import LONG_AGO, fill, freeze

TEMPLATES = ROOT / "templates"
WRAPPED = re.compile(r"{% blocktranslate.*?{% endblocktranslate %}|{% translate .*?%}|_\(\"[^\"]*\"\)|{#.*?#}", re.DOTALL)
JAPANESE = re.compile(r"[ぁ-んァ-ヶ一-鿿]")


def bare_words(source: str) -> list[str]:
    """Lines of a template with Japanese that no translation would reach."""
    return [line.strip() for line in WRAPPED.sub("", source).splitlines() if JAPANESE.search(line)]


@pytest.fixture
def shelf(person, monkeypatch):
    freeze(monkeypatch, LONG_AGO)
    fill(person)
    freeze(monkeypatch, "2026-11-24 10:00")


@pytest.fixture
def read(client):
    def get(path):
        with translation.override("en"):
            answer = client.get(path)
        assert answer.status_code == 200, path
        page = answer.content.decode()
        assert '<html lang="en">' in page
        head = re.search(r"<title>(.*?)</title>", page, re.DOTALL)[1]
        body = re.sub(r"<[^>]+>", " ", page.partition("<body>")[2])
        return re.sub(r"\s+", " ", f"{head} {body}")

    return get


def test_no_template_has_words_that_are_not_wrapped():
    for path in TEMPLATES.rglob("*.html"):
        assert bare_words(path.read_text(encoding="utf-8")) == [], path


def test_a_word_that_is_not_wrapped_is_found():
    assert bare_words('<p>{% translate "目次" %}</p>\n<p aria-label="目次">') == ['<p aria-label="目次">']


@pytest.mark.django_db
def test_home_and_shelf(shelf, read):
    page = read("/")
    for words in (
        *("Read the plans of 一関市", "Plans in force and their vision", "Final year", "Period ended", "Skip to the main text"),
        *("FY2022 (Reiwa 4)– FY2026 (Reiwa 8)", "FY2025 (Reiwa 7; written as 平成37年度)", "Fictional", "See all plans"),
    ):
        assert words in page, words
    page = read("/plans/")
    assert page.count("Source text not held") == 6 + 1
    assert "Draft (not yet decided)" in page and "The period of the plan is not confirmed" in page


@pytest.mark.django_db
def test_before_anything_is_loaded(read):
    page = read("/plans/")
    assert "There are no plans here yet." in page and "load_outline" in page


@pytest.mark.django_db
def test_an_edition(shelf, read):
    page = read("/plans/kyodo/2022/")
    for words in (
        *("Contents", "Vision", "Decided March 2022", "Summary (the full text is being prepared)", "Previous edition"),
        *("This plan is in its final year. Its period ends on 31 March 2027.", "Higher plans", "[Stated in the text]"),
        *("Fiscal year of the review: FY2025 (Reiwa 7)", "That year has passed", "6 clauses", "Rules for review"),
        *("第２次一関市協働基本計画", "way of counting decided by 編集担当"),
    ):
        assert words in page, words


@pytest.mark.django_db
def test_a_fictional_clause(shelf, read):
    page = read("/plans/sample/2023/1/")
    for words in (
        "[Fictional]",
        "This plan was made up as a sample.",
        "How far it commits",
        "Does (Subject: この計画)",
        "市民, 地域団体, 市",
        "Cite this clause",
        "accessed 24 November 2026",
    ):
        assert words in page, words


def test_error_pages_need_no_database():
    with translation.override("en"):
        pages = {name: render_to_string(f"{name}.html") for name in ("400", "403", "404", "500")}
    assert "Page not found" in pages["404"] and "This page cannot be opened" in pages["403"]
    assert "Sorry, something is broken" in pages["500"] and "We could not read what was sent." in pages["400"]
    assert all("Read the plans" in page and "Skip to the main text" in page for page in pages.values())


@pytest.mark.parametrize(
    ("iso", "words"), [("2022-03-25", "25 March 2022"), ("2022-03", "March 2022"), ("2022", "2022"), ("", "")]
)
def test_dates(iso, words):
    with translation.override("en"):
        assert fiscal.partial_words(iso) == words


def test_fiscal_years():
    with translation.override("en"):
        assert fiscal.fiscal_year_words(2019) == "FY2019 (Reiwa 1)"
        assert fiscal.fiscal_year_words(2018, "平成30年度") == "FY2018 (Heisei 30)"
        assert fiscal.fiscal_year_label(2019) == "令和元年度"  # as documents write it, in every language
        assert fiscal.day_words(dt.date(2019, 4, 30)) == "30 April 2019"
