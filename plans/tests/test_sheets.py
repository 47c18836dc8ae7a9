"""Texts and 所管課 as a table: out, judged coming in, shown, and written all or nothing."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import Workbook, load_workbook

from ichinoseki_portal.models import AuditRow, Department
from ichinoseki_portal.spreadsheets import csv_bytes, read_table
from plans import models
from plans.actions import sheets
from plans.actions.departments import set_departments
from plans.actions.editing import edit_clause
from plans.actions.texts import save_text
from plans.selectors import desk
from plans.tests.factories import all_rows, clause, document, take_in

pytestmark = pytest.mark.django_db
YEAR = 2026
SESSIONS = ("sessions.Session",)


@pytest.fixture
def draft(db):
    rows = [clause(str(n), label=str(n), title=f"取組{n}", body=f"{n}番めの正文。") for n in range(1, 5)]
    return take_in(document(*rows)).snapshot


@pytest.fixture
def place(draft):
    return f"/admin/plans/snapshot/{draft.pk}/sheet/"


def address(draft, code):
    return draft.clauses.get(code=code).address


def taken_out(client, place, kind="xlsx"):
    return client.get(f"{place}texts.{kind}?year={YEAR}").content


def changed(data, **by_code):
    """The sheet with cells changed: ``_1={"plain": …}`` for code 1; as Excel writes it."""
    lines = [list(line.cells) for line in read_table(data)]
    at = {"short_title": 3, "plain": 4, "en": 5, "departments": 6, "slip": 7, "key": 0}
    for line in lines[1:]:
        for name, value in by_code.get("_" + line[0].rpartition("/")[2], {}).items():
            line[at[name]] = value
    return workbook(lines)


def workbook(lines):
    book = Workbook()
    for number, line in enumerate(lines, 1):
        for column, value in enumerate(line, 1):
            cell = book.active.cell(number, column, value)
            if str(value).startswith("=") and not str(value).startswith("=1"):
                cell.data_type = "s"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def upload(client, place, data, name="x.xlsx"):
    return client.post(place, {"file": SimpleUploadedFile(name, data)})


def confirm(client, place, answer):
    return client.post(f"{place}write/", {"slip": answer.context["slip"]}, follow=True)


def texts(draft):
    return {(row.address.code, row.kind): row for row in models.ClauseText.objects.filter(address__edition=draft.edition)}


def test_the_table_that_goes_out(client, editor, draft, place):
    save_text(address=address(draft, "1"), kind="plain", words="=やさしい文", by=editor, version=None)
    set_departments(address=address(draft, "2"), fiscal_year=YEAR, names=["見本課", "協働課"], by=editor)
    client.force_login(editor)
    answer = client.get(f"{place}texts.xlsx?year={YEAR}")
    assert "attachment" in answer["Content-Disposition"] and "no-store" in answer["Cache-Control"]
    sheet = load_workbook(io.BytesIO(answer.content)).active
    rows = list(sheet.iter_rows(values_only=True))
    assert rows[0][3:7] == ("短い見出し", "やさしい日本語", "英語", "所管課（2026年度）")
    assert rows[1][0] == "mihon/2022/1" and rows[1][2] == "1番めの正文。" and rows[1][4] == "'=やさしい文"
    assert rows[2][6] == "見本課、協働課" and len(rows) == 5
    assert sheet["C2"].protection.locked and not sheet["E2"].protection.locked and sheet.freeze_panes == "C2"
    table = taken_out(client, place, "csv")
    assert table.startswith(b"\xef\xbb\xbf") and read_table(table)[1].cells[4] == "=やさしい文"


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_an_untouched_table_changes_nothing(client, editor, draft, place, kind):
    save_text(address=address(draft, "1"), kind="plain", words="一行め\n=二行め", by=editor, version=None)
    set_departments(address=address(draft, "2"), fiscal_year=YEAR, names=["見本課", "協働課"], by=editor)
    client.force_login(editor)
    data = taken_out(client, place, kind)
    before = all_rows(without=SESSIONS)
    answer = upload(client, place, data)
    assert answer.context["judged"].writes == 0 and answer.context["slip"] == ""
    assert all_rows(without=SESSIONS) == before


def test_a_table_is_shown_first_and_then_written(client, editor, person, draft, place):
    Department.objects.create(code="mihon", name="見本課")
    save_text(address=address(draft, "1"), kind="plain", words="前のやさしい文。", by=editor, version=None)
    client.force_login(person("editor"))
    data = changed(
        taken_out(client, place),
        _1={"plain": "後のやさしい文。", "en": "=Plain words"},
        _2={"departments": "見本課、協働課", "short_title": "短い"},
    )
    before = all_rows(without=SESSIONS)
    answer = upload(client, place, data)
    shown = answer.content.decode()
    assert answer.context["judged"].counts == {"same": 12, "changed": 1, "new": 3} and all_rows(without=SESSIONS) == before
    assert "<del>" in shown and "<ins>" in shown and "4件を書き込む" in shown
    assert "4件を書き込みました" in confirm(client, place, answer).content.decode()
    now = texts(draft)
    assert (now["1", "plain"].text, now["1", "plain"].proposed) == ("", "後のやさしい文。")
    assert now["1", "en"].proposed == "=Plain words" and now["2", "short_title"].proposed == "短い"
    rows = models.ClauseDepartment.objects.filter(address=address(draft, "2"), fiscal_year=YEAR)
    assert {(row.name, row.department.code if row.department else "") for row in rows} == {("見本課", "mihon"), ("協働課", "")}
    assert AuditRow.objects.get(action="sheet.imported").detail == {"cells": 4, "fiscal_year": YEAR}
    after = all_rows(without=SESSIONS)
    assert "変わるところはありませんでした" in confirm(client, place, answer).content.decode()  # a second press
    assert all_rows(without=SESSIONS) == after


def test_what_another_changed_meanwhile_is_left_alone(client, editor, draft, place, person):
    save_text(address=address(draft, "1"), kind="plain", words="はじめ。", by=editor, version=None)
    client.force_login(editor)
    data = taken_out(client, place)
    save_text(address=address(draft, "1"), kind="plain", words="ほかの人の文。", by=person("editor"), version=1)
    set_departments(address=address(draft, "3"), fiscal_year=YEAR, names=["ほかの課"], by=editor)
    untouched = upload(client, place, data)
    assert untouched.context["judged"].counts == {"same": 16}  # what nobody touched in the table is no conflict
    answer = upload(client, place, changed(data, _1={"plain": "表の文。", "en": "words"}, _3={"departments": "表の課"}))
    shown = answer.content.decode()
    assert answer.context["judged"].counts == {"same": 13, "stale": 2, "new": 1}
    assert "ほかの人が先に直しました" in shown and "ほかの人の文。" in shown and "表の文。" in shown
    confirm(client, place, answer)
    now = texts(draft)
    assert now["1", "plain"].proposed == "ほかの人の文。" and now["1", "en"].proposed == "words"
    assert desk.departments_of(address(draft, "3"), YEAR) == ["ほかの課"]


def test_what_changes_between_preview_and_yes_stops_all(client, editor, draft, place, person):
    client.force_login(editor)
    answer = upload(client, place, changed(taken_out(client, place), _1={"plain": "表の文。"}, _2={"plain": "二つめ。"}))
    save_text(address=address(draft, "2"), kind="plain", words="先の人の文。", by=person("editor"), version=None)
    before = all_rows(without=SESSIONS)
    late = client.post(f"{place}write/", {"slip": answer.context["slip"]})
    assert (
        late.status_code == 409 and "何も書き込んでいません" in late.content.decode() and "先の人の文。" in late.content.decode()
    )
    assert all_rows(without=SESSIONS) == before


def test_the_words_are_for_the_official_text_that_was_taken_out(client, editor, draft, place):
    client.force_login(editor)
    data = taken_out(client, place)
    row = draft.clauses.get(code="1")
    seen = row.official_hash
    edit_clause(clause=row, by=editor, version=1, body="あとで変わった正文。")
    confirm(client, place, upload(client, place, changed(data, _1={"plain": "前の正文を見た文。"})))
    assert texts(draft)["1", "plain"].proposed_for == seen


def test_rows_with_a_fault_stop_the_whole_table(client, editor, draft, place):
    client.force_login(editor)
    data = taken_out(client, place)
    bad = [
        ({"_1": {"plain": "だめ\x7f"}}, "使えない文字"),
        ({"_1": {"short_title": "二\n行"}}, "1行で"),
        ({"_1": {"departments": "長" * 81}}, "長すぎます"),
        ({"_1": {"en": "=1+1"}}, "計算式"),
        ({"_1": {"slip": "x.y"}}, "控え"),
        ({"_1": {"key": "mihon/2022/99"}}, "この項目はありません"),
        ({"_1": {"key": "mihon/2022/2"}}, "控え"),
    ]
    for fields, words in bad:
        answer = upload(client, place, changed(data, **{**fields, "_3": {"plain": "よい文。"}}))
        shown = answer.content.decode()
        assert words in shown and answer.context["slip"] == "" and "<td>2</td>" in shown, words
    lines = [list(line.cells) for line in read_table(data)]
    assert "行が二つ" in upload(client, place, workbook([*lines, lines[1]])).content.decode()
    save_text(address=address(draft, "1"), kind="plain", words="ある。", by=editor, version=None)
    assert "空にして消す" in upload(client, place, changed(taken_out(client, place), _1={"plain": ""})).content.decode()
    assert set(texts(draft)) == {("1", "plain")}


def test_a_number_or_a_date_in_a_cell_is_text(client, editor, draft, place):
    client.force_login(editor)
    answer = upload(client, place, changed(taken_out(client, place), _1={"plain": 2026, "en": 1.5}))
    confirm(client, place, answer)
    assert (texts(draft)["1", "plain"].proposed, texts(draft)["1", "en"].proposed) == ("2026", "1.5")


def test_other_tables_are_refused(client, editor, draft, place):
    client.force_login(editor)
    other = take_in(document(clause("1", title="別"), first=2032), edition="2032").snapshot
    data = taken_out(client, f"/admin/plans/snapshot/{other.pk}/sheet/")
    before = all_rows(without=SESSIONS)
    for content, words in (
        (data, "この版（mihon/2022）の表ではありません"),
        (csv_bytes(["名前", "値"], [["a", "b"]]), "取り出した表ではありません"),
        (b"PK\x03\x04broken", "壊れて"),
        (b"\x89PNG\r\n\x1a\n\x00", "CSV でも Excel でもない"),
    ):
        answer = upload(client, place, content)
        assert answer.status_code == 400 and words in answer.content.decode(), words
    assert client.post(place, {}).status_code == 400
    assert all_rows(without=SESSIONS) == before


def test_who_may(client, editor, approver, auditor, staff, draft, place):
    client.force_login(editor)
    data = changed(taken_out(client, place), _1={"plain": "文。"})
    slip = upload(client, place, data).context["slip"]
    for who in (approver, auditor):
        client.force_login(who)
        assert client.get(place).status_code == client.get(f"{place}texts.csv").status_code == 200
        assert b'name="file"' not in client.get(place).content
        assert upload(client, place, data).status_code == client.post(f"{place}write/", {"slip": slip}).status_code == 403
    client.force_login(staff)
    assert client.get(place).status_code == 403 == client.get(f"{place}texts.csv").status_code
    client.logout()
    assert client.get(place).status_code == 302
    assert not texts(draft)


def test_a_preview_is_for_who_made_it_and_as_it_was(client, editor, person, draft, place):
    client.force_login(editor)
    slip = upload(client, place, changed(taken_out(client, place), _1={"plain": "文。"})).context["slip"]
    assert "もう一度ファイル" in client.post(f"{place}write/", {"slip": slip[:-1] + "x"}, follow=True).content.decode()
    assert client.get(f"{place}write/").status_code == 405
    client.force_login(person("editor"))
    assert client.post(f"{place}write/", {"slip": slip}).status_code == 403
    assert not texts(draft)


def test_without_the_version_in_the_slip_the_other_persons_words_would_go(client, editor, draft, place, person, monkeypatch):
    save_text(address=address(draft, "1"), kind="plain", words="はじめ。", by=editor, version=None)
    client.force_login(editor)
    data = taken_out(client, place)
    save_text(address=address(draft, "1"), kind="plain", words="ほかの人の文。", by=person("editor"), version=1)
    read = sheets._read_slip

    def forgetful(key, words):
        official, year, marks = read(key, words)
        return official, year, {name: (2, mark) for name, (_version, mark) in marks.items()}

    monkeypatch.setattr(sheets, "_read_slip", forgetful)
    confirm(client, place, upload(client, place, changed(data, _1={"plain": "表の文。"})))
    assert texts(draft)["1", "plain"].proposed == "表の文。"


def test_a_large_table_takes_few_queries(client, auditor, django_assert_max_num_queries):
    big = take_in(document(*(clause(str(n), label=str(n), title="項目", body="文。") for n in range(1, 1501)))).snapshot
    client.force_login(auditor)
    with django_assert_max_num_queries(12):
        data = client.get(f"/admin/plans/snapshot/{big.pk}/sheet/texts.csv").content
    with django_assert_max_num_queries(4):
        assert sheets.judge_table(big, read_table(data)).counts == {"same": 6000}
