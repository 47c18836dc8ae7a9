"""The one setter of a state: every state × every move of the tables that exist, and two movers at once."""

import re

import pytest
from django.utils import timezone

from ichinoseki_portal.models import Move
from ichinoseki_portal.tests.racing import race
from ichinoseki_portal.workflow import MoveRefused, move, moves_of
from plans.enums import MOVES, State
from plans.models import Edition, Plan, Snapshot
from plans.models.editions import SnapshotQuerySet


@pytest.fixture
def stamps(approver):
    """Every stamp a state may need, so that the table alone decides what is refused."""
    now = timezone.now()
    taken_back = {"withdrawn_at": now, "withdrawn_why": "誤りがあったため"}
    return {"approver": approver, "approved_hash": "a" * 64, "content_hash": "a" * 64, "published_at": now, **taken_back}


@pytest.fixture
def snapshot(stamps):
    plan = Plan.objects.create(key="machi", title="まち計画", fictional=True)
    edition = Edition.objects.create(plan=plan, key="2022", title="第２次まち計画")
    return Snapshot.objects.create(edition=edition, sequence=1, **stamps)


@pytest.mark.django_db
@pytest.mark.parametrize("name", MOVES)
@pytest.mark.parametrize("state", State.values)
def test_every_state_and_every_move(snapshot, stamps, editor, state, name):
    Snapshot.objects.filter(pk=snapshot.pk).update(state=state)
    snapshot.refresh_from_db()
    if state in MOVES[name].sources:
        row = move(snapshot, name, moves=MOVES, by=editor, why="理由", **stamps)
        assert (row.name, row.from_state, row.to_state, row.by, row.why) == (name, state, MOVES[name].target, editor, "理由")
        assert list(moves_of(snapshot)) == [row]
        expected = MOVES[name].target
    else:
        with pytest.raises(MoveRefused) as refused:
            move(snapshot, name, moves=MOVES, by=editor, **stamps)
        assert str(refused.value) == f"いまの状態（{State(state).label}）からは「{MOVES[name].label}」はできません。"
        assert not re.search("[a-z]", str(refused.value))
        assert not Move.objects.exists()
        expected = state
    assert snapshot.state == expected
    assert Snapshot.objects.get(pk=snapshot.pk).state == expected


def test_the_table_reaches_every_state_and_ends_nowhere_unknown():
    targets = {step.target for step in MOVES.values()}
    assert targets <= set(State.values)
    assert set(State.values) - targets == set()
    assert all(step.sources <= set(State.values) for step in MOVES.values())


@pytest.mark.django_db
def test_a_stale_reader_is_refused(snapshot, editor):
    stale = Snapshot.objects.get(pk=snapshot.pk)
    move(snapshot, "submit", moves=MOVES, by=editor)
    with pytest.raises(MoveRefused, match="先に"):
        move(stale, "submit", moves=MOVES, by=editor)
    assert Move.objects.count() == 1


def movers(snapshot, user, count=6):
    readings = [Snapshot.objects.get(pk=snapshot.pk) for _ in range(count)]
    return [lambda reading=reading: move(reading, "submit", moves=MOVES, by=user) for reading in readings]


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_of_several_movers_one_moves(snapshot, editor):
    results = race(*movers(snapshot, editor))
    assert sum(isinstance(result, Move) for result in results) == 1, results
    assert sum(isinstance(result, MoveRefused) for result in results) == 5, results
    assert Move.objects.count() == 1


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_without_the_guard_the_race_is_lost(snapshot, editor, monkeypatch):
    """The control: with the state taken out of the WHERE, several move. If this fails, the test above proves nothing."""
    guarded = SnapshotQuerySet.filter

    def blind(self, *args, **conditions):
        if conditions.keys() == {"pk", "state"}:
            del conditions["state"]
        return guarded(self, *args, **conditions)

    monkeypatch.setattr(SnapshotQuerySet, "filter", blind)
    results = race(*movers(snapshot, editor))
    assert sum(isinstance(result, Move) for result in results) > 1, results
