"""Links between clauses: what they rest on, who confirms them, and that nothing shows before."""

import pytest
from django.db import IntegrityError

from ichinoseki_portal.access import ANYONE
from ichinoseki_portal.models import AuditRow
from plans import models
from plans.actions.editing import EditRefused, OvertakenEdit
from plans.actions.links import add_link, change_link, confirm_link, drop_link
from plans.tests.factories import clause, document, publish, take_in

pytestmark = pytest.mark.django_db
ADD, LIST = "/admin/plans/clauselink/add/", "/admin/plans/clauselink/"


@pytest.fixture
def draft(db):
    return take_in(document(clause("1", title="取組", body="文。"), clause("2", title="次", body="文。"))).snapshot


@pytest.fixture
def ends(draft):
    return [models.ClauseAddress.objects.get(edition=draft.edition, code=code) for code in "12"]


@pytest.fixture
def link(ends, editor):
    return add_link(origin=ends[0], target=ends[1], type="contributes", by=editor, note="見てのとおり")


def shown():
    return models.ClauseLink.objects.visible_to(ANYONE).count()


def test_a_link_shows_once_confirmed_and_once_both_ends_are_public(draft, link, editor, person):
    approver = person("approver")
    assert (link.author, link.origin_snapshot, link.confirmed_at) == (editor, draft, None)
    confirm_link(link=link, by=approver)
    assert shown() == 0  # both ends are a draft
    publish(draft, author=editor, approver=approver)
    assert shown() == 1
    change_link(link=link, by=editor, note="言い直し")
    assert shown() == 0  # changed, and looked at by nobody
    with pytest.raises(EditRefused, match="自分では"):
        confirm_link(link=link, by=editor)
    confirm_link(link=link, by=approver)
    assert shown() == 1 and models.ClauseLink.objects.get().approver == approver


def test_whoever_changed_a_link_does_not_confirm_it(link, editor, person):
    both = person("editor", "approver")
    change_link(link=link, by=both, note="直し")
    change_link(link=link, by=editor, note="直しの直し")
    with pytest.raises(EditRefused):
        confirm_link(link=link, by=both)
    with pytest.raises(EditRefused, match="もう確かめて"):
        confirm_link(link=link, by=person("approver"))
        confirm_link(link=link, by=person("approver", email="z@x.invalid"))


def test_ends_that_cannot_be_tied(ends, link, editor):
    gone = models.ClauseAddress.objects.create(edition=ends[0].edition, code="9")
    for origin, target, words in ((ends[0], ends[0], "自分自身"), (ends[0], ends[1], "同じ関係"), (ends[0], gone, "ありません")):
        with pytest.raises(EditRefused, match=words):
            add_link(origin=origin, target=target, type="contributes", by=editor)
    other = add_link(origin=ends[0], target=ends[1], type="echoes", by=editor)
    with pytest.raises(EditRefused, match="同じ関係"):
        change_link(link=other, by=editor, type="contributes")
    with pytest.raises(IntegrityError):
        models.ClauseLink.objects.create(origin=ends[0], target=ends[1], type="echoes")


def test_what_is_said_to_be_stated_is_shown(ends, editor):
    base = {"origin": ends[1], "target": ends[0], "by": editor}
    for fields in (
        {"type": "refers", "basis": "stated"},
        {"type": "refers", "basis": "rumour"},
        {"type": "knows"},
        {"type": "refers", "quote_lines": ["x"]},
        {"type": "refers", "quote_lines": [0]},
    ):
        with pytest.raises(EditRefused):
            add_link(**base, **fields)
    assert models.ClauseLink.objects.count() == 0
    assert add_link(**base, type="refers", basis="stated", quote_lines=[12]).quote_lines == [12]


def test_a_second_editor_and_a_dropped_link(link, editor, person):
    seen = {"type": "contributes", "basis": "editor", "quote_lines": [], "note": "見てのとおり"}
    change_link(link=link, by=editor, seen=seen, note="先の人")
    with pytest.raises(OvertakenEdit):
        change_link(link=link, by=person("editor"), seen=seen, note="後の人")
    with pytest.raises(OvertakenEdit):
        confirm_link(link=link, by=person("approver"), seen=seen)
    with pytest.raises(EditRefused, match="理由"):
        drop_link(link=link, by=editor, why=" ")
    drop_link(link=link, by=editor, why="誤り")
    assert models.ClauseLink.objects.count() == 0
    assert AuditRow.objects.get(action="link.dropped").detail["why"] == "誤り"
    with pytest.raises(EditRefused, match="もう外されて"):
        drop_link(link=link, by=editor, why="二度め")


def test_the_pages_for_links(client, ends, editor, person):
    client.force_login(editor)
    page = client.get(f"{ADD}?origin={ends[0].pk}").content.decode()
    assert f'value="{ends[0].pk}" selected' in page
    fields = {"origin": ends[0].pk, "target": ends[1].pk, "type": "refers", "basis": "stated", "quote_lines": "", "note": ""}
    assert "番号か" in client.post(ADD, fields).content.decode() and not models.ClauseLink.objects.exists()
    assert client.post(ADD, {**fields, "quote_lines": "3、4"}).status_code == 302
    link = models.ClauseLink.objects.get()
    assert (link.quote_lines, link.author, link.confirmed_at) == ([3, 4], editor, None)
    again = client.post(ADD, {**fields, "note": "二度めに書いた説明"})
    assert "二度めに書いた説明" in again.content.decode() and models.ClauseLink.objects.count() == 1
    approver = person("approver")
    client.force_login(approver)
    page = client.post(LIST, {"action": "confirm_chosen", "_selected_action": link.pk})
    seen = page.context["rows"][0]["seen"]
    change_link(link=link, by=editor, note="見たあとの直し")
    assert "先に直しました" in client.post(f"{LIST}confirm/", {"link": seen}, follow=True).content.decode()
    seen = client.post(LIST, {"action": "confirm_chosen", "_selected_action": link.pk}).context["rows"][0]["seen"]
    assert "確かめたことを記録しました" in client.post(f"{LIST}confirm/", {"link": seen}, follow=True).content.decode()
    link.refresh_from_db()
    assert link.approver == approver
    assert client.post(f"{LIST}{link.pk}/drop/", {"why": "x"}).status_code == 403
    client.force_login(editor)
    assert client.post(f"{LIST}confirm/", {"link": seen}).status_code == 403
    client.post(f"{LIST}{link.pk}/drop/", {"why": "誤り"})
    assert not models.ClauseLink.objects.exists()


def test_the_second_of_two_who_change_a_link_sees_both(client, link, editor):
    client.force_login(editor)
    change = f"{LIST}{link.pk}/change/"
    form = client.get(change).context["adminform"].form
    seen = form.fields["seen"].initial
    fields = {"type": "contributes", "basis": "editor", "quote_lines": "", "seen": seen}
    assert client.post(change, {**fields, "note": "先の人の説明"}).status_code == 302
    answer = client.post(change, {**fields, "note": "後の人の説明"})
    page = answer.content.decode()
    assert answer.status_code == 409 and "先の人" in page and "後の人" in page
    link.refresh_from_db()
    assert link.note == "先の人の説明"
