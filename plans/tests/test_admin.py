"""The staff's desk: what each role may do there, by every way in."""

import pytest
from django.contrib.admin.sites import site
from django.test import RequestFactory
from django.urls import reverse

from ichinoseki_portal.models import AuditRow
from plans import models
from plans.actions.snapshots import approve_snapshot, publish_snapshot, submit_snapshot
from plans.admin.shelf import OFFICIAL
from plans.tests.factories import all_rows, clause, document, list_document, publish, take_in

pytestmark = pytest.mark.django_db
LIST = "/admin/plans/snapshot/"
ADDED_BY_HAND = {
    *("plan", "edition", "clausetext", "clauselink", "succession", "term", "indicator", "reviewrule", "actor"),
    *("user", "department", "approvalroute", "postholding"),
}


@pytest.fixture
def draft(person):
    return take_in(
        document(clause("1", label="１", title="取組", body="はじめの文。")), by=person("editor", email="maker@x.invalid")
    ).snapshot


@pytest.fixture
def row(draft):
    return draft.clauses.get()


def address(row):
    return f"/admin/plans/clause/{row.pk}/change/"


def form(row, **fields):
    values = {"label": row.label, "title": row.title, "key_word": "", "body": row.body, "kind": row.kind, "modality": ""}
    return {**values, "seen_version": row.version, **fields}


def test_it_speaks_japanese_in_the_order_of_the_job(client, person):
    client.force_login(person("editor"))
    answer = client.get("/admin/")
    page = answer.content.decode()
    assert "いちのせき協働ポータル　管理画面" in page and "しごと" in page
    menu = [model["name"] for app in answer.context["app_list"] for model in app["models"]]
    assert [str(name) for name in menu] == [
        *("計画", "版（第n次）", "取り込み", "版の段階（素案・成案など）", "項目", "要約・英語など", "関係"),
        *("前の版からの変化", "用語", "指標", "見直しのきまり", "主体"),
    ]
    assert "script-src 'self'" in answer["Content-Security-Policy"]


def test_strangers_are_sent_to_login(client, draft):
    assert client.get(LIST)["Location"] == f"/admin/login/?next={LIST}"


def test_every_page_of_the_desk_opens(client, person, draft):
    client.force_login(person(is_superuser=True))
    for model in site._registry:
        info = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        assert client.get(reverse(f"{info}_changelist")).status_code == 200, info
        one = model._default_manager.first()
        if one is not None:
            assert client.get(reverse(f"{info}_change", args=[one.pk])).status_code == 200, info
        adding = {"importjob": 302}.get(info.split("_")[-1], 200 if info.split("_")[-1] in ADDED_BY_HAND else 403)
        if model._meta.app_label in ("plans", "portal"):
            assert client.get(reverse(f"{info}_add")).status_code == adding, info


def test_nothing_can_be_deleted(client, person, draft):
    client.force_login(person(is_superuser=True))
    before = all_rows(without=("sessions.Session",))
    for name, pk in (
        ("snapshot", draft.pk),
        ("edition", draft.edition_id),
        ("plan", draft.edition.plan_id),
        ("clause", draft.clauses.get().pk),
    ):
        assert client.post(f"/admin/plans/{name}/{pk}/delete/", {"post": "yes"}).status_code == 403
        client.post(f"/admin/plans/{name}/", {"action": "delete_selected", "_selected_action": pk, "post": "yes"})
    assert all_rows(without=("sessions.Session",)) == before


def test_an_editor_corrects_a_draft(client, editor, row):
    client.force_login(editor)
    page = client.get(address(row)).content.decode()
    assert 'name="body"' in page and 'name="seen_version"' in page
    assert client.post(address(row), form(row, body="直した文。")).status_code == 302
    row.refresh_from_db()
    assert (row.body, row.version) == ("直した文。", 2)
    assert AuditRow.objects.filter(action="clause.edited", actor_id=editor.pk).count() == 1


def test_the_second_of_two_editors_is_refused_and_keeps_what_was_typed(client, editor, row):
    client.force_login(editor)
    seen = form(row)
    client.post(address(row), {**seen, "body": "先の人の文。"})
    answer = client.post(address(row), {**seen, "body": "あとの人の文。"})
    page = answer.content.decode()
    assert (
        answer.status_code == 409 and "ほかの人が先に直しました" in page and "先の人の文。" in page and "あとの人の文。" in page
    )
    row.refresh_from_db()
    assert (row.body, row.version) == ("先の人の文。", 2)


def test_text_that_must_not_be_stored_is_refused(client, editor, row):
    client.force_login(editor)
    answer = client.post(address(row), form(row, body="文\x01。"))
    assert answer.status_code == 200 and "使えない文字" in answer.content.decode()
    row.refresh_from_db()
    assert row.version == 1


@pytest.mark.parametrize("state", ["in_review", "approved", "published"])
def test_a_locked_clause_is_not_changed_by_direct_post(client, editor, person, draft, row, state):
    approver = person("approver")
    submit_snapshot(snapshot=draft, by=editor)
    if state != "in_review":
        approve_snapshot(snapshot=draft, by=approver)
    if state == "published":
        publish_snapshot(snapshot=draft, by=approver)
    client.force_login(editor)
    before = all_rows(without=("sessions.Session",))
    assert 'name="body"' not in client.get(address(row)).content.decode()
    assert client.post(address(row), form(row, body="すり替えた文。")).status_code == 403
    for name, fields in (("term", {"term": "語", "definition": "定義"}), ("indicator", {"name": "指標"})):
        client.post(
            f"/admin/plans/{name}/add/", {"snapshot": draft.pk, "position": 0, "direction": "higher", "kind": "level", **fields}
        )
    assert all_rows(without=("sessions.Session",)) == before


def test_mass_assignment_changes_no_state(client, editor, draft, row):
    client.force_login(editor)
    client.post(address(row), form(row, body="直した文。", code="9", snapshot="99", position="7", confidence="low"))
    row.refresh_from_db()
    assert (row.code, row.snapshot_id, row.position, row.confidence, row.body) == ("1", draft.pk, 0, "high", "直した文。")
    assert client.post(f"{LIST}{draft.pk}/change/", {"state": "published"}).status_code == 403
    edition = draft.edition
    client.post(
        f"/admin/plans/edition/{edition.pk}/change/",
        {"title": "新しい名", "key": "9999", "listed_at_0": "2020-01-01", "listed_at_1": "00:00"},
    )
    edition.refresh_from_db()
    assert (edition.key, edition.listed_at) == ("2022", None)


@pytest.mark.parametrize("role", ["auditor", "approver", None])
def test_who_may_not_edit_cannot(client, person, row, role):
    client.force_login(person(*([role] if role else [])))
    before = all_rows(without=("sessions.Session",))
    assert client.get(address(row)).status_code == (200 if role else 403)
    assert client.post(address(row), form(row, body="ほかの文。")).status_code == 403
    assert client.post("/admin/plans/plan/add/", {"key": "x", "title": "x"}).status_code == 403
    assert all_rows(without=("sessions.Session",)) == before


@pytest.mark.parametrize("name", ["submit", "send_back", "approve", "publish", "withdraw"])
def test_nothing_is_moved_from_the_list(client, person, editor, draft, name):
    """The moves have pages of their own, which show what is decided on."""
    submit_snapshot(snapshot=draft, by=editor)
    client.force_login(person(is_superuser=True))
    before = all_rows(without=("sessions.Session",))
    client.post(LIST, {"action": name, "_selected_action": draft.pk, "why": "ためし"}, follow=True)
    assert all_rows(without=("sessions.Session",)) == before


def test_a_text_remembers_who_wrote_it_and_for_which_words(client, editor, draft, row):
    client.force_login(editor)
    fields = {"address": row.address_id, "kind": "plain", "text": "やさしい文。", "author_name": "偽", "approver_name": "偽"}
    assert client.post("/admin/plans/clausetext/add/", fields).status_code == 302
    text = models.ClauseText.objects.get()
    assert (text.text, text.proposed, text.proposed_by, text.proposed_for) == ("", "やさしい文。", editor, row.official_hash)
    assert (text.author_name, text.approver_name) == ("", "")
    change = f"/admin/plans/clausetext/{text.pk}/change/"
    assert client.post(change, {**fields, "text": "直した文。", "seen_version": 1}).status_code == 302
    stale = client.post(change, {**fields, "text": "あとの文。", "seen_version": 1})
    page = stale.content.decode()
    assert stale.status_code == 409 and "ほかの人が先に直しました" in page and "あとの文。" in page
    text.refresh_from_db()
    assert (text.proposed, text.version) == ("直した文。", 2)


def test_what_is_fictional_is_not_said_by_hand(client, person, editor, draft):
    chief = person(is_superuser=True, email="chief@x.invalid")
    client.force_login(editor)
    client.post("/admin/plans/plan/add/", {"key": "atarashii", "title": "新", "kind": "other", "position": 1, "fictional": "on"})
    assert not models.Plan.objects.get(key="atarashii").fictional
    plan = draft.edition.plan
    client.post(
        f"/admin/plans/plan/{plan.pk}/change/",
        {"key": "betsu", "title": "直した名", "kind": "other", "position": 1, "fictional": "on"},
    )
    plan.refresh_from_db()
    assert (plan.key, plan.title, plan.fictional) == ("mihon", "直した名", False)
    for model, admin in site._registry.items():
        if any(field.name == "fictional" for field in model._meta.fields):
            request = RequestFactory().get("/")
            request.user = chief
            form = admin.get_form(request, model(), change=True)
            assert "fictional" not in form.base_fields, model


def test_the_facts_of_a_published_edition_are_not_changed_by_hand(client, person, editor, draft):
    edition = draft.edition
    client.force_login(editor)
    change = f"/admin/plans/edition/{edition.pk}/change/"
    inline = {"snapshots-TOTAL_FORMS": 0, "snapshots-INITIAL_FORMS": 0}
    fields = {"title": "別の名", "ordinal": "第９次", "first_fiscal_year": 1999, "last_fiscal_year": 2000, "period_words": "別"}
    fields |= {"decided_date": "1999", "decided_words": "別", "source_note": "注", **inline}
    assert client.post(change, {**fields, "title": "下書きの名", "text_held": "on"}).status_code == 302
    edition.refresh_from_db()
    assert edition.title == "下書きの名"
    publish(draft, author=editor, approver=person("approver"))
    edition.refresh_from_db()
    before = {name: getattr(edition, name) for name in OFFICIAL}
    assert client.post(change, {**fields, "source_note": "新しい注"}).status_code == 302
    edition.refresh_from_db()
    assert {name: getattr(edition, name) for name in OFFICIAL} == before and edition.source_note == "新しい注"


def test_a_review_rule_takes_its_trigger_and_explanations(client, person, row):
    client.force_login(person(is_superuser=True))
    fields = {
        "address": row.address_id,
        "trigger": "策定",
        "trigger_edition": "",
        "offset_fiscal_years": 1,
        "reading": "decision",
        "chosen_by": "",
    }
    inline = {
        "explanations-TOTAL_FORMS": 1,
        "explanations-INITIAL_FORMS": 0,
        "explanations-0-date": "2026-05-01",
        "explanations-0-text": "説明",
    }
    assert client.post("/admin/plans/reviewrule/add/", {**fields, **inline}).status_code == 302
    assert models.ReviewExplanation.objects.get().rule.trigger == "策定"


def test_an_import_shows_what_it_found(client, auditor):
    taken = take_in(document(clause("1", title="取組", body="文。")))
    taken.job.issues = [{"kind": "sequence_gap", "line": 3, "text": "<b>２の次が４</b>"}]
    taken.job.checks = [{"text": "次の３つ", "declared": 3, "found": 2, "ok": False}]
    taken.job.set_aside = [{"line": 1, "text": "- 1 -", "reason": "page_number"}]
    taken.job.save()
    client.force_login(auditor)
    page = client.get(f"/admin/plans/importjob/{taken.job.pk}/change/").content.decode()
    for words in ("番号が飛んでいる", "&lt;b&gt;２の次が４&lt;/b&gt;", "次の３つ", "合わない", "ページ番号", "- 1 -"):
        assert words in page, words


def test_lists_of_5000_clauses_stay_quick(client, auditor, django_assert_max_num_queries):
    take_in(document(*(clause(str(n), label=str(n), title="項目") for n in range(1, 5001))))
    client.force_login(auditor)
    with django_assert_max_num_queries(12):
        answer = client.get("/admin/plans/clause/")
    assert len(answer.content) < 200_000
    with django_assert_max_num_queries(8):
        found = client.get(
            "/admin/autocomplete/", {"term": "77", "app_label": "plans", "model_name": "clauselink", "field_name": "origin"}
        )
    assert 0 < len(found.json()["results"]) <= 20


@pytest.mark.parametrize("path", ["succession/add/", "reviewrule/add/"])
def test_what_is_public_at_once_is_recorded_by_superusers_alone(client, person, path):
    for role in ("editor", "approver"):
        client.force_login(person(role))
        assert client.get(f"/admin/plans/{path}").status_code == 403
        assert client.post(f"/admin/plans/{path}", {}).status_code == 403
    client.force_login(person(is_superuser=True))
    assert client.get(f"/admin/plans/{path}").status_code == 200


def test_the_name_of_a_public_plan_is_not_changed_by_one_editor(client, person):
    draft = take_in(list_document("市は支えます。")).snapshot
    plan = draft.edition.plan
    client.force_login(person("editor"))
    fields = {"title": "変えた名", "owner": "見本市", "kind": "other", "position": 100}
    client.post(f"/admin/plans/plan/{plan.pk}/change/", fields)
    plan.refresh_from_db()
    assert plan.title == "変えた名"
    publish(draft, author=person("editor"), approver=person("approver"))
    client.post(f"/admin/plans/plan/{plan.pk}/change/", {**fields, "title": "また変えた名"})
    plan.refresh_from_db()
    assert plan.title == "変えた名"
