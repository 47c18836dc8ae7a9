"""What a person's file may write beside a draft's text: proposals and what the draft states itself, nothing that is public."""

import copy
import json

import pytest

from ichinoseki_portal.models import AuditRow
from ichinoseki_portal.workflow import MoveRefused
from plans import models
from plans.actions import imports, snapshots, ties
from plans.actions.drafts import start_draft
from plans.actions.editing import edit_clause
from plans.actions.snapshots import approve_snapshot, submit_snapshot
from plans.reader import document as doc
from plans.reader.errors import ReadingRefused
from plans.tests.factories import all_rows, list_document, publish, take_in
from plans.tests.test_intake import TAKE_IN, preview_of, text_file

pytestmark = pytest.mark.django_db
WORDS = ("市は、地域の活動を支えます。", "互いに話し合います。")
PUBLIC = ("plans.Succession", "plans.ReviewRule", "plans.ReviewExplanation", "plans.ClauseDepartment")


@pytest.fixture
def published(editor, approver):
    return publish(take_in(list_document(*WORDS), by=editor).snapshot, author=editor, approver=approver)


def laden(*items, plan="mihon", edition="2022"):
    """A document with a department, a rule, a succession of its own edition and of another's, a link and a plain text."""
    new = list_document(*(items or WORDS))
    new.clauses[1].departments = [doc.DepartmentRow(2024, "見本課")]
    new.clauses[1].texts = [doc.ClauseTextRow("plain", "やさしい文")]
    new.review_rules = [doc.ReviewRuleRow("1.1", "策定", 1, "decision")]
    here = doc.Address(plan, edition, "1.1")
    new.succession = [
        doc.SuccessionRow(doc.Address("mihon", "2017", "1"), here, "changed", "取り込みの理由"),
        doc.SuccessionRow(doc.Address("mihon", "2022", "1"), doc.Address("mihon", "2027", "5"), "changed", "よその理由"),
        doc.SuccessionRow(doc.Address("mihon", "2017", ""), doc.Address(plan, edition, ""), "changed", "版の理由"),
    ]
    new.links = [doc.Link(here, doc.Address(plan, edition, "1"), "explains", "editor")]
    return new


def only(*labels):
    found = all_rows()
    return {label: found[label] for label in labels}


def test_a_persons_file_changes_nothing_public_of_a_published_text(published, editor):
    before = only(*PUBLIC, "plans.Clause", "plans.Snapshot")
    found = take_in(laden(), by=editor)
    assert only(*PUBLIC, "plans.Clause", "plans.Snapshot") == before
    assert found.snapshot == published and found.beside == {"texts": 1, "links": 1}
    text, link = models.ClauseText.objects.get(), models.ClauseLink.objects.get()
    assert (text.text, text.proposed, link.confirmed_at) == ("", "やさしい文", None)
    told = "\n".join(found.left_out)
    for words in (
        "mihon/2017/1 → mihon/2022/1.1",
        "mihon/2022/1 → mihon/2027/5",
        "mihon/2017 → mihon/2022",
        "1.1：策定",
        "所管課1件",
    ):
        assert words in told, words
    row = AuditRow.objects.get(action="plan.completed")
    assert row.detail == {"beside": {"texts": 1, "links": 1}, "left_out": 5} and row.actor_id == editor.pk
    again = take_in(laden(), by=editor)
    assert not again.changed and len(again.left_out) == 5


def test_it_would_be_public_at_once_without_the_reach(published, editor, monkeypatch):
    monkeypatch.setattr(ties.Reach, "of", classmethod(lambda cls, snapshot: cls(snapshot, True)))
    take_in(laden(), by=editor)
    assert models.Succession.objects.filter(snapshot=published, reason="取り込みの理由").exists()
    assert models.ReviewRule.objects.exists() and models.ClauseDepartment.objects.exists()


@pytest.mark.parametrize("state", ["in_review", "approved"])
def test_nor_of_a_text_on_its_way_that_nobody_reads_yet(editor, approver, state):
    snapshot = take_in(list_document(*WORDS), by=editor).snapshot
    submit_snapshot(snapshot=snapshot, by=editor)
    if state == "approved":
        approve_snapshot(snapshot=snapshot, by=approver)
    before = only(*PUBLIC)
    assert take_in(laden(), by=editor).beside == {"texts": 1, "links": 1}
    assert only(*PUBLIC) == before


def test_another_plans_file_does_not_write_into_a_published_text(published, editor):
    other = laden("まったく別の計画の文です。", plan="hoka", edition="2030")
    other.plan.key, other.edition.key = "hoka", "2030"
    other.succession = [
        doc.SuccessionRow(doc.Address("mihon", "2017", "1"), doc.Address("mihon", "2022", "1.1"), "changed", "よその理由"),
        doc.SuccessionRow(doc.Address("mihon", "2022", "1"), doc.Address("hoka", "2030", "1.1"), "changed", "自分の理由"),
    ]
    found = take_in(other, plan="hoka", edition="2030", by=editor)
    stated = models.Succession.objects.get()
    assert (stated.snapshot, stated.edition.plan.key, stated.reason) == (found.snapshot, "hoka", "自分の理由")
    assert len(found.left_out) == 1 and "mihon/2017/1 → mihon/2022/1.1" in found.left_out[0]


def test_a_new_draft_of_a_public_edition_states_its_succession_alone(published, editor):
    found = take_in(laden(*WORDS, "新しい取組を始めます。"), stage="amendment", by=editor)
    stated = models.Succession.objects.get()
    assert (stated.snapshot, stated.old.edition.key, stated.reason) == (found.snapshot, "2017", "取り込みの理由")
    assert stated.snapshot.state == "draft" and len(found.left_out) == 4
    assert not models.ReviewRule.objects.exists() and not models.ClauseDepartment.objects.exists()
    assert AuditRow.objects.filter(action="plan.imported").latest("id").detail["left_out"] == 4


def test_the_first_text_of_an_edition_nobody_reads_comes_whole(editor):
    found = take_in(laden(), by=editor)
    assert found.beside == {"texts": 1, "links": 1, "succession": 2, "departments": 1, "review_rules": 1}
    assert len(found.left_out) == 1 and "mihon/2027/5" in found.left_out[0]
    assert not take_in(copy.deepcopy(laden()), by=editor).changed


def test_what_ships_with_the_portal_is_written_whole(published):
    found = take_in(laden())
    assert found.left_out == [] and models.Succession.objects.count() == 3 and models.ReviewRule.objects.exists()


def test_the_preview_says_what_is_written_and_what_is_not(client, editor, published):
    client.force_login(editor)
    file = text_file(json.dumps(laden().as_json()), name="a.json")
    page = client.get(preview_of(client.post(TAKE_IN, {"file": file}))).content.decode()
    assert "公式でない文の案（ほかの人が確かめるまで公開されません）：1" in page
    assert (
        "ファイルにあっても、取り込みでは書かないもの" in page and "mihon/2022/1 → mihon/2027/5" in page and "所管課1件" in page
    )
    assert not models.ClauseText.objects.exists()


# --- which stage may be taken in ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", ["in_review", "approved"])
def test_a_file_begins_no_second_text_beside_one_on_its_way(editor, approver, state):
    snapshot = take_in(list_document(*WORDS), by=editor).snapshot
    submit_snapshot(snapshot=snapshot, by=editor)
    if state == "approved":
        approve_snapshot(snapshot=snapshot, by=approver)
    before = all_rows()
    for by in (editor, None):
        with pytest.raises(ReadingRefused, match="まだ途中"):
            take_in(list_document("別の文です。"), by=by)
    assert all_rows() == before


def test_nor_beside_one_that_waits_for_its_moment(editor, approver):
    import datetime as dt

    from django.utils import timezone

    snapshot = take_in(list_document(*WORDS), by=editor).snapshot
    submit_snapshot(snapshot=snapshot, by=editor)
    approve_snapshot(snapshot=snapshot, by=approver)
    snapshots.publish_snapshot(snapshot=snapshot, by=approver, at=timezone.now() + dt.timedelta(days=1))
    before = all_rows()
    with pytest.raises(ReadingRefused, match="公開を予約しています"):
        take_in(list_document("別の文です。"), by=editor)
    assert all_rows() == before


def test_without_the_guard_a_file_begins_one(editor, monkeypatch):
    snapshot = take_in(list_document(*WORDS), by=editor).snapshot
    submit_snapshot(snapshot=snapshot, by=editor)
    monkeypatch.setattr(imports, "refuse_second", lambda rows, **options: None)
    assert take_in(list_document("別の文です。"), by=editor).snapshot.sequence == 2


@pytest.mark.parametrize("stage", ["erratum", "amendment"])
def test_a_correction_needs_a_decided_text_in_a_file_too(editor, approver, stage):
    before = all_rows()
    with pytest.raises(ReadingRefused, match="成案を公開したあと"):
        take_in(list_document(*WORDS), by=editor, stage=stage)
    assert all_rows() == before
    publish(take_in(list_document(*WORDS), by=editor, stage="final").snapshot, author=editor, approver=approver)
    assert take_in(list_document("直した文です。"), by=editor, stage=stage).snapshot.stage == stage


def test_a_first_correction_is_taken_in_without_the_guard(editor, monkeypatch):
    monkeypatch.setattr(imports, "checked_stage", lambda stage, rows: stage)
    assert take_in(list_document(*WORDS), by=editor, stage="erratum").snapshot.stage == "erratum"


def test_the_page_says_why_it_refuses(client, editor):
    submit_snapshot(snapshot=take_in(list_document(*WORDS), by=editor).snapshot, by=editor)
    client.force_login(editor)
    file = text_file(json.dumps(list_document("別の文です。").as_json()), name="a.json")
    page = client.post(TAKE_IN, {"file": file}).content.decode()
    assert "まだ途中" in page and not models.PendingUpload.objects.exists()


# --- makers ---------------------------------------------------------------------------------------------------------------------


def test_who_states_the_succession_of_a_draft_by_a_file_does_not_approve_it(editor, person):
    both = person("editor", "approver")
    snapshot = take_in(list_document(*WORDS), by=editor).snapshot
    assert take_in(laden(), by=both).snapshot == snapshot and models.Succession.objects.filter(snapshot=snapshot).exists()
    submit_snapshot(snapshot=snapshot, by=editor)
    with pytest.raises(MoveRefused, match="自分では決裁できません"):
        approve_snapshot(snapshot=snapshot, by=both)


def test_nor_by_another_plans_file(editor, person):
    both = person("editor", "approver")
    snapshot = take_in(list_document(*WORDS), by=editor).snapshot
    other = list_document("まったく別の計画の文です。")
    other.plan.key = "hoka"
    other.succession = [
        doc.SuccessionRow(doc.Address("mihon", "2017", "1"), doc.Address("mihon", "2022", "1.1"), "changed", "理由")
    ]
    take_in(other, plan="hoka", by=both)
    assert not models.Succession.objects.exists()
    submit_snapshot(snapshot=snapshot, by=editor)
    assert approve_snapshot(snapshot=snapshot, by=both).state == "approved"


def adopted(person):
    """素案1 by one, 素案2 by a second from it, 成案 by a third from that; each put out by yet another."""
    first, second, third, boss = (person("editor", "approver", name=name) for name in ("一", "二", "三", "長"))
    one = publish(take_in(list_document(*WORDS), by=first, stage="draft").snapshot, author=first, approver=boss)
    two = start_draft(edition=one.edition, stage="draft", by=second)
    row = two.clauses.get(code="1.1")
    edit_clause(clause=row, by=second, version=1, body="市は、地域の活動を大いに支えます。")
    publish(two, author=second, approver=boss)
    final = start_draft(edition=one.edition, stage="final", by=third)
    submit_snapshot(snapshot=final, by=third)
    return final, first, second, third, boss


def test_who_wrote_the_stages_it_was_made_from_does_not_approve_it(person):
    final, *makers, boss = adopted(person)
    for maker in makers:
        with pytest.raises(MoveRefused, match="自分では決裁できません"):
            approve_snapshot(snapshot=final, by=maker)
    assert approve_snapshot(snapshot=final, by=boss).state == "approved"


def test_that_earlier_writers_are_makers_hangs_on_the_stages_it_was_made_from(person, monkeypatch):
    final, first, *_others = adopted(person)
    monkeypatch.setattr(snapshots, "_made_from", lambda snapshot: [snapshot])
    assert approve_snapshot(snapshot=final, by=first).state == "approved"


def test_the_makers_of_the_edition_before_are_none_of_this_one(published, editor, person):
    from plans.actions.drafts import start_edition

    other = person("editor")
    edition = start_edition(edition=published.edition, key="2027", title="第３次 見本計画", by=other)
    draft = edition.snapshots.get()
    assert editor.pk not in snapshots._makers(draft) and other.pk in snapshots._makers(draft)
