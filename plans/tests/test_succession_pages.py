"""Merges, splits and what goes on under another code, chosen from lists on the page of a draft's successions."""

import re

import pytest

from plans.actions.drafts import start_edition
from plans.actions.editing import edit_clause
from plans.tests.factories import all_rows, list_document, publish, take_in

pytestmark = pytest.mark.django_db
SNAPSHOT = "/admin/plans/snapshot/"


@pytest.fixture
def third(editor, approver):
    """The first draft of the next edition."""
    doc = list_document("集まりを開きます。", "たよりを出します。", "場所を貸します。")
    final = publish(take_in(doc, by=editor).snapshot, author=editor, approver=approver)
    return start_edition(edition=final.edition, key="2027", title="第３次 見本計画", by=editor).snapshots.get()


@pytest.fixture
def desk(client, editor):
    client.force_login(editor)
    return client


def rows():
    return all_rows(without=("sessions.Session",))


def test_merges_and_splits_are_said_by_hand_and_taken_back(desk, third):
    base = f"{SNAPSHOT}{third.pk}/successions/"
    answer = desk.post(f"{base}merge/", {"old_codes": ["1.1", "1.2"], "new_code": "1.1", "reason": "まとめた。"}, follow=True)
    assert "記録しました" in answer.content.decode() and f"{base}undo/?old_code=1.2" in answer.content.decode()
    assert third.successions.filter(kind="merged").count() == 2
    page = desk.get(f"{base}undo/?old_code=1.2").content.decode()
    assert 'value="1.2" selected' in page and 'value="1.3"' not in page  # only what was said by hand
    desk.post(f"{base}undo/", {"old_code": "1.2"})
    assert set(third.successions.values_list("kind", flat=True)) == {"kept"}
    before = rows()
    bad = desk.post(f"{base}split/", {"old_code": "1.1", "new_codes": ["1.1", "1.2"], "reason": "分けた"})
    assert (
        bad.status_code == 409
        and "ほかの項目を引きついでいます" in bad.content.decode()
        and len(re.findall(r'value="1\.[12]"[^>]*checked', bad.content.decode())) == 2
    )
    assert desk.post(f"{base}nonsense/", {}).status_code == 403
    assert rows() == before


def test_the_clauses_to_choose_from_are_named(desk, editor, third):
    edit_clause(clause=third.clauses.get(code="1.2"), by=editor, version=1, body="たよりを毎月出します。")
    base = f"{SNAPSHOT}{third.pk}/successions/"
    page = desk.get(f"{base}merge/?old_codes=1.1&old_codes=1.3&new_code=1.1").content.decode()
    boxes = dict(re.findall(r'<input type="checkbox" name="old_codes" value="([^"]+)"([^>]*)>', page))
    assert list(boxes) == ["1", "1.1", "1.2", "1.3"]
    assert [code for code, more in boxes.items() if "checked" in more] == ["1.1", "1.3"]
    assert (
        "たよりを出します。（いまは「変更」）" in page
        and '<option value="1.1" selected>1.1 ● 集まりを開きます。</option>' in page
    )
    assert 'name="old_code"' in desk.get(f"{base}follow/").content.decode()
    before = rows()
    for wrong in ({"old_codes": ["9.9", "1.1"], "new_code": "1.1"}, {"old_codes": ["1.1", "1.2"], "new_code": "9"}, {}):
        assert "記録しました" not in desk.post(f"{base}merge/", wrong, follow=True).content.decode()
    assert rows() == before
