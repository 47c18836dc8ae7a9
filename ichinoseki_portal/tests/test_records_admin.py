"""The records as an auditor reads them: Japanese words, names, reasons and ways to what they are about."""

import ast
import html
import re

import pytest

from ichinoseki_portal import audit
from ichinoseki_portal.admin import records, words
from ichinoseki_portal.models import AuditRow, Move, User
from ichinoseki_portal.tests.tree import python_files
from plans.actions.snapshots import approve_snapshot, return_snapshot, submit_snapshot
from plans.actions.texts import save_text
from plans.tests.factories import list_document, take_in

pytestmark = pytest.mark.django_db
TRAIL = "/admin/portal/auditrow/"
MOVES = "/admin/portal/move/"
QUERIES = 4  # snapshots, clause texts, people, moves; whatever the number of rows


@pytest.fixture
def draft(person):
    return take_in(list_document("市は支えます。"), by=person("editor", email="maker@x.invalid", name="見本つくる")).snapshot


@pytest.fixture
def overridden(draft, person):
    """Approved by its own maker, with a written reason."""
    maker = User.objects.get(email="maker@x.invalid")
    submit_snapshot(snapshot=draft, by=maker)
    return_snapshot(snapshot=draft, by=person("approver", name="見本ぶちょう"), why="年度が違います")
    submit_snapshot(snapshot=draft, by=maker)
    approve_snapshot(snapshot=draft, by=maker, override="ほかに人がいないため")
    return draft


def rows_of(client, user, path):
    client.force_login(user)
    page = html.unescape(client.get(path).content.decode())
    return [re.sub(r"\s+", " ", row) for row in re.findall(r"<tr>.*?</tr>", page.split("<tbody>")[1], re.S)], page


def test_the_trail_names_deed_person_and_subject(client, auditor, overridden):
    rows, _page = rows_of(client, auditor, TRAIL)
    found = next(row for row in rows if "差し戻した" in row)
    assert "見本ぶちょう" in found and "年度が違います" in found
    assert f'<a href="/admin/plans/snapshot/{overridden.pk}/change/">版の段階：' in found and "見本計画" in found
    assert "snapshot.returned" not in re.sub(r"<[^>]+>", "", " ".join(rows))


def test_the_reason_of_an_exception_is_found(client, auditor, overridden):
    rows, page = rows_of(client, auditor, f"{TRAIL}?action=snapshot.approval_overridden")
    assert len(rows) == 1 and "例外として決裁した" in rows[0] and "ほかに人がいないため" in rows[0]
    assert ">例外として決裁した（作った人・順路のきまりを外した）</a>" in page  # the filter speaks Japanese
    row = AuditRow.objects.get(action="snapshot.approval_overridden")
    one = client.get(f"{TRAIL}{row.pk}/change/").content.decode()
    assert "ほかに人がいないため" in one and "見本つくる" in one and row.mac in one


def test_each_deed_has_the_reason_of_its_own_move(client, auditor, overridden, person):
    maker, boss = User.objects.get(email="maker@x.invalid"), User.objects.get(name="見本ぶちょう")
    return_snapshot(snapshot=overridden, by=boss, why="数も違います")
    rows, _page = rows_of(client, auditor, f"{TRAIL}?action=snapshot.returned")
    assert ["数も違います" in row for row in rows] == [True, False] and ["年度が違います" in row for row in rows] == [False, True]
    assert maker.pk


def test_a_person_is_found_by_name(client, auditor, overridden):
    rows, _page = rows_of(client, auditor, f"{TRAIL}?q=見本ぶちょう")
    assert len(rows) == 1 and "差し戻した" in rows[0]


def test_moves_are_told_in_words_with_their_reason(client, auditor, overridden):
    rows, page = rows_of(client, auditor, f"{MOVES}?name=approve")
    assert len(rows) == 1 and "例外として決裁：ほかに人がいないため" in rows[0]
    for said in ("決裁する", "決裁待ち", "決裁済み", "見本つくる", f"/admin/plans/snapshot/{overridden.pk}/change/"):
        assert said in rows[0], said
    assert ">差し戻す</a>" in page and Move.objects.count() == 4
    assert "見本計画" in client.get(f"{MOVES}{Move.objects.first().pk}/change/").content.decode()


def test_who_may_not_open_a_subject_gets_its_name_alone(client, auditor, staff):
    audit.record(action="user.changed", subject=staff, by=None)
    rows, _page = rows_of(client, auditor, TRAIL)
    assert "利用者を直した" in rows[0] and "システム" in rows[0] and f"利用者：{staff.name}" in rows[0]
    assert "/admin/portal/user/" not in rows[0]


def test_what_is_no_more_keeps_its_number(client, auditor):
    row = audit.record(action="draft.discarded", subject=AuditRow(pk=77), by=User(pk=999))
    assert row.subject == "portal.AuditRow:77"
    rows, _page = rows_of(client, auditor, TRAIL)
    assert "監査記録 77" in rows[0] and "番号 999 の人" in rows[0]


def test_the_words_cost_the_same_for_many_rows(auditor, overridden, rf, django_assert_num_queries):
    by = User.objects.get(email="maker@x.invalid")
    for kind in ("plain", "en"):
        save_text(address=overridden.clauses.first().address, kind=kind, words="文。", by=by, version=None)
    request = rf.get(TRAIL)
    request.user = auditor
    auditor.get_all_permissions()
    own = records.admin.site._registry[AuditRow]
    for rows in (list(AuditRow.objects.all()), [*AuditRow.objects.all()[:1], AuditRow.objects.get(action="snapshot.returned")]):
        with django_assert_num_queries(QUERIES):
            own.tell(rows, request)


def recorded_actions():
    """Every action that is written with its name in the code."""
    for path in python_files(tests=False):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "record":
                action = next((word.value for word in node.keywords if word.arg == "action"), None)
                yield from (
                    part.value
                    for part in ast.walk(action or ast.Constant(None))
                    if isinstance(part, ast.Constant) and "." in str(part.value) and not str(part.value).startswith(".")
                )


def test_every_deed_has_its_words():
    found = set(recorded_actions())
    assert {"snapshot.published", "snapshot.scheduled", "text.saved"} <= found
    assert {action for action in found if action not in words.DEEDS} == set()
    assert set(words.MOVE_OF) <= set(words.DEEDS) and words.deed("user.added") == "利用者を足した" and words.deed("x.y") == "x.y"
