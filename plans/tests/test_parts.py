"""Terms and indicators of a draft: at a clause of its own text, and taken out of it again."""

import json

import pytest

from ichinoseki_portal.models import AuditRow
from plans import models
from plans.actions import parts
from plans.actions.contents import content_hash, official_document
from plans.actions.drafts import start_draft, start_edition
from plans.actions.editing import EditRefused, OvertakenEdit, as_seen
from plans.actions.parts import fields_of, remove_part, save_part
from plans.actions.snapshots import submit_snapshot
from plans.actions.trees import remove_clause
from plans.tests.factories import all_rows, clause, document, list_document, publish, take_in
from plans.tests.test_drafts import full_document

pytestmark = pytest.mark.django_db
KINDS = ("term", "indicator")


@pytest.fixture
def final(editor, approver):
    return publish(take_in(full_document(), by=editor).snapshot, author=editor, approver=approver)


@pytest.fixture
def draft(final, editor):
    return start_draft(edition=final.edition, stage="amendment", by=editor)


def part_of(snapshot, kind):
    return (snapshot.terms if kind == "term" else snapshot.indicators).get()


def seen_of(part):
    return as_seen(part, fields_of(part))


@pytest.mark.parametrize("kind", KINDS)
def test_it_is_taken_out_of_a_draft_and_stays_in_what_is_public(draft, final, editor, kind):
    part, before = part_of(draft, kind), content_hash(final)
    remove_part(part=part, by=editor, seen=seen_of(part))
    assert not type(part).objects.filter(snapshot=draft).exists() and type(part).objects.filter(snapshot=final).count() == 1
    assert content_hash(final) == before != content_hash(draft)
    row = AuditRow.objects.filter(action=f"{kind}.edited").latest("id")
    assert row.subject == f"plans.Snapshot:{draft.pk}" and row.detail["removed"] is True and row.actor_id == editor.pk
    assert getattr(part, "term", None) in (None, row.detail["was"].get("term"))


@pytest.mark.parametrize("kind", KINDS)
def test_it_is_not_taken_out_of_a_locked_text(draft, editor, kind):
    part = part_of(draft, kind)
    submit_snapshot(snapshot=draft, by=editor)
    before = all_rows()
    with pytest.raises(EditRefused, match="なので直せません"):
        remove_part(part=part, by=editor, seen=seen_of(part))
    assert all_rows() == before


def test_the_lock_is_what_refuses_it(draft, editor, monkeypatch):
    part = part_of(draft, "term")
    submit_snapshot(snapshot=draft, by=editor)
    monkeypatch.setattr(parts, "open_draft", lambda snapshot: None)
    remove_part(part=part, by=editor, seen=seen_of(part))
    assert not draft.terms.exists()


def test_what_changed_meanwhile_is_not_taken_out_unseen(draft, editor):
    part = part_of(draft, "term")
    seen = seen_of(part)
    changed = models.Term.objects.get(pk=part.pk)
    changed.definition = "別の意味。"
    save_part(part=changed, by=editor)
    for words in (seen, {}):
        with pytest.raises(OvertakenEdit):
            remove_part(part=part, by=editor, seen=words)
    remove_part(part=part, by=editor, seen=seen_of(changed))
    with pytest.raises(OvertakenEdit):
        remove_part(part=changed, by=editor, seen=seen_of(changed))


def test_a_clause_goes_once_its_term_is_gone(draft, editor):
    row = draft.clauses.get(code="1.1")
    with pytest.raises(EditRefused, match="用語を別の項目へ移すか、この下書きからはずして"):
        remove_clause(clause=row, by=editor, tree_version=draft.tree_version)
    part = part_of(draft, "term")
    remove_part(part=part, by=editor, seen=seen_of(part))
    draft.refresh_from_db()
    remove_clause(clause=row, by=editor, tree_version=draft.tree_version)
    assert not draft.clauses.filter(code__startswith="1.1").exists()


# --- where it stands ----------------------------------------------------------------------------------------------------------


def elsewhere(draft, editor):
    """A clause of another plan with the same code, and a place of the same edition at which no clause of the draft stands."""
    other = take_in(list_document("よその文。"), plan="hoka", edition="2022", by=editor).snapshot
    unused = models.ClauseAddress.objects.create(edition=draft.edition, code="9.9")
    return [other.clauses.get(code="1").address, unused]


@pytest.mark.parametrize("kind", KINDS)
def test_it_stands_at_no_clause_of_another_text(draft, editor, kind):
    for address in elsewhere(draft, editor):
        part = part_of(draft, kind)
        part.address = address
        before = all_rows()
        with pytest.raises(EditRefused, match="本文にない項目"):
            save_part(part=part, by=editor)
        assert all_rows() == before
    part = part_of(draft, kind)
    part.address = draft.clauses.get(code="2").address
    assert save_part(part=part, by=editor).address.code == "2"
    part.address = None
    assert save_part(part=part, by=editor).address is None


def test_another_plans_clause_would_enter_the_hash_without_the_guard(draft, editor, monkeypatch):
    monkeypatch.setattr(parts, "refuse_elsewhere", lambda part: None)
    part = part_of(draft, "term")
    part.address = elsewhere(draft, editor)[0]
    save_part(part=part, by=editor)
    assert official_document(draft).terms[0].code == "1"


def test_a_copy_takes_no_place_of_another_text_along(final, editor):
    other = take_in(document(clause("1", title="よそ", body="文。")), plan="hoka", edition="2022", by=editor).snapshot
    models.Term.objects.filter(snapshot=final).update(address=other.clauses.get().address)
    draft = start_draft(edition=final.edition, stage="amendment", by=editor)
    new = start_edition(edition=final.edition, key="2027", title="第３次 見本計画", by=editor).snapshots.get()
    assert [row.terms.get().address for row in (draft, new)] == [None, None]
    assert new.indicators.get().address == models.ClauseAddress.objects.get(edition=new.edition, code="2")


# --- by the pages ---------------------------------------------------------------------------------------------------------------


def path_of(part):
    return f"/admin/plans/{part._meta.model_name}/{part.pk}"


@pytest.mark.parametrize("kind", KINDS)
def test_the_page_asks_and_takes_it_out(client, editor, draft, kind):
    client.force_login(editor)
    part = part_of(draft, kind)
    assert f"{path_of(part)}/remove/" in client.get(f"{path_of(part)}/change/").content.decode()
    page = client.get(f"{path_of(part)}/remove/")
    assert page.status_code == 200 and "次のものを、この下書きからはずします" in page.content.decode()
    assert type(part).objects.filter(pk=part.pk).exists()
    answer = client.post(f"{path_of(part)}/remove/", {"seen": page.context["seen"]}, follow=True)
    assert answer.redirect_chain[-1][0] == f"/admin/plans/snapshot/{draft.pk}/change/"
    assert "はずしました" in answer.content.decode() and not type(part).objects.filter(pk=part.pk).exists()
    assert client.post(f"{path_of(part)}/remove/", {"seen": page.context["seen"]}).status_code == 404


@pytest.mark.parametrize("seen", ["", "{", "[]", json.dumps({"term": "べつ"})])
def test_a_post_that_saw_something_else_takes_nothing_out(client, editor, draft, seen):
    client.force_login(editor)
    part, before = part_of(draft, "term"), all_rows(without=("sessions.Session",))
    answer = client.post(f"{path_of(part)}/remove/", {"seen": seen})
    assert answer.status_code == 409 and "ほかの人が先に直しました" in answer.content.decode()
    assert all_rows(without=("sessions.Session",)) == before


def test_the_page_keeps_a_published_one(client, editor, final):
    client.force_login(editor)
    part = part_of(final, "term")
    assert f"{path_of(part)}/remove/" not in client.get(f"{path_of(part)}/change/").content.decode()
    answer = client.post(f"{path_of(part)}/remove/", {"seen": json.dumps(seen_of(part))})
    assert answer.status_code == 409 and "直せません" in answer.content.decode()
    assert models.Term.objects.filter(pk=part.pk).exists()


@pytest.mark.parametrize("role", ["approver", "auditor", None])
def test_who_may_not_edit_takes_nothing_out(client, person, draft, role):
    client.force_login(person(*([role] if role else [])))
    part = part_of(draft, "term")
    assert client.get(f"{path_of(part)}/remove/").status_code == 403
    assert client.post(f"{path_of(part)}/remove/", {"seen": json.dumps(seen_of(part))}).status_code == 403
    assert draft.terms.exists()


def test_the_form_says_that_a_clause_is_of_another_text(client, editor, draft):
    client.force_login(editor)
    part = part_of(draft, "term")
    page = client.get(f"{path_of(part)}/change/")
    form = page.context["adminform"].form
    values = {name: form[name].value() or "" for name in form.fields}
    answer = client.post(f"{path_of(part)}/change/", {**values, "address": elsewhere(draft, editor)[0].pk})
    assert answer.status_code == 200 and "本文にない項目" in answer.content.decode()
    part.refresh_from_db()
    assert part.address.code == "1.1"
