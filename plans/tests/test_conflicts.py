"""Two people at one form: the second sees both texts, nothing is overwritten and nothing typed is lost. On both databases."""

import html
import json
import re
import threading

import pytest
from django.db import connections
from django.test import Client

from ichinoseki_portal.models import User
from plans import models
from plans.actions import editing
from plans.actions.parts import save_part
from plans.actions.snapshots import submit_snapshot
from plans.actions.texts import save_text
from plans.tests.factories import clause, document, take_in


@pytest.fixture
def draft(db):
    return take_in(
        document(clause("1", label="１", title="取組", body="市は、活動を支えます。"), clause("2", title="次"))
    ).snapshot


@pytest.fixture
def row(draft):
    return draft.clauses.get(code="1")


def change(row):
    return f"/admin/plans/{row._meta.model_name}/{row.pk}/change/"


def opened(client, row):
    """The form as a browser would send it back untouched."""
    return untouched(client.get(change(row)).content.decode())


def untouched(page):
    page = next(one for one in re.findall(r"<form.*?</form>", page, re.DOTALL) if 'name="seen_version"' in one)
    found = dict(re.findall(r'<input type="(?:hidden|text|number)" name="(\w+)" value="([^"]*)"', page))
    found |= {name: text.removeprefix("\n") for name, text in re.findall(r'<textarea name="(\w+)"[^>]*>([^<]*)</textarea>', page)}
    for name, options in re.findall(r'<select name="(\w+)"(.*?)</select>', page, re.DOTALL):
        chosen = re.search(r'value="([^"]*)" selected', options)
        found[name] = chosen[1] if chosen else ""
    return {name: html.unescape(text) for name, text in found.items() if name != "csrfmiddlewaretoken"}


def plain(page):
    return html.unescape(re.sub(r"<[^>]+>|［[^］]*］", "", page))


@pytest.fixture
def two(client, person):
    one, other = person("editor", name="先野 花子"), person("editor", name="後野 太郎")
    first, second = Client(), Client()
    first.force_login(one)
    second.force_login(other)
    return first, second


def test_an_untouched_form_changes_nothing(two, row):
    form = opened(two[0], row)
    assert json.loads(form["seen"])["body"] == row.body and form["seen_version"] == "1"
    two[0].post(change(row), {**form, "body": row.body.replace("\n", "\r\n")})
    row.refresh_from_db()
    assert row.version == 1


def test_the_second_sees_where_both_began_what_the_other_saved_and_the_own_words(two, row):
    first, second = two
    early, late = opened(first, row), opened(second, row)
    first.post(change(row), {**early, "body": "市は、活動を大いに支えます。", "title": "先の人の見出し"})
    answer = second.post(change(row), {**late, "body": "市は、活動を長く支えます。", "label": "１．"})
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "先野 花子さんが" in page and "<ins>" in page and "足した文字" in page
    for words in ("市は、活動を支えます。", "市は、活動を大いに支えます。", "市は、活動を長く支えます。"):
        assert words in plain(page)
    assert "二人とも直した欄" in page and "相手だけが直した欄" in page and "あなただけが直した欄" in page
    row.refresh_from_db()
    assert (row.body, row.title, row.version) == ("市は、活動を大いに支えます。", "先の人の見出し", 2)
    # The form below holds the own words over the other's newest: saving it keeps what only the other changed.
    form = untouched(page)
    assert (form["body"], form["title"], form["label"]) == ("市は、活動を長く支えます。", "先の人の見出し", "１．")
    assert second.post(change(row), form).status_code == 302
    row.refresh_from_db()
    assert (row.body, row.title, row.label, row.version) == ("市は、活動を長く支えます。", "先の人の見出し", "１．", 3)


def test_a_third_one_meanwhile_is_seen_too(two, row, person):
    first, second = two
    early, late = opened(first, row), opened(second, row)
    first.post(change(row), {**early, "body": "一人めの文。"})
    form = untouched(second.post(change(row), {**late, "body": "二人めの文。"}).content.decode())
    first.post(change(row), {**opened(first, row), "body": "三つめの文。"})
    again = second.post(change(row), form)
    assert again.status_code == 409 and "三つめの文。" in plain(again.content.decode())
    row.refresh_from_db()
    assert row.body == "三つめの文。"


def test_the_others_words_may_stay(two, row):
    first, second = two
    early, late = opened(first, row), opened(second, row)
    first.post(change(row), {**early, "body": "先の文。"})
    form = untouched(second.post(change(row), {**late, "body": "後の文。"}).content.decode())
    page = second.post(change(row), {**form, "_keep_theirs": "1"}, follow=True).content.decode()
    assert "相手の文を残しました" in page
    row.refresh_from_db()
    assert (row.body, row.version) == ("先の文。", 2)


def test_what_was_typed_outlives_a_refused_character_and_a_lock(two, row, draft):
    _first, second = two
    form = opened(second, row)
    for bad in (
        {"body": "だいじな文。\x01"},
        {"title": "だいじな見出し\u202e"},
        {"modality": "市｜支えます｜たぶん", "body": "だいじな文。"},
    ):
        answer = second.post(change(row), {**form, **bad})
        assert answer.status_code == 200 and "だいじな" in answer.content.decode() and "errornote" in answer.content.decode()
    submit_snapshot(snapshot=draft, by=User.objects.first())
    answer = second.post(change(row), {**form, "body": "だいじな文。"})
    page = answer.content.decode()
    assert answer.status_code == 403 and "だいじな文。" in page and "差し戻すか" in page
    row.refresh_from_db()
    assert (row.body, row.version) == ("市は、活動を支えます。", 1)


def test_no_form_of_a_clause_is_taken_without_what_was_seen(two, row):
    form = opened(two[0], row)
    del form["seen_version"], form["seen"]
    assert two[0].post(change(row), {**form, "body": "見ないで書いた文。"}).status_code == 409
    row.refresh_from_db()
    assert row.version == 1


def test_texts_about_a_clause_have_the_page_too(two, row, person):
    text = save_text(address=row.address, kind="plain", words="はじめの文。", by=person("editor"), version=None)
    first, second = two
    early, late = opened(first, text), opened(second, text)
    first.post(change(text), {**early, "text": "先の人のやさしい文。"})
    answer = second.post(change(text), {**late, "text": "後の人のやさしい文。"})
    page = answer.content.decode()
    assert answer.status_code == 409 and "先野 花子さんが" in page and "後の人のやさしい文。" in plain(page)
    text.refresh_from_db()
    assert text.proposed == "先の人のやさしい文。"
    assert second.post(change(text), untouched(page)).status_code == 302
    text.refresh_from_db()
    assert text.proposed == "後の人のやさしい文。"


def test_terms_have_the_page_too(two, row, draft, person):
    term = save_part(part=models.Term(snapshot=draft, term="協働", definition="はじめの定義。"), by=person("editor"))
    first, second = two
    early, late = opened(first, term), opened(second, term)
    assert first.post(change(term), {**early, "definition": "先の人の定義。"}).status_code == 302
    answer = second.post(change(term), {**late, "definition": "後の人の定義。", "reading": "きょうどう"})
    page = answer.content.decode()
    assert answer.status_code == 409 and "先野 花子さんが" in page and "後の人の定義。" in plain(page)
    term.refresh_from_db()
    assert (term.definition, term.reading) == ("先の人の定義。", "")
    assert second.post(change(term), {key: value for key, value in late.items() if key != "seen"}).status_code == 409


# --- at the very same moment ------------------------------------------------------------------------------------------------


def at_once(people, row, forms):
    start = threading.Barrier(len(people))
    answers = [None] * len(people)

    def post(number):
        start.wait(timeout=20)
        try:
            answers[number] = people[number].post(change(row), forms[number])
        finally:
            connections.close_all()

    threads = [threading.Thread(target=post, args=(number,)) for number in range(len(people))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return answers


def rounds(two, row, **kwargs):
    """How many saved and how many were shown both texts, over some rounds."""
    codes = []
    for number in range(4):
        forms = [{**opened(one, row), **{name: f"{words}{number}" for name, words in kwargs.items()}} for one in two]
        forms[1] = {name: f"{value}あ" if name in kwargs else value for name, value in forms[1].items()}
        answers = at_once(two, row, forms)
        codes.append(sorted(answer.status_code for answer in answers))
        late = [answer for answer in answers if answer.status_code == 409]
        for answer in late:
            assert all(form[name] in plain(answer.content.decode()) for form in forms for name in kwargs)
    return codes


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_of_two_posts_at_once_one_is_saved_and_one_sees_both(two, row):
    assert rounds(two, row, body="同時の文。") == [[302, 409]] * 4
    row.refresh_from_db()
    assert row.version == 5


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_without_the_guard_one_of_them_is_overwritten(two, row, monkeypatch):
    monkeypatch.setattr(editing, "_open_row", lambda clause, version: models.Clause.objects.filter(pk=clause.pk))
    assert [302, 302] in rounds(two, row, body="同時の文。")


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_texts_and_terms_at_once(two, row, draft, person):
    text = save_text(address=row.address, kind="plain", words="はじめ。", by=person("editor"), version=None)
    assert rounds(two, text, text="同時の文。") == [[302, 409]] * 4
    term = save_part(part=models.Term(snapshot=draft, term="協働", definition="はじめ。"), by=person("editor"))
    assert rounds(two, term, definition="同時の定義。") == [[302, 409]] * 4


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_terms_without_the_guard(two, draft, person, monkeypatch):
    from plans.admin import parts

    term = save_part(part=models.Term(snapshot=draft, term="協働", definition="はじめ。"), by=person("editor"))
    monkeypatch.setattr(parts, "save_part", lambda *, part, by, seen: save_part(part=part, by=by))
    assert [302, 302] in rounds(two, term, definition="同時の定義。")


def test_predicates_are_written_one_a_line(two, row):
    form = opened(two[0], row)
    two[0].post(change(row), {**form, "modality": "市｜支えます｜努力\r\n｜進める|実施\r\n"})
    row.refresh_from_db()
    assert row.modality == [
        {"subject": "市", "stated": True, "predicate": "支えます", "modality": "effort"},
        {"subject": "", "stated": False, "predicate": "進める", "modality": "do"},
    ]
    form = opened(two[0], row)
    assert form["modality"] == "市｜支えます｜努力\n｜進める｜実施"
    two[0].post(change(row), form)
    row.refresh_from_db()
    assert row.version == 2
    for bad in ("市が支えます", "市｜｜努力", "市｜支えます｜effort"):
        assert bad in two[0].post(change(row), {**form, "modality": bad}).content.decode()
