"""Public words that are taken away again: asked for by one person, confirmed by another."""

import pytest

from ichinoseki_portal.access import ANYONE
from ichinoseki_portal.models import AuditRow, SearchPassage
from plans import models
from plans.actions.editing import EditRefused, OvertakenEdit
from plans.actions.texts import approve_text, propose_removal, reject_text, save_text
from plans.admin.turns import turns
from plans.selectors import desk
from plans.tests.factories import all_rows, clause, document, publish, take_in

pytestmark = pytest.mark.django_db
LIST = "/admin/plans/clausetext/"
SESSIONS = ("sessions.Session",)


@pytest.fixture
def boss(person):
    return person("approver", email="boss@x.invalid")


@pytest.fixture
def text(editor, boss, person):
    """Plain words that the public reads, confirmed by ``boss``."""
    draft = take_in(document(clause("1", label="１", title="取組", body="はじめの文。")), by=editor).snapshot
    row = publish(draft, author=editor, approver=boss).clauses.get()
    text = save_text(address=row.address, kind="plain", words="やさしい文。", by=editor, version=None)
    return approve_text(text=text, by=boss)


def fresh(text):
    return models.ClauseText.objects.get(pk=text.pk)


def public():
    return list(models.ClauseText.objects.visible_to(ANYONE).values_list("text", flat=True))


def ask(text, by):
    return propose_removal(address=text.address, kind="plain", by=by, version=fresh(text).version)


def test_public_words_go_once_another_person_has_confirmed_it(client, text, editor, boss):
    page = client.get(text.address.clauses.get().get_absolute_url()).content.decode()
    assert "やさしい文。" in page
    asked = ask(text, editor)
    assert asked.asks_removal and public() == ["やさしい文。"]
    with pytest.raises(EditRefused, match="自分では確かめられません"):
        approve_text(text=asked, by=editor)
    assert public() == ["やさしい文。"]
    done = approve_text(text=fresh(text), by=boss)
    assert public() == [] and (done.text, done.written_for, done.proposed_by) == ("", "", None)
    assert "やさしい文。" not in client.get(text.address.clauses.get().get_absolute_url()).content.decode()
    assert not SearchPassage.objects.filter(text__contains="やさしい文").exists()
    assert AuditRow.objects.filter(action="text.removal_proposed", actor_id=editor.pk).count() == 1
    assert AuditRow.objects.filter(action="text.approved").latest("id").detail["removed"] is True
    assert fresh(text).history.filter(text="やさしい文。").exists()


def test_the_wish_is_sent_back_or_taken_back(text, editor, boss):
    reject_text(text=ask(text, editor), by=boss, why="まだ要ります")
    assert not fresh(text).asks_removal and public() == ["やさしい文。"]
    ask(text, editor)
    kept = save_text(address=text.address, kind="plain", words="やさしい文。", by=editor, version=fresh(text).version)
    assert not kept.asks_removal and kept.proposed_by is None
    ask(text, editor)
    new = save_text(address=text.address, kind="plain", words="別の文。", by=editor, version=fresh(text).version)
    assert not new.asks_removal and new.proposed == "別の文。" and public() == ["やさしい文。"]
    assert ask(text, editor).asks_removal  # one's own new words give way


def test_what_is_refused_writes_nothing(text, editor, person):
    other = person("editor", email="other@x.invalid")
    save_text(address=text.address, kind="plain", words="書き直し。", by=other, version=fresh(text).version)
    before = all_rows()
    with pytest.raises(EditRefused, match="ほかの人が書き直した文"):
        ask(text, editor)
    with pytest.raises(EditRefused, match="公開している文がない"):
        propose_removal(address=text.address, kind="en", by=editor, version=None)
    with pytest.raises(OvertakenEdit):
        propose_removal(address=text.address, kind="plain", by=other, version=1)
    assert all_rows() == before


def test_the_pages_ask_show_and_confirm(client, text, editor, boss):
    change = f"{LIST}{text.pk}/change/"
    client.force_login(editor)
    assert f"{LIST}{text.pk}/remove/" in client.get(change).content.decode()
    answer = client.post(f"{LIST}{text.pk}/remove/", {"version": fresh(text).version}, follow=True)
    page = answer.content.decode()
    assert "公開からはずすよう求めました" in page and "この文を公開からはずすよう求めています" in page
    assert f"{LIST}{text.pk}/remove/" not in page and "確かめる・戻す" not in page
    assert "はずす確認待ち" in client.get(f"/admin/plans/clause/{text.address.clauses.get().pk}/change/").content.decode()
    client.force_login(boss)
    assert [turn.count for turn in turns(boss)][-2] == 1 and not any(turn.count for turn in turns(editor))
    assert "公開中（公開からはずす確認待ち）" in client.get(f"{LIST}?now=waiting").content.decode()
    assert "確かめる・戻す" in client.get(change).content.decode()
    shown = client.post(LIST, {"action": "approve", "_selected_action": text.pk}).content.decode()
    assert "文をなくす（公開からはずす）" in shown and f'value="{text.pk}-{fresh(text).version}"' in shown
    client.post(f"{LIST}confirm/", {"text": f"{text.pk}-{fresh(text).version}"})
    assert public() == [] and "公開していない" in client.get(LIST).content.decode()
    history = client.get(f"{LIST}{text.pk}/history/", follow=True).content.decode()
    assert "文を公開からはずすよう求めた" in history and "文を公開からはずした" in history


def test_who_may_not_write_may_not_ask(client, text, person, boss):
    for user in (boss, person("auditor"), person()):
        client.force_login(user)
        before = all_rows(without=SESSIONS)
        assert client.post(f"{LIST}{text.pk}/remove/", {"version": text.version}).status_code == 403
        assert all_rows(without=SESSIONS) == before
    client.force_login(person("editor", email="e2@x.invalid"))
    assert client.get(f"{LIST}{text.pk}/remove/").status_code == 403
    client.post(f"{LIST}{text.pk}/remove/", {"version": "x"})
    assert not fresh(text).asks_removal and desk.text_desk(fresh(text))["proposed_stale"] is False
