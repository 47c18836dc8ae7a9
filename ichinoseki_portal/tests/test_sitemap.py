"""What search engines are told: permanent addresses of what is in force or was, and nothing that is not public."""

import datetime as dt
import re
import xml.etree.ElementTree as ET

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from ichinoseki_portal.sitemaps import ClauseMap
from plans import models
from plans.actions.snapshots import approve_snapshot, publish_snapshot, submit_snapshot, withdraw_snapshot
from plans.tests.factories import clause, document, publish, take_in

pytestmark = pytest.mark.django_db

PARTS = ("overviews", "plans", "editions", "clauses")
INDEX, PART = 3, 2


@pytest.fixture
def people(person):
    return {"author": person("editor"), "approver": person("approver")}


@pytest.fixture
def base(settings):
    settings.PUBLIC_BASE_URL = "https://portal.example.jp"
    return settings.PUBLIC_BASE_URL


@pytest.fixture
def listed(client, base):
    """The paths the sitemap leads to, as a search engine finds them."""

    def read():
        found = []
        for page in locations(client.get("/sitemap.xml")):
            answer = client.get(page.removeprefix(base))
            assert answer.status_code == 200 and answer["Content-Type"].startswith("application/xml")
            found += [path.removeprefix(base) for path in locations(answer)]
        return found

    return read


def locations(answer):
    return [one.text for one in ET.fromstring(answer.content).iter() if one.tag.endswith("}loc")]  # noqa: S314 - our own answer


def one(*rows, stage="final", **options):
    rows = rows or (clause("1", label="１", title="章"), clause("1.p1", body="段落。", kind="paragraph"))
    return take_in(document(*rows), stage=stage, **options).snapshot


def test_it_lists_plans_editions_clauses_and_overviews(people, listed):
    snapshot = publish(one(), **people)
    overviews = ["/", "/plans/", "/plans/family/", "/plans/relations/", "/plans/matrix/", "/plans/terms/"]
    assert listed() == [*overviews, "/plans/mihon/", "/plans/mihon/2022/", "/plans/mihon/2022/1/"]
    assert snapshot.published_at


def test_every_address_is_there(people, client, listed):
    publish(one(), **people)
    assert {path: client.get(path).status_code for path in listed()} == dict.fromkeys(listed(), 200)


def test_it_says_when_a_text_came_out(people, client, base):
    snapshot = publish(one(), **people)
    for part in ("editions", "clauses"):
        assert f"<lastmod>{snapshot.published_at.date().isoformat()}" in client.get(f"/sitemap-{part}.xml").content.decode()


@pytest.mark.parametrize("stage", ["skeleton", "draft", "proposal"])
def test_drafts_before_the_decision_are_not_in_it(people, listed, stage):
    publish(one(stage=stage), **people)
    assert not any("mihon" in path for path in listed())
    publish(one(clause("2", title="決まった章")), **people)
    assert [path for path in listed() if "mihon" in path] == ["/plans/mihon/", "/plans/mihon/2022/", "/plans/mihon/2022/2/"]


def test_fictional_plans_and_unlisted_ones_are_not_in_it(people, listed):
    publish(one(), **people)
    one(plan="hisoka")
    assert not any("hisoka" in path for path in listed())
    models.Plan.objects.update(fictional=True)
    assert not any("mihon" in path for path in listed())


def test_what_was_taken_back_leaves_it(people, listed):
    snapshot = publish(one(), **people)
    withdraw_snapshot(snapshot=snapshot, by=people["approver"], why="まちがい")
    assert not any("mihon" in path for path in listed())


def test_nothing_is_in_it_before_its_second(people, listed, monkeypatch):
    snapshot = one()
    submit_snapshot(snapshot=snapshot, by=people["author"])
    approve_snapshot(snapshot=snapshot, by=people["approver"])
    moment = timezone.now().replace(microsecond=0) + dt.timedelta(days=1)
    publish_snapshot(snapshot=snapshot, by=people["approver"], at=moment)
    for seconds, there in ((-1, False), (0, True), (1, True)):
        monkeypatch.setattr(timezone, "now", lambda s=seconds: moment + dt.timedelta(seconds=s))
        assert any("mihon" in path for path in listed()) is there


def test_it_is_cut_into_pages(people, client, base, listed, monkeypatch):
    publish(one(*(clause(str(n), title="章") for n in range(1, 6))), **people)
    monkeypatch.setattr(ClauseMap, "limit", 2)
    assert f"{base}/sitemap-clauses.xml?p=3" in locations(client.get("/sitemap.xml"))
    assert [path for path in listed() if re.search(r"/\d/$", path)] == [f"/plans/mihon/2022/{n}/" for n in range(1, 6)]
    for page in ("4", "0", "-1", "x", "１", "9" * 30):
        assert client.get("/sitemap-clauses.xml", {"p": page}).status_code == 404
    assert client.get("/sitemap-secret.xml").status_code == 404
    assert ClauseMap.__mro__[1].limit == 5_000


@pytest.mark.parametrize("many", [1, 3])
def test_the_questions_do_not_grow(people, client, base, many):
    for n in range(many):
        publish(one(*(clause(str(m), title="章") for m in range(1, many + 1)), plan=f"plan-{n}"), **people)
    counts = []
    for path in ["/sitemap.xml", *(f"/sitemap-{part}.xml" for part in PARTS), "/robots.txt"]:
        with CaptureQueriesContext(connection) as asked:
            answer = client.get(path)
        assert answer.status_code == 200 and not answer.cookies and "Cookie" not in answer.get("Vary", "")
        counts.append(len(asked))
    assert counts == [INDEX, 0, PART, PART, PART, 0]


def test_robots_are_shown_the_way(client, base):
    answer = client.get("/robots.txt")
    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    assert answer.content.decode().split("\n") == [
        "User-agent: *",
        "Disallow: /admin/",
        "Disallow: /preview/",
        "Sitemap: https://portal.example.jp/sitemap.xml",
        "",
    ]
