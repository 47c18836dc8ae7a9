"""The same button pressed twice at one moment, through the pages, on both databases: done once, and the other told."""

import datetime as dt

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from ichinoseki_portal import approval
from ichinoseki_portal.models import ApprovalRoute, AuditRow, Move, PostHolding, Signature
from ichinoseki_portal.tests.racing import race
from plans import models
from plans.actions import snapshots
from plans.actions.contents import content_hash
from plans.actions.snapshots import approve_snapshot, return_snapshot, submit_snapshot
from plans.admin import road
from plans.admin.road import road_now
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


# --- one press of the seal --------------------------------------------------------------------------------------------------


@pytest.fixture
def for_two_absent(person, handed_in):
    """A route on which one person may stand in for two posts that follow each other, the last of which decides."""
    route = ApprovalRoute.objects.create(name="二段の代決")
    route.steps.create(position=1, kind="approve", post="課長", deputy_post="係長")
    route.steps.create(position=2, kind="decide", post="部長", deputy_post="係長")
    return_snapshot(snapshot=handed_in, by=person("approver", email="back@x.invalid"), why="順路へ")
    submit_snapshot(snapshot=handed_in, by=handed_in.author, route=route)
    deputy = person("auditor", email="deputy@x.invalid")
    PostHolding.objects.create(user=deputy, post="係長", first_day=dt.date(2020, 4, 1))
    handed_in.refresh_from_db()
    typed = {"seen_hash": content_hash(handed_in), "seen_step": road_now(handed_in).next_step}
    return handed_in, deputy, {**typed, "as_deputy": "on", "absence": "不在のため"}


def test_a_double_click_on_the_seal_gives_one_seal(for_two_absent):
    draft, deputy, typed = for_two_absent
    assert press_at_once(deputy, f"{LIST}{draft.pk}/sign/", typed, 2) == [302, 409]
    draft.refresh_from_db()
    assert (Signature.objects.count(), draft.state) == (1, "in_review")


def test_that_a_double_click_gives_one_seal_hangs_on_the_step_shown(for_two_absent, monkeypatch):
    """The guard off: the second press is taken for the next step, and decides."""
    draft, deputy, typed = for_two_absent
    monkeypatch.setattr(approval, "refuse_other_step", lambda *args: None)
    monkeypatch.setattr(road, "_instead_of", lambda *args: "だれか")
    assert press_at_once(deputy, f"{LIST}{draft.pk}/sign/", typed, 2) == [302, 302]
    draft.refresh_from_db()
    assert (Signature.objects.count(), draft.state) == (2, "approved")
