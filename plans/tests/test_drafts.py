"""Beginning the next draft and the next edition, their facts, and throwing a draft away."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ichinoseki_portal.access import ANYONE
from ichinoseki_portal.models import AuditRow
from ichinoseki_portal.text import RefusedText
from plans import models
from plans.actions import drafts
from plans.actions.contents import content_hash, official_document
from plans.actions.drafts import discard_draft, start_draft, start_edition
from plans.actions.editing import edit_clause
from plans.actions.fact_edits import edit_facts
from plans.actions.locks import EditRefused
from plans.actions.snapshots import submit_snapshot, withdraw_snapshot
from plans.enums import State
from plans.reader.document import ActorMention, Figure, Indicator, Predicate, Term
from plans.tests.factories import all_rows, clause, document, list_document, publish, take_in

pytestmark = pytest.mark.django_db


def full_document():
    """Three levels with actors, a predicate, a term and a figure."""
    return document(
        clause("1", label="１", title="はじめに", kind="section", body="まえがきの文。"),
        clause("1.1", label="（１）", title="ねらい", body="市民と市が話し合う。", actors=[ActorMention("市民", "performer")]),
        clause("1.1.1", label="①", body="集まりを開く。", modality=[Predicate("市", True, "開く", "do")]),
        clause("2", label="２", title="数字", kind="section"),
        terms=[Term("見本", "ためしに作るもの。", "1.1", "みほん", "令和４年")],
        indicators=[Indicator("2", "集まりの数", "回", Figure("3", 2021, ""), Figure("5", 2026, ""))],
    )


@pytest.fixture
def final(editor, approver):
    return publish(take_in(full_document(), by=editor).snapshot, author=editor, approver=approver)


def test_the_next_draft_is_a_copy_with_the_same_addresses(final, editor):
    models.Clause.objects.filter(snapshot=final, code="1").update(change_reason="前のときの理由")
    draft = start_draft(edition=final.edition, stage="amendment", by=editor, note=" 見直しました。 ")
    assert (draft.state, draft.sequence, draft.stage, draft.number, draft.note) == ("draft", 2, "amendment", 1, "見直しました。")
    assert draft.based_on == final and draft.author == editor and draft.facts == final.facts
    assert content_hash(draft) == content_hash(final)
    assert official_document(draft).clauses == official_document(final).clauses
    rows = [list(one.clauses.order_by("position").values_list("address", "position", "last", "depth")) for one in (final, draft)]
    assert rows[0] == rows[1]
    assert set(draft.clauses.values_list("change_reason", "version")) == {("", 1)}
    assert draft.clauses.get(code="1.1.1").parent == draft.clauses.get(code="1.1")
    assert models.Term.objects.get(snapshot=draft).address == models.Term.objects.get(snapshot=final).address
    assert AuditRow.objects.get(action="draft.started").subject == f"plans.Snapshot:{draft.pk}"


@pytest.mark.parametrize("state", ["draft", "in_review", "approved", "scheduled"])
def test_one_draft_at_a_time(final, editor, approver, state, at):
    import datetime as dt

    from django.utils import timezone

    first = start_draft(edition=final.edition, stage="erratum", by=editor)
    stamps = {"approver": approver, "approved_hash": "x", "content_hash": "x"}
    if state == "scheduled":
        stamps |= {"state": State.PUBLISHED, "published_at": timezone.now() + dt.timedelta(days=1)}
    models.Snapshot.objects.filter(pk=first.pk).update(**{"state": state, **stamps})
    before = all_rows()
    with pytest.raises(EditRefused, match="正誤"):
        start_draft(edition=final.edition, stage="amendment", by=editor)
    assert all_rows() == before


def test_without_the_guard_a_second_draft_begins(final, editor, monkeypatch):
    monkeypatch.setattr(drafts, "refuse_second", lambda rows: None)
    start_draft(edition=final.edition, stage="erratum", by=editor)
    start_draft(edition=final.edition, stage="amendment", by=editor)
    assert models.Snapshot.objects.unfrozen().count() == 2


@pytest.mark.parametrize(("stage", "words"), [("outline", "段階を選んで"), ("nonsense", "段階を選んで"), ("", "段階を選んで")])
def test_a_stage_that_cannot_be_begun(final, editor, stage, words):
    with pytest.raises(EditRefused, match=words):
        start_draft(edition=final.edition, stage=stage, by=editor)


def test_a_correction_needs_a_decided_text(editor, approver):
    proposal = publish(take_in(full_document(), stage="proposal", by=editor).snapshot, author=editor, approver=approver)
    with pytest.raises(EditRefused, match="成案を公開したあと"):
        start_draft(edition=proposal.edition, stage="erratum", by=editor)
    assert start_draft(edition=proposal.edition, stage="final", by=editor).sequence == 2


def test_numbers_go_on_and_are_not_given_twice(editor, approver):
    draft = publish(take_in(full_document(), stage="draft", by=editor).snapshot, author=editor, approver=approver)
    with pytest.raises(EditRefused, match="同じ段階・番号"):
        start_draft(edition=draft.edition, stage="draft", by=editor, number=1)
    assert start_draft(edition=draft.edition, stage="draft", by=editor).number == 2


def test_text_begins_with_an_import(editor):
    outline = take_in(list_document("要約の文。"), stage="outline").snapshot
    with pytest.raises(EditRefused, match="先に文書を取り込んで"):
        start_draft(edition=outline.edition, stage="final", by=editor)


def test_a_text_taken_back_is_no_base(final, editor, approver):
    second = start_draft(edition=final.edition, stage="erratum", by=editor)
    row = second.clauses.get(code="1")
    edit_clause(clause=row, by=editor, version=row.version, body="まちがった文。")
    second.refresh_from_db()
    publish(second, author=editor, approver=approver)
    withdraw_snapshot(snapshot=second, by=approver, why="まちがい")
    third = start_draft(edition=final.edition, stage="erratum", by=editor)
    assert (third.based_on, third.sequence, third.number) == (final, 3, 2)
    assert third.clauses.get(code="1").body == "まえがきの文。"


def queries_of(deed):
    with CaptureQueriesContext(
        connection,
    ) as found:
        deed()
    return len(found)


def test_a_copy_takes_the_same_statements_for_any_length(editor, approver):
    counts = []
    for number, length in ((1, 3), (2, 30)):
        doc = list_document(*[f"{n}つめの文。" for n in range(length)])
        snapshot = take_in(doc, edition=f"20{number}0", by=editor).snapshot
        publish(snapshot, author=editor, approver=approver)
        counts.append(queries_of(lambda row=snapshot: start_draft(edition=row.edition, stage="erratum", by=editor)))
    assert counts == [16 + (connection.vendor == "postgresql")] * 2  # there the audit trail takes a lock of its own


# --- the next edition ----------------------------------------------------------------------------------------------------------


def begin(final, editor, **fields):
    values = {"key": "2027", "title": "第３次 見本計画", "first_fiscal_year": 2027, "last_fiscal_year": 2031, **fields}
    return start_edition(edition=final.edition, by=editor, **values)


def test_the_next_edition_keeps_every_code(final, editor):
    models.ClauseText.objects.create(
        address=final.clauses.get(code="1").address, kind="plain", text="やさしい文", written_for="x"
    )
    new = begin(final, editor, ordinal="第３次", period_words="５年間")
    draft = new.snapshots.get()
    assert (new.key, new.title, new.ordinal, new.first_fiscal_year, new.last_fiscal_year) == (
        "2027",
        "第３次 見本計画",
        "第３次",
        2027,
        2031,
    )
    assert (new.plan, new.listed_at, new.decided_date) == (final.edition.plan, None, "")
    assert (draft.stage, draft.number, draft.state, draft.based_on) == ("draft", 1, "draft", final)
    assert draft.facts["decided"] == {"date": "", "words": ""} and draft.facts["period"]["words"] == "５年間"
    assert list(draft.clauses.values_list("code", flat=True)) == list(final.clauses.values_list("code", flat=True))
    assert set(draft.clauses.values_list("address__edition", flat=True)) == {new.pk}
    stated = draft.successions.values_list("old__code", "new__code", "kind", "old__edition", "new__edition")
    assert sorted(stated) == [(code, code, "kept", final.edition.pk, new.pk) for code in ("1", "1.1", "1.1.1", "2")]
    assert draft.terms.get().address == draft.clauses.get(code="1.1").address
    assert models.ClauseText.objects.get(address__edition=new).text == "やさしい文"
    whole = models.Succession.objects.get(edition=new, snapshot=None)
    assert (whole.old.code, whole.new.code, whole.old.edition) == ("", "", final.edition)


def test_nothing_of_it_is_public(final, editor):
    new = begin(final, editor)
    assert not models.Edition.objects.visible_to(ANYONE).filter(pk=new.pk).exists()
    assert not models.Succession.objects.visible_to(ANYONE).filter(edition=new).exists()
    assert not models.ClauseText.objects.visible_to(ANYONE).filter(address__edition=new).exists()


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"key": "latest"}, "アドレスで使う言葉"),
        ({"key": "v3"}, "アドレスで使う言葉"),
        ({"key": "2022"}, "もうあります"),
        ({"key": "第三次"}, "小文字の英数字"),
        ({"key": "2027\n"}, "小文字の英数字"),
        ({"key": ""}, "小文字の英数字"),
        ({"title": "  "}, "名称を書いて"),
        ({"first_fiscal_year": 2032}, "最初の年度より前"),
        ({"first_fiscal_year": 9}, "西暦で"),
    ],
)
def test_an_edition_that_cannot_be(final, editor, fields, words):
    before = all_rows()
    with pytest.raises(EditRefused, match=words):
        begin(final, editor, **fields)
    assert all_rows() == before


def test_text_that_must_not_be_stored(final, editor):
    with pytest.raises(RefusedText):
        begin(final, editor, title="計画\x01")
    with pytest.raises(RefusedText, match="長すぎます"):
        begin(final, editor, title="長" * 201)


def test_an_edition_begins_from_public_text(editor):
    draft = take_in(full_document(), by=editor).snapshot
    with pytest.raises(EditRefused, match="公開した本文がまだありません"):
        begin(draft, editor)


def test_an_edition_that_a_tie_has_named_is_filled(final, editor):
    stub = models.Edition.objects.create(plan=final.edition.plan, key="2027", title="2027", text_held=False)
    models.ClauseAddress.objects.create(edition=stub, code="1.1")
    new = begin(final, editor)
    assert new.pk == stub.pk and new.title == "第３次 見本計画" and new.text_held


# --- facts ---------------------------------------------------------------------------------------------------------------------


def test_facts_of_a_draft_are_edited_and_reach_an_edition_nobody_reads_yet(final, editor):
    new = begin(final, editor)
    draft = new.snapshots.get()
    before = content_hash(draft)
    edit_facts(
        snapshot=draft,
        by=editor,
        seen_version=1,
        title="第３次 見本計画（案）",
        first_fiscal_year=2028,
        last_fiscal_year=None,
        decided_date="2027-03",
        date="2026-12-01",
        note="変えた所の説明",
        stage="proposal",
        number=1,
    )
    draft.refresh_from_db()
    new.refresh_from_db()
    assert draft.facts["period"] == {"first_fiscal_year": 2028, "last_fiscal_year": None, "words": ""}
    assert (draft.stage, draft.date, draft.note, draft.tree_version) == ("proposal", "2026-12-01", "変えた所の説明", 2)
    assert (new.title, new.first_fiscal_year, new.last_fiscal_year, new.decided_date) == (
        "第３次 見本計画（案）",
        2028,
        None,
        "2027-03",
    )
    assert content_hash(draft) != before
    assert AuditRow.objects.get(action="facts.edited").detail["fields"] == [
        *("date", "decided_date", "first_fiscal_year", "last_fiscal_year", "note", "stage", "title")
    ]


def test_the_source_of_a_draft_is_edited_with_its_facts(final, editor):
    draft = start_draft(edition=final.edition, stage="amendment", by=editor)
    edit_facts(snapshot=draft, by=editor, seen_version=1, source_title="計画の冊子", source_url="https://machi.example.jp/")
    draft.refresh_from_db()
    assert (draft.facts["source"]["title"], draft.facts["source"]["url"]) == ("計画の冊子", "https://machi.example.jp/")


def test_facts_of_a_draft_do_not_touch_a_listed_edition(final, editor):
    draft = start_draft(edition=final.edition, stage="amendment", by=editor)
    edit_facts(snapshot=draft, by=editor, seen_version=1, title="新しい名")
    final.edition.refresh_from_db()
    assert final.edition.title == "第２次 見本計画"


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"decided_date": "2027-13"}, "日付は"),
        ({"decided_date": "２０２７"}, "日付は"),
        ({"date": "2027-02-30"}, "日付は"),
        ({"first_fiscal_year": 2040, "last_fiscal_year": 2039}, "最初の年度より前"),
        ({"title": ""}, "名称を書いて"),
        ({"source_url": "javascript:alert(1)"}, "原典の場所"),
        ({"stage": "outline"}, "段階を選んで"),
        ({"number": 0}, "1から1000"),
        ({"stage": "final", "number": 1}, "同じ段階・番号"),
    ],
)
def test_facts_that_cannot_be(final, editor, fields, words):
    draft = start_draft(edition=final.edition, stage="amendment", by=editor)
    before = all_rows()
    with pytest.raises(EditRefused, match=words):
        edit_facts(snapshot=draft, by=editor, seen_version=1, **fields)
    assert all_rows() == before


def test_the_second_editor_of_facts_is_refused(final, editor):
    draft = start_draft(edition=final.edition, stage="amendment", by=editor)
    edit_facts(snapshot=draft, by=editor, seen_version=1, ordinal="第２次改")
    with pytest.raises(EditRefused, match="ほかの人が先に"):
        edit_facts(snapshot=draft, by=editor, seen_version=1, ordinal="べつ")
    draft.refresh_from_db()
    assert draft.facts["ordinal"] == "第２次改"
    edit_facts(snapshot=draft, by=editor, seen_version=2, ordinal="第２次改")  # the same again is no change
    assert AuditRow.objects.filter(action="facts.edited").count() == 1


def test_facts_of_a_locked_snapshot_stand(final, editor):
    with pytest.raises(EditRefused, match="公開"):
        edit_facts(snapshot=final, by=editor, seen_version=1, ordinal="べつ")


# --- throwing away -------------------------------------------------------------------------------------------------------------


def test_a_draft_thrown_away_leaves_its_addresses(final, editor):
    draft = start_draft(edition=final.edition, stage="amendment", by=editor)
    discard_draft(snapshot=draft, by=editor, why="作りちがえた")
    assert list(final.edition.snapshots.all()) == [final]
    assert models.ClauseAddress.objects.filter(edition=final.edition).exclude(code="").count() == 4
    assert models.Clause.objects.count() == 4 and models.Term.objects.count() == 1
    assert AuditRow.objects.filter(action="draft.discarded").count() == 1
    assert start_draft(edition=final.edition, stage="amendment", by=editor).sequence == 2


def test_an_edition_begun_for_it_alone_goes_with_it(final, editor):
    models.ClauseText.objects.create(address=final.clauses.get(code="1").address, kind="plain", text="やさしい文")
    before = all_rows(without=("portal.AuditRow", "plans.ClauseAddress"))
    draft = begin(final, editor).snapshots.get()
    discard_draft(snapshot=draft, by=editor, why="早すぎた")
    assert all_rows(without=("portal.AuditRow", "plans.ClauseAddress")) == before
    assert set(models.ClauseAddress.objects.values_list("edition", flat=True)) == {final.edition_id}


def test_an_edition_something_hangs_on_stays(final, editor):
    new = begin(final, editor)
    models.ClauseLink.objects.create(
        origin=new.addresses.get(code="1"), target=final.clauses.get(code="1").address, type="refers"
    )
    discard_draft(snapshot=new.snapshots.get(), by=editor, why="早すぎた")
    new.refresh_from_db()
    assert new.addresses.count() == 5 and not new.snapshots.exists()


def test_what_has_been_on_the_road_is_not_thrown_away(final, editor, approver):
    from plans.actions.snapshots import return_snapshot

    draft = start_draft(edition=final.edition, stage="amendment", by=editor)
    with pytest.raises(EditRefused, match="理由"):
        discard_draft(snapshot=draft, by=editor, why=" ")
    submit_snapshot(snapshot=draft, by=editor)
    with pytest.raises(EditRefused, match="決裁待ち"):
        discard_draft(snapshot=draft, by=editor, why="やめる")
    return_snapshot(snapshot=draft, by=approver, why="直して")
    with pytest.raises(EditRefused, match="記録として残ります"):
        discard_draft(snapshot=draft, by=editor, why="やめる")
    with pytest.raises(EditRefused, match="公開"):
        discard_draft(snapshot=final, by=editor, why="やめる")
