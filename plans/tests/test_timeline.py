"""The history as one list: moves, seals, remarks, changes of texts, of the tree, and who may read it."""

import datetime as dt

import pytest
from django.utils import timezone

from ichinoseki_portal import audit
from ichinoseki_portal.models import ApprovalRoute, Department, PostHolding
from plans import models
from plans.actions.departments import set_departments
from plans.actions.editing import edit_clause
from plans.actions.remarks import add_remark, settle_remark
from plans.actions.snapshots import publish_snapshot, return_snapshot, sign_snapshot, submit_snapshot
from plans.actions.texts import approve_text, save_text
from plans.admin import timeline
from plans.admin.road import moment_words
from plans.tests.factories import clause, document, take_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft(person):
    rows = [clause("1", label="１", title="取組", body="市は、活動を支えます。"), clause("2", title="次", body="文。")]
    return take_in(document(*rows), by=person("editor", name="取込 一郎")).snapshot


@pytest.fixture
def story(draft, person):
    """A submission sent back with a remark, an edit, a text confirmed, a department."""
    writer, approver = person("editor", name="書野 花子"), person("approver", name="決裁 太郎")
    row = draft.clauses.get(code="1")
    submit_snapshot(snapshot=draft, by=writer)
    remark = add_remark(snapshot=draft, by=approver, text="「支えます」は弱いです。", code="1")
    return_snapshot(snapshot=draft, by=approver, why="指摘を見てください")
    edit_clause(clause=row, by=writer, version=1, body="市は、活動を大いに支えます。", change_reason="強めました")
    settle_remark(remark=remark, by=writer)
    text = save_text(address=row.address, kind="plain", words="市が助けます。", by=writer, version=None)
    approve_text(text=text, by=approver)
    set_departments(address=row.address, fiscal_year=2026, names=["見本課"], by=writer)
    audit.record(action="tree.changed", subject=draft, by=writer, how="move", clause=row.pk)
    return draft


def page_of(client, story, pk=None):
    address = f"/admin/plans/clause/{pk}/timeline/" if pk else f"/admin/plans/snapshot/{story.pk}/timeline/"
    return client.get(address)


def test_all_of_it_newest_first(client, auditor, story):
    client.force_login(auditor)
    answer = page_of(client, story)
    events = answer.context["timeline"].events
    assert [event.at for event in events] == sorted((event.at for event in events), reverse=True)
    titles = [event.title for event in events]
    assert {event.sort for event in events} == {"move", "remark", "words", "text", "deed"}
    for words in (
        "決裁に回す",
        "差し戻す",
        "指摘",
        "指摘に対応した",
        "正文を直した",
        "文を書いた",
        "文を確かめて公開した",
        "所管課を直した",
    ):
        assert words in titles, words
    assert titles[0] == "構成を直した：動かした" and events[0].about == "1 １取組" and "文書を取り込んだ" in titles
    shown = answer.content.decode()
    for words in ("書野 花子", "決裁 太郎", "取込 一郎", "指摘を見てください", "強めました", "見本課"):
        assert words in shown, words
    edit = next(one for one in answer.context["shown"] if one["event"].title == "正文を直した")
    assert dict(edit["changes"])["本文（正文）"] == [("=", "市は、活動を"), ("+", "大いに"), ("=", "支えます。")]
    assert "<ins>" in shown and "style=" not in shown.split('<ol class="timeline">')[1].split("</ol>")[0]


def test_one_clause_has_its_own(client, auditor, story):
    client.force_login(auditor)
    other = page_of(client, story, story.clauses.get(code="2").pk).content.decode()
    own = page_of(client, story, story.clauses.get(code="1").pk).content.decode()
    assert "大いに" in own and "見本課" in own and "弱いです" in own and "差し戻す" in own
    assert "大いに" not in other and "見本課" not in other and "弱いです" not in other


def test_the_words_before_the_first_change_are_those_of_the_import(story):
    row = story.clauses.get(code="1")
    first, second = row.history.order_by("history_id")
    assert (first.history_type, first.body) == ("+", "市は、活動を支えます。") and second.body == "市は、活動を大いに支えます。"


def test_the_admins_own_button_leads_there(client, auditor, story):
    client.force_login(auditor)
    row, text = story.clauses.get(code="1"), models.ClauseText.objects.get()
    for name, pk, goal in (
        ("snapshot", story.pk, f"snapshot/{story.pk}"),
        ("clause", row.pk, f"clause/{row.pk}"),
        ("clausetext", text.pk, f"clause/{row.pk}"),
    ):
        assert client.get(f"/admin/plans/{name}/{pk}/history/")["Location"] == f"/admin/plans/{goal}/timeline/"
        assert f"/admin/plans/{name}/{pk}/history/" in client.get(f"/admin/plans/{name}/{pk}/change/").content.decode()


def test_who_may_read_it(client, staff, editor, story):
    row = story.clauses.get(code="1")
    assert page_of(client, story).status_code == 302
    client.force_login(staff)
    assert page_of(client, story).status_code == 403 == page_of(client, story, row.pk).status_code
    client.force_login(editor)
    assert page_of(client, story).status_code == 200 == page_of(client, story, row.pk).status_code
    assert client.post(f"/admin/plans/snapshot/{story.pk}/timeline/").status_code == 403
    assert client.get("/admin/plans/snapshot/99999/timeline/").status_code == 404
    for bad in ("0", "-1", "x", "99999999999", "²"):
        assert client.get(f"/admin/plans/snapshot/{story.pk}/timeline/", {"page": bad}).status_code == 404


def test_it_goes_by_pages(client, auditor, editor, story, monkeypatch):
    row = story.clauses.get(code="2")
    for number in range(1, 8):
        edit_clause(clause=row, by=editor, version=number, body=f"文{number}。")
    monkeypatch.setattr(timeline, "PER_PAGE", 5)
    seen = []
    for number in range(1, 20):
        found = timeline.snapshot_timeline(story, number)
        seen += [(event.sort, event.number, event.title) for event in found.events]
        if not found.more:
            break
    assert number > 3 and len(seen) == len(set(seen))
    monkeypatch.setattr(timeline, "PER_PAGE", 100)
    whole = [(event.sort, event.number, event.title) for event in timeline.snapshot_timeline(story).events]
    assert seen == whole


def test_the_number_of_queries_stands_still(editor, story, django_assert_num_queries):
    row = story.clauses.get(code="2")
    edit_clause(clause=row, by=editor, version=1, body="文1。")
    few = models.Snapshot.objects.select_related("edition__plan", "decision").get(pk=story.pk)
    with django_assert_num_queries(12):
        timeline.snapshot_timeline(few)
    for number in range(2, 12):
        edit_clause(clause=row, by=editor, version=number, body=f"文{number}。")
    with django_assert_num_queries(12):
        timeline.snapshot_timeline(few)


def test_a_set_time_and_a_deputy_are_said_as_they_were(client, person, draft):
    section = Department.objects.create(code="mihon", name="見本課")
    author, chief = person("editor", email="a@x.invalid", department=section), person("approver", email="c@x.invalid")
    PostHolding.objects.create(user=chief, post="課長", department=section, first_day=dt.date(2020, 4, 1))
    route = ApprovalRoute.objects.create(name="代決の順路")
    route.steps.create(position=1, kind="decide", post="部長", deputy_post="課長")
    submit_snapshot(snapshot=draft, by=author, route=route)
    sign_snapshot(snapshot=draft, by=chief, as_deputy=True, absence="出張のため")
    moment = timezone.now().replace(microsecond=0) + dt.timedelta(hours=3)
    publish_snapshot(snapshot=draft, by=chief, at=moment)
    events = {event.title: event for event in timeline.snapshot_timeline(draft).events}
    assert "出張のため" in events["課長：部長に代わって印を押した（代決）"].why
    words = f"公開を予約した（{moment_words(moment)} から公開）"
    assert words in events and "公開する" not in events
    client.force_login(chief)
    for path in (f"/admin/plans/snapshot/{draft.pk}/change/", f"/admin/plans/snapshot/{draft.pk}/timeline/"):
        assert words in client.get(path).content.decode()
