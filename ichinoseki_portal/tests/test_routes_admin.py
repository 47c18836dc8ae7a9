"""Routes of seals and who holds which post: kept by the few who may, and only in a shape that can be walked."""

import datetime as dt

import pytest

from ichinoseki_portal.models import ApprovalRoute, AuditRow, Department, PostHolding
from plans.actions.snapshots import pull_back_snapshot, submit_snapshot
from plans.tests.factories import list_document, take_in

pytestmark = pytest.mark.django_db
ADD = "/admin/portal/approvalroute/add/"
POSTS = "/admin/portal/postholding/"


def typed(*steps, name="ふつうの順路"):
    """A filled form: steps are (position, kind, post)."""
    fields = {"name": name, "note": "", "is_active": "on", "steps-TOTAL_FORMS": len(steps), "steps-INITIAL_FORMS": 0}
    for index, (position, kind, post) in enumerate(steps):
        fields |= {f"steps-{index}-position": position, f"steps-{index}-kind": kind, f"steps-{index}-post": post}
    return fields


@pytest.fixture
def chief(person):
    return person(is_superuser=True, email="chief@x.invalid")


def test_a_route_is_made_with_its_steps(client, chief):
    client.force_login(chief)
    assert client.post(ADD, typed((1, "approve", "係長"), (2, "concur", "財政課長"), (3, "decide", "部長"))).status_code == 302
    route = ApprovalRoute.objects.get()
    assert list(route.steps.values_list("position", "kind", "post")) == [
        *((1, "approve", "係長"), (2, "concur", "財政課長"), (3, "decide", "部長")),
    ]
    row = AuditRow.objects.get(action="approvalroute.steps")
    assert row.actor_id == chief.pk and len(row.detail["steps"]) == 3


@pytest.mark.parametrize(
    ("steps", "words"),
    [
        ([], "段を一つ以上"),
        ([(1, "approve", "係長")], "最後の段の種類は「決裁」"),
        ([(2, "approve", "係長"), (1, "decide", "部長")], "最後の段の種類は「決裁」"),
        ([(1, "decide", "課長"), (2, "decide", "部長")], "「決裁」は最後の段だけ"),
        ([(1, "approve", "係長"), (1, "decide", "部長")], "重複"),
        ([(1, "decide", "部\x07長")], "使えない文字"),
        ([(1, "nod", "部長")], "正しく選択"),
    ],
)
def test_a_route_that_cannot_be_walked_is_refused(client, chief, steps, words):
    client.force_login(chief)
    answer = client.post(ADD, typed(*steps))
    assert answer.status_code == 200 and words in answer.content.decode()
    assert not ApprovalRoute.objects.exists()


def test_posts_are_listed_by_department_with_their_days(client, chief, person):
    client.force_login(chief)
    section = Department.objects.create(code="mihon", name="見本課")
    user = person(email="holder@x.invalid", name="見本係長")
    fields = {"user": user.pk, "post": "係長", "department": section.pk, "first_day": "2026-04-01", "last_day": ""}
    wrong = client.post(f"{POSTS}add/", {**fields, "last_day": "2026-03-31"})
    assert "最後の日が、就いた日より前です" in wrong.content.decode() and not PostHolding.objects.exists()
    assert client.post(f"{POSTS}add/", fields).status_code == 302
    assert PostHolding.objects.get().first_day == dt.date(2026, 4, 1)
    page = client.get(POSTS).content.decode()
    assert "見本課" in page and "見本係長" in page and "係長" in page


@pytest.mark.parametrize("role", ["editor", "approver", "auditor", None])
def test_who_may_not_keep_them_is_refused(client, person, role):
    route, holder = ApprovalRoute.objects.create(name="順路"), person(email="holder@x.invalid")
    held = PostHolding.objects.create(user=holder, post="係長", first_day=dt.date(2026, 4, 1))
    client.force_login(person(*([role] if role else [])))
    for path in (ADD, f"/admin/portal/approvalroute/{route.pk}/change/", f"{POSTS}add/", f"{POSTS}{held.pk}/change/", POSTS):
        assert client.get(path).status_code == 403, path
        assert client.post(path, typed((1, "decide", "自分"))).status_code == 403, path
    assert not route.steps.exists() and PostHolding.objects.count() == 1


def leave_a_seal_out(client, route):
    """Post the form with the first of two steps taken out."""
    first, last = route.steps.all()
    fields = typed((1, "approve", "係長"), (2, "decide", "部長")) | {"steps-INITIAL_FORMS": 2, "steps-0-DELETE": "on"}
    for index, step in enumerate((first, last)):
        fields |= {f"steps-{index}-id": step.pk, f"steps-{index}-route": route.pk}
    return client.post(f"/admin/portal/approvalroute/{route.pk}/change/", fields)


@pytest.fixture
def walked(chief, client):
    client.force_login(chief)
    client.post(ADD, typed((1, "approve", "係長"), (2, "decide", "部長")))
    route = ApprovalRoute.objects.get()
    draft = take_in(list_document("市は支えます。")).snapshot
    submit_snapshot(snapshot=draft, by=chief, route=route)
    return route, draft


def test_the_steps_of_a_route_stay_while_something_is_on_its_way_by_it(client, chief, walked):
    route, draft = walked
    answer = leave_a_seal_out(client, route)
    assert answer.status_code == 200 and "決裁を待っているものがあります" in answer.content.decode()
    assert route.steps.count() == 2
    pull_back_snapshot(snapshot=draft, by=chief)
    assert leave_a_seal_out(client, route).status_code == 302 and route.steps.count() == 1


def test_that_they_stay_hangs_on_asking(client, walked, monkeypatch):
    monkeypatch.setattr("ichinoseki_portal.admin.routes.is_walked", lambda route: False)
    assert leave_a_seal_out(client, walked[0]).status_code == 302 and walked[0].steps.count() == 1
