"""A publication taken back: 410 at every address under it, with the day and the reason and never a word of the text."""

import pytest

from plans import models
from plans.actions.snapshots import approve_snapshot, publish_snapshot, submit_snapshot, withdraw_snapshot
from plans.tests.factories import clause, document, publish, take_in
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
    assert (there.status_code, never.status_code) == (410, 410) and there.content == never.content
    assert client.get("/plans/mihon/2022/2/").status_code == 404


def test_the_list_of_stages_tells_it(taken_back, client):
    told = text_of(client.get("/plans/mihon/2022/")).partition("この版の文（段階）")[2]
    assert "一部改訂第1号公開を取りやめました" in told
    assert "令和8年11月2日に取りやめました。理由：誤ったファイルを公開したため。" in told
    page = client.get("/plans/mihon/2022/").content.decode()
    assert "v2/plan.json" not in page and "compare" not in page


def test_where_nothing_public_is_left_the_title_is_not_told(people, client):
    only = publish(take_in(doc("誤って出した文。")).snapshot, **people)
    withdraw_snapshot(snapshot=only, by=people["approver"], why="誤り。")
    answer = client.get("/plans/mihon/2022/v1/")
    assert answer.status_code == 410 and "見本計画" not in text_of(answer) and "理由誤り。" in text_of(answer)
    assert client.get("/plans/mihon/2022/").status_code == 404


def test_what_never_was_public_is_missing(taken_back, people, client, monkeypatch):
    missing = client.get("/plans/mihon/2022/v9/")
    snapshot = take_in(doc("予約した文。"), stage="erratum").snapshot
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
