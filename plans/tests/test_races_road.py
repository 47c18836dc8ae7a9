"""Two at once on the road's further ways, on both databases; and the same with the guard off, which must go wrong."""

import datetime as dt

import pytest
from django.utils import timezone

from ichinoseki_portal import approval
from ichinoseki_portal.models import ApprovalRoute, AuditRow, Move, OutboxMail, PostHolding, Signature, User
from plans import models
from plans.actions import settling, snapshots
from plans.actions.snapshots import (
    approve_snapshot,
    publish_snapshot,
    return_snapshot,
    sign_snapshot,
    submit_snapshot,
)
from plans.tests.factories import list_document, take_in
from plans.tests.test_races import together

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def people(db):
    return [User.objects.create_user(f"{name}@city.example.jp", name=name) for name in ("author", "first", "second")]


@pytest.fixture
def draft(people):
    return take_in(list_document("市は、地域の活動を支えます。", "互いに話し合います。")).snapshot


def copies(snapshot, number):
    return [models.Snapshot.objects.get(pk=snapshot.pk) for _ in range(number)]


def with_route(draft, people):
    """One seal that two people may give, and the decision after it."""
    route = ApprovalRoute.objects.create(name="順路")
    route.steps.create(position=1, kind="approve", post="係長")
    route.steps.create(position=2, kind="decide", post="部長")
    for person in people[1:]:
        PostHolding.objects.create(user=person, post="係長", first_day=dt.date(2020, 4, 1))
    submit_snapshot(snapshot=draft, by=people[0], route=route)


def sign_at_once(draft, people):
    first, second = copies(draft, 2)
    return together(
        lambda: sign_snapshot(snapshot=first, by=people[1]),
        lambda: sign_snapshot(snapshot=second, by=people[2]),
    )


def test_of_two_seals_for_one_step_one_counts(draft, people):
    with_route(draft, people)
    results = sign_at_once(draft, people)
    assert sorted(type(result).__name__ for result in results) == ["MoveRefused", "Snapshot"], results
    assert Signature.objects.count() == 1


def test_two_seals_count_when_whose_turn_it_is_is_not_asked(draft, people, monkeypatch):
    """The guard off: the step is taken from the number of the signer, as a form might send it."""
    with_route(draft, people)
    turn = approval.seals

    def everyones(route, submission):
        found = turn(route, submission)
        return [approval.Seal(seal.step, None, seal.step.position == Signature.objects.count() + 1) for seal in found]

    monkeypatch.setattr(approval, "seals", everyones)
    monkeypatch.setattr(approval, "may_sign", lambda *args, **more: "holder")
    results = sign_at_once(draft, people)
    assert [type(result).__name__ for result in results] == ["Snapshot", "Snapshot"], results


def due(draft, people):
    submit_snapshot(snapshot=draft, by=people[0])
    approve_snapshot(snapshot=draft, by=people[1])
    publish_snapshot(snapshot=draft, by=people[1], at=timezone.now() + dt.timedelta(hours=1))
    models.Snapshot.objects.filter(pk=draft.pk).update(published_at=timezone.now())


def test_two_workers_settle_once(draft, people):
    due(draft, people)
    results = together(*[settling.settle_due] * 4)
    assert sorted(results) == [0, 0, 0, 1], results
    assert OutboxMail.objects.count() == AuditRow.objects.filter(action="snapshot.settled").count() == 1


def test_two_workers_settle_twice_when_it_is_not_asked_again(draft, people, monkeypatch):
    due(draft, people)
    monkeypatch.setattr(settling, "_is_due", lambda snapshot, at: True)
    pk = draft.pk
    together(*[lambda: settling._settle_one(pk, timezone.now())] * 3)
    assert OutboxMail.objects.count() == 3


def test_a_return_and_an_approval_at_once_end_in_one_of_the_two(draft, people):
    submit_snapshot(snapshot=draft, by=people[0])
    one, two = copies(draft, 2)
    together(
        lambda: return_snapshot(snapshot=one, by=people[1], why="数が違います"),
        lambda: approve_snapshot(snapshot=two, by=people[2]),
    )
    end = models.Snapshot.objects.get(pk=draft.pk)
    names = list(Move.objects.order_by("id").values_list("name", flat=True))
    assert (end.state, names) in (
        ("draft", ["submit", "return"]),
        ("draft", ["submit", "approve", "return"]),
    )
    assert end.approver is None and end.approved_hash == ""


def approve_twice(draft, people):
    submit_snapshot(snapshot=draft, by=people[0])
    one, two = copies(draft, 2)
    return together(lambda: approve_snapshot(snapshot=one, by=people[1]), lambda: approve_snapshot(snapshot=two, by=people[2]))


def test_of_two_approvals_one_stands(draft, people):
    results = approve_twice(draft, people)
    assert sorted(type(result).__name__ for result in results) == ["MoveRefused", "Snapshot"]
    assert Move.objects.filter(name="approve").count() == 1


def test_two_approvals_stand_without_the_guard(draft, people, monkeypatch):
    def unguarded(obj, name, *, moves, by, why="", **stamps):
        type(obj).objects.filter(pk=obj.pk).update(state=moves[name].target, **stamps)
        return Move.objects.create(subject_type="plans.Snapshot", subject_id=obj.pk, name=name, from_state="", to_state="", by=by)

    monkeypatch.setattr(snapshots, "move", unguarded)
    approve_twice(draft, people)
    assert Move.objects.filter(name="approve").count() == 2
