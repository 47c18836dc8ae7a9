"""A publication taken back: 410 at every address under it, with the day and the reason and never a word of the text."""

import pytest

from plans import models
from plans.actions.snapshots import approve_snapshot, publish_snapshot, submit_snapshot, withdraw_snapshot
from plans.tests.factories import clause, document, explain, publish, take_in
from plans.tests.library import freeze, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def people(person):
    return {"author": person("editor"), "approver": person("approver")}


def doc(body, *more):
    return document(clause("1", label="１", title="取組", body=body), *more)


@pytest.fixture
def taken_back(people, monkeypatch):
    """v1 成案, and v2 一部改訂, which was public for a day."""
    freeze(monkeypatch, "2026-11-01 10:00")
    publish(take_in(doc("残る文。")).snapshot, **people)
    wrong = publish(take_in(doc("誤って出した文。", clause("2", title="秘密の見出し")), stage="amendment").snapshot, **people)
    freeze(monkeypatch, "2026-11-02 10:00")
    withdraw_snapshot(snapshot=wrong, by=people["approver"], why="誤ったファイルを公開したため。")
    return wrong


def test_gone_says_when_why_and_what_counts(taken_back, client):
    answer = client.get("/plans/mihon/2022/v2/")
    page = text_of(answer)
    assert answer.status_code == 410 and answer["X-Robots-Tag"] == "noindex"
    for words in ("公開を取りやめました", "令和8年11月2日", "誤ったファイルを公開したため。", "いまの文を読む"):
        assert words in page, words
    assert 'href="/plans/mihon/2022/"' in answer.content.decode()
    assert "Set-Cookie" not in answer and "Cookie" not in answer.get("Vary", "")


def test_never_any_of_its_text(taken_back, client, people):
    client.force_login(people["author"])
    paths = ["/", "/plans/", "/plans/mihon/", "/plans/mihon/2022/", "/plans/mihon/2022/1/", "/plans/mihon/2022/v1/"]
    for path in [
        *paths,
        "/plans/mihon/2022/v2/",
        "/plans/mihon/2022/v2/1/",
        "/plans/mihon/latest/",
        "/plans/mihon/2022/1/latest/",
    ]:
        page = client.get(path).content.decode()
        assert "誤って出した文" not in page and "秘密の見出し" not in page, path


def test_a_clause_of_it_is_gone_whether_it_was_there_or_not(taken_back, client):
    there, never = client.get("/plans/mihon/2022/v2/2/"), client.get("/plans/mihon/2022/v2/99/")
    assert (there.status_code, never.status_code) == (410, 410)
    assert there.content.replace(b"/v2/2/", b"/v2/99/") == never.content
    for path in ("/plans/mihon/2022/2/", "/plans/mihon/2022/2/latest/"):  # addresses that had worked
        answer = client.get(path)
        assert answer.status_code == 410 and "誤ったファイルを公開したため。" in text_of(answer), path
    assert client.get("/plans/mihon/2022/99/").status_code == 404


def test_the_list_of_stages_tells_it(taken_back, client):
    told = text_of(client.get("/plans/mihon/2022/")).partition("この版の文（段階）")[2]
    assert "一部改訂第1号公開を取りやめました" in told
    assert "令和8年11月2日に取りやめました。理由：誤ったファイルを公開したため。" in told
    page = client.get("/plans/mihon/2022/").content.decode()
    assert "v2/plan.json" not in page and "compare/2022" not in page


COMPARED = "/plans/mihon/compare/2022/v1/2022/v{}/"


def test_a_comparison_with_it_is_gone_too(taken_back, client):
    missing = client.get("/plans/mihon/2022/v9/")
    answer = client.get(COMPARED.format(2))
    assert answer.status_code == 410 and answer["X-Robots-Tag"] == "noindex"
    assert "一部改訂第1号" in text_of(answer) and "誤ったファイルを公開したため。" in text_of(answer)
    for path in (COMPARED.format(9), "/plans/mihon/compare/2022/v2/2022/v9/", "/plans/mihon/compare/2022/v9/2022/v2/"):
        assert (client.get(path).status_code, client.get(path).content) == (404, missing.content), path


EVERYWHERE = ["", "latest/", "2022/", "2022/1/", "2022/1/latest/", "2022/errata/", "2022/v1/", "2022/v1/1/", "compare/"]


@pytest.fixture
def nothing_left(people):
    missing = doc("誤って出した文。")
    only = publish(take_in(missing).snapshot, **people)
    withdraw_snapshot(snapshot=only, by=people["approver"], why="誤り。")


@pytest.mark.parametrize("path", EVERYWHERE)
def test_where_nothing_public_is_left_every_address_tells_it(nothing_left, client, path):
    """What it was called is in the feed and the file as well; of its text nothing is."""
    answer = client.get(f"/plans/mihon/{path}")
    words = text_of(answer)
    assert answer.status_code == 410 and answer["X-Robots-Tag"] == "noindex", path
    assert "第２次見本計画成案" in words and "計画期間令和4年度" in words and "理由誤り。" in words
    assert "誤って出した文" not in words and 'href="/plans/mihon/2022/"' not in answer.content.decode()


@pytest.mark.parametrize("path", ["2022/9/", "2022/9/latest/", "2023/", "2023/1/", "2023/errata/", "2022/v2/"])
def test_beside_it_what_never_was_public_is_missing(nothing_left, client, path):
    missing = client.get("/plans/nothing/1999/")
    answer = client.get(f"/plans/mihon/{path}")
    assert (answer.status_code, answer.content) == (404, missing.content)


def test_without_asking_what_was_taken_back_it_would_only_be_missing(nothing_left, client, monkeypatch):
    """What the tests above hold: the guard taken out, the page says that there never was anything."""
    for module in ("reading", "comparison"):
        monkeypatch.setattr(f"plans.views.{module}.taken_back", lambda *args, **asked: None)
    assert {client.get(f"/plans/mihon/{path}").status_code for path in EVERYWHERE} == {404}


def test_a_withdrawn_correction_is_named_on_the_sheet_of_errata(people, client):
    publish(take_in(doc("残る文。")).snapshot, **people)
    assert "直した誤りはありません" in text_of(client.get("/plans/mihon/2022/errata/"))
    wrong = publish(take_in(doc("誤って直した文。"), stage="erratum").snapshot, **people)
    withdraw_snapshot(snapshot=wrong, by=people["approver"], why="直しがまちがっていたため。")
    words = text_of(client.get("/plans/mihon/2022/errata/"))
    assert "直した誤りはありません" not in words and "誤って直した文" not in words
    told = words.partition("公開を取りやめた正誤")[2]
    assert "正誤第1号" in told and "理由：直しがまちがっていたため。" in told


def test_what_never_was_public_is_missing(taken_back, people, client, monkeypatch):
    missing = client.get("/plans/mihon/2022/v9/")
    snapshot = explain(take_in(doc("予約した文。"), stage="erratum").snapshot)
    assert client.get("/plans/mihon/2022/v3/").content == missing.content  # a draft
    submit_snapshot(snapshot=snapshot, by=people["author"])
    approve_snapshot(snapshot=snapshot, by=people["approver"])
    moment = freeze(monkeypatch, "2026-11-05 10:00")
    freeze(monkeypatch, "2026-11-04 10:00")
    publish_snapshot(snapshot=snapshot, by=people["approver"], at=moment)
    assert client.get("/plans/mihon/2022/v3/").content == missing.content  # not yet
    models.Snapshot.objects.filter(pk=snapshot.pk).update(
        state="withdrawn", withdrawn_at="2026-11-04T11:00+09:00", withdrawn_why="出る前にやめた"
    )
    freeze(monkeypatch, "2026-11-06 10:00")
    for path in ("/plans/mihon/2022/v3/", "/plans/mihon/2022/v3/1/"):
        answer = client.get(path)
        assert (answer.status_code, answer.content) == (404, missing.content)
    assert "出る前にやめた" not in text_of(client.get("/plans/mihon/2022/"))
