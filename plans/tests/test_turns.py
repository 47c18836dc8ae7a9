"""「あなたの番」 on the staff's first page: each sees what waits for them, and not what waits for others."""

import datetime as dt
import html
import re

import pytest

from ichinoseki_portal.models import ApprovalRoute, Department, PostHolding
from plans.actions.links import add_link
from plans.actions.remarks import add_remark
from plans.actions.snapshots import approve_snapshot, return_snapshot, sign_snapshot, submit_snapshot
from plans.actions.texts import approve_text, save_text
from plans.admin import turns
from plans.tests.factories import clause, document, publish, take_in

pytestmark = pytest.mark.django_db
QUERIES = 8  # snapshots, steps, moves, seals, what one made, posts; texts, links
NOTHING = "いま、あなたを待っているものはありません。"


@pytest.fixture
def maker(person):
    return person("editor", email="maker@x.invalid", name="見本つくる")


def draft_of(maker, edition="2022"):
    one = document(clause("1", label="１", title="取組", body="はじめの文。"), clause("2", title="次"))
    return take_in(one, edition=edition, by=maker).snapshot


@pytest.fixture
def draft(maker):
    return draft_of(maker)


def first_page(client, user):
    client.force_login(user)
    page = client.get("/admin/").content.decode()
    return html.unescape(re.search(r'<section class="turns".*?</section>', page, re.S)[0])


def test_what_came_back_is_named_with_its_reason_and_open_remarks(client, draft, maker, person):
    boss = person("approver", name="見本ぶちょう")
    assert "作っている途中の下書き" in first_page(client, maker)
    submit_snapshot(snapshot=draft, by=maker)
    add_remark(snapshot=draft, by=boss, text="言葉が難しいです。")
    return_snapshot(snapshot=draft, by=boss, why="年度が違います")
    page = first_page(client, maker)
    for words in ("差し戻されたもの", "理由：年度が違います（見本ぶちょう）", "対応していない指摘 1件", "1件"):
        assert words in page, words
    assert f'href="/admin/plans/snapshot/{draft.pk}/change/"' in page and "途中の下書き" not in page
    assert "差し戻されたもの" not in first_page(client, person("editor"))  # another editor's


def test_a_decision_waits_for_others_than_its_maker(client, draft, maker, person):
    boss, both = person("approver"), person("editor", "approver", email="both@x.invalid")
    assert NOTHING in first_page(client, boss)
    submit_snapshot(snapshot=draft, by=maker)
    assert "決裁を待っているもの" in first_page(client, boss)
    own = draft_of(both, "2027")
    submit_snapshot(snapshot=own, by=maker)
    assert f"/{own.pk}/change/" not in first_page(client, both) and f"/{draft.pk}/change/" in first_page(client, both)
    approve_snapshot(snapshot=draft, by=boss)
    page = first_page(client, boss)
    assert "公開を待っているもの" in page and f"/{draft.pk}/change/" in page
    assert "公開を待っているもの" not in first_page(client, maker)


def test_that_own_work_is_left_out_hangs_on_asking(client, draft, maker, monkeypatch):
    submit_snapshot(snapshot=draft, by=maker)
    maker.is_superuser = True
    maker.save()
    assert "決裁を待っているもの" not in first_page(client, maker)
    monkeypatch.setattr(turns, "_made_by", lambda user, rows: set())
    assert "決裁を待っているもの" in first_page(client, maker)


def test_a_seal_waits_for_whose_turn_it_is(client, draft, maker, person):
    machi = Department.objects.create(code="machi", name="町課")
    maker.department = machi
    maker.save()
    people = {post: person("auditor", email=f"{number}@x.invalid") for number, post in enumerate(("係長", "部長", "課長"))}
    for post, user in people.items():
        PostHolding.objects.create(user=user, post=post, department=machi, first_day=dt.date(2020, 4, 1))
    route = ApprovalRoute.objects.create(name="部長決裁")
    route.steps.create(position=1, kind="approve", post="係長")
    route.steps.create(position=2, kind="decide", post="部長", deputy_post="課長")
    submit_snapshot(snapshot=draft, by=maker, route=route)
    assert "あなたの印を待っているもの" in first_page(client, people["係長"])
    assert all(NOTHING in first_page(client, people[post]) for post in ("部長", "課長"))
    sign_snapshot(snapshot=draft, by=people["係長"])
    assert NOTHING in first_page(client, people["係長"])
    assert "あなたの印を待っているもの" in first_page(client, people["部長"])
    page = first_page(client, people["課長"])
    assert "代決できるもの" in page and "あなたの印" not in page


def test_texts_and_links_wait_for_another_than_their_writer(client, draft, maker, person):
    boss, both = person("approver"), person("editor", "approver", email="both@x.invalid")
    row, other = draft.clauses.get(code="1"), draft.clauses.get(code="2")
    text = save_text(address=row.address, kind="plain", words="やさしい文。", by=both, version=None)
    add_link(origin=row.address, target=other.address, type="refers", by=both)
    page = first_page(client, boss)
    assert "確かめを待っている文" in page and "/admin/plans/clausetext/?now=waiting" in page
    assert "確かめを待っている関係" in page and "/admin/plans/clauselink/?confirmed=no" in page
    assert "確かめを待っている" not in first_page(client, both) and "確かめを待っている" not in first_page(client, maker)
    approve_text(text=text, by=boss)
    assert "確かめを待っている文" not in first_page(client, boss)


def test_who_looks_at_nothing_is_told_of_nothing(client, draft, maker, person):
    submit_snapshot(snapshot=draft, by=maker)
    assert NOTHING in first_page(client, person()) and NOTHING in first_page(client, person("auditor"))


def test_the_queries_are_as_few_for_many(draft, maker, person, django_assert_num_queries):
    machi = Department.objects.create(code="machi", name="町課")
    chief = person("approver", email="chief@x.invalid")
    PostHolding.objects.create(user=chief, post="課長", department=machi, first_day=dt.date(2020, 4, 1))
    route = ApprovalRoute.objects.create(name="課長決裁")
    route.steps.create(position=1, kind="decide", post="課長", department=machi)
    for edition in ("2022", "2027", "2032"):
        one = draft if edition == "2022" else draft_of(maker, edition)
        submit_snapshot(snapshot=one, by=maker, route=route)
        chief.get_all_permissions()
        with django_assert_num_queries(QUERIES):
            assert sum(turn.count for turn in turns.turns(chief)) == {"2022": 1, "2027": 2, "2032": 3}[edition]


def next_step(client, snapshot):
    page = html.unescape(client.get(f"/admin/plans/snapshot/{snapshot.pk}/change/").content.decode())
    return re.search(r'<section class="desk-box desk-next">.*?</section>', page, re.S)[0]


def test_the_next_step_after_a_return_says_why_and_what_is_open(client, draft, maker, person):
    boss = person("approver", name="見本ぶちょう")
    client.force_login(maker)
    assert "差し戻されています" not in next_step(client, draft)
    submit_snapshot(snapshot=draft, by=maker)
    add_remark(snapshot=draft, by=boss, text="言葉が難しいです。")
    return_snapshot(snapshot=draft, by=boss, why="年度が違います")
    said = next_step(client, draft)
    assert "差し戻されています（見本ぶちょう）。理由：年度が違います" in said and "対応していない指摘が1件あります" in said
    submit_snapshot(snapshot=draft, by=maker)
    assert "差し戻されています" not in next_step(client, draft)


def test_after_publication_the_editor_is_told_what_may_come_next(client, draft, maker, person):
    publish(draft, author=maker, approver=person("approver"))
    client.force_login(maker)
    said = next_step(client, draft)
    assert f"/admin/plans/snapshot/{draft.pk}/start/" in said and "次の段階をはじめる" in said
    client.force_login(person("auditor"))
    assert "次の段階" not in next_step(client, draft)
