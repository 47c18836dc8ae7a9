"""The pages of drafts and trees: what a person sees and may do there, and what a form sent past them cannot."""

import json
import re

import pytest

from plans import models
from plans.actions.drafts import start_draft, start_edition
from plans.actions.editing import edit_clause
from plans.actions.snapshots import submit_snapshot
from plans.tests.factories import all_rows, list_document, publish, take_in
from plans.tests.test_trees import START, shape, tree_document

pytestmark = pytest.mark.django_db
SNAPSHOT, EDITION = "/admin/plans/snapshot/", "/admin/plans/edition/"


@pytest.fixture
def draft(editor):
    return take_in(tree_document(), by=editor).snapshot


@pytest.fixture
def final(editor, approver):
    doc = list_document("集まりを開きます。", "たよりを出します。", "場所を貸します。")
    return publish(take_in(doc, by=editor).snapshot, author=editor, approver=approver)


@pytest.fixture
def third(final, editor):
    """The first draft of the next edition."""
    return start_edition(edition=final.edition, key="2027", title="第３次 見本計画", by=editor).snapshots.get()


@pytest.fixture
def desk(client, editor):
    client.force_login(editor)
    return client


def tree(snapshot, rest=""):
    return f"{SNAPSHOT}{snapshot.pk}/tree/{rest}"


def pk(snapshot, code):
    return snapshot.clauses.get(code=code).pk if code else ""


def move(client, snapshot, **fields):
    snapshot.refresh_from_db()
    return client.post(tree(snapshot, "move/"), {"tree_version": snapshot.tree_version, **fields}, follow=True)


def rows():
    return all_rows(without=("sessions.Session",))


# --- the tree ------------------------------------------------------------------------------------------------------------------


def test_the_tree_shows_every_clause_with_its_buttons(desk, draft):
    page = desk.get(tree(draft)).content.decode()
    assert page.count('<li id="c') == 9
    assert "「ねらい」の下の2項目" in page and "集まりを開く。" in page and "1.1.1" in page
    button = page[page.index(f'value="up:{pk(draft, "1.1")}"') :][:120]
    assert "disabled" in button.split(">")[0]  # the first of its level goes no higher
    assert f'href="/admin/plans/clause/{pk(draft, "2.1")}/change/"' in page
    assert 'src="/static/js/tree.js"' in page


@pytest.mark.parametrize(
    ("way", "code", "expected"),
    [
        ("up", "2", [START[1], START[0]]),
        ("down", "1.1", [["1", START[0][2], START[0][1]], START[1]]),
        ("out", "1.1.2", [["1", ["1.1", ["1.1.1"]], ["1.1.2"], START[0][2]], START[1]]),
        ("out", "2.1", [START[0], ["2"], ["2.1"]]),
        ("in", "1.2", [["1", ["1.1", ["1.1.1"], ["1.1.2"], START[0][2]]], START[1]]),
    ],
)
def test_a_button_moves_and_leads_back_to_what_was_moved(desk, draft, way, code, expected):
    answer = move(desk, draft, move=f"{way}:{pk(draft, code)}")
    assert shape(draft) == expected
    assert answer.redirect_chain == [(f"{tree(draft)}?at={pk(draft, code)}#c{pk(draft, code)}", 302)]
    assert "を動かしました。" in answer.content.decode() and f'data-at="{pk(draft, code)}"' in answer.content.decode()


def test_it_says_where_it_is_now(desk, draft):
    page = move(desk, draft, move=f"down:{pk(draft, '1.1.1')}").content.decode()
    assert "「集まりを開く。」を動かしました。「ねらい」の下の2番目（全部で2）です。" in page


def test_a_drop_names_the_place(desk, draft):
    move(desk, draft, clause=pk(draft, "1.1"), parent=pk(draft, "2"), before=pk(draft, "2.1"))
    assert shape(draft) == [["1", START[0][2]], ["2", START[0][1], ["2.1"]]]


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"move": "up:{1}"}, "これより先へは"),
        ({"move": "in:{1}"}, "これより先へは"),
        ({"move": "out:{1}"}, "これより先へは"),
        ({"move": "sideways:{1}"}, "これより先へは"),
        ({"move": "in:{1.2.p2}"}, "段落"),
        ({"move": "out:{1.2.p1}"}, "段落は、いまの項目の中で"),
        ({"move": "up:999999"}, "もうありません"),
        ({"move": "up:x"}, "もうありません"),
        ({"move": "up:"}, "もうありません"),
        ({}, "もうありません"),
        ({"clause": "{1}", "parent": "{1.1}"}, "自分の下には"),
        ({"clause": "{1}", "parent": "abc"}, "もうありません"),
        ({"clause": "{2.1}", "parent": "{1}", "before": "{2}"}, "もう変わっています"),
        ({"move": "up:{2}", "tree_version": "0"}, "ほかの人が先に並びを変えました"),
        ({"move": "up:{2}", "tree_version": ""}, "画面が古いか"),
        ({"move": "up:{2}", "tree_version": "-1"}, "画面が古いか"),
    ],
)
def test_a_form_sent_past_the_page_is_told_why_and_writes_nothing(desk, draft, fields, words):
    before = rows()
    filled = {name: re.sub(r"{(.*)}", lambda found: str(pk(draft, found[1])), value) for name, value in fields.items()}
    answer = move(desk, draft, **filled)
    assert answer.status_code == 200 and words in answer.content.decode()
    assert rows() == before and shape(draft) == START


def test_a_locked_tree_is_read_and_shows_the_way_on(desk, final):
    page = desk.get(tree(final)).content.decode()
    assert "いまは「公開」なので、構成は変えられません" in page and "次の段階をはじめる" in page
    assert 'name="move"' not in page and "tree.js" not in page
    before = rows()
    assert "いまは「公開」なので直せません" in move(desk, final, move=f"up:{pk(final, '1.2')}").content.decode()
    assert rows() == before


def test_only_editors_change_it(client, approver, auditor, staff, draft):
    for person, seen in ((approver, 200), (auditor, 200), (staff, 403)):
        client.force_login(person)
        assert client.get(tree(draft)).status_code == seen
        for rest in ("move/", "add/", f"remove/{pk(draft, '1')}/"):
            assert client.post(tree(draft, rest), {"tree_version": 1}).status_code == 403
        for rest in ("facts/", "discard/"):
            assert client.get(f"{SNAPSHOT}{draft.pk}/{rest}").status_code == 403
        for rest in ("start-draft/", "start-edition/"):
            assert client.get(f"{EDITION}{draft.edition_id}/{rest}").status_code == 403
        assert client.post(f"{SNAPSHOT}{draft.pk}/successions/", {}).status_code == 403
        assert client.get(f"{SNAPSHOT}{draft.pk}/successions/merge/").status_code == 403
    client.force_login(auditor)
    assert 'name="move"' not in client.get(tree(draft)).content.decode()
    client.logout()
    assert client.get(tree(draft))["Location"].startswith("/admin/login/")


def test_it_marks_what_differs_from_the_text_before(desk, editor, approver, draft):
    publish(draft, author=editor, approver=approver)
    second = start_draft(edition=draft.edition, stage="amendment", by=editor)
    row = second.clauses.get(code="1.1.1")
    edit_clause(clause=row, by=editor, version=row.version, body="集まりを月に一度開く。")
    move(desk, second, move=f"up:{pk(second, '2')}")
    desk.post(tree(second, "add/"), {"kind": "item", "title": "足した項目", "tree_version": 2})
    second.refresh_from_db()
    desk.post(tree(second, f"remove/{pk(second, '2.1')}/"), {"tree_version": second.tree_version})
    page = desk.get(tree(second)).content.decode()
    found = {
        code: [word for word in ("新しい", "直した", "動かした") if f">{word}<" in part]
        for code, part in split_rows(page).items()
    }
    assert found["1.1.1"] == ["直した"] and found["3"] == ["新しい"] and found["1.1"] == []
    assert "もとの文からはずした項目" in page and "場所を貸す。" in page


def split_rows(page):
    return {re.search(r'class="code">([^<]+)<', part)[1]: part for part in page.split('<li id="c')[1:]}


def test_a_long_tree_begins_folded_and_opens_where_one_works(desk, editor):
    long = take_in(list_document(*[f"{n}つめの文。" for n in range(100)]), by=editor).snapshot
    assert '<details class="tree-below">' in desk.get(tree(long)).content.decode()
    page = desk.get(f"{tree(long)}?at={pk(long, '1.50')}").content.decode()
    assert '<details class="tree-below" open>' in page


def test_the_tree_takes_the_same_queries_for_any_length(desk, editor, django_assert_num_queries):
    for edition, length in (("2024", 3), ("2025", 40)):
        snapshot = take_in(list_document(*[f"{n}つめの文。" for n in range(length)]), edition=edition, by=editor).snapshot
        desk.get(tree(snapshot))
        with django_assert_num_queries(7):
            desk.get(tree(snapshot))


def test_a_clause_is_added_below_another(desk, draft):
    page = desk.get(tree(draft, f"add/?parent={pk(draft, '1.1')}")).content.decode()
    assert "「ねらい」の下に項目を足す" in page and "「たよりを出す。」の前" in page
    fields = {
        "kind": "item",
        "label": "②",
        "body": "歩いて回る。",
        "before": pk(draft, "1.1.2"),
        "tree_version": draft.tree_version,
    }
    answer = desk.post(tree(draft, f"add/?parent={pk(draft, '1.1')}"), fields, follow=True)
    assert "「② 歩いて回る。」を足しました。コードは 1.1.3 です。" in answer.content.decode()
    assert shape(draft)[0][1] == ["1.1", ["1.1.1"], ["1.1.3"], ["1.1.2"]]


@pytest.mark.parametrize(
    ("fields", "status", "words"),
    [
        ({"code": "edit"}, 409, "アドレスで使う言葉"),
        ({"code": "1.1"}, 409, "二度使えません"),
        ({"kind": "paragraph"}, 409, "項目の下に"),
        ({"title": "題\x01"}, 200, "使えない文字"),
        ({"kind": "nonsense"}, 200, "選択してください"),
        ({"before": "999"}, 200, "選択してください"),
        ({"tree_version": "0"}, 409, "ほかの人が先に並びを変えました"),
        ({"tree_version": "x"}, 409, "画面が古いか"),
    ],
)
def test_what_cannot_be_added_keeps_what_was_typed(desk, draft, fields, status, words):
    before = rows()
    values = {"kind": "item", "title": "題名", "body": "打ちこんだ文。", "tree_version": draft.tree_version, **fields}
    answer = desk.post(tree(draft, "add/"), values)
    page = answer.content.decode()
    assert answer.status_code == status and words in page and "打ちこんだ文。" in page
    assert rows() == before


def test_removing_asks_first(desk, draft):
    address = tree(draft, f"remove/{pk(draft, '1.1')}/")
    page = desk.get(address).content.decode()
    assert "次の3項目を" in page and "たよりを出す。" in page and shape(draft) == START
    assert desk.post(address, {"tree_version": 0}).status_code == 409 and shape(draft) == START
    answer = desk.post(address, {"tree_version": draft.tree_version}, follow=True)
    assert "「ねらい」をはずしました（3項目）" in answer.content.decode()
    assert shape(draft) == [["1", START[0][2]], START[1]]
    assert desk.get(address).status_code == 404


# --- drafts, editions, facts -------------------------------------------------------------------------------------------------


def test_the_next_stage_begins_from_the_pages_of_an_edition_and_of_a_snapshot(desk, final):
    address = f"{EDITION}{final.edition_id}/start-draft/"
    assert address in desk.get(f"{EDITION}{final.edition_id}/change/").content.decode()
    assert desk.get(f"{SNAPSHOT}{final.pk}/start/")["Location"] == address
    answer = desk.post(address, {"stage": "erratum", "note": "誤字を直します。"}, follow=True)
    second = models.Snapshot.objects.get(sequence=2)
    assert answer.redirect_chain == [(f"{SNAPSHOT}{second.pk}/change/", 302)]
    assert "の写しです。" in answer.content.decode()
    assert (second.stage, second.number, second.note, second.based_on) == ("erratum", 1, "誤字を直します。", final)
    before = rows()
    again = desk.post(address, {"stage": "amendment"})
    assert again.status_code == 409 and "がまだ途中（下書き）です" in again.content.decode()
    assert rows() == before
    assert desk.post(address, {"stage": "outline"}).status_code == 200 and rows() == before


def test_the_next_edition_begins_from_a_page(desk, final):
    address = f"{EDITION}{final.edition_id}/start-edition/"
    page = desk.get(address).content.decode()
    assert 'value="2027"' in page  # after the last year of this one
    values = {"key": "latest", "title": "第３次 見本計画", "first_fiscal_year": "2027", "last_fiscal_year": "2031"}
    before = rows()
    for key, words in (("latest", "アドレスで使う言葉"), ("2022", "もうあります"), ("あ", "小文字の英数字")):
        answer = desk.post(address, {**values, "key": key})
        assert answer.status_code == 409 and words in answer.content.decode() and "第３次 見本計画" in answer.content.decode()
    assert rows() == before
    desk.post(address, {**values, "key": "2027"})
    new = models.Edition.objects.get(key="2027")
    assert (new.title, new.last_fiscal_year, new.snapshots.get().successions.count()) == ("第３次 見本計画", 2031, 4)


def facts_form(snapshot, **fields):
    values = {"title": "第３次 見本計画", "stage": "draft", "number": "1", "seen_version": snapshot.tree_version}
    return {**values, **fields}


def test_facts_are_edited_and_a_second_editor_is_told(desk, third):
    address = f"{SNAPSHOT}{third.pk}/facts/"
    page = desk.get(address).content.decode()
    assert 'value="第３次 見本計画"' in page and "策定・議決の日" in page
    seen = facts_form(third, decided_date="2027-03", first_fiscal_year="2027", note="説明の文")
    assert desk.post(address, seen).status_code == 302
    third.refresh_from_db()
    assert (third.facts["decided"]["date"], third.note) == ("2027-03", "説明の文")
    before = rows()
    answer = desk.post(address, {**seen, "decided_date": "2027-04"})
    assert (
        answer.status_code == 409
        and "ほかの人が先に直しました" in answer.content.decode()
        and "2027-04" in answer.content.decode()
    )
    bad = desk.post(address, facts_form(third, decided_date="2027-13"))
    assert bad.status_code == 409 and "年-月-日" in bad.content.decode()
    assert desk.post(address, {**seen, "seen_version": ""}).status_code == 409
    assert rows() == before


def test_a_locked_snapshot_offers_no_form(desk, final):
    for rest in ("facts/", "discard/"):
        page = desk.get(f"{SNAPSHOT}{final.pk}/{rest}").content.decode()
        assert "いまは「公開」なので、できません" in page and 'class="desk-main"' not in page
        before = rows()
        answer = desk.post(f"{SNAPSHOT}{final.pk}/{rest}", facts_form(final, why="やめる"))
        assert answer.status_code == 409 and rows() == before


def test_a_draft_is_thrown_away_with_its_edition(desk, third, final):
    address = f"{SNAPSHOT}{third.pk}/discard/"
    assert desk.post(address, {"why": ""}).status_code == 200 and models.Edition.objects.count() == 2
    answer = desk.post(address, {"why": "早すぎた"}, follow=True)
    assert "を捨てました" in answer.content.decode()
    assert list(models.Edition.objects.all()) == [final.edition] and list(models.Snapshot.objects.all()) == [final]


# --- successions -------------------------------------------------------------------------------------------------------------


def change(snapshot, by, code, body):
    row = snapshot.clauses.get(code=code)
    edit_clause(clause=row, by=by, version=row.version, body=body)


def test_reasons_are_given_for_many_rows_at_once(desk, editor, third):
    change(third, editor, "1.1", "集まりを月に一度開きます。")
    change(third, editor, "1.2", "たよりを毎月出します。")
    address = f"{SNAPSHOT}{third.pk}/successions/"
    page = desk.get(address).content.decode()
    assert "理由が要る項目が2件" in page and page.count("理由が要ります</span>") == 2 and "そのままの項目（2件）" in page
    pks = [third.successions.get(new__code=code).pk for code in ("1.1", "1.2")]
    seen = json.dumps(dict.fromkeys(pks, ""))
    answer = desk.post(
        address, {f"reason-{pks[0]}": "回数を決めた。", f"reason-{pks[1]}": "回数を決めた。", "seen": seen}, follow=True
    )
    assert "理由を2件保存しました" in answer.content.decode() and "理由は、すべてそろっています" in answer.content.decode()
    before = rows()
    late = desk.post(address, {f"reason-{pks[0]}": "あとの人の理由", "seen": seen})
    assert (
        late.status_code == 409
        and "ほかの人が先に書きました" in late.content.decode()
        and "あとの人の理由" in late.content.decode()
    )
    for bad in ("", "[]", "x", '{"a": 1}', "null"):
        assert desk.post(address, {f"reason-{pks[0]}": "理由", "seen": bad}).status_code == 409
    assert rows() == before


def test_a_locked_snapshot_takes_no_reasons(desk, editor, third):
    submit_snapshot(snapshot=third, by=editor)
    row = third.successions.get(new__code="1.1")
    before = rows()
    answer = desk.post(f"{SNAPSHOT}{third.pk}/successions/", {f"reason-{row.pk}": "理由", "seen": json.dumps({row.pk: ""})})
    assert answer.status_code == 409 and "決裁待ち" in answer.content.decode()
    page = desk.get(f"{SNAPSHOT}{third.pk}/successions/merge/").content.decode()
    assert "いまは「決裁待ち」なので、できません" in page
    assert rows() == before


def test_the_record_of_successions_is_no_side_door(desk, third):
    row = third.successions.get(new__code="1.1")
    before = rows()
    address = f"/admin/plans/succession/{row.pk}/change/"
    values = {"edition": third.edition_id, "old": row.old_id, "new": row.new_id, "kind": "changed", "reason": "横から"}
    assert desk.post(address, values).status_code == 403
    assert desk.post("/admin/plans/succession/add/", values).status_code == 403
    assert rows() == before


def test_the_desk_leads_to_all_of_it(desk, third, final):
    page = desk.get(f"{SNAPSHOT}{third.pk}/change/").content.decode()
    for name in ("tree", "facts", "successions", "discard"):
        assert f"{SNAPSHOT}{third.pk}/{name}/" in page
    page = desk.get(f"{SNAPSHOT}{final.pk}/change/").content.decode()
    assert f"{SNAPSHOT}{final.pk}/start/" in page and f"{SNAPSHOT}{final.pk}/next-edition/" in page
