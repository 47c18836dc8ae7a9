"""The same button pressed twice at one moment, through the pages, on both databases: done once, and the other told."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from ichinoseki_portal.models import AuditRow, Move
from ichinoseki_portal.tests.racing import race
from plans import models
from plans.actions import snapshots
from plans.actions.contents import content_hash
from plans.actions.snapshots import approve_snapshot, submit_snapshot
from plans.tests.factories import list_document, take_in

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]
LIST = "/admin/plans/snapshot/"
TEXT = "みどりの計画\n\n１ めざす姿\nみんなで花を育てます。\n\n２ 取組\n市は、花壇を作ります。\n"


def clients(user, number=3):
    found = [Client() for _ in range(number)]
    for client in found:
        client.force_login(user)
    return found


def press_at_once(user, path, typed, number=3):
    """Statuses of several identical posts, sorted."""
    results = race(*[lambda one=one: one.post(path, typed).status_code for one in clients(user, number)])
    return sorted(results, key=str)


@pytest.fixture
def handed_in(person):
    snapshot = take_in(list_document("市は、地域の活動を支えます。", "互いに話し合います。")).snapshot
    return submit_snapshot(snapshot=snapshot, by=person("editor", email="author@x.invalid"))


def test_a_double_click_on_approve_approves_once(handed_in, approver):
    typed = {"seen_hash": content_hash(handed_in)}
    assert press_at_once(approver, f"{LIST}{handed_in.pk}/approve/", typed) == [302, 409, 409]
    assert Move.objects.filter(name="approve").count() == 1


def test_a_double_click_on_publish_publishes_once(handed_in, approver):
    approve_snapshot(snapshot=handed_in, by=approver)
    typed = {"seen_hash": content_hash(handed_in), "when": "now"}
    assert press_at_once(approver, f"{LIST}{handed_in.pk}/publish/", typed) == [302, 409, 409]
    assert Move.objects.filter(name="publish").count() == 1
    assert AuditRow.objects.filter(action="snapshot.published").count() == 1


def test_that_approving_once_hangs_on_the_move(handed_in, approver, monkeypatch):
    """The guard off: each press would count."""

    def unguarded(obj, name, *, moves, by, why="", **stamps):
        type(obj).objects.filter(pk=obj.pk).update(state=moves[name].target, **stamps)
        return Move.objects.create(subject_type="plans.Snapshot", subject_id=obj.pk, name=name, from_state="", to_state="", by=by)

    monkeypatch.setattr(snapshots, "move", unguarded)
    typed = {"seen_hash": content_hash(handed_in)}
    assert press_at_once(approver, f"{LIST}{handed_in.pk}/approve/", typed) == [302, 302, 302]
    assert Move.objects.filter(name="approve").count() == 3


def test_one_approves_while_another_sends_back(handed_in, person):
    one, other = person("approver", email="one@x.invalid"), person("approver", email="other@x.invalid")
    approving, returning = clients(one, 1)[0], clients(other, 1)[0]
    seen = {"seen_hash": content_hash(handed_in)}
    results = race(
        lambda: approving.post(f"{LIST}{handed_in.pk}/approve/", seen).status_code,
        lambda: returning.post(f"{LIST}{handed_in.pk}/return/", {"why": "数字"}).status_code,
    )
    handed_in.refresh_from_db()
    names = list(Move.objects.exclude(name="submit").order_by("id").values_list("name", flat=True))
    # sending back works from 決裁済み too: either it came first and the approval was refused, or it came second
    assert handed_in.state == "draft" and [results, names] in ([[409, 302], ["return"]], [[302, 302], ["approve", "return"]])
    assert handed_in.approver is None and handed_in.approved_hash == ""


def test_two_yeses_take_a_document_in_once(editor):
    sender = clients(editor, 1)[0]
    file = SimpleUploadedFile("midori.txt", TEXT.encode())
    typed = {"plan_key": "midori", "plan_title": "みどりの計画", "edition": "2022", "file": file}
    where = sender.post("/admin/plans/importjob/take-in/", typed)["Location"]
    assert press_at_once(editor, where, {}) == [302, 302, 302]
    assert models.ImportJob.objects.count() == models.Snapshot.objects.count() == 1
    assert AuditRow.objects.filter(action="plan.imported").count() == 1


def test_a_remark_is_settled_once(handed_in, editor):
    remark = models.Remark.objects.create(snapshot=handed_in, text="見て", by=editor)
    press_at_once(editor, f"{LIST}{handed_in.pk}/remark/{remark.pk}/done/", {})
    assert AuditRow.objects.filter(action="remark.settled").count() == 1
