"""A decision made elsewhere: what is kept of it, what cannot be, and what a return makes of it."""

import datetime as dt

import pytest

from ichinoseki_portal.models import Move
from ichinoseki_portal.workflow import MoveRefused
from plans import models
from plans.actions.snapshots import approve_snapshot, return_snapshot, submit_snapshot
from plans.enums import State
from plans.tests.factories import list_document, take_in
from plans.tests.test_road import decided, fresh

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft(db):
    return take_in(list_document("市は、地域の活動を支えます。", "互いに話し合います。")).snapshot


COUNCIL = {
    "decided_on": dt.date(2022, 3, 18),
    "document_number": "一ま第123号",
    "category": "council",
    "bill_number": "議案第12号",
    "council_date": dt.date(2022, 3, 18),
    "council_result": "amended",
    "amendments": "第３章の数を改めた",
    "opinion": "周知に努めること",
}


@pytest.fixture
def handed_in(draft, person):
    return submit_snapshot(snapshot=draft, by=person("editor"))


def test_a_decision_made_elsewhere_is_kept_with_the_hash(handed_in, person):
    clerk = person("approver")
    approve_snapshot(snapshot=handed_in, by=clerk, decision=COUNCIL)
    row = models.Decision.objects.get()
    assert (row.document_number, row.bill_number, row.opinion) == ("一ま第123号", "議案第12号", "周知に努めること")
    assert (row.recorded_by, row.content_hash) == (clerk, fresh(handed_in).approved_hash)


WRONG = [
    ({"council_result": "rejected"}, "否決"),
    ({"council_date": None}, "議決日"),
    ({"bill_number": ""}, "議案番号"),
    ({"amendments": ""}, "修正の内容"),
    ({"decided_on": dt.date(2999, 1, 1)}, "きょうより後"),
    ({"document_number": ""}, "文書番号"),
    ({"category": "king"}, "決裁区分"),
    ({"council_date": dt.date(2021, 3, 18)}, "合いません"),
]


@pytest.mark.parametrize(("change", "words"), WRONG)
def test_a_decision_that_cannot_be_leaves_the_draft_undecided(person, change, words):
    draft = take_in(decided("市は支えます。", date="2022-03")).snapshot
    submit_snapshot(snapshot=draft, by=person("editor"))
    with pytest.raises(MoveRefused, match=words):
        approve_snapshot(snapshot=draft, by=person("approver"), decision={**COUNCIL, **change})
    assert fresh(draft).state == State.IN_REVIEW and not models.Decision.objects.exists()


def test_a_return_takes_the_recorded_decision_back(handed_in, person):
    approve_snapshot(snapshot=handed_in, by=person("approver"), decision=COUNCIL)
    return_snapshot(snapshot=fresh(handed_in), by=person("approver"), why="番号の誤り")
    assert not models.Decision.objects.exists()
    kept = Move.objects.get(name="return").why
    assert kept.startswith("番号の誤り") and "文書番号 一ま第123号" in kept and "附帯意見 周知に努めること" in kept
    submit_snapshot(snapshot=fresh(handed_in), by=person("editor"))
    approve_snapshot(snapshot=fresh(handed_in), by=person("approver"), decision=COUNCIL)
    assert models.Decision.objects.count() == 1
