"""The pages of the road: every role × state × move through the views, and every wrong call."""

import datetime as dt
import itertools
import re

import pytest
from django.db import transaction
from django.utils import timezone

from ichinoseki_portal.fiscal import JST
from ichinoseki_portal.models import Move
from plans import models
from plans.actions.contents import content_hash
from plans.actions.snapshots import (
    approve_snapshot,
    publish_snapshot,
    submit_snapshot,
    withdraw_snapshot,
)
from plans.admin.road import road_now
from plans.enums import State
from plans.tests.factories import all_rows, clause, document, take_in

pytestmark = pytest.mark.django_db
LIST = "/admin/plans/snapshot/"
SESSIONS = ("sessions.Session",)


@pytest.fixture
def draft(person):
    one = document(clause("1", label="１", title="取組", body="はじめの文。"), clause("1.1", label="①", body="市は支えます。"))
    return take_in(one, by=person("editor", email="maker@x.invalid")).snapshot


def at_state(draft, state, person):
    """Bring a draft to a state by the deeds themselves."""
    author, boss = person("editor", email="author@x.invalid"), person("approver", email="boss@x.invalid")
    later = timezone.now() + dt.timedelta(days=3)
    road = {
        "draft": [],
        "in_review": [lambda: submit_snapshot(snapshot=draft, by=author)],
        "approved": [lambda: approve_snapshot(snapshot=draft, by=boss)],
        "scheduled": [lambda: publish_snapshot(snapshot=draft, by=boss, at=later)],
        "published": [lambda: publish_snapshot(snapshot=draft, by=boss)],
        "withdrawn": [lambda: withdraw_snapshot(snapshot=draft, by=boss, why="誤り")],
    }
    path = {"scheduled": ["in_review", "approved", "scheduled"], "published": ["in_review", "approved", "published"]}
    path["withdrawn"] = [*path["published"], "withdrawn"]
    for step in path.get(state, [name for name in ("in_review", "approved") if state in (name, "approved")]):
        for deed in road[step]:
            deed()
    draft.refresh_from_db()
    return draft


def address(snapshot, name):
    return f"{LIST}{snapshot.pk}/{name}/"


def fields(snapshot, name):
    """What a person would have typed, with the hash the page carries."""
    snapshot.refresh_from_db()
    road = road_now(snapshot)
    seen = {"seen_hash": road.hash}
    record = {"decided_on": "2022-03-01", "document_number": "一ま第1号", "category": "mayor"}
    return {
        "submit": {},
        "sign": {**seen, "seen_step": road.next_step or "0-0"},
        "approve": seen,
        "record": {**seen, **record},
        "override": {**seen, "override": "ほかに人がいないため"},
        "return": {"why": "数字が違います"},
        "pull_back": {},
        "publish": {**seen, "when": "now"},
        "unschedule": {},
        "withdraw": {"why": "誤りがありました"},
    }[name]


# move → from which state it works, and the state then; the roles that may (everyone else: 403)
WORKS = {
    "submit": ({"draft": "in_review"}, {"editor"}),
    "approve": ({"in_review": "approved"}, {"approver"}),
    "record": ({"in_review": "approved"}, {"approver"}),
    "return": ({"in_review": "draft", "approved": "draft"}, {"approver"}),
    "publish": ({"approved": "published"}, {"approver"}),
    "unschedule": ({"scheduled": "approved"}, {"approver"}),
    "withdraw": ({"published": "withdrawn"}, {"approver"}),
    "sign": ({}, set()),
    "pull_back": ({}, {"editor"}),  # another editor than the author: refused in every state
    "override": ({}, set()),
}
STATES = ("draft", "in_review", "approved", "scheduled", "published", "withdrawn")
ROLES = ("editor", "approver", "auditor", None)


@pytest.mark.parametrize(("role", "state"), list(itertools.product(ROLES, STATES)))
def test_every_role_in_every_state_by_every_move(client, person, draft, role, state):
    at_state(draft, state, person)
    client.force_login(person(*([role] if role else []), email="who@x.invalid"))
    before, stood = all_rows(without=SESSIONS), draft.state
    for name, (works, may) in WORKS.items():
        shown = client.get(address(draft, name))
        assert shown.status_code == (200 if role in may else 403), name
        with transaction.atomic():
            answer = client.post(address(draft, name), fields(draft, name))
            draft.refresh_from_db()
            if role not in may:
                assert answer.status_code == 403, name
            elif state in works:
                assert answer.status_code == 302 and draft.state == works[state], name
                assert "csrfmiddlewaretoken" in shown.content.decode() and client.get(answer["Location"]).status_code == 200
            else:
                assert answer.status_code == 409 and draft.state == stood, name
                assert 'class="errornote"' in answer.content.decode(), name
            if role not in may or state not in works:
                assert all_rows(without=SESSIONS) == before, name
            transaction.set_rollback(True)
        draft.refresh_from_db()
    assert all_rows(without=SESSIONS) == before, "opening a page moves nothing"


def test_strangers_are_sent_to_login_by_every_page(client, draft):
    for name in (*WORKS, "review", "attachment", "remark"):
        for call in (client.get, client.post):
            assert call(address(draft, name))["Location"] == f"/admin/login/?next={address(draft, name)}"
    assert client.get("/admin/plans/snapshot/99999/review/").status_code == 302


def test_a_move_made_twice_says_so_and_is_made_once(client, person, draft):
    at_state(draft, "in_review", person)
    client.force_login(person("approver", email="who@x.invalid"))
    typed = fields(draft, "approve")
    assert client.post(address(draft, "approve"), typed).status_code == 302
    again = client.post(address(draft, "approve"), typed)
    assert again.status_code == 409 and "いまの状態（決裁済み）からは「決裁する」はできません" in again.content.decode()
    assert Move.objects.filter(name="approve").count() == 1


def changed_behind(snapshot):
    models.Clause.objects.filter(snapshot=snapshot, code="1.1").update(body="あとから変えた文。")


@pytest.mark.parametrize(("state", "name"), [("in_review", "approve"), ("in_review", "record"), ("approved", "publish")])
def test_what_was_not_seen_is_not_decided_on(client, person, draft, state, name):
    at_state(draft, state, person)
    client.force_login(person("approver", email="who@x.invalid"))
    page = client.get(address(draft, name)).content.decode()
    seen = re.search(r'name="seen_hash" value="([0-9a-f]{64})"', page)[1]
    typed = {**fields(draft, name), "seen_hash": seen}
    changed_behind(draft)
    before = all_rows(without=SESSIONS)
    answer = client.post(address(draft, name), typed)
    assert answer.status_code == 409 and "内容が変わりました" in answer.content.decode()
    for bad in ("", "0" * 64, "x"):
        assert client.post(address(draft, name), {**typed, "seen_hash": bad}).status_code == 409
    assert all_rows(without=SESSIONS) == before


def test_that_the_stale_form_is_refused_hangs_on_the_hash(client, person, draft):
    at_state(draft, "in_review", person)
    client.force_login(person("approver", email="who@x.invalid"))
    changed_behind(draft)
    typed = fields(draft, "approve")  # read after the change
    assert client.post(address(draft, "approve"), typed).status_code == 302


@pytest.mark.parametrize("name", ["approve", "record", "override"])
def test_nobody_approves_own_work_by_any_page(client, person, draft, name):
    both = person("editor", "approver", email="both@x.invalid")
    submit_snapshot(snapshot=draft, by=both)
    client.force_login(both)
    before = all_rows(without=SESSIONS)
    answer = client.post(address(draft, name), fields(draft, name))
    if name == "override":
        assert answer.status_code == 403
    else:
        assert answer.status_code == 409 and "自分では決裁できません" in answer.content.decode()
    more = {**fields(draft, "approve"), "override": "理由", "decision": "x"}  # fields the page does not have
    assert client.post(address(draft, "approve"), more).status_code == 409
    assert all_rows(without=SESSIONS) == before


def test_an_exception_is_made_by_who_has_it_and_leaves_its_reason(client, person, draft):
    chief = person("editor", is_superuser=True, email="chief@x.invalid")
    submit_snapshot(snapshot=draft, by=chief)
    client.force_login(chief)
    assert "例外として決裁する" in client.get(f"{LIST}{draft.pk}/change/").content.decode()
    empty = client.post(address(draft, "override"), {**fields(draft, "override"), "override": "  "})
    assert "例外として決裁する理由を書いてください" in empty.content.decode()
    draft.refresh_from_db()
    assert draft.state == State.IN_REVIEW
    assert client.post(address(draft, "override"), fields(draft, "override")).status_code == 302
    page = client.get(f"{LIST}{draft.pk}/change/").content.decode()
    assert "例外として決裁：ほかに人がいないため" in page and "決裁済み" in page


@pytest.mark.parametrize("name", ["return", "withdraw"])
def test_a_reason_is_needed_and_what_was_typed_stays(client, person, draft, name):
    at_state(draft, "published" if name == "withdraw" else "in_review", person)
    client.force_login(person("approver", email="who@x.invalid"))
    before = all_rows(without=SESSIONS)
    for why in ("", "   ", "\n\t"):
        page = client.post(address(draft, name), {"why": why}).content.decode()
        assert "理由を書いてください" in page
    bad = client.post(address(draft, name), {"why": "書いた\x07理由"}).content.decode()
    assert "使えない文字" in bad and "書いた" in bad
    assert all_rows(without=SESSIONS) == before


def test_the_public_is_told_why_it_was_taken_back(client, person, draft):
    at_state(draft, "published", person)
    client.force_login(person("approver", email="who@x.invalid"))
    assert "この理由は公開されます" in client.get(address(draft, "withdraw")).content.decode()
    client.post(address(draft, "withdraw"), {"why": "数字の誤り"})
    draft.refresh_from_db()
    assert draft.withdrawn_why == "数字の誤り"
    assert "理由（公開）：数字の誤り" in client.get(f"{LIST}{draft.pk}/change/").content.decode()


def test_publication_at_a_set_time_to_the_second(client, person, draft):
    at_state(draft, "approved", person)
    client.force_login(person("approver", email="who@x.invalid"))
    day = (timezone.now().astimezone(JST) + dt.timedelta(days=2)).date()
    typed = {**fields(draft, "publish"), "when": "at", "day": day.isoformat(), "time": "08:30:15"}
    answer = client.post(address(draft, "publish"), typed, follow=True)
    draft.refresh_from_db()
    assert draft.published_at == dt.datetime.combine(day, dt.time(8, 30, 15), tzinfo=JST)
    page = answer.content.decode()
    assert "公開するよう予約しました" in page and "08:30:15" in page and "公開の予約を取り消す" in page
    assert not models.Snapshot.objects.visible_to(None).exists()
    client.post(address(draft, "unschedule"), {"why": ""})
    draft.refresh_from_db()
    assert (draft.state, draft.published_at) == (State.APPROVED, None)


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"when": "at"}, "日と時刻を両方"),
        ({"when": "at", "day": "2020-01-01", "time": "00:00:00"}, "過ぎた日時"),
        ({"when": "at", "day": "2199-01-01", "time": "00:00:00"}, "1年以内"),
        ({"when": "at", "day": "あした", "time": "00:00"}, "日付を正しく入力"),
        ({"when": "now", "day": "2030-01-01", "time": "00:00:00"}, "予約するときは"),
        ({"when": ""}, "必須"),
        ({"when": "later"}, "正しく選択"),
    ],
)
def test_a_wrong_time_publishes_nothing(client, person, draft, typed, words):
    at_state(draft, "approved", person)
    client.force_login(person("approver", email="who@x.invalid"))
    before = all_rows(without=SESSIONS)
    page = client.post(address(draft, "publish"), {**fields(draft, "publish"), **typed}).content.decode()
    assert words in page
    assert all_rows(without=SESSIONS) == before


def test_a_decision_made_elsewhere_is_recorded_and_shown(client, person, draft):
    at_state(draft, "in_review", person)
    boss = person("approver", email="who@x.invalid")
    client.force_login(boss)
    council = {"category": "council", "bill_number": "議案第5号", "council_date": "2022-03-10", "council_result": "amended"}
    typed = {**fields(draft, "record"), **council}
    refused = client.post(address(draft, "record"), typed)
    assert (
        refused.status_code == 409
        and "議会での修正の内容" in refused.content.decode()
        and "議案第5号" in refused.content.decode()
    )
    assert not models.Decision.objects.exists()
    more = {"amendments": "第2条を改める", "opinion": "周知に努めること"}
    assert client.post(address(draft, "record"), {**typed, **more}).status_code == 302
    row = models.Decision.objects.get()
    assert (row.snapshot, row.recorded_by, row.content_hash) == (draft, boss, content_hash(draft))
    page = client.get(f"{LIST}{draft.pk}/change/").content.decode()
    for words in ("一ま第1号", "議会の議決", "議案第5号", "修正可決", "第2条を改める", "周知に努めること"):
        assert words in page, words


@pytest.mark.parametrize("missing", ["decided_on", "document_number", "category"])
def test_a_record_without_its_facts_is_refused(client, person, draft, missing):
    at_state(draft, "in_review", person)
    client.force_login(person("approver", email="who@x.invalid"))
    before = all_rows(without=SESSIONS)
    page = client.post(address(draft, "record"), {**fields(draft, "record"), missing: ""}).content.decode()
    assert "必須" in page and all_rows(without=SESSIONS) == before
