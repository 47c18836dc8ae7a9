"""Seals by a route, through the pages: one press counts once, a deputy says so, and nothing goes past them."""

import datetime as dt

import pytest

from ichinoseki_portal.models import ApprovalRoute, Department, PostHolding, RouteStep, Signature
from plans.actions.snapshots import (
    return_snapshot,
    sign_snapshot,
    submit_snapshot,
)
from plans.enums import State
from plans.tests.factories import all_rows, clause, document, take_in
from plans.tests.test_road_pages import LIST, SESSIONS, address, changed_behind, fields

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft(person):
    one = document(clause("1", label="１", title="取組", body="はじめの文。"), clause("1.1", label="①", body="市は支えます。"))
    return take_in(one, by=person("editor", email="maker@x.invalid")).snapshot


@pytest.fixture
def seals(person):
    """係長 → 課長（代決：係長） → 部長, with who holds each post in the author's department."""
    section = Department.objects.create(code="mihon", name="見本課")
    route = ApprovalRoute.objects.create(name="ふつうの順路")
    for position, (kind, post, deputy) in enumerate(
        [("approve", "係長", ""), ("approve", "課長", "係長"), ("decide", "部長", "")], 1
    ):
        RouteStep.objects.create(route=route, position=position, kind=kind, post=post, deputy_post=deputy)
    people = {}
    for post in ("係長", "課長", "部長"):
        people[post] = person("auditor", email=f"{len(people)}@posts.invalid", name=f"見本{post}")
        PostHolding.objects.create(user=people[post], post=post, department=section, first_day=dt.date(2020, 4, 1))
    people["起案"] = person("editor", email="drafts@x.invalid", department=section)
    return route, people


def test_the_row_of_seals_from_hand_in_to_decision(client, person, draft, seals):
    route, people = seals
    client.force_login(people["起案"])
    assert "ふつうの順路" in client.get(address(draft, "submit")).content.decode()
    assert client.post(address(draft, "submit"), {"route": route.pk}).status_code == 302
    desk = f"{LIST}{draft.pk}/change/"
    assert "の印を待っています" in client.get(desk).content.decode()
    client.force_login(people["部長"])
    page = client.get(desk).content.decode()
    assert address(draft, "sign") not in page, "not this one's turn"
    early = client.post(address(draft, "sign"), fields(draft, "sign"))
    assert early.status_code == 409 and "の番です" in early.content.decode() and not Signature.objects.exists()
    client.force_login(people["係長"])
    assert address(draft, "sign") in client.get(desk).content.decode()
    client.post(address(draft, "sign"), {**fields(draft, "sign"), "comment": "よいと思います"})
    for_other = {"as_deputy": "on", "absence": "出張で不在のため"}
    shown = client.get(address(draft, "sign")).content.decode()
    assert "「課長」に代わって押す（代決する）" in shown
    assert client.post(address(draft, "sign"), {**fields(draft, "sign"), **for_other}).status_code == 302
    client.force_login(people["部長"])
    page = client.get(desk).content.decode()
    assert "見本係長" in page and "代決の理由：出張で不在のため" in page and "よいと思います" in page
    assert "代わって押す" not in client.get(address(draft, "sign")).content.decode(), "the seal is the own one"
    client.post(address(draft, "sign"), fields(draft, "sign"))
    draft.refresh_from_db()
    assert (draft.state, draft.approver) == (State.APPROVED, people["部長"])
    assert [row.as_deputy for row in Signature.objects.order_by("position")] == [False, True, False]


def test_no_page_goes_past_the_seals(client, person, draft, seals):
    route, people = seals
    submit_snapshot(snapshot=draft, by=people["起案"], route=route)
    client.force_login(person("approver", email="who@x.invalid"))
    before = all_rows(without=SESSIONS)
    answer = client.post(address(draft, "approve"), fields(draft, "approve"))
    assert answer.status_code == 409 and "順番に印を押して" in answer.content.decode()
    assert client.post(address(draft, "sign"), fields(draft, "sign")).status_code == 403
    assert all_rows(without=SESSIONS) == before


def test_who_holds_a_post_may_send_back_but_not_publish(client, person, draft, seals):
    route, people = seals
    submit_snapshot(snapshot=draft, by=people["起案"], route=route)
    client.force_login(people["課長"])
    assert client.post(address(draft, "publish"), fields(draft, "publish")).status_code == 403
    assert client.post(address(draft, "return"), {"why": "直してください"}).status_code == 302


def test_a_route_that_cannot_be_walked_is_refused(client, draft, editor):
    broken = ApprovalRoute.objects.create(name="こわれた順路")
    RouteStep.objects.create(route=broken, position=1, kind="approve", post="係長")
    client.force_login(editor)
    answer = client.post(address(draft, "submit"), {"route": broken.pk})
    assert answer.status_code == 409 and "最後の段が決裁になっていません" in answer.content.decode()
    assert "正しく選択" in client.post(address(draft, "submit"), {"route": "999"}).content.decode()
    draft.refresh_from_db()
    assert draft.state == State.DRAFT


def test_a_stale_seal_is_refused(client, draft, seals):
    route, people = seals
    submit_snapshot(snapshot=draft, by=people["起案"], route=route)
    sign_snapshot(snapshot=draft, by=people["係長"])
    typed = fields(draft, "sign")
    changed_behind(draft)
    client.force_login(people["課長"])
    assert client.post(address(draft, "sign"), typed).status_code == 409
    assert Signature.objects.count() == 1


def test_a_form_of_seals_sent_twice_gives_one_seal(client, draft, seals):
    """係長, who may stand in for 課長, means one seal: the second sending is not taken for the 代決."""
    route, people = seals
    submit_snapshot(snapshot=draft, by=people["起案"], route=route)
    client.force_login(people["係長"])
    typed = fields(draft, "sign")
    assert client.post(address(draft, "sign"), typed).status_code == 302
    again = client.post(address(draft, "sign"), typed)
    assert again.status_code == 409 and "いまは別の段の番です（「2 課長（承認）」）" in again.content.decode()
    for more in ({"as_deputy": "on", "absence": "不在"}, {"seen_step": ""}, {"seen_step": "1-1"}, {"seen_step": "長" * 99}):
        assert client.post(address(draft, "sign"), {**typed, **more}).status_code == 409
    assert Signature.objects.count() == 1


@pytest.mark.parametrize("missing", ["as_deputy", "absence"])
def test_a_deputy_says_so_and_why(client, draft, seals, missing):
    route, people = seals
    submit_snapshot(snapshot=draft, by=people["起案"], route=route)
    sign_snapshot(snapshot=draft, by=people["係長"])
    client.force_login(people["係長"])
    typed = {**fields(draft, "sign"), "as_deputy": "on", "absence": "不在", missing: ""}
    page = client.post(address(draft, "sign"), typed).content.decode()
    assert {"as_deputy": "代わって押すことを確かめて", "absence": "代決する理由を書いて"}[missing] in page
    assert Signature.objects.count() == 1


def test_a_form_of_the_hand_in_before_gives_no_seal(client, draft, seals):
    route, people = seals
    submit_snapshot(snapshot=draft, by=people["起案"], route=route)
    typed = fields(draft, "sign")
    return_snapshot(snapshot=draft, by=people["課長"], why="数字")
    submit_snapshot(snapshot=draft, by=people["起案"], route=route)
    client.force_login(people["係長"])
    assert client.post(address(draft, "sign"), typed).status_code == 409 and not Signature.objects.exists()
    assert client.post(address(draft, "sign"), fields(draft, "sign")).status_code == 302
