"""Editing a clause: what is stored, what is refused, and who is remembered for it."""

import pytest

from ichinoseki_portal.models import AuditRow
from ichinoseki_portal.text import RefusedText
from plans import models
from plans.actions.contents import content_hash
from plans.actions.drafts import start_edition
from plans.actions.editing import EditRefused, OvertakenEdit, as_seen, edit_clause
from plans.actions.parts import fields_of, save_part
from plans.tests.factories import all_rows, clause, document, publish, take_in

pytestmark = pytest.mark.django_db
PREDICATE = {"subject": "市", "stated": True, "predicate": "支えます", "modality": "effort"}


@pytest.fixture
def draft(db):
    return take_in(document(clause("1", label="１", title="取組", body="はじめの文。"), clause("2", title="次"))).snapshot


@pytest.fixture
def row(draft):
    return draft.clauses.get(code="1")


def fresh(row):
    return type(row).objects.get(pk=row.pk)


def test_an_edit_is_in_the_history_with_who_did_it(row, editor):
    edit_clause(clause=row, by=editor, version=1, body="直した文。", change_reason="言葉をやさしくしました")
    entry = row.history.first()
    assert (entry.body, entry.history_user, entry.change_reason) == ("直した文。", editor, "言葉をやさしくしました")
    assert AuditRow.objects.get(action="clause.edited").subject == f"plans.Snapshot:{row.snapshot_id}"


def test_a_reason_is_not_official(draft, row, editor):
    before = content_hash(draft)
    edit_clause(clause=row, by=editor, version=1, change_reason="読みやすくしました")
    assert content_hash(draft) == before
    edit_clause(clause=row, by=editor, version=2, body="ほかの文。")
    assert content_hash(draft) != before


def test_the_strength_of_a_predicate_is_one_of_ours(row, editor):
    edit_clause(clause=row, by=editor, version=1, modality=[PREDICATE])
    assert fresh(row).modality == [PREDICATE]
    bad = [{**PREDICATE, "modality": "maybe"}, {**PREDICATE, "more": 1}, {**PREDICATE, "stated": "yes"}, "文", {"predicate": "x"}]
    for one in bad:
        with pytest.raises(EditRefused):
            edit_clause(clause=row, by=editor, version=2, modality=[one])
    with pytest.raises(EditRefused):
        edit_clause(clause=row, by=editor, version=2, modality="effort")
    assert fresh(row).version == 2


@pytest.mark.parametrize("fields", [{"kind": ""}, {"kind": "poem"}, {"change_reason": "長" * 501}, {"label": "逆\u202e"}])
def test_what_may_not_be_stored_is_refused(row, editor, fields):
    before = all_rows()
    with pytest.raises((EditRefused, RefusedText)):
        edit_clause(clause=row, by=editor, version=1, **fields)
    assert all_rows() == before


def test_editing_and_editing_back_keeps_the_succession_true(person, editor, row):
    publish(row.snapshot, author=editor, approver=person("approver"))
    draft = start_edition(edition=row.snapshot.edition, key="2027", by=editor, title="第３次 見本計画").snapshots.get()
    one = draft.clauses.get(code="1")
    words = one.body
    edit_clause(clause=one, by=editor, version=one.version, body="変えた文。")
    assert draft.successions.get(new=one.address).kind == "changed"
    edit_clause(clause=one, by=editor, version=fresh(one).version, body=words)
    assert draft.successions.get(new=one.address).kind == "kept"


def test_terms_are_written_under_the_lock_and_remembered(draft, row, editor, person):
    term = save_part(
        part=models.Term(snapshot=draft, address=row.address, term="協働", definition="力を合わせること。"), by=editor
    )
    audit = AuditRow.objects.get(action="term.edited")
    assert audit.subject == f"plans.Snapshot:{draft.pk}" and audit.detail["new"] and "力を" not in str(audit.detail)
    seen = as_seen(term, fields_of(term))
    term.definition = "先の人の定義。"
    save_part(part=term, by=editor, seen=seen)
    late = fresh(term)
    late.definition = "後の人の定義。"
    with pytest.raises(OvertakenEdit):
        save_part(part=late, by=person("editor"), seen=seen)
    assert fresh(term).definition == "先の人の定義。"
    publish(draft, author=editor, approver=person("approver"))
    late = fresh(term)
    late.definition = "公開のあとの定義。"
    with pytest.raises(EditRefused, match="直せません"):
        save_part(part=late, by=editor)
    assert fresh(term).definition == "先の人の定義。"


def test_an_indicator_is_remembered_too_and_nothing_changed_is_nothing(draft, editor):
    row = save_part(part=models.Indicator(snapshot=draft, name="見本の数"), by=editor)
    save_part(part=fresh(row), by=editor)
    assert AuditRow.objects.filter(action="indicator.edited").count() == 1
