"""Texts that are not official: proposed by one, confirmed by another, and what the public sees meanwhile."""

import pytest
from django.utils import timezone

from ichinoseki_portal.access import ANYONE
from ichinoseki_portal.models import AuditRow, Department, SearchPassage
from ichinoseki_portal.text import RefusedText
from plans import models
from plans.actions import texts
from plans.actions.departments import set_departments, split_names
from plans.actions.editing import EditRefused, OvertakenEdit, edit_clause
from plans.actions.texts import approve_text, reject_text, save_text
from plans.reader import document as doc
from plans.selectors import desk
from plans.selectors.entries import texts_and_departments
from plans.tests.factories import all_rows, clause, document, list_document, publish, take_in

pytestmark = pytest.mark.django_db
LIST = "/admin/plans/clausetext/"


@pytest.fixture
def draft(person):
    return take_in(
        document(clause("1", label="１", title="取組", body="はじめの文。")), by=person("editor", email="m@x.invalid")
    ).snapshot


@pytest.fixture
def row(draft):
    return draft.clauses.get()


@pytest.fixture
def text(row, editor):
    return save_text(address=row.address, kind="plain", words="やさしい文。", by=editor, version=None)


def fresh(text):
    return models.ClauseText.objects.get(pk=text.pk)


def public_words(row):
    return list(models.ClauseText.objects.visible_to(ANYONE).filter(address=row.address).values_list("text", flat=True))


def test_the_public_sees_words_once_another_person_has_confirmed_them(draft, row, text, editor, person):
    approver = person("approver")
    publish(draft, author=editor, approver=approver)
    assert public_words(row) == []
    approve_text(text=text, by=approver)
    assert public_words(row) == ["やさしい文。"]
    assert SearchPassage.objects.filter(document__key__endswith="/1").exists()
    now = fresh(text)
    assert (now.author, now.approver, now.written_for, now.proposed) == (editor, approver, row.official_hash, "")
    again = save_text(address=row.address, kind="plain", words="もっとやさしい文。", by=editor, version=now.version)
    assert public_words(row) == ["やさしい文。"] and again.proposed == "もっとやさしい文。"
    reject_text(text=again, by=approver, why="長すぎます")
    assert public_words(row) == ["やさしい文。"] and fresh(text).proposed == ""
    assert fresh(text).history.filter(proposed="もっとやさしい文。").exists()


def test_nobody_confirms_words_they_wrote_on(row, text, editor, person):
    both, third = person("editor", "approver"), person("approver", email="third@x.invalid")
    changed = save_text(address=row.address, kind="plain", words="直した文。", by=both, version=text.version)
    last = save_text(address=row.address, kind="plain", words="さらに直した文。", by=editor, version=changed.version)
    for who in (both, editor):
        with pytest.raises(EditRefused, match="自分では確かめられません"):
            approve_text(text=last, by=who)
    assert fresh(text).text == ""
    assert approve_text(text=last, by=third).text == "さらに直した文。"
    # What was confirmed is done with: who wrote then may confirm the next one.
    following = save_text(address=row.address, kind="plain", words="次の文。", by=editor, version=fresh(text).version)
    assert approve_text(text=following, by=both).approver == both


def test_a_rejected_writer_does_not_confirm_their_words_by_another_hand(row, text, editor, person):
    both = person("editor", "approver")
    changed = save_text(address=row.address, kind="plain", words="両方の人の文。", by=both, version=text.version)
    reject_text(text=changed, by=person("approver"), why="ためし")
    copied = save_text(address=row.address, kind="plain", words="両方の人の文。", by=editor, version=fresh(text).version)
    with pytest.raises(EditRefused):
        approve_text(text=copied, by=both)


def test_words_are_confirmed_as_they_were_seen(row, text, editor, person):
    save_text(address=row.address, kind="plain", words="あとの文。", by=editor, version=text.version)
    with pytest.raises(OvertakenEdit):
        approve_text(text=text, by=person("approver"))
    with pytest.raises(OvertakenEdit):
        save_text(address=row.address, kind="plain", words="おくれた文。", by=person("editor"), version=None)
    assert (fresh(text).text, fresh(text).proposed) == ("", "あとの文。")


def test_refusals_write_nothing(row, text, editor, person):
    before = all_rows()
    for kind, words in (
        ("poem", "文"),
        ("plain", "  "),
        ("plain", "だめ\0"),
        ("short_title", "二\n行"),
        ("plain", "長" * 20_001),
    ):
        with pytest.raises((EditRefused, RefusedText)):
            save_text(address=row.address, kind=kind, words=words, by=editor, version=None)
    with pytest.raises(RefusedText):
        save_text(address=row.address, kind="figure", words="<svg onload='x'/>", by=editor, version=None)
    with pytest.raises(EditRefused, match="理由"):
        reject_text(text=text, by=person("approver", email="a@x.invalid"), why=" ")
    assert all_rows(without=("portal.User", "portal.User_groups")) == {
        key: value for key, value in before.items() if key not in ("portal.User", "portal.User_groups")
    }


def test_the_public_words_take_a_proposal_back(row, text, editor, person):
    confirmed = approve_text(text=text, by=person("approver"))
    proposed = save_text(address=row.address, kind="plain", words="別の文。", by=editor, version=confirmed.version)
    back = save_text(address=row.address, kind="plain", words="やさしい文。", by=editor, version=proposed.version)
    assert (back.text, back.proposed, back.proposed_by) == ("やさしい文。", "", None)
    rows = AuditRow.objects.filter(action="text.saved").count()
    save_text(address=row.address, kind="plain", words="やさしい文。", by=editor, version=back.version)
    assert AuditRow.objects.filter(action="text.saved").count() == rows  # nothing to say twice


def test_a_text_is_stale_once_the_official_words_change(client, row, text, editor, person):
    auditor = person("auditor")
    confirmed = approve_text(text=text, by=person("approver"))
    assert desk.stale_texts(auditor) == []
    edit_clause(clause=row, by=editor, version=1, body="変わった正文。")
    assert desk.stale_texts(auditor) == [text.pk]
    client.force_login(editor)
    assert "やさしい文。" in client.get(f"{LIST}?now=stale").content.decode()
    page = client.get(f"{LIST}{text.pk}/change/").content.decode()
    assert "正文が変わりました" in page and "変わった正文。" in page
    save_text(address=row.address, kind="plain", words="合わせた文。", by=editor, version=confirmed.version)
    assert desk.stale_texts(auditor) == [text.pk]  # the public one still is
    approve_text(text=fresh(text), by=person("approver", email="b@x.invalid"))
    assert desk.stale_texts(auditor) == []
    assert "合わせた文。" not in client.get(f"{LIST}?now=stale").content.decode()


def test_a_text_is_for_the_words_its_writer_saw(row, editor):
    seen = row.official_hash
    edit_clause(clause=row, by=editor, version=1, body="書いている間に変わった正文。")
    text = save_text(address=row.address, kind="plain", words="前の文を見て書いた。", by=editor, version=None, seen=seen)
    assert text.proposed_for == seen and desk.text_desk(text)["proposed_stale"]
    assert (
        save_text(address=row.address, kind="en", words="x", by=editor, version=None, seen="forged").proposed_for
        == models.Clause.objects.get(pk=row.pk).official_hash
    )


def test_the_page_to_confirm_shows_both_and_takes_what_was_shown(client, row, text, editor, person):
    approver = person("approver")
    client.force_login(approver)
    page = client.post(LIST, {"action": "approve", "_selected_action": text.pk}).content.decode()
    assert "はじめの文。" in page and "やさしい文。" in page and f'value="{text.pk}-1"' in page
    save_text(address=row.address, kind="plain", words="見ていない文。", by=editor, version=1)
    done = client.post(f"{LIST}confirm/", {"text": f"{text.pk}-1"}, follow=True).content.decode()
    assert "先に直しました" in done and fresh(text).text == ""
    done = client.post(f"{LIST}confirm/", {"text": f"{text.pk}-2"}, follow=True).content.decode()
    assert "確かめたことを記録しました" in done and fresh(text).text == "見ていない文。"
    for who in (editor, person("auditor")):
        client.force_login(who)
        assert client.post(f"{LIST}confirm/", {"text": f"{text.pk}-3"}).status_code == 403
        assert client.post(f"{LIST}{text.pk}/reject/", {"version": 3, "why": "x"}).status_code == 403


def test_an_approver_sends_words_back_on_the_page(client, text, person):
    client.force_login(person("approver"))
    page = client.get(f"{LIST}{text.pk}/change/").content.decode()
    assert "書いた人に戻す" in page
    client.post(f"{LIST}{text.pk}/reject/", {"version": 1, "why": ""})
    assert fresh(text).proposed
    client.post(f"{LIST}{text.pk}/reject/", {"version": 1, "why": "言葉が難しいです"})
    assert not fresh(text).proposed and AuditRow.objects.get(action="text.rejected").detail["why"] == "言葉が難しいです"


def test_departments_keep_the_order_they_were_written_in(row, editor):
    first = ["見本課", "協働課", "あ課"]
    assert set_departments(address=row.address, fiscal_year=2026, names=first, by=editor)
    assert desk.departments_of(row.address, 2026) == first
    other = ["あ課", "見本課", "協働課"]
    assert set_departments(address=row.address, fiscal_year=2026, names=other, by=editor, seen=first)
    assert desk.departments_of(row.address, 2026) == other
    models.Edition.objects.filter(pk=row.address.edition_id).update(listed_at=timezone.now())
    _texts, shown = texts_and_departments([row.address_id], row.address_id, timezone.now())
    assert [one.name for one in shown] == other


def test_departments_of_a_year(row, editor):
    assert set_departments(address=row.address, fiscal_year=2026, names=["見本課", " 協働課 ", "見本課"], by=editor)
    names = desk.departments_of(row.address, 2026)
    assert sorted(names) == ["協働課", "見本課"]
    assert not set_departments(address=row.address, fiscal_year=2026, names=names, by=editor)
    with pytest.raises(OvertakenEdit):
        set_departments(address=row.address, fiscal_year=2026, names=["別課"], by=editor, seen=["見本課"])
    with pytest.raises(EditRefused):
        set_departments(address=row.address, fiscal_year=26, names=["別課"], by=editor)
    with pytest.raises(RefusedText):
        set_departments(address=row.address, fiscal_year=2026, names=["長" * 81], by=editor)
    set_departments(address=row.address, fiscal_year=2026, names=["別課"], by=editor, seen=names)
    assert desk.departments_of(row.address, 2026) == ["別課"] and AuditRow.objects.filter(action="departments.set").count() == 2
    assert split_names("見本課、協働課,別課\n") == ["見本課", "協働課", "別課"]


def test_texts_that_a_person_imports_wait_for_another_persons_yes(person):
    editor = person("editor")
    document = list_document("市は、地域の活動を支えます。")
    document.clauses[1].texts = [doc.ClauseTextRow("plain", "市が手つだいます。", "", "だれか", "別のだれか")]
    snapshot = take_in(document, by=editor).snapshot
    row = models.ClauseText.objects.get(address__code="1.1", kind="plain")
    assert (row.text, row.proposed, row.proposed_by, row.approver_name) == ("", "市が手つだいます。", editor, "")
    with pytest.raises(EditRefused, match="自分では確かめられません"):
        approve_text(text=row, by=editor)
    approve_text(text=row, by=person("approver"))
    assert models.ClauseText.objects.get(pk=row.pk).text == "市が手つだいます。"
    assert not take_in(document, by=editor).changed and snapshot.clauses.count() == 2


def test_texts_that_ship_with_the_portal_are_public_at_once(db):
    document = list_document("市は、地域の活動を支えます。")
    document.clauses[1].texts = [doc.ClauseTextRow("plain", "市が手つだいます。", "", "編集担当", "確認担当")]
    take_in(document)
    row = models.ClauseText.objects.get(kind="plain")
    assert (row.text, row.proposed, row.approver_name) == ("市が手つだいます。", "", "確認担当")


@pytest.fixture
def revised(person):
    """A public text, and a draft in which the same clause says something else. Returns the draft and its people."""
    people = {"author": person("editor"), "approver": person("approver")}
    publish(take_in(list_document("市は支えます。")).snapshot, **people)
    return take_in(list_document("市は、ひそかに準備している文で支えます。"), stage="amendment").snapshot, people


def confirmed_in_advance(revised, person):
    _draft, people = revised
    address = models.ClauseAddress.objects.get(code="1.1")
    row = save_text(address=address, kind="plain", words="ひそかな準備のやさしい文", by=people["author"], version=None)
    return approve_text(text=row, by=people["approver"])


def test_words_about_a_text_that_is_not_public_go_out_with_it(revised, person, client):
    draft, people = revised
    row = confirmed_in_advance(revised, person)
    assert (row.text, row.held_for) == ("", people["approver"])
    pages = ["/plans/mihon/2022/1.1/", "/plans/mihon/2022/v1/1.1/", "/plans/mihon/2022/v1/plan.json"]
    for path in pages:
        assert "ひそかな" not in client.get(path).content.decode(), path
    assert not SearchPassage.objects.filter(text__contains="ひそかな").exists()
    with pytest.raises(EditRefused, match="もう確かめて"):
        approve_text(text=row, by=person("approver"))
    publish(draft, **people)
    assert "ひそかな準備のやさしい文" in client.get(pages[0]).content.decode()
    assert SearchPassage.objects.filter(text__contains="ひそかな準備のやさしい文").exists()
    now = models.ClauseText.objects.get(pk=row.pk)
    assert (now.approver, now.proposed, now.held_for) == (people["approver"], "", None)


def test_that_they_wait_hangs_on_asking_what_is_public(revised, person, client, monkeypatch):
    monkeypatch.setattr(texts, "_is_about_unpublished", lambda row: False)
    confirmed_in_advance(revised, person)
    assert "ひそかな" in client.get("/plans/mihon/2022/1.1/").content.decode()


def test_no_name_of_a_person_goes_out_with_a_text(draft, person, client):
    section = Department.objects.create(code="machi", name="町課")
    people = {"author": person("editor", name="架空一郎", department=section), "approver": person("approver", name="架空二郎")}
    publish(draft, author=person("editor"), approver=person("approver"))
    address = draft.clauses.get().address
    row = save_text(address=address, kind="plain", words="やさしい文", by=people["author"], version=None)
    row = approve_text(text=row, by=people["approver"])
    assert (row.author_name, row.approver_name) == ("町課", "担当")
    body = client.get(f"{draft.get_absolute_url()}plan.json").content.decode()
    assert "やさしい文" in body and "町課" in body and "架空" not in body
