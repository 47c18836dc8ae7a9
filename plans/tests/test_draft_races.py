"""Two at once on drafts and trees, on both databases; and the same race with the guard off, which must go wrong."""

import time

import pytest
from django.db import connection

from ichinoseki_portal.models import User
from ichinoseki_portal.tests.racing import race
from plans import models
from plans.actions import drafts, successions, trees
from plans.actions.drafts import start_draft, start_edition
from plans.actions.fact_edits import edit_facts
from plans.actions.locks import EditRefused
from plans.actions.trees import add_clause, move_clause, remove_clause
from plans.tests.factories import publish, take_in
from plans.tests.test_trees import shape, tree_document

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def people(db):
    return [User.objects.create_user(f"{name}@city.example.jp", name=name) for name in ("author", "approver")]


@pytest.fixture
def draft(people):
    return take_in(tree_document(), by=people[0]).snapshot


@pytest.fixture
def final(draft, people):
    return publish(draft, author=people[0], approver=people[1])


def kinds(results):
    return sorted(type(result).__name__ for result in results)


def two_moves(draft, people):
    """Each with its own reading of the tree as both saw it."""
    version = draft.tree_version

    def job(code, before):
        rows = {row.code: row for row in models.Clause.objects.filter(snapshot=draft).select_related("snapshot__edition")}
        return lambda: move_clause(
            clause=rows[code], by=people[0], tree_version=version, parent=rows["1"] if before else None, before=rows.get(before)
        )

    return race(job("2", "1.1"), job("1.2", ""))


def test_of_two_moves_at_once_the_second_is_refused(draft, people):
    before = draft.tree_version
    results = two_moves(draft, people)
    assert kinds(results) == ["Clause", "EditRefused"], results
    shape(draft)
    draft.refresh_from_db()
    assert draft.tree_version == before + 1


def slow_shift(monkeypatch):
    """Time for the other to read the same tree."""
    shift = trees._shift

    def slow(*args):
        time.sleep(0.6)
        shift(*args)

    monkeypatch.setattr(trees, "_shift", slow)


def unguard(monkeypatch):
    """Neither lock nor version: each works on the numbers it has read."""

    def unlocked(snapshot):
        snapshot.edition = models.Edition.objects.select_related("plan").get(pk=snapshot.edition_id)

    monkeypatch.setattr(trees, "open_draft", unlocked)
    monkeypatch.setattr(trees, "_open", lambda snapshot, version: unlocked(snapshot))
    monkeypatch.setattr(trees, "_claim", lambda snapshot, version: None)


def test_two_moves_both_go_through_without_the_guard(draft, people, monkeypatch):
    unguard(monkeypatch)
    slow_shift(monkeypatch)
    results = two_moves(draft, people)
    broken = kinds(results) != ["Clause", "EditRefused"]
    assert broken, results


def test_a_move_against_a_removal_and_an_addition(draft, people):
    version = draft.tree_version
    rows = {row.code: row for row in draft.clauses.select_related("snapshot__edition")}
    copies = [models.Snapshot.objects.select_related("edition__plan").get(pk=draft.pk) for _ in range(2)]
    results = race(
        lambda: move_clause(clause=rows["2"], by=people[0], tree_version=version, parent=rows["1"], before=rows["1.1"]),
        lambda: remove_clause(clause=rows["1"], by=people[0], tree_version=version),
        lambda: add_clause(
            snapshot=copies[1], by=people[0], tree_version=version, parent=rows["2"], before=None, kind="item", title="足す"
        ),
    )
    assert sum(isinstance(result, EditRefused) for result in results) == 2, results
    shape(draft)


def begin_twice(final, people):
    copies = [models.Edition.objects.get(pk=final.edition_id) for _ in range(2)]
    return race(*[lambda copy=copy: start_draft(edition=copy, stage="amendment", by=people[0]) for copy in copies])


def test_a_draft_begun_twice_at_once_is_one(final, people):
    results = begin_twice(final, people)
    assert kinds(results) == ["EditRefused", "Snapshot"], results
    assert models.Snapshot.objects.unfrozen().count() == 1


def test_it_would_be_two_without_the_guard(final, people, monkeypatch):
    monkeypatch.setattr(drafts, "refuse_second", lambda rows: None)
    begin_twice(final, people)
    assert models.Snapshot.objects.unfrozen().count() == 2


def test_the_lock_is_what_lets_the_second_see_the_first(final, people, monkeypatch):
    if connection.vendor != "postgresql":
        pytest.skip("SQLite lets one writer in at a time: the transaction itself is the lock")
    from django.db import models as django_models

    copy = drafts.copy_content

    def slow(*args):
        time.sleep(0.6)
        copy(*args)

    monkeypatch.setattr(drafts, "copy_content", slow)
    monkeypatch.setattr(django_models.query.QuerySet, "select_for_update", lambda self, **options: self)
    assert kinds(begin_twice(final, people)) != ["EditRefused", "Snapshot"]


def test_an_edition_begun_twice_at_once_is_one(final, people):
    copies = [models.Edition.objects.select_related("plan").get(pk=final.edition_id) for _ in range(2)]
    results = race(
        *[lambda copy=copy: start_edition(edition=copy, key="2027", title="第３次 見本計画", by=people[0]) for copy in copies]
    )
    assert kinds(results) == ["EditRefused", "Edition"], results
    assert models.Edition.objects.filter(key="2027").count() == 1 and models.Snapshot.objects.unfrozen().count() == 1


def test_two_editors_of_facts(draft, people):
    version = draft.tree_version
    copies = [models.Snapshot.objects.select_related("edition__plan").get(pk=draft.pk) for _ in range(2)]
    results = race(
        *[
            lambda copy=copy, words=words: edit_facts(snapshot=copy, by=people[0], seen_version=version, ordinal=words)
            for copy, words in zip(copies, ("第２次改", "第２次別"), strict=True)
        ]
    )
    assert kinds(results) == ["EditRefused", "Snapshot"], results


def test_two_who_say_different_things_of_one_clause(final, people):
    third = start_edition(edition=final.edition, key="2027", title="第３次 見本計画", by=people[0]).snapshots.get()
    copies = [models.Snapshot.objects.get(pk=third.pk) for _ in range(2)]
    results = race(
        lambda: successions.merge(snapshot=copies[0], old_codes=["1.1.1", "1.1.2"], new_code="1.1.1", by=people[0]),
        lambda: successions.merge(snapshot=copies[1], old_codes=["1.1.2", "2.1"], new_code="2.1", by=people[0]),
    )
    assert results == [None, None]
    stated = set(third.successions.filter(old__code="1.1.2").values_list("new__code", "kind"))
    assert stated in ({("1.1.1", "merged")}, {("2.1", "merged")})  # the later word, whole
    ends = [pair for pair in third.successions.values_list("old__code", "new__code") if pair[1]]
    assert {new for _old, new in ends} == set(third.clauses.values_list("code", flat=True))
