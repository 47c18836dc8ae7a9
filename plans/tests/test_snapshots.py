"""The road of a snapshot, and editing on it: what each step writes, what each guard refuses."""

import datetime as dt

import pytest

from ichinoseki_portal.models import AuditRow, Move, OutboxMail, SearchDocument, SearchPassage
from ichinoseki_portal.text import RefusedText
from ichinoseki_portal.workflow import MoveRefused
from plans import models
from plans.actions import snapshots
from plans.actions.contents import content_hash
from plans.actions.editing import EditRefused, edit_clause
from plans.actions.snapshots import (
    approve_snapshot,
    load_snapshot,
    publish_snapshot,
    pull_back_snapshot,
    return_snapshot,
    submit_snapshot,
    unschedule_snapshot,
    withdraw_snapshot,
)
from plans.enums import MOVES, State
from plans.reader import document as doc
from plans.tests.factories import all_rows, clause, document, list_document, publish, take_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft(db):
    return take_in(list_document("市は、地域の活動を支えます。", "互いに話し合います。")).snapshot


@pytest.fixture
def mailable(person):
    """People with mailboxes: author and approver."""
    return person("editor", email="author@city.example.jp"), person("approver", email="approver@city.example.jp")


def fresh(snapshot):
    return models.Snapshot.objects.get(pk=snapshot.pk)


def test_the_whole_road(draft, mailable, django_capture_on_commit_callbacks):
    author, approver = mailable
    submit_snapshot(snapshot=draft, by=author)
    assert (fresh(draft).state, fresh(draft).author) == ("in_review", author)
    approve_snapshot(snapshot=draft, by=approver)
    assert (fresh(draft).state, fresh(draft).approver) == ("approved", approver)
    assert fresh(draft).approved_hash == content_hash(draft)
    assert not models.Snapshot.objects.visible_to(None).exists() and not SearchDocument.objects.exists()
    publish_snapshot(snapshot=draft, by=approver)
    now = fresh(draft)
    assert (now.state, now.content_hash) == ("published", now.approved_hash)
    assert now.edition.listed_at == now.published_at
    assert list(models.Snapshot.objects.visible_to(None)) == [now]
    keys = ["clause:mihon/2022/1", "clause:mihon/2022/1.1", "clause:mihon/2022/1.2"]
    assert sorted(SearchDocument.objects.values_list("key", flat=True)) == keys
    assert SearchDocument.objects.get(key=keys[1]).url == "/plans/mihon/2022/1.1/"
    mail = OutboxMail.objects.get()
    assert mail.to == author.email and "見本" not in mail.subject + mail.body
    assert "https://portal.example.jp/plans/mihon/2022/" in mail.body
    assert list(Move.objects.order_by("id").values_list("name", "by")) == [
        ("submit", author.pk),
        ("approve", approver.pk),
        ("publish", approver.pk),
    ]
    actions = list(AuditRow.objects.order_by("id").values_list("action", flat=True))
    assert actions == ["plan.imported", "snapshot.submitted", "snapshot.approved", "snapshot.published"]


def test_service_and_sample_accounts_get_no_mail(draft, person):
    publish(draft, author=person("editor"), approver=person("approver"))
    assert not OutboxMail.objects.exists()


def test_nobody_approves_own_work(draft, person):
    boss = person("editor", "approver", is_superuser=True)
    submit_snapshot(snapshot=draft, by=boss)
    with pytest.raises(MoveRefused, match="自分では決裁できません"):
        approve_snapshot(snapshot=draft, by=boss)
    assert fresh(draft).state == State.IN_REVIEW


def test_who_brought_or_edited_the_text_does_not_approve_it_either(person):
    importer, writer, author = person("editor"), person("editor"), person("editor")
    snapshot = take_in(list_document("市は、地域の活動を支えます。"), by=importer).snapshot
    row = snapshot.clauses.get(code="1.1")
    edit_clause(clause=row, by=writer, version=1, body="市は、地域の活動を大いに支えます。")
    submit_snapshot(snapshot=snapshot, by=author)
    for maker in (importer, writer, author):
        with pytest.raises(MoveRefused):
            approve_snapshot(snapshot=snapshot, by=maker)
    assert approve_snapshot(snapshot=snapshot, by=person("approver")).state == State.APPROVED


def test_that_nobody_approves_own_work_hangs_on_the_makers(draft, person, monkeypatch):
    """The guard off: it would go through."""
    boss = person("approver")
    submit_snapshot(snapshot=draft, by=boss)
    monkeypatch.setattr(snapshots, "_makers", lambda snapshot: set())
    assert approve_snapshot(snapshot=draft, by=boss).state == State.APPROVED


def changed_behind(snapshot):
    models.Clause.objects.filter(snapshot=snapshot, code="1.1").update(body="こっそり変えた文です。")


def test_another_text_than_the_approved_one_is_not_published(draft, person):
    submit_snapshot(snapshot=draft, by=person("editor"))
    approve_snapshot(snapshot=draft, by=person("approver"))
    changed_behind(draft)
    with pytest.raises(MoveRefused, match="決裁のあとに内容が変わっています"):
        publish_snapshot(snapshot=draft, by=person("approver"))
    assert fresh(draft).state == State.APPROVED and not SearchDocument.objects.exists()
    assert fresh(draft).edition.listed_at is None


def test_that_the_changed_text_is_seen_hangs_on_the_hash(draft, person, monkeypatch):
    monkeypatch.setattr(snapshots, "content_hash", lambda snapshot: "0" * 64)
    submit_snapshot(snapshot=draft, by=person("editor"))
    approve_snapshot(snapshot=draft, by=person("approver"))
    changed_behind(draft)
    assert publish_snapshot(snapshot=draft, by=person("approver")).state == State.PUBLISHED


def full_document():
    first = clause("1", label="１", title="「市民主体」 共に動こう", key_word="市民主体", kind="principle")
    second = clause("1.1", label="①", body="市は支えます。", kind="action")
    second.modality = [doc.Predicate("市", True, "支えます", "do")]
    second.actors = [doc.ActorMention("市", "performer")]
    third = clause("2", label="２", title="指標")
    found = document(first, second, third)
    found.indicators = [doc.Indicator("2", "参加者", "人", target=doc.Figure("10", 2026, "10"))]
    found.terms = [doc.Term("協働", "力を合わせること", "1")]
    return found


OFFICIAL = [
    lambda s: models.Clause.objects.filter(snapshot=s, code="1").update(title="別の見出し"),
    lambda s: models.Clause.objects.filter(snapshot=s, code="1").update(label="２"),
    lambda s: models.Clause.objects.filter(snapshot=s, code="1").update(key_word=""),
    lambda s: models.Clause.objects.filter(snapshot=s, code="1").update(kind="goal"),
    lambda s: models.Clause.objects.filter(snapshot=s, code="1.1").update(body="市は支えます"),
    lambda s: models.Clause.objects.filter(snapshot=s, code="1.1").update(code="1.2"),
    lambda s: models.Clause.objects.filter(snapshot=s, code="1.1").update(parent=None),
    lambda s: models.Clause.objects.filter(snapshot=s, code="1.1").update(modality=[]),
    lambda s: models.Clause.objects.filter(snapshot=s, code="2").update(position=9, last=9),
    lambda s: models.ClauseActor.objects.update(name="市民"),
    lambda s: models.ClauseActor.objects.update(role="mentioned"),
    lambda s: models.Indicator.objects.update(target_value="11"),
    lambda s: models.Term.objects.update(definition="別の定義"),
    lambda s: models.Snapshot.objects.update(facts={**s.facts, "period": {**s.facts["period"], "last_fiscal_year": 2030}}),
    lambda s: models.Snapshot.objects.update(facts={**s.facts, "decided": {"date": "2022-03", "words": "令和４年３月"}}),
]


@pytest.mark.parametrize("change", OFFICIAL)
def test_every_official_part_is_in_the_hash(change):
    snapshot = take_in(full_document()).snapshot
    before = content_hash(fresh(snapshot))
    change(fresh(snapshot))
    assert content_hash(fresh(snapshot)) != before


def test_what_is_not_official_is_not_in_the_hash(person):
    snapshot = take_in(full_document()).snapshot
    before = content_hash(fresh(snapshot))
    address = models.ClauseAddress.objects.get(code="1")
    models.ClauseText.objects.create(address=address, kind="plain", text="やさしい文")
    models.ClauseDepartment.objects.create(address=address, fiscal_year=2024, name="協働係")
    models.Clause.objects.update(lines=[[1, 2]], confidence="low", version=3)
    models.Plan.objects.update(title="別の名前")
    assert content_hash(fresh(snapshot)) == before


def test_a_return_needs_a_reason_and_takes_the_approval_back(draft, person):
    submit_snapshot(snapshot=draft, by=person("editor"))
    approve_snapshot(snapshot=draft, by=person("approver"))
    with pytest.raises(MoveRefused, match="理由"):
        return_snapshot(snapshot=draft, by=person("approver"), why="  ")
    return_snapshot(snapshot=draft, by=person("approver"), why="数が違います")
    now = fresh(draft)
    assert (now.state, now.approver, now.approved_hash) == ("draft", None, "")
    assert Move.objects.latest("id").why == "数が違います"


def test_a_withdrawal_takes_it_off_every_public_list(draft, person):
    publish(draft, author=person("editor"), approver=person("approver"))
    withdraw_snapshot(snapshot=draft, by=person("approver"), why="誤りがあったため")
    assert fresh(draft).state == State.WITHDRAWN
    assert not models.Snapshot.objects.visible_to(None).exists() and not models.Edition.objects.visible_to(None).exists()
    assert not SearchDocument.objects.exists() and not SearchPassage.objects.exists()


def test_withdrawing_the_newest_brings_the_one_before_back_into_search(draft, person):
    publish(draft, author=person("editor"), approver=person("approver"))
    second = take_in(list_document("市は、地域の活動を支えます。"), stage="amendment").snapshot
    publish(second, author=person("editor"), approver=person("approver"))
    assert SearchDocument.objects.count() == 2  # the dropped clause is gone from search
    withdraw_snapshot(snapshot=second, by=person("approver"), why="誤りがあったため")
    assert SearchDocument.objects.count() == 3
    assert models.Edition.objects.visible_to(None).exists()


def test_an_empty_draft_is_not_submitted(draft, person):
    models.Clause.objects.filter(snapshot=draft).update(parent=None)
    models.Clause.objects.filter(snapshot=draft).delete()
    with pytest.raises(MoveRefused, match="項目が一つもない"):
        submit_snapshot(snapshot=draft, by=person("editor"))


def test_only_an_outline_is_put_out_without_approval(draft):
    with pytest.raises(MoveRefused, match="要約"):
        load_snapshot(snapshot=draft, why="試験")
    assert fresh(draft).state == State.DRAFT


VERBS = {
    "submit": lambda s, p: submit_snapshot(snapshot=s, by=p),
    "pull_back": lambda s, p: pull_back_snapshot(snapshot=s, by=s.author),
    "return": lambda s, p: return_snapshot(snapshot=s, by=p, why="理由"),
    "approve": lambda s, p: approve_snapshot(snapshot=s, by=p),
    "publish": lambda s, p: publish_snapshot(snapshot=s, by=p),
    "withdraw": lambda s, p: withdraw_snapshot(snapshot=s, by=p, why="理由"),
    "unschedule": lambda s, p: unschedule_snapshot(snapshot=s, by=p),
    "load": lambda s, p: load_snapshot(snapshot=s, why="理由"),
}


def test_every_move_has_its_verb():
    assert set(VERBS) == set(MOVES)


@pytest.mark.parametrize("name", sorted(VERBS))
@pytest.mark.parametrize("state", State.values)
def test_every_verb_from_every_state(state, name, person):
    stage = "outline" if name == "load" else "final"
    snapshot = take_in(list_document("市は支えます。"), stage=stage).snapshot
    people = person("editor"), person("approver")
    now = content_hash(snapshot)
    stamps = {"approver": people[1], "approved_hash": now, "content_hash": now, "published_at": snapshot.import_job.at}
    if name == "unschedule":
        stamps["published_at"] += dt.timedelta(days=1)
    stamps |= {"withdrawn_at": snapshot.import_job.at, "withdrawn_why": "理由"}
    models.Snapshot.objects.filter(pk=snapshot.pk).update(state=state, author=people[0], **stamps)
    before = all_rows()
    if state in MOVES[name].sources:
        VERBS[name](fresh(snapshot), people[1])
        assert fresh(snapshot).state == MOVES[name].target
        assert Move.objects.get().name == name
    else:
        with pytest.raises(MoveRefused):
            VERBS[name](fresh(snapshot), people[1])
        assert all_rows() == before


def test_a_stale_object_does_not_move_twice(draft, person):
    stale = fresh(draft)
    submit_snapshot(snapshot=draft, by=person("editor"))
    with pytest.raises(MoveRefused):
        submit_snapshot(snapshot=stale, by=person("editor"))
    assert Move.objects.count() == 1


def test_an_edit_changes_the_words_and_counts_the_version(draft, editor):
    row = draft.clauses.get(code="1.1")
    edit_clause(clause=row, by=editor, version=1, body="市は、\r\n地域の活動を大いに支えます。", label="○")
    now = models.Clause.objects.get(pk=row.pk)
    assert (now.body, now.label, now.version) == ("市は、\n地域の活動を大いに支えます。", "○", 2)
    audit = AuditRow.objects.latest("id")
    assert audit.action == "clause.edited" and "支え" not in str(audit.detail)


def test_a_second_editor_is_refused(draft, person):
    row = draft.clauses.get(code="1.1")
    edit_clause(clause=models.Clause.objects.get(pk=row.pk), by=person("editor"), version=1, body="先の人の文です。")
    with pytest.raises(EditRefused, match="先に直しました"):
        edit_clause(clause=row, by=person("editor"), version=1, body="後の人の文です。")
    assert models.Clause.objects.get(pk=row.pk).body == "先の人の文です。"


@pytest.mark.parametrize("state", [state for state in State.values if state != State.DRAFT])
def test_a_locked_snapshot_refuses_edits(draft, editor, state):
    row = draft.clauses.select_related("snapshot").get(code="1.1")
    stamps = {"approver": editor, "approved_hash": "x", "content_hash": "x", "published_at": draft.import_job.at}
    stamps |= {"withdrawn_at": draft.import_job.at, "withdrawn_why": "理由"}
    models.Snapshot.objects.filter(pk=draft.pk).update(state=state, **stamps)
    with pytest.raises(EditRefused, match="直せません"):
        edit_clause(clause=row, by=editor, version=1, body="変えました。")
    now = models.Clause.objects.get(pk=row.pk)
    assert (now.body, now.version) == ("市は、地域の活動を支えます。", 1)


def test_words_that_must_not_be_stored_are_refused(draft, editor):
    row = draft.clauses.get(code="1.1")
    for fields in ({"body": "だめ\0"}, {"title": "逆\u202e"}, {"title": "長" * 501}):
        with pytest.raises(RefusedText):
            edit_clause(clause=row, by=editor, version=1, **fields)
    with pytest.raises(EditRefused):
        edit_clause(clause=row, by=editor, version=1, kind="poem")
    with pytest.raises(TypeError):
        edit_clause(clause=row, by=editor, version=1, code="9")
    assert models.Clause.objects.get(pk=row.pk).version == 1
