"""文書を取り込む: read and shown first, written after a yes, once, by who brought it, as it was shown."""

import datetime as dt
import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from ichinoseki_portal.models import AuditRow
from plans import models
from plans.actions import uploads
from plans.actions.editing import edit_clause
from plans.tests.factories import all_rows, clause, document, take_in

pytestmark = pytest.mark.django_db
TAKE_IN = "/admin/plans/importjob/take-in/"
TEXT = """みどりの計画

１ めざす姿
みんなで花を育てます。

２ 取組
（１） 花壇を作る
市は、花壇を作ります。
（２） 水をやる
町内会は、水をやります。
"""
SEEN = ("sessions.Session", "plans.PendingUpload", "portal.User")


def everything():
    """All rows; the bytes of waiting files by their length, for their value has no fixed form on PostgreSQL."""
    waiting = [(row.pk, len(row.data), row.found, row.base, row.done_at) for row in models.PendingUpload.objects.order_by("pk")]
    return all_rows(without=("sessions.Session", "plans.PendingUpload")), waiting


def text_file(text=TEXT, name="midori.txt"):
    return SimpleUploadedFile(name, text.encode() if isinstance(text, str) else text, "text/plain")


def send(client, file=None, **fields):
    values = {"plan_key": "midori", "plan_title": "みどりの計画", "owner": "見本市", "kind": "other", "edition": "2022", **fields}
    return client.post(TAKE_IN, {**values, "file": file if file is not None else text_file()})


@pytest.fixture
def desk(client, editor):
    client.force_login(editor)
    return client


def preview_of(answer):
    assert answer.status_code == 302, answer.content.decode()
    return answer["Location"]


def test_a_document_is_shown_first_and_written_after_a_yes(desk, editor):
    page = desk.get(TAKE_IN).content.decode()
    assert "文書を取り込む" in page and "まだ" not in page and 'enctype="multipart/form-data"' in page
    before = all_rows(without=SEEN)
    where = preview_of(send(desk))
    shown = desk.get(where).content.decode()
    assert all_rows(without=SEEN) == before and not models.Plan.objects.exists()
    for words in (
        "まだ何も書いていません",
        "みどりの計画",
        "めざす姿",
        "花壇を作る",
        "本文にしなかった行",
        "数の照らし合わせ",
        "目次",
    ):
        assert words in shown, words
    answer = desk.post(where, follow=True)
    snapshot = models.Snapshot.objects.get()
    assert answer.redirect_chain[-1][0] == f"/admin/plans/snapshot/{snapshot.pk}/change/"
    assert "下書きに取り込みました" in answer.content.decode()
    plan = snapshot.edition.plan
    assert (plan.key, plan.title, plan.owner, snapshot.state, snapshot.author) == (
        *("midori", "みどりの計画", "見本市", "draft", editor),
    )
    assert snapshot.import_job.file_name == "midori.txt" and snapshot.import_job.by == editor
    assert AuditRow.objects.filter(action="plan.imported", actor_id=editor.pk).count() == 1
    kept = models.PendingUpload.objects.get()
    assert (bytes(kept.data), kept.snapshot) == (b"", snapshot)


def test_a_second_yes_and_a_refresh_do_nothing_twice(desk):
    where = preview_of(send(desk))
    desk.post(where)
    before = everything()
    for method in (desk.post, desk.get):
        answer = method(where, follow=True)
        assert "もう取り込んであります" in answer.content.decode()
    assert everything() == before


def test_a_no_throws_the_file_away(desk):
    where = preview_of(send(desk))
    assert "取り込みをやめました" in desk.post(where, {"drop": "1"}, follow=True).content.decode()
    assert not models.PendingUpload.objects.exists() and not models.Plan.objects.exists()
    assert desk.post(where).status_code == 404


def test_the_preview_belongs_to_who_brought_the_file(client, person, editor):
    client.force_login(editor)
    where = preview_of(send(client))
    client.force_login(person("editor", email="other@x.invalid"))
    assert client.get(where).status_code == client.post(where).status_code == 404
    assert not models.Plan.objects.exists()


@pytest.mark.parametrize("role", ["approver", "auditor", None])
def test_who_may_not_import_is_refused_by_every_way_in(client, person, editor, role):
    client.force_login(editor)
    where = preview_of(send(client))
    client.force_login(person(*([role] if role else [])))
    before = everything()
    assert [client.get(path).status_code for path in (TAKE_IN, where, "/admin/plans/importjob/add/")] == [403, 403, 403]
    assert send(client).status_code == client.post(where).status_code == 403
    assert everything() == before
    if role:
        assert TAKE_IN not in client.get("/admin/plans/importjob/").content.decode()


def test_the_menu_and_the_list_lead_to_it(desk):
    assert TAKE_IN in desk.get("/admin/plans/importjob/").content.decode()
    assert "/admin/plans/importjob/add/" in desk.get("/admin/").content.decode()
    assert desk.get("/admin/plans/importjob/add/")["Location"] == TAKE_IN


@pytest.mark.parametrize(
    ("file", "words"),
    [
        (text_file(b"%PDF-1.7 ..."), "PDFファイルです"),
        (text_file(b"   "), "空"),
        (SimpleUploadedFile("a.txt", b""), "空のファイルです"),
        (text_file('{"format": "plan-json/1", ', name="a.json"), "JSON"),
        (text_file("ただの文です。\n"), "見出しが一つも見つかりません"),
    ],
    ids=["pdf", "blank", "empty", "json", "prose"],
)
def test_a_bad_file_gets_a_clear_word_and_leaves_nothing(desk, file, words):
    file.seek(0)
    before = everything()
    answer = send(desk, file)
    assert answer.status_code == 200 and words in answer.content.decode()
    assert everything() == before


def test_a_file_that_is_too_large_is_refused(desk, monkeypatch):
    monkeypatch.setattr("plans.admin.intake.MAX_BYTES", 100)
    assert "大きすぎます" in send(desk).content.decode()
    assert not models.PendingUpload.objects.exists()


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"plan_key": "latest"}, "アドレスで使う言葉"),
        ({"edition": "compare"}, "アドレスで使う言葉"),
        ({"edition": "２０２２年"}, "キーにできません"),
        ({"plan_key": ""}, "どの計画の文書か"),
        ({"edition": ""}, "版のキーを書いてください"),
        ({"plan_title": ""}, "新しい計画の名称"),
        ({"stage": "outline"}, "正しく選択"),
        ({"plan": "999"}, "正しく選択"),
        ({"title": "計画\u202e"}, "文字の向きを変える記号"),
    ],
)
def test_a_wrong_place_gets_a_clear_word(desk, fields, words):
    if fields == {"plan_key": ""}:
        fields = {**fields, "plan_title": ""}
    page = send(desk, **fields).content.decode()
    assert words in page
    assert not models.PendingUpload.objects.exists() and not models.Plan.objects.exists()


def test_an_existing_plan_is_chosen_and_a_known_key_is_not_new(desk):
    snapshot = take_in(document(clause("1", title="取組", body="文。"))).snapshot
    plan = snapshot.edition.plan
    assert "もうあります" in send(desk, plan_key="mihon").content.decode()
    assert "新しい計画の欄を空けて" in send(desk, plan=plan.pk).content.decode()
    blank = {"plan_key": "", "plan_title": "", "owner": "", "kind": ""}
    where = preview_of(send(desk, plan=plan.pk, **blank, edition="2027"))
    desk.post(where)
    assert models.Edition.objects.get(key="2027").plan == plan


def test_what_would_change_is_shown_and_a_draft_is_not_replaced_unseen(desk):
    old = document(
        clause("1", label="１", title="めざす姿", body="花を育てます。"), clause("2", label="２", title="やめる取組", body="文。")
    )
    taken = take_in(old).snapshot
    new = document(
        clause("1", label="１", title="めざす姿", body="木を育てます。"),
        clause("2", label="２", title="あたらしい取組", body="木。"),
    )
    content = {**new.as_json(), "issues": []}
    file = text_file(json.dumps(content), name="a.json")
    blank = {"plan_key": "", "plan_title": "", "owner": "", "kind": "", "edition": ""}
    where = preview_of(send(desk, file, **blank))
    page = desk.get(where).content.decode()
    assert "いま直している下書きを、このファイルの内容に置きかえます" in page
    for words in ("加わる：1", "なくなる：1", "変わる：1", "動く：0", "やめる取組", "あたらしい取組"):
        assert words in page, words
    assert taken.clauses.filter(title="やめる取組").exists()
    desk.post(where)
    assert not taken.clauses.filter(title="やめる取組").exists()


def test_the_same_content_offers_no_yes(desk):
    one = document(clause("1", label="１", title="めざす姿", body="花を育てます。"))
    snapshot = take_in(one).snapshot
    file = text_file(json.dumps(one.as_json()), name="a.json")
    blank = {"plan_key": "", "plan_title": "", "owner": "", "kind": "", "edition": ""}
    page = desk.get(preview_of(send(desk, file, **blank))).content.decode()
    assert "同じ内容です" in page and "この内容で取り込む" not in page and f"/admin/plans/snapshot/{snapshot.pk}/change/" in page


def test_a_preview_of_another_state_is_not_written(desk, person):
    taken = take_in(document(clause("1", label="１", title="めざす姿", body="花を育てます。"))).snapshot
    blank = {"plan_key": "", "plan_title": "", "owner": "", "kind": ""}
    where = preview_of(send(desk, plan=taken.edition.plan.pk, **blank))
    edit_clause(clause=taken.clauses.get(), by=person("editor", email="e@x.invalid"), version=1, body="手で直した文。")
    before = everything()
    answer = desk.post(where)
    assert answer.status_code == 409 and "下見のあとに、この版がほかで変わりました" in answer.content.decode()
    assert everything() == before


def test_that_the_other_state_is_seen_hangs_on_the_base(desk, person, monkeypatch):
    taken = take_in(document(clause("1", label="１", title="めざす姿", body="花を育てます。"))).snapshot
    monkeypatch.setattr(uploads, "state_of", lambda chosen: "")
    blank = {"plan_key": "", "plan_title": "", "owner": "", "kind": ""}
    where = preview_of(send(desk, plan=taken.edition.plan.pk, **blank))
    edit_clause(clause=taken.clauses.get(), by=person("editor", email="e@x.invalid"), version=1, body="手で直した文。")
    assert desk.post(where).status_code == 302
    assert not models.Clause.objects.filter(body="手で直した文。").exists()


def test_an_old_preview_is_refused_and_thrown_away_by_the_next(desk):
    where = preview_of(send(desk))
    models.PendingUpload.objects.update(expires=timezone.now() - dt.timedelta(seconds=1))
    answer = desk.post(where)
    assert answer.status_code == 409 and "時間がたちました" in answer.content.decode() and not models.Plan.objects.exists()
    preview_of(send(desk))
    assert models.PendingUpload.objects.count() == 1


def test_what_the_file_says_is_escaped(desk):
    where = preview_of(send(desk, text_file(TEXT.replace("花壇を作る", "<花壇>を作る"))))
    page = desk.get(where).content.decode()
    assert "&lt;花壇&gt;" in page and "<花壇>" not in page
