"""Two at once, on both databases; and the same race with the guard off, which must go wrong."""

import threading
import time

import pytest
from django.db import connection, connections

from ichinoseki_portal.models import Move, OutboxMail, User
from plans import models
from plans.actions import editing, imports, locks, snapshots
from plans.actions.contents import content_hash
from plans.actions.editing import EditRefused, edit_clause
from plans.actions.snapshots import approve_snapshot, publish_snapshot, submit_snapshot
from plans.reader.errors import ReadingRefused
from plans.tests.factories import list_document, take_in

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]


def together(*jobs):
    """Run the jobs in threads that start at one moment. Returns what each returned or raised."""
    start = threading.Barrier(len(jobs))
    results = [None] * len(jobs)

    def run(number, job):
        start.wait(timeout=20)
        try:
            results[number] = job()
        except Exception as error:
            results[number] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(jobs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)
    assert not any(thread.is_alive() for thread in threads)
    return results


@pytest.fixture
def people(db):
    return [User.objects.create_user(f"{name}@city.example.jp", name=name) for name in ("author", "approver")]


@pytest.fixture
def draft(people):
    return take_in(list_document("市は、地域の活動を支えます。", "互いに話し合います。")).snapshot


def publish_at_once(draft, people, number=4):
    submit_snapshot(snapshot=draft, by=people[0])
    approve_snapshot(snapshot=draft, by=people[1])
    copies = [models.Snapshot.objects.get(pk=draft.pk) for _ in range(number)]
    return together(*[lambda copy=copy: publish_snapshot(snapshot=copy, by=people[1]) for copy in copies])


def test_a_double_publish_publishes_once(draft, people):
    results = publish_at_once(draft, people)
    assert sorted(type(result).__name__ for result in results) == ["MoveRefused"] * 3 + ["Snapshot"]
    assert Move.objects.filter(name="publish").count() == 1
    assert OutboxMail.objects.count() == 1


def test_a_double_publish_goes_wrong_without_the_guard(draft, people, monkeypatch):
    def unguarded(obj, name, *, moves, by, why="", **stamps):
        type(obj).objects.filter(pk=obj.pk).update(state=moves[name].target, **stamps)
        return Move.objects.create(subject_type="plans.Snapshot", subject_id=obj.pk, name=name, from_state="", to_state="", by=by)

    monkeypatch.setattr(snapshots, "move", unguarded)
    publish_at_once(draft, people)
    assert Move.objects.filter(name="publish").count() > 1


def edit_against_approve(draft, people):
    """One keeps editing until after the approval, the other submits and approves. Returns the snapshot as it ends."""
    row = draft.clauses.get(code="1.1")
    done = threading.Event()

    def editing():
        refused = 0
        deadline = time.monotonic() + 60
        after = 0
        while after < 2 and time.monotonic() < deadline:
            after += done.is_set()
            now = models.Clause.objects.get(pk=row.pk)
            try:
                edit_clause(clause=now, by=people[0], version=now.version, body=f"{now.version}回めの文です。")
            except EditRefused:
                refused += 1
        return refused

    def approving():
        try:
            submit_snapshot(snapshot=models.Snapshot.objects.get(pk=draft.pk), by=people[0])
            approve_snapshot(snapshot=models.Snapshot.objects.get(pk=draft.pk), by=people[1])
        finally:
            done.set()

    results = together(editing, approving)
    assert not any(isinstance(result, Exception) for result in results), results
    return models.Snapshot.objects.get(pk=draft.pk)


def test_what_is_approved_is_what_stands_there_whoever_edits_meanwhile(draft, people):
    end = edit_against_approve(draft, people)
    assert end.state == "approved"
    assert end.approved_hash == content_hash(end)


def test_an_edit_slips_in_without_the_guard(draft, people, monkeypatch):
    monkeypatch.setattr(editing, "_open_row", lambda clause, version: models.Clause.objects.filter(pk=clause.pk, version=version))
    end = edit_against_approve(draft, people)
    assert end.approved_hash != content_hash(end)


def slow_edit_against_approve(draft, people, monkeypatch):
    """An edit that has passed its check and is not committed yet, while another submits and approves."""
    row = draft.clauses.get(code="1.1")
    written = threading.Event()
    record = snapshots.audit.record

    def slow(**fields):
        if fields["action"] == "clause.edited":
            written.set()
            time.sleep(1.5)
        return record(**fields)

    monkeypatch.setattr(snapshots.audit, "record", slow)

    def approving():
        written.wait(timeout=20)
        submit_snapshot(snapshot=models.Snapshot.objects.get(pk=draft.pk), by=people[0])
        approve_snapshot(snapshot=models.Snapshot.objects.get(pk=draft.pk), by=people[1])

    results = together(lambda: edit_clause(clause=row, by=people[0], version=1, body="遅れて届く文です。"), approving)
    assert not any(isinstance(result, Exception) for result in results), results
    return models.Snapshot.objects.get(pk=draft.pk)


def test_an_edit_under_way_is_waited_for(draft, people, monkeypatch):
    people[0], author = User.objects.create_user("submitter@city.example.jp", name="s"), people[0]
    assert author != people[1]
    end = slow_edit_against_approve(draft, people, monkeypatch)
    assert end.approved_hash == content_hash(end)
    assert end.clauses.get(code="1.1").body == "遅れて届く文です。"


def test_an_edit_under_way_is_missed_without_the_lock(draft, people, monkeypatch):
    if connection.vendor != "postgresql":
        pytest.skip("SQLite lets one writer in at a time: the transaction itself is the lock")

    def unlocked(snapshot):
        return models.Edition.objects.select_related("plan").get(pk=snapshot.edition_id)

    monkeypatch.setattr(locks, "lock_edition", unlocked)
    monkeypatch.setattr(editing, "lock_edition", unlocked)
    end = slow_edit_against_approve(draft, people, monkeypatch)
    assert end.approved_hash != content_hash(end)


def test_two_imports_of_one_file_at_once_write_one_snapshot(db):
    def job():
        return take_in(list_document("市は、地域の活動を支えます。")).changed

    results = together(*[job] * 4)
    assert sorted(map(str, results)) == ["False", "False", "False", "True"], results
    assert models.Snapshot.objects.count() == models.ImportJob.objects.count() == models.Edition.objects.count() == 1


def import_against_approve(draft, people):
    submit_snapshot(snapshot=draft, by=people[0])
    results = together(
        lambda: take_in(list_document("まったく別の文に替えます。")),
        lambda: approve_snapshot(snapshot=models.Snapshot.objects.get(pk=draft.pk), by=people[1]),
    )
    end = models.Snapshot.objects.get(pk=draft.pk)
    assert end.state == "approved" and end.approved_hash == content_hash(end)
    assert not OutboxMail.objects.exists()
    return results


def test_an_import_against_an_approval_is_refused_and_leaves_the_text_approved(draft, people):
    results = import_against_approve(draft, people)
    assert [type(result).__name__ for result in results] == ["ReadingRefused", "Snapshot"], results
    assert models.Snapshot.objects.count() == 1


def test_the_import_begins_a_second_text_without_the_guard(draft, people, monkeypatch):
    monkeypatch.setattr(imports, "refuse_second", lambda rows, **options: None)
    results = import_against_approve(draft, people)
    assert not any(isinstance(result, Exception) for result in results), results
    assert models.Snapshot.objects.filter(sequence=2, state="draft").count() == 1


def import_against_submit(draft, people):
    """A file replaces the draft while another hands it in."""
    results = together(
        lambda: take_in(list_document("まったく別の文に替えます。"), by=people[1]),
        lambda: submit_snapshot(snapshot=models.Snapshot.objects.get(pk=draft.pk), by=people[0]),
    )
    assert not isinstance(results[1], Exception), results
    assert results[0] is not None and (not isinstance(results[0], Exception) or isinstance(results[0], ReadingRefused)), results


def test_an_import_against_a_submission_leaves_one_text(draft, people):
    import_against_submit(draft, people)
    assert models.Snapshot.objects.get().state == "in_review"
