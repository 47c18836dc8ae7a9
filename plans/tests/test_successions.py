"""What a draft states of the edition before: kept true by every deed, said by hand, and reasoned before anyone else sees it."""

import pytest

from ichinoseki_portal.models import AuditRow
from ichinoseki_portal.text import RefusedText
from ichinoseki_portal.workflow import MoveRefused
from plans import models
from plans.actions import successions
from plans.actions.drafts import start_draft, start_edition
from plans.actions.editing import edit_clause
from plans.actions.locks import EditRefused
from plans.actions.snapshots import submit_snapshot
from plans.actions.successions import follow, merge, rebuild, refuse_unreasoned, set_reason, set_reasons, split, undo
from plans.actions.trees import add_clause, move_clause, remove_clause
from plans.tests.factories import all_rows, list_document, publish, take_in

pytestmark = pytest.mark.django_db
WORDS = ("集まりを開きます。", "たよりを出します。", "場所を貸します。")


@pytest.fixture
def draft(editor, approver):
    """The first draft of the third edition: codes 1, 1.1, 1.2, 1.3."""
    final = publish(take_in(list_document(*WORDS), by=editor).snapshot, author=editor, approver=approver)
    return start_edition(edition=final.edition, key="2027", title="第３次 見本計画", by=editor).snapshots.get()


def stated(draft):
    rows = draft.successions.values_list("old__code", "new__code", "kind")
    return sorted(((old or "", new or "", kind) for old, new, kind in rows), key=str)


def kind_of(draft, code):
    return draft.successions.get(new__code=code).kind


def edit(draft, by, code, **fields):
    row = draft.clauses.get(code=code)
    return edit_clause(clause=row, by=by, version=row.version, **fields)


def remove(draft, by, code):
    draft.refresh_from_db()
    remove_clause(clause=draft.clauses.get(code=code), by=by, tree_version=draft.tree_version)


def add(draft, by, body, parent="1"):
    draft.refresh_from_db()
    return add_clause(
        snapshot=draft,
        by=by,
        tree_version=draft.tree_version,
        parent=draft.clauses.get(code=parent),
        before=None,
        kind="item",
        body=body,
    )


def test_editing_turns_kept_to_changed_and_the_old_words_turn_it_back(draft, editor):
    edit(draft, editor, "1.1", body="集まりを月に一度開きます。")
    assert kind_of(draft, "1.1") == "changed"
    set_reason(row=draft.successions.get(new__code="1.1"), reason="回数を決めた。", by=editor)
    edit(draft, editor, "1.1", body="集まりを月に二度開きます。")
    assert draft.successions.get(new__code="1.1").reason == "回数を決めた。"
    edit(draft, editor, "1.1", body=WORDS[0])
    assert (kind_of(draft, "1.1"), draft.successions.get(new__code="1.1").reason) == ("kept", "")


def test_a_reason_given_with_the_clause_serves_here_too(draft, editor):
    edit(draft, editor, "1.1", body="集まりを月に一度開きます。", change_reason="回数を決めた。")
    assert draft.successions.get(new__code="1.1").reason == "回数を決めた。"


def test_the_kind_alone_is_no_other_text(draft, editor):
    edit(draft, editor, "1.1", kind="action")
    assert kind_of(draft, "1.1") == "kept"


def test_an_edition_that_is_the_first_of_its_plan_states_nothing(editor):
    first = take_in(list_document(*WORDS), by=editor).snapshot
    edit(first, editor, "1.1", body="べつの文。")
    remove(first, editor, "1.2")
    add(first, editor, "足した文。")
    assert not rebuild(first)
    assert not models.Succession.objects.exists()
    refuse_unreasoned(first)


def test_removing_turns_to_dropped_and_adding_makes_a_row(draft, editor):
    remove(draft, editor, "1.2")
    new = add(draft, editor, "足した文。")
    assert new.code == "1.4"
    assert stated(draft) == [
        ("", "1.4", "added"),
        ("1", "1", "kept"),
        ("1.1", "1.1", "kept"),
        ("1.2", "", "dropped"),
        ("1.3", "1.3", "kept"),
    ]
    remove(draft, editor, "1.4")
    assert ("", "1.4", "added") not in stated(draft)


def test_moving_changes_nothing(draft, editor):
    before = stated(draft)
    rows = {row.code: row for row in draft.clauses.all()}
    move_clause(clause=rows["1.3"], by=editor, tree_version=draft.tree_version, parent=rows["1"], before=rows["1.1"])
    assert stated(draft) == before


def test_two_become_one(draft, editor):
    remove(draft, editor, "1.2")
    merge(snapshot=draft, old_codes=["1.2"], new_code="1.1", by=editor, reason=" 一つの取組にまとめた。 ")
    assert stated(draft)[1:3] == [("1.1", "1.1", "merged"), ("1.2", "1.1", "merged")]
    assert set(draft.successions.filter(kind="merged").values_list("reason", flat=True)) == {"一つの取組にまとめた。"}
    edit(draft, editor, "1.1", body="集まりを開き、たよりを出します。")
    assert kind_of(draft, "1.3") == "kept" and draft.successions.filter(kind="merged").count() == 2


def test_a_merge_leaves_what_still_stands_as_new(draft, editor):
    merge(snapshot=draft, old_codes=["1.1", "1.2"], new_code="1.1", by=editor)
    assert ("", "1.2", "added") in stated(draft)


def test_one_becomes_two(draft, editor):
    new = add(draft, editor, "場所を借ります。")
    split(snapshot=draft, old_code="1.3", new_codes=["1.3", new.code], by=editor, reason="分けた。")
    assert stated(draft)[-2:] == [("1.3", "1.3", "split"), ("1.3", "1.4", "split")]
    assert ("", "1.4", "added") not in stated(draft)
    remove(draft, editor, "1.4")
    assert kind_of(draft, "1.3") == "kept"  # one part left, with the old words: no split
    remove(draft, editor, "1.3")
    assert stated(draft)[-1] == ("1.3", "", "dropped")


def test_the_end_of_a_merge_drops_all_that_went_into_it(draft, editor):
    merge(snapshot=draft, old_codes=["1.1", "1.2"], new_code="1.1", by=editor)
    remove(draft, editor, "1.1")
    assert [row for row in stated(draft) if row[2] == "dropped"] == [("1.1", "", "dropped"), ("1.2", "", "dropped")]


def test_one_goes_on_under_another_code(draft, editor):
    remove(draft, editor, "1.2")
    new = add(draft, editor, WORDS[1])
    follow(snapshot=draft, old_code="1.2", new_code=new.code, by=editor)
    assert ("1.2", "1.4", "changed") in stated(draft)  # the printed mark went
    edit(draft, editor, "1.4", label="●")
    assert ("1.2", "1.4", "kept") in stated(draft)


def test_what_was_said_by_hand_is_taken_back(draft, editor):
    before = stated(draft)
    merge(snapshot=draft, old_codes=["1.1", "1.2"], new_code="1.1", by=editor)
    undo(snapshot=draft, old_code="1.2", by=editor)
    assert stated(draft) == before


@pytest.mark.parametrize(
    ("deed", "words"),
    [
        (lambda d, by: merge(snapshot=d, old_codes=["1.1"], new_code="1.1", by=by), "二つ以上"),
        (lambda d, by: merge(snapshot=d, old_codes=["1.1", "9"], new_code="1.1", by=by), "「9」は前の版にありません"),
        (lambda d, by: merge(snapshot=d, old_codes=["1.1", "1.2"], new_code="8", by=by), "「8」は新しい版にありません"),
        (lambda d, by: split(snapshot=d, old_code="1.1", new_codes=["1.1"], by=by), "二つ以上"),
        (lambda d, by: split(snapshot=d, old_code="1.1", new_codes=["1.1", "1.2"], by=by), "「1.2」は、前の版のほかの項目"),
        (lambda d, by: follow(snapshot=d, old_code="1.1", new_code="1.2", by=by), "「1.2」は、前の版のほかの項目"),
        (lambda d, by: undo(snapshot=d, old_code="", by=by), "前の版にありません"),
    ],
)
def test_what_cannot_be_said_writes_nothing(draft, editor, deed, words):
    before = all_rows()
    with pytest.raises(EditRefused, match=words):
        deed(draft, editor)
    assert all_rows() == before


def test_nothing_is_said_by_hand_of_a_locked_snapshot(draft, editor):
    submit_snapshot(snapshot=draft, by=editor)
    before = all_rows()
    row = draft.successions.get(new__code="1.1")
    for deed in (
        lambda: merge(snapshot=draft, old_codes=["1.1", "1.2"], new_code="1.1", by=editor),
        lambda: set_reason(row=row, reason="あとから", by=editor),
    ):
        with pytest.raises(EditRefused, match="決裁待ち"):
            deed()
    assert all_rows() == before


def test_hand_edits_are_on_record_under_the_snapshot(draft, editor):
    merge(snapshot=draft, old_codes=["1.1", "1.2"], new_code="1.1", by=editor)
    set_reason(row=draft.successions.filter(kind="merged")[0], reason="わけ", by=editor)
    rows = AuditRow.objects.filter(action="succession.edited", subject=f"plans.Snapshot:{draft.pk}", actor_id=editor.pk)
    assert [row.detail["how"] for row in rows.order_by("id")] == ["merge", "reasons"]


# --- reasons -------------------------------------------------------------------------------------------------------------------


def test_what_is_not_kept_needs_a_reason_before_it_is_handed_in(draft, editor):
    edit(draft, editor, "1.1", body="変えた文。")
    remove(draft, editor, "1.2")
    add(draft, editor, "足した文。")
    with pytest.raises(MoveRefused, match=r"1\.1（変更）、1\.2（廃止）、1\.4（新設）"):
        submit_snapshot(snapshot=draft, by=editor)
    draft.refresh_from_db()
    assert draft.state == "draft"
    rows = draft.successions.exclude(kind="kept")
    assert set_reasons(snapshot=draft, reasons={row.pk: "わけ" for row in rows}, by=editor) == 3
    submit_snapshot(snapshot=draft, by=editor)
    assert draft.state == "in_review"


def test_many_are_counted_not_listed(draft, editor):
    for n in range(7):
        add(draft, editor, f"足した文{n}。")
    with pytest.raises(MoveRefused, match="ほか2件"):
        refuse_unreasoned(draft)


def test_without_the_guard_it_would_go_through(draft, editor, monkeypatch):
    from plans.actions import snapshots

    monkeypatch.setattr(snapshots, "refuse_unreasoned", lambda snapshot: None)
    edit(draft, editor, "1.1", body="変えた文。")
    submit_snapshot(snapshot=draft, by=editor)
    assert draft.state == "in_review"


def test_a_reason_somebody_else_wrote_is_not_written_over(draft, editor):
    edit(draft, editor, "1.1", body="変えた文。")
    pk = draft.successions.get(new__code="1.1").pk
    set_reasons(snapshot=draft, reasons={pk: "先の人のわけ"}, by=editor, seen={pk: ""})
    with pytest.raises(EditRefused, match=r"「1\.1」の理由は、ほかの人が先に"):
        set_reasons(snapshot=draft, reasons={pk: "あとの人のわけ"}, by=editor, seen={pk: ""})
    assert draft.successions.get(pk=pk).reason == "先の人のわけ"


def test_reasons_all_or_none(draft, editor):
    pks = list(draft.successions.values_list("pk", flat=True)[:2])
    with pytest.raises(RefusedText):
        set_reasons(snapshot=draft, reasons={pks[0]: "よい", pks[1]: "悪い\x01"}, by=editor)
    with pytest.raises(EditRefused, match="対応を変えました"):
        set_reasons(snapshot=draft, reasons={pks[0]: "よい", 999_999: "どこ"}, by=editor)
    assert not draft.successions.exclude(reason="").exists()


# --- imports and the next drafts -----------------------------------------------------------------------------------------------


def test_a_new_reading_of_the_draft_is_brought_in_line(draft, editor):
    result = take_in(list_document(WORDS[0], WORDS[2], "まったく別の取組を始めます。"), edition="2027", by=editor)
    assert result.snapshot == draft
    assert stated(draft)[1:] == [*(("1", "1", "kept"), ("1.1", "1.1", "kept"), ("1.2", "", "dropped"), ("1.3", "1.3", "kept"))]
    assert stated(draft)[0][2] == "added"


def test_what_comes_back_is_kept_again(draft, editor):
    take_in(list_document(WORDS[0], WORDS[2]), edition="2027", by=editor)
    assert ("1.2", "", "dropped") in stated(draft)
    take_in(list_document(*WORDS), edition="2027", by=editor)
    assert {row[2] for row in stated(draft)} == {"kept"}
    assert not rebuild(draft)


def test_the_next_draft_states_the_same_and_goes_on_against_the_same_text(draft, editor, approver):
    edit(draft, editor, "1.1", body="変えた文。", change_reason="わけ")
    publish(draft, author=editor, approver=approver)
    second = start_draft(edition=draft.edition, stage="final", by=editor)
    assert stated(second) == stated(draft) and second.successions.get(new__code="1.1").reason == "わけ"
    edit(second, editor, "1.1", body=WORDS[0])
    assert kind_of(second, "1.1") == "kept" and kind_of(draft, "1.1") == "changed"
    assert successions.origin_of(second) == draft.based_on


def test_an_import_that_begins_the_next_snapshot_takes_over(draft, editor, approver):
    edit(draft, editor, "1.1", body="変えた文。", change_reason="わけ")
    publish(draft, author=editor, approver=approver)
    second = take_in(list_document("変えた文。", WORDS[1], WORDS[2]), edition="2027", stage="final", by=editor).snapshot
    assert second != draft
    assert stated(second) == stated(draft) and second.successions.get(new__code="1.1").reason == "わけ"
