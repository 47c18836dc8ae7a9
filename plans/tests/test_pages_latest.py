"""The addresses that lead to today: a plan's edition in force, and a clause after all the editions that followed."""

import re

import pytest

from plans import models
from plans.selectors import latest
from plans.tests.factories import clause, document, publish, take_in
from plans.tests.library import LONG_AGO, fill, freeze, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def people(person):
    return {"author": person("editor"), "approver": person("approver")}


@pytest.fixture
def shelf(person, monkeypatch):
    freeze(monkeypatch, LONG_AGO)
    fill(person)
    freeze(monkeypatch, "2026-11-24 10:00")


@pytest.fixture
def edition(people):
    """Make an edition of the sample plan with clauses 1, 1.1 … and publish it."""

    def make(year, *bodies, stage="final"):
        rows = [clause(f"1.{n}", label=f"（{n}）", body=body) for n, body in enumerate(bodies, 1)]
        made = document(clause("1", label="第１章", title="取組"), *rows, first=year)
        made.edition.title, made.edition.key = f"{year}年度からの計画", str(year)
        made.edition.decided.date = f"{year}-03"
        return publish(take_in(made, edition=str(year), stage=stage).snapshot, **people)

    return make


def at(year, code):
    return models.ClauseAddress.objects.get(edition__plan__key="mihon", edition__key=str(year), code=code)


def became(kind, old, new=None, *, by, reason=""):
    models.Succession.objects.create(old=old, new=new, edition=by.edition, snapshot=by, kind=kind, reason=reason)


def test_the_edition_in_force(shelf, client):
    answer = client.get("/plans/kyodo/latest/")
    assert "<h1>" in answer.content.decode() and "最終年度" in text_of(answer) and "第２次一関市協働基本計画" in text_of(answer)
    assert '<link rel="canonical" href="https://portal.example.jp/plans/kyodo/2022/">' in answer.content.decode()
    assert "終わりました" not in text_of(answer)


def test_the_last_one_with_its_successor_named(shelf, client):
    """What is in force is not held: the last text is shown, under its end, with what follows and the status of that."""
    page = text_of(client.get("/plans/sogo/latest/"))
    assert "計画期間は令和7年度で終わりました。" in page
    told = page.partition("このあとの版")[2]
    assert told.startswith("一関市総合計画基本構想令和8年度（2026年度）〜令和17年度（2035年度）計画期間中原典未収載")
    assert "みつけよう育てよう" in page  # the text of the one that ended


def test_ended_without_a_successor_and_not_begun(edition, client, monkeypatch):
    freeze(monkeypatch, "2020-01-01 10:00")
    edition(2022, "文。")
    page = text_of(client.get("/plans/mihon/latest/"))
    assert "まだ期間の始まった版がありません" in page and "2022年度からの計画" in page
    freeze(monkeypatch, "2027-04-01 10:00")
    page = text_of(client.get("/plans/mihon/latest/"))
    assert "計画期間は令和8年度で終わりました。" in page and "このあとの版は、まだ載っていません。" in page


def test_the_next_edition_takes_over_on_its_day(edition, client, monkeypatch):
    freeze(monkeypatch, "2026-11-24 10:00")
    edition(2022, "いまの文。")
    edition(2027, "次の文。")
    title = re.compile(r"<h1>\s*(.*?)\s*</h1>", re.S)
    assert title.search(client.get("/plans/mihon/latest/").content.decode())[1] == "2022年度からの計画"
    freeze(monkeypatch, "2027-04-01 00:00")
    assert title.search(client.get("/plans/mihon/latest/").content.decode())[1] == "2027年度からの計画"


def test_a_released_draft_is_never_the_latest(edition, client, monkeypatch):
    freeze(monkeypatch, "2026-11-24 10:00")
    edition(2022, "いまの文。")
    edition(2027, "案の文。", stage="draft")
    freeze(monkeypatch, "2027-04-01 00:00")
    answer = client.get("/plans/mihon/latest/")
    page = text_of(answer)
    assert "計画期間は令和8年度で終わりました。" in page and "2022年度からの計画" in page
    assert "2027年度からの計画" in page.partition("このあとの版")[2] and "案（決定前）" in page.partition("このあとの版")[2]


def test_a_clause_through_three_editions(edition, client, monkeypatch):
    freeze(monkeypatch, "2033-11-24 10:00")
    edition(2022, "はじめの文。", "もう一つの文。", "やめる文。")
    second = edition(2027, "変わった文。")
    third = edition(2032, "分かれた一。", "分かれた二。")
    became("changed", at(2022, "1.1"), at(2027, "1.1"), by=second, reason="使う人がふえたため。")
    became("merged", at(2022, "1.2"), at(2027, "1.1"), by=second)
    became("dropped", at(2022, "1.3"), by=second, reason="ほかの計画に移したため。")
    became("split", at(2027, "1.1"), at(2032, "1.1"), by=third)
    became("split", at(2027, "1.1"), at(2032, "1.2"), by=third)
    page = text_of(client.get("/plans/mihon/2022/1.1/latest/"))
    steps = ["はじめの文。", "次の版で、変わりました", "使う人がふえたため。", "変わった文。", "いくつかに分かれました"]
    places = [page.find(one) for one in [*steps, "分かれた一。", "分かれた二。"]]
    assert -1 not in places and places == sorted(places)
    assert page.count("いまは、ここにあります。") == 2 and page.count("最終年度") + page.count("計画期間中") == 2
    assert "ほかの項目と一つにまとまりました" in text_of(client.get("/plans/mihon/2022/1.2/latest/"))
    dropped = text_of(client.get("/plans/mihon/2022/1.3/latest/"))
    assert "次の版で、なくなりました理由：ほかの計画に移したため。2027年度からの計画期間終了" in dropped
    assert "いまは、ここにあります。" not in dropped
    raw = client.get("/plans/mihon/2022/1.1/latest/").content.decode()
    assert 'href="/plans/mihon/2032/1.2/"' in raw
    assert 'href="/plans/mihon/2022/1.1/latest/"' in client.get("/plans/mihon/2022/1.1/").content.decode()


def test_of_what_was_dropped_no_destination_is_missing(edition, client, monkeypatch):
    freeze(monkeypatch, "2033-11-24 10:00")
    edition(2022, "やめる文。", "分かれる文。")
    second = edition(2027, "やめる一。", "残る二。")
    became("dropped", at(2022, "1.1"), by=second)
    became("split", at(2022, "1.2"), at(2027, "1.1"), by=second)
    became("split", at(2022, "1.2"), at(2027, "1.2"), by=second)
    third = edition(2032, "残る二。", "新しい文。")
    silent = "このあとの版での行き先は、まだ書かれていません"
    page = text_of(client.get("/plans/mihon/2022/1.1/latest/"))
    assert "次の版で、なくなりました" in page and silent not in page and "いちばん新しいもの" not in page
    became("dropped", at(2027, "1.1"), by=third)
    edition(2037, "文。")
    page = text_of(client.get("/plans/mihon/2022/1.2/latest/"))  # one part is gone, of the other nobody says
    assert "なくなりました" in page and silent in page


def test_the_newest_and_one_nobody_has_followed(edition, client):
    edition(2022, "文。")
    assert "この項目が、いちばん新しいものです。" in text_of(client.get("/plans/mihon/2022/1.1/latest/"))
    edition(2027, "次の文。")
    page = text_of(client.get("/plans/mihon/2022/1.1/latest/"))
    assert "まだ書かれていません" in page and "2027年度からの計画" in page and "いちばん新しい" not in page


def test_what_a_draft_says_is_told_as_a_draft_and_an_older_word_of_it_is_gone(edition, client, monkeypatch):
    freeze(monkeypatch, "2026-11-24 10:00")
    edition(2022, "いまの文。")
    first = edition(2027, "案の文。", stage="draft")
    became("dropped", at(2022, "1.1"), by=first, reason="はじめの案では廃止。")
    assert "はじめの案では廃止。" in text_of(client.get("/plans/mihon/2022/1.1/latest/"))
    second = edition(2027, "次の案の文。", stage="draft")
    models.Succession.objects.filter(snapshot=second).delete()
    became("changed", at(2022, "1.1"), at(2027, "1.1"), by=second)
    answer = client.get("/plans/mihon/2022/1.1/latest/")
    page = text_of(answer)
    assert "はじめの案では廃止。" not in page and "次の案の文。" in page and "案（決定前）" in page
    assert "この版は、まだ決まっていません。" in page and "いまは、ここにあります。" not in page
    assert answer["X-Robots-Tag"] == "noindex"


def test_a_succession_in_an_unpublished_draft_is_not_told(edition, client):
    edition(2022, "いまの文。")
    second = edition(2027, "次の文。")
    became("changed", at(2022, "1.1"), at(2027, "1.1"), by=second)
    hidden = take_in(document(clause("1.9", title="秘密", parent=None)), edition="2027", stage="amendment").snapshot
    became("dropped", at(2022, "1.1"), by=hidden, reason="秘密の理由")
    assert "秘密" not in client.get("/plans/mihon/2022/1.1/latest/").content.decode()


def test_a_ring_and_a_chain_without_end_stop(edition, client, monkeypatch, django_assert_max_num_queries):
    first, second = edition(2022, "一。"), edition(2027, "二。")
    became("changed", at(2022, "1.1"), at(2027, "1.1"), by=second)
    became("changed", at(2027, "1.1"), at(2022, "1.1"), by=first)
    with django_assert_max_num_queries(8):
        page = text_of(client.get("/plans/mihon/2022/1.1/latest/"))
    assert page.count("次の版で、変わりました") == 1
    monkeypatch.setattr(latest, "MAX_HOPS", 1)
    assert "ここまでを示しました" in text_of(client.get("/plans/mihon/2022/1.1/latest/"))
