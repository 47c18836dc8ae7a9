"""The tree of a draft: whatever is moved, added or removed, its numbers hold, codes stay, and nobody works on a tree unseen."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from ichinoseki_portal.models import AuditRow, User
from ichinoseki_portal.text import RefusedText
from plans import models
from plans.actions import trees
from plans.actions.contents import content_hash
from plans.actions.drafts import start_draft
from plans.actions.locks import EditRefused
from plans.actions.snapshots import submit_snapshot
from plans.actions.trees import add_clause, move_clause, remove_clause
from plans.reader.document import Indicator, Term
from plans.tests.factories import all_rows, clause, document, publish, take_in

pytestmark = pytest.mark.django_db


def tree_document(**fields):
    return document(
        clause("1", title="一つめ", kind="section"),
        clause("1.1", title="ねらい"),
        clause("1.1.1", body="集まりを開く。"),
        clause("1.1.2", body="たよりを出す。"),
        clause("1.2", title="しくみ", body="下の段落のとおり。"),
        clause("1.2.p1", body="はじめの段落。", kind="paragraph"),
        clause("1.2.p2", body="つぎの段落。", kind="paragraph"),
        clause("2", title="二つめ", kind="section"),
        clause("2.1", body="場所を貸す。"),
        **fields,
    )


@pytest.fixture
def draft(editor):
    return take_in(tree_document(), by=editor).snapshot


def shape(snapshot):
    """The tree as nested lists of codes, read from parents and positions alone; the stored numbers are held to it."""
    rows = list(snapshot.clauses.order_by("position"))
    assert [row.position for row in rows] == list(range(len(rows)))
    children = {None: []} | {row.pk: [] for row in rows}
    for row in rows:
        children[row.parent_id].append(row)
    order = []

    def walk(parent, depth):
        found = []
        for row in children[parent]:
            order.append(row.pk)
            assert row.depth == depth, row
            below = walk(row.pk, depth + 1)
            assert row.last == order.index(row.pk) + size(below), row
            found.append([row.code, *below])
        return found

    def size(nodes):
        return sum(1 + size(node[1:]) for node in nodes)

    found = walk(None, 0)
    assert order == [row.pk for row in rows]
    return found


START: Any = [
    ["1", ["1.1", ["1.1.1"], ["1.1.2"]], ["1.2", ["1.2.p1"], ["1.2.p2"]]],
    ["2", ["2.1"]],
]  # fmt: skip


def at(snapshot, code):
    return snapshot.clauses.get(code=code) if code else None


def move(snapshot, by, code, parent="", before=""):
    snapshot.refresh_from_db()
    return move_clause(
        clause=at(snapshot, code),
        by=by,
        tree_version=snapshot.tree_version,
        parent=at(snapshot, parent),
        before=at(snapshot, before),
    )


def add(snapshot, by, parent="", before="", **fields):
    snapshot.refresh_from_db()
    values = {"kind": "item", "title": "足した項目", **fields}
    places = {"parent": at(snapshot, parent), "before": at(snapshot, before)}
    return add_clause(snapshot=snapshot, by=by, tree_version=snapshot.tree_version, **places, **values)


def remove(snapshot, by, code):
    snapshot.refresh_from_db()
    return remove_clause(clause=at(snapshot, code), by=by, tree_version=snapshot.tree_version)


@pytest.mark.parametrize(
    ("code", "parent", "before", "expected"),
    [
        ("1.2", "1", "1.1", [["1", ["1.2", ["1.2.p1"], ["1.2.p2"]], ["1.1", ["1.1.1"], ["1.1.2"]]], START[1]]),
        ("1.1", "1", "", [["1", START[0][2], START[0][1]], START[1]]),
        ("1.1", "2", "2.1", [["1", START[0][2]], ["2", START[0][1], ["2.1"]]]),
        ("1.1.1", "", "2", [["1", ["1.1", ["1.1.2"]], START[0][2]], ["1.1.1"], START[1]]),
        ("2", "", "1", [START[1], START[0]]),
        ("2.1", "1.1.1", "", [["1", ["1.1", ["1.1.1", ["2.1"]], ["1.1.2"]], START[0][2]], ["2"]]),
        ("1", "2.1", "", [["2", ["2.1", START[0]]]]),
        ("1.2.p2", "1.2", "1.2.p1", [["1", START[0][1], ["1.2", ["1.2.p2"], ["1.2.p1"]]], START[1]]),
    ],
)
def test_a_clause_goes_where_it_is_put_with_all_below_it(draft, editor, code, parent, before, expected):
    assert shape(draft) == START
    words, version = content_hash(draft), draft.tree_version
    move(draft, editor, code, parent, before)
    draft.refresh_from_db()
    assert shape(draft) == expected
    assert content_hash(draft) != words and draft.tree_version == version + 1
    row = AuditRow.objects.get(action="tree.changed")
    assert (row.subject, row.actor_id, row.detail["how"]) == (f"plans.Snapshot:{draft.pk}", editor.pk, "move")


@pytest.mark.parametrize(
    ("code", "parent", "before"), [("1.1", "1", "1.2"), ("1.1", "1", "1.1"), ("2", "", ""), ("1.1.2", "1.1", "")]
)
def test_a_move_to_where_it_stands_changes_nothing(draft, editor, code, parent, before):
    rows = all_rows()
    move(draft, editor, code, parent, before)
    assert all_rows() == rows


@pytest.mark.parametrize(
    ("code", "parent", "before", "words"),
    [
        ("1", "1.1", "", "自分の下には"),
        ("1", "1", "", "自分の下には"),
        ("1.2.p1", "1.1", "", "段落は、いまの項目の中で"),
        ("1.2.p1", "", "", "段落は、いまの項目の中で"),
        ("2.1", "1.2.p1", "", "段落の下には"),
        ("2.1", "1", "2", "もう変わっています"),
    ],
)
def test_a_move_that_cannot_be_writes_nothing(draft, editor, code, parent, before, words):
    rows = all_rows()
    with pytest.raises(EditRefused, match=words):
        move(draft, editor, code, parent, before)
    assert all_rows() == rows


def test_a_clause_of_another_snapshot_is_no_place(draft, editor):
    other = take_in(tree_document(), edition="2030", by=editor).snapshot
    with pytest.raises(EditRefused, match="もうありません"):
        move_clause(clause=at(draft, "2.1"), by=editor, tree_version=draft.tree_version, parent=at(other, "1"), before=None)


def test_it_does_not_grow_too_deep(draft, editor):
    parent = at(draft, "2.1")
    models.Clause.objects.filter(pk=parent.pk).update(depth=trees.MAX_DEPTH - 1)
    with pytest.raises(EditRefused, match="深すぎます"):
        add(draft, editor, parent="2.1")


def test_a_form_made_for_another_tree_is_refused(draft, editor):
    stale = {"by": editor, "tree_version": draft.tree_version}
    move(draft, editor, "2", "", "1")
    rows = all_rows()
    for deed in (
        lambda: move_clause(clause=at(draft, "1"), parent=None, before=at(draft, "2"), **stale),
        lambda: add_clause(snapshot=draft, parent=None, before=None, kind="item", title="足す", **stale),
        lambda: remove_clause(clause=at(draft, "1"), **stale),
    ):
        with pytest.raises(EditRefused, match="ほかの人が先に並びを変えました"):
            deed()
    assert all_rows() == rows


def test_without_the_guard_a_stale_form_goes_through(draft, editor, monkeypatch):
    monkeypatch.setattr(trees, "_open", lambda snapshot, version: None)
    monkeypatch.setattr(trees, "_claim", lambda snapshot, version: None)
    move(draft, editor, "2", "", "1")
    remove_clause(clause=at(draft, "1"), by=editor, tree_version=-1)
    assert shape(draft) == [START[1]]


def test_a_locked_tree_stands(draft, editor):
    submit_snapshot(snapshot=draft, by=editor)
    rows = all_rows()
    for deed in (lambda: move(draft, editor, "2", "", "1"), lambda: add(draft, editor), lambda: remove(draft, editor, "2")):
        with pytest.raises(EditRefused, match="決裁待ち"):
            deed()
    assert all_rows() == rows


# --- adding ---------------------------------------------------------------------------------------------------------------------


def test_a_new_clause_takes_the_next_free_number(draft, editor):
    row = add(draft, editor, "1.1", "1.1.2", label="②", title="", body="歩いて回る。")
    assert (row.code, row.parent, row.label, row.body) == ("1.1.3", at(draft, "1.1"), "②", "歩いて回る。")
    assert shape(draft)[0][1] == ["1.1", ["1.1.1"], ["1.1.3"], ["1.1.2"]]
    assert models.Clause.history.get(code="1.1.3").history_user == editor
    assert add(draft, editor).code == "3" and add(draft, editor, "1.2", kind="paragraph").code == "1.2.p3"


def test_a_number_once_given_is_never_given_again(draft, editor):
    assert add(draft, editor, "1.1").code == "1.1.3"
    remove(draft, editor, "1.1.3")
    assert add(draft, editor, "1.1").code == "1.1.4"
    with pytest.raises(EditRefused, match="二度使えません"):
        add(draft, editor, "1.1", code="1.1.3")


def test_a_code_that_only_a_tie_has_named_may_be_taken(draft, editor):
    address = models.ClauseAddress.objects.create(edition=draft.edition, code="2.5")
    assert add(draft, editor, "2", code="2.5").address == address


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"code": "1.1"}, "二度使えません"),
        ({"code": "latest"}, "アドレスで使う言葉"),
        ({"code": "2.edit"}, "アドレスで使う言葉"),
        ({"code": "v2"}, "アドレスで使う言葉"),
        ({"code": "２．１"}, "小文字の英数字"),
        ({"code": "a/b"}, "小文字の英数字"),
        ({"code": "a" * 81}, "小文字の英数字"),
        ({"kind": "nonsense"}, "種類はありません"),
        ({"kind": "paragraph"}, "項目の下に"),
        ({"title": " "}, "どれかを書いて"),
        ({"parent": "1.2.p1"}, "段落の下には"),
        ({"parent": "1.2", "kind": "paragraph", "code": "1.2.p9"}, "自動で付きます"),
    ],
)
def test_a_clause_that_cannot_be_added_writes_nothing(draft, editor, fields, words):
    rows = all_rows()
    with pytest.raises(EditRefused, match=words):
        add(draft, editor, **fields)
    assert all_rows() == rows


def test_text_that_must_not_be_stored(draft, editor):
    with pytest.raises(RefusedText):
        add(draft, editor, body="文\x01")


# --- removing -------------------------------------------------------------------------------------------------------------------


def test_a_clause_goes_with_all_below_it_and_history_keeps_the_words(draft, editor):
    assert remove(draft, editor, "1.1") == 3
    assert shape(draft) == [["1", START[0][2]], START[1]]
    kept = models.Clause.history.filter(history_type="-")
    assert {(row.code, row.title, row.body, row.history_user) for row in kept} == {
        ("1.1", "ねらい", "", editor),
        ("1.1.1", "", "集まりを開く。", editor),
        ("1.1.2", "", "たよりを出す。", editor),
    }
    address = models.ClauseAddress.objects.get(edition=draft.edition, code="1.1.1")
    assert address.last_words and not address.clauses.exists()


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        ({"terms": [Term("見本", "ためしに作るもの。", "1.1.1")]}, "用語（見本）"),
        ({"indicators": [Indicator("1.1", "集まりの数")]}, "指標（集まりの数）"),
    ],
)
def test_what_hangs_there_is_moved_first(editor, parts, words):
    draft = take_in(tree_document(**parts), by=editor).snapshot
    rows = all_rows()
    with pytest.raises(EditRefused, match=words):
        remove(draft, editor, "1.1")
    assert all_rows() == rows
    remove(draft, editor, "2")


def test_a_remark_not_yet_settled_is_not_lost(draft, editor, approver):
    models.Remark.objects.create(snapshot=draft, address=at(draft, "1.1.1").address, text="直して", by=approver)
    with pytest.raises(EditRefused, match="指摘"):
        remove(draft, editor, "1")


def test_a_published_text_keeps_what_its_next_draft_removes(draft, editor, approver):
    publish(draft, author=editor, approver=approver)
    second = start_draft(edition=draft.edition, stage="amendment", by=editor)
    remove(second, editor, "1")
    assert shape(second) == [START[1]] and shape(draft) == START


# --- any sequence ---------------------------------------------------------------------------------------------------------------


class AnySequence(TestCase):
    """Any sequence of deeds, held against a plain model of nested lists."""

    @settings(max_examples=25)
    @given(
        deeds=st.lists(
            st.tuples(st.sampled_from(["move", "move", "add", "remove"]), *[st.integers(0, 99)] * 3), min_size=1, max_size=8
        )
    )
    def test_numbers_hold(self, deeds):
        by = User.objects.create_user(f"maker-{User.objects.count()}@x.invalid", name="作る人")
        plain = document(*[row for row in tree_document().clauses if row.kind != "paragraph"])
        draft = take_in(plain, edition=f"e{models.Edition.objects.count()}", by=by).snapshot
        model = nested(shape(draft))
        for deed, *numbers in deeds:
            self.act(draft, by, model, deed, numbers)
            assert nested(shape(draft)) == model
        codes = [row.code for row in draft.clauses.all()]
        assert sorted(codes) == sorted(flat(model)) and len(set(codes)) == len(codes)

    def act(self, draft, by, model, deed, numbers):
        codes = flat(model)
        code = codes[numbers[0] % len(codes)] if codes else ""
        parent = ["", *codes][numbers[1] % (len(codes) + 1)]
        siblings = children(model, parent)
        before = ["", *siblings][numbers[2] % (len(siblings) + 1)]
        if deed == "add":
            put(model, parent, before, {add(draft, by, parent, before).code: {}})
        elif deed == "remove" and len(codes) > 3:
            count = remove(draft, by, code)
            assert count == 1 + len(flat(take(model, code)))
        elif deed == "move" and code and before != code:
            if parent == code or parent in flat(find(model, code)):
                with pytest.raises(EditRefused):
                    move(draft, by, code, parent, before)
                return
            move(draft, by, code, parent, before)
            put(model, parent, before, {code: take(model, code)})


def nested(nodes):
    return {node[0]: nested(node[1:]) for node in nodes}


def flat(model):
    return [code for key, below in model.items() for code in (key, *flat(below))]


def find(model, code):
    for key, below in model.items():
        if key == code:
            return below
        if (found := find(below, code)) is not None:
            return found
    return None


def children(model, code):
    return list(find(model, code) if code else model)


def take(model, code):
    if code in model:
        return model.pop(code)
    for below in model.values():
        if (found := take(below, code)) is not None:
            return found
    return None


def put(model, parent, before, node):
    level = find(model, parent) if parent else model
    rows = list(level.items())
    at_ = [key for key, _below in rows].index(before) if before else len(rows)
    level.clear()
    level.update([*rows[:at_], *node.items(), *rows[at_:]])
