"""The feed of publications: what it tells, when, and what it never tells."""

import datetime as dt
import xml.etree.ElementTree as ET

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from plans import models
from plans.actions.snapshots import approve_snapshot, publish_snapshot, submit_snapshot, withdraw_snapshot
from plans.selectors.publications import NEWEST
from plans.tests.factories import clause, document, publish, take_in
from plans.tests.library import fill

pytestmark = pytest.mark.django_db

FEED = "/plans/feed/"
QUERIES = 2
ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture
def people(person):
    return {"author": person("editor"), "approver": person("approver")}


@pytest.fixture
def entries(client):
    def read():
        root = ET.fromstring(client.get(FEED).content)  # noqa: S314 - our own answer
        fields = ("title", "id", "updated", "published", "summary")
        return [{name: one.findtext(ATOM + name) for name in fields} for one in root.iter(f"{ATOM}entry")]

    return read


def one(stage="final", edition="2022"):
    return take_in(document(clause("1", label="１", title="取組", body="文。")), stage=stage, edition=edition).snapshot


def test_an_entry_has_a_title_a_period_and_a_lasting_id(people, entries, client, settings):
    settings.PUBLIC_BASE_URL = "https://portal.example.jp"
    snapshot = publish(one(), **people)
    (entry,) = entries()
    assert entry["title"] == "第２次 見本計画　成案 を公開しました"
    assert entry["id"] == "https://portal.example.jp/plans/mihon/2022/v1/"
    assert entry["summary"] == "計画期間：令和4年度（2022年度）〜令和8年度（2026年度）"
    assert dt.datetime.fromisoformat(entry["updated"]) == snapshot.published_at
    answer = client.get(FEED)
    assert answer["Content-Type"].startswith("application/atom+xml")
    page = answer.content.decode()
    assert all(user.name not in page and user.email not in page for user in people.values())
    assert 'href="https://portal.example.jp/plans/feed/" rel="self"' in page
    assert not answer.cookies and "Cookie" not in answer.get("Vary", "")


def test_drafts_errata_and_fictional_plans_are_marked(people, entries):
    publish(one(stage="draft"), **people)
    publish(one(), **people)
    publish(one(stage="erratum"), **people)
    models.Plan.objects.update(fictional=True)
    assert [entry["title"] for entry in entries()] == [
        "【架空】第２次 見本計画　正誤 第1号 を公開しました（文のまちがいを直しました）",
        "【架空】第２次 見本計画　成案 を公開しました",
        "【架空】第２次 見本計画　素案 第1号［案（決定前）］ を公開しました",
    ]
    assert "まだ決まっていない" in entries()[2]["summary"] and "まだ" not in entries()[1]["summary"]


def test_a_withdrawal_is_told_in_place_of_the_publication(people, entries):
    snapshot = publish(one(), **people)
    published = entries()[0]["id"]
    withdraw_snapshot(snapshot=snapshot, by=people["approver"], why="別の市の文でした。")
    (entry,) = entries()
    assert entry["title"] == "第２次 見本計画　成案 の公開を取りやめました"
    assert (entry["id"], entry["summary"]) == (f"{published}#withdrawn", "理由：別の市の文でした。")
    snapshot.refresh_from_db()
    assert dt.datetime.fromisoformat(entry["updated"]) == snapshot.withdrawn_at


def test_what_people_wrote_is_no_markup(people, entries):
    snapshot = one()
    models.Snapshot.objects.filter(pk=snapshot.pk).update(note="<b>注</b> & 一行目\n二行目")
    snapshot.refresh_from_db()
    publish(snapshot, **people)
    period, first, second = entries()[0]["summary"].split("<br>")
    assert period.startswith("計画期間") and (first, second) == ("&lt;b&gt;注&lt;/b&gt; &amp; 一行目", "二行目")
    withdraw_snapshot(snapshot=snapshot, by=people["approver"], why="<script>")
    assert entries()[0]["summary"] == "理由：&lt;script&gt;"


def test_nothing_is_told_before_its_second(people, client, entries, monkeypatch):
    publish(one(edition="2020"), **people)
    before = client.get(FEED)
    snapshot = take_in(document(clause("1", title="取組"), clause("2", title="秘密の章")), edition="2027").snapshot
    models.Edition.objects.filter(key="2027").update(title="秘密の版")
    submit_snapshot(snapshot=snapshot, by=people["author"])
    approve_snapshot(snapshot=snapshot, by=people["approver"])
    moment = timezone.now().replace(microsecond=0) + dt.timedelta(days=1)
    publish_snapshot(snapshot=snapshot, by=people["approver"], at=moment)
    monkeypatch.setattr(timezone, "now", lambda: moment - dt.timedelta(seconds=1))
    early = client.get(FEED)
    assert (early.content, early["ETag"], early["Last-Modified"]) == (before.content, before["ETag"], before["Last-Modified"])
    tags = {"if-none-match": before["ETag"], "if-modified-since": before["Last-Modified"]}
    assert client.get(FEED, headers=tags).status_code == 304
    for seconds in (0, 1):
        monkeypatch.setattr(timezone, "now", lambda s=seconds: moment + dt.timedelta(seconds=s))
        answer = client.get(FEED, headers=tags)
        assert answer.status_code == 200 and answer["ETag"] != before["ETag"]
        assert [entry["id"].split("/plans/")[1] for entry in entries()] == ["mihon/2027/v1/", "mihon/2020/v1/"]
    monkeypatch.setattr(timezone, "now", lambda: moment - dt.timedelta(seconds=1))
    for model in (models.Snapshot, models.Edition):  # without the guard it would be told early
        monkeypatch.setattr(type(model.objects.all()), "visible_to", lambda self, user, at=None: self.filter(pk__gt=0))
    assert len(entries()) == 2


def test_a_draft_that_never_came_out_is_never_told(people, client, entries):
    snapshot = one()
    empty = client.get(FEED)
    assert empty.status_code == 200 and entries() == [] and client.get(FEED).content == empty.content
    submit_snapshot(snapshot=snapshot, by=people["author"])
    approve_snapshot(snapshot=snapshot, by=people["approver"])
    assert client.get(FEED).content == empty.content and "見本計画" not in empty.content.decode()


def test_outlines_are_no_publications(person, entries):
    fill(person)
    titles = [entry["title"] for entry in entries()]
    assert len(titles) == 3 and all(title.startswith("【架空】") for title in titles)


@pytest.mark.parametrize("many", [1, 3, NEWEST + 3])
def test_the_questions_do_not_grow_and_the_feed_ends(people, client, entries, many):
    first = publish(one(), **people)
    for sequence in range(2, many + 1):
        fields = {"state": "published", "published_at": first.published_at, "content_hash": "0" * 64}
        models.Snapshot.objects.create(edition=first.edition, sequence=sequence, stage="erratum", number=sequence, **fields)
    with CaptureQueriesContext(connection) as asked:
        assert client.get(FEED).status_code == 200
    assert len(asked) == QUERIES and len(entries()) == min(many, NEWEST)
