"""The page of a clause: official words, and all that hangs on them, in one place."""

import pytest

from ichinoseki_portal.models import AuditRow
from plans import models
from plans.actions.departments import set_departments
from plans.actions.editing import edit_clause
from plans.actions.links import add_link
from plans.actions.parts import save_part
from plans.actions.remarks import add_remark, settle_remark
from plans.actions.snapshots import submit_snapshot
from plans.actions.texts import approve_text, save_text
from plans.selectors import desk
from plans.tests.factories import all_rows, clause, document, publish, take_in

pytestmark = pytest.mark.django_db
SESSIONS = ("sessions.Session",)
QUERIES = 19


@pytest.fixture
def draft(db):
    return take_in(document(clause("1", label="１", title="取組", body="はじめの文。"), clause("2", title="次"))).snapshot


@pytest.fixture
def row(draft):
    return draft.clauses.get(code="1")


def address(row):
    return f"/admin/plans/clause/{row.pk}/change/"


def shown(client, row):
    return client.get(address(row)).content.decode()


def test_everything_stands_in_one_place(client, editor, person, draft, row):
    approver = person("approver")
    text = save_text(address=row.address, kind="plain", words="やさしい文。", by=editor, version=None)
    approve_text(text=text, by=approver)
    save_text(address=row.address, kind="en", words="Plain words.", by=editor, version=None)
    link = add_link(origin=row.address, target=draft.clauses.get(code="2").address, type="refers", by=editor)
    save_part(part=models.Term(snapshot=draft, address=row.address, term="協働", definition="力を合わせること。"), by=editor)
    remark = add_remark(snapshot=draft, by=approver, text="言葉が難しいです。", code="1")
    set_departments(address=row.address, fiscal_year=2021, names=["昔の課"], by=editor)
    edit_clause(clause=row, by=editor, version=1, body="変わった正文。")
    client.force_login(editor)
    page = shown(client, row)
    for words in (
        *("下書きです", "やさしい文。", "Plain words.", "公開中", "確認待ち", "正文が変わったので見直しが要ります"),
        *("言葉が難しいです。", "昔の課", "2021年度", "協働", "正文を直した", "短い見出しを書く", "やさしい日本語を直す"),
        *(f"/admin/plans/clauselink/{link.pk}/change/", f"?origin={row.address_id}", f"/admin/plans/clause/{row.pk}/timeline/"),
        *(f"?snapshot={draft.pk}&amp;address={row.address_id}", f"?address={row.address_id}&amp;kind=short_title"),
    ):
        assert words in page, words
    settle_remark(remark=remark, by=editor)
    assert "言葉が難しいです。" not in shown(client, row).split("履歴</h2>")[0]


def test_a_locked_clause_says_why_and_the_way_on(client, editor, draft, row):
    submit_snapshot(snapshot=draft, by=editor)
    client.force_login(editor)
    page = shown(client, row)
    assert "差し戻すか、新しい段階" in page and f"/admin/plans/snapshot/{draft.pk}/change/" in page
    assert 'name="body"' not in page and "用語を足す" not in page
    assert "短い見出しを書く" in page and 'name="names"' in page  # not official: they go on


def test_who_looks_only_sees_no_forms(client, auditor, row):
    client.force_login(auditor)
    page = shown(client, row)
    assert 'name="names"' not in page and "を書く" not in page and "関係を足す" not in page and "はじめの文。" in page


def test_a_clause_that_is_not_public_has_no_way_to_the_public_page(client, editor, person, draft, row):
    client.force_login(editor)
    assert "サイト上で表示" not in shown(client, row)
    publish(draft, author=editor, approver=person("approver"))
    assert "サイト上で表示" in shown(client, row)


def test_departments_are_set_there_and_the_second_editor_is_told(client, editor, person, row):
    client.force_login(editor)
    place = f"/admin/plans/clause/{row.pk}/departments/"
    first = {"fiscal_year": "2026", "names": "見本課、協働課", "seen": ""}
    assert client.post(place, first)["Location"].endswith("#departments")
    assert desk.departments_of(row.address, 2026) == ["見本課", "協働課"]  # the first is the one in charge
    answer = client.post(place, {"fiscal_year": "2026", "names": "後の人の課", "seen": ""})
    page = answer.content.decode()
    assert answer.status_code == 409 and "後の人の課" in page and "見本課、協働課" in page
    before = all_rows(without=SESSIONS)
    for bad in ({"fiscal_year": "26"}, {"fiscal_year": "２０２６"}, {"fiscal_year": "9999"}, {"names": "長" * 81}):
        answer = client.post(place, {**first, "seen": "見本課、協働課", **bad})
        assert answer.status_code == 409 and (bad.get("names") or "見本課") in answer.content.decode()
    assert all_rows(without=SESSIONS) == before and AuditRow.objects.filter(action="departments.set").count() == 1
    assert client.get(place).status_code == 403
    for role in ("approver", "auditor"):
        client.force_login(person(role))
        assert client.post(place, first).status_code == 403


def test_a_page_with_more_on_it_takes_no_more_queries(client, editor, draft, row, django_assert_num_queries):

    client.force_login(editor)
    add_link(origin=row.address, target=draft.clauses.get(code="2").address, type="refers", by=editor)
    add_remark(snapshot=draft, by=editor, text="一つめ。", code="1")
    save_text(address=row.address, kind="plain", words="文。", by=editor, version=None)
    edit_clause(clause=row, by=editor, version=1, body="文1。")
    shown(client, row)
    with django_assert_num_queries(QUERIES):
        shown(client, row)
    for number, kind in enumerate(("echoes", "supports", "explains"), 2):
        add_link(origin=draft.clauses.get(code="2").address, target=row.address, type=kind, by=editor)
        add_remark(snapshot=draft, by=editor, text=f"{number}つめ。", code="1")
        edit_clause(clause=row, by=editor, version=number, body=f"文{number}。")
    with django_assert_num_queries(QUERIES):
        shown(client, row)


def saved(client, row, query="", **more):
    """Saves the clause's page as a person would, and says where one is led."""
    page = client.get(address(row) + query)
    form = page.context["adminform"].form
    values = {name: form[name].value() for name in form.fields}
    return client.post(address(row) + query, {**values, "body": "直した文。", "_save": "1", **more})["Location"]


def test_after_saving_one_is_back_in_the_tree_at_the_clause(client, editor, draft, row):
    client.force_login(editor)
    tree = f"/admin/plans/snapshot/{draft.pk}/tree/?at={row.pk}"
    assert f"{tree}#c{row.pk}" in shown(client, row)
    assert saved(client, row) == f"{tree}#c{row.pk}"
    page = client.get(tree).content.decode()
    assert "「１ 取組」を保存しました。" in page
    assert models.Clause.objects.get(pk=row.pk).body == "直した文。"


def test_whoever_came_from_a_filtered_list_is_back_there(client, editor, draft, row):
    client.force_login(editor)
    where = saved(client, row, f"?_changelist_filters=snapshot__id__exact%3D{draft.pk}")
    assert where == f"/admin/plans/clause/?snapshot__id__exact={draft.pk}"


def test_saving_leads_on_to_the_next_clause_in_reading_order(client, editor, draft, row):
    client.force_login(editor)
    last = draft.clauses.get(code="2")
    assert "保存して次の項目（2）へ" in shown(client, row) and "保存して次の項目" not in shown(client, last)
    assert saved(client, row, "?_changelist_filters=x%3D1", _next="1") == f"{address(last)}?_changelist_filters=x%3D1"
    assert saved(client, last, _next="1") == f"/admin/plans/snapshot/{draft.pk}/tree/?at={last.pk}#c{last.pk}"
