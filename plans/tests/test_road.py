"""The road's further ways: a set time, seals by post, a decision made elsewhere, an override, remarks, and taking back."""

import datetime as dt

import pytest
from django.utils import timezone

from ichinoseki_portal import approval
from ichinoseki_portal.models import ApprovalRoute, AuditRow, Department, Move, OutboxMail, PostHolding, SearchDocument, Signature
from ichinoseki_portal.workflow import MoveRefused
from plans import models
from plans.actions import settling, snapshots
from plans.actions.contents import content_hash
from plans.actions.editing import edit_clause
from plans.actions.remarks import add_remark, settle_remark
from plans.actions.snapshots import (
    approve_snapshot,
    publish_snapshot,
    pull_back_snapshot,
    return_snapshot,
    sign_snapshot,
    submit_snapshot,
    unschedule_snapshot,
    withdraw_snapshot,
)
from plans.enums import State
from plans.reader.document import Decided
from plans.tests.factories import list_document, publish, take_in

pytestmark = pytest.mark.django_db
TODAY = dt.date(2026, 11, 22)


def fresh(snapshot):
    return models.Snapshot.objects.select_related("edition__plan").get(pk=snapshot.pk)


@pytest.fixture
def draft(db):
    return take_in(list_document("市は、地域の活動を支えます。", "互いに話し合います。")).snapshot


@pytest.fixture
def approved(draft, person):
    submit_snapshot(snapshot=draft, by=person("editor", email="author@city.example.jp"))
    return approve_snapshot(snapshot=draft, by=person("approver"))


# --- a set time -------------------------------------------------------------------------------------------------------------


def soon(**gap):
    return timezone.now().replace(microsecond=0) + dt.timedelta(**gap)


def test_a_set_time_is_exact_to_the_second(approved, person):
    moment = soon(hours=3)
    publish_snapshot(snapshot=approved, by=person("approver"), at=moment)
    before, after = moment - dt.timedelta(seconds=1), moment
    for rows in (models.Snapshot.objects, models.Clause.objects, models.Edition.objects, models.Plan.objects):
        assert not rows.visible_to(None, before).exists() and rows.visible_to(None, after).exists()
    assert not SearchDocument.objects.exists() and not OutboxMail.objects.exists()
    assert AuditRow.objects.latest("id").action == "snapshot.scheduled"


def test_that_the_time_is_kept_hangs_on_the_clock_in_visible_to(approved, person, monkeypatch):
    publish_snapshot(snapshot=approved, by=person("approver"), at=soon(hours=3))
    blind = lambda self, user, at=None: self.filter(state=State.PUBLISHED)  # noqa: E731
    monkeypatch.setattr(models.Snapshot.objects.all().__class__, "visible_to", blind)
    assert models.Snapshot.objects.all().visible_to(None).exists()


def test_when_the_time_has_come_the_rest_is_settled_once(approved, person, django_capture_on_commit_callbacks):
    moment = soon(hours=3)
    publish_snapshot(snapshot=approved, by=person("approver"), at=moment)
    assert settling.settle_due(at=moment - dt.timedelta(seconds=1)) == 0
    assert not OutboxMail.objects.exists()
    # the index asks the clock itself, so the moment has to pass
    models.Snapshot.objects.filter(pk=approved.pk).update(published_at=timezone.now())
    assert (settling.settle_due(), settling.settle_due()) == (1, 0)
    assert SearchDocument.objects.count() == 3 and OutboxMail.objects.get().to == "author@city.example.jp"
    assert fresh(approved).settled and AuditRow.objects.filter(action="snapshot.settled").count() == 1


def decided(*items, date="2027-03", title=""):
    document = list_document(*items)
    document.edition.decided = Decided(date, "令和９年３月")
    document.edition.title = title or document.edition.title
    return document


def test_a_scheduled_text_leaves_the_facts_of_its_edition_alone_until_then(person):
    people = {"author": person("editor"), "approver": person("approver")}
    publish(take_in(list_document("市は支えます。"), stage="draft").snapshot, **people)
    final = take_in(decided("市は大いに支えます。"), stage="final").snapshot
    submit_snapshot(snapshot=final, by=people["author"])
    approve_snapshot(snapshot=final, by=people["approver"])
    publish_snapshot(snapshot=final, by=people["approver"], at=soon(hours=1))
    assert fresh(final).edition.decided_date == "" and fresh(final).effects["decided_date"] == "2027-03"
    models.Snapshot.objects.filter(pk=final.pk).update(published_at=timezone.now())
    assert settling.settle_due() == 1
    assert fresh(final).edition.decided_date == "2027-03" and fresh(final).effects == {}


def test_a_cancelled_time_leaves_nothing_behind_but_the_record(approved, person):
    publish_snapshot(snapshot=approved, by=person("approver"), at=soon(hours=1))
    unschedule_snapshot(snapshot=fresh(approved), by=person("approver"), why="日を改めます")
    now = fresh(approved)
    assert (now.state, now.published_at, now.settled, now.edition.listed_at) == (State.APPROVED, None, True, None)
    assert not models.TextChange.objects.exists() and not models.Comparison.objects.exists()
    assert settling.settle_due(at=soon(days=2)) == 0
    assert [row.name for row in Move.objects.order_by("id")] == ["submit", "approve", "publish", "unschedule"]
    assert publish_snapshot(snapshot=now, by=person("approver")).state == State.PUBLISHED


@pytest.mark.parametrize("gap", [{"seconds": -1}, {"days": -400}, {"days": 400}])
def test_a_time_in_the_past_or_far_away_is_refused(approved, person, gap):
    with pytest.raises(MoveRefused, match="いまより後"):
        publish_snapshot(snapshot=approved, by=person("approver"), at=soon(**gap))
    assert fresh(approved).state == State.APPROVED


def test_what_is_public_is_not_unscheduled_nor_what_is_scheduled_withdrawn(approved, person):
    publish_snapshot(snapshot=approved, by=person("approver"), at=soon(hours=1))
    with pytest.raises(MoveRefused, match="まだ公開されていません"):
        withdraw_snapshot(snapshot=fresh(approved), by=person("approver"), why="誤り")
    models.Snapshot.objects.filter(pk=approved.pk).update(published_at=timezone.now())
    with pytest.raises(MoveRefused, match="もう公開されています"):
        unschedule_snapshot(snapshot=fresh(approved), by=person("approver"))


def test_two_publications_of_one_edition_are_not_set_at_once(approved, person):
    publish_snapshot(snapshot=approved, by=person("approver"), at=soon(hours=1))
    second = models.Snapshot(edition=approved.edition, sequence=2, stage="amendment")  # no page begins one now
    second.save()
    road = {"state": State.APPROVED, "approver": person("approver"), "approved_hash": content_hash(second)}
    models.Snapshot.objects.filter(pk=second.pk).update(**road)
    with pytest.raises(MoveRefused, match="予約した段階"):
        publish_snapshot(snapshot=second, by=person("approver"))


def test_the_next_publication_settles_what_the_worker_has_not_come_to(approved, person):
    publish_snapshot(snapshot=approved, by=person("approver"), at=soon(hours=1))
    models.Snapshot.objects.filter(pk=approved.pk).update(published_at=timezone.now())
    second = take_in(decided("市は、さらに支えます。"), stage="amendment").snapshot
    publish(second, author=person("editor"), approver=person("approver"))
    assert fresh(approved).settled and fresh(second).edition.decided_date == "2027-03"
    assert (settling.settle_due(), OutboxMail.objects.count()) == (0, 1)


# --- what a publication and its withdrawal make of the edition --------------------------------------------------------------


def test_a_draft_beside_a_decided_text_changes_neither_facts_nor_search(person):
    people = {"author": person("editor"), "approver": person("approver")}
    publish(take_in(decided("市は支えます。", date="2022-03")).snapshot, **people)
    draft = take_in(
        decided("市は、新しい文で支えます。", date="2029-03", title="別の名前"), stage="draft", title="別の名前"
    ).snapshot
    publish(draft, **people)
    edition = fresh(draft).edition
    assert (edition.decided_date, edition.title) == ("2022-03", "第２次 見本計画")
    assert "新しい文" not in SearchDocument.objects.get(key="clause:mihon/2022/1.1").title


def test_taking_back_gives_the_edition_its_facts_back(person):
    people = {"author": person("editor"), "approver": person("approver")}
    publish(take_in(list_document("市は支えます。"), stage="draft").snapshot, **people)
    final = publish(take_in(decided("市は大いに支えます。"), stage="final").snapshot, **people)
    assert fresh(final).edition.decided_date == "2027-03"
    withdraw_snapshot(snapshot=fresh(final), by=people["approver"], why="別の文を公開したため")
    now = fresh(final)
    assert now.edition.decided_date == "" and now.withdrawn_why == "別の文を公開したため"
    assert now.withdrawn_at is not None and list(models.Snapshot.objects.taken_back(timezone.now())) == [now]


# --- own work ---------------------------------------------------------------------------------------------------------------


def test_an_override_needs_a_reason_and_is_logged(draft, person):
    boss = person("editor", "approver", is_superuser=True)
    submit_snapshot(snapshot=draft, by=boss)
    with pytest.raises(MoveRefused, match="自分では決裁できません"):
        approve_snapshot(snapshot=draft, by=boss, override="  ")
    approve_snapshot(snapshot=draft, by=boss, override="災害で、ほかに決裁できる人がいないため")
    assert fresh(draft).state == State.APPROVED
    assert "災害で" in Move.objects.get(name="approve").why
    row = AuditRow.objects.get(action="snapshot.approval_overridden")
    assert row.actor_id == boss.pk and row.detail["own"] is True and "災害" not in str(row.detail)


@pytest.mark.parametrize("action", snapshots.MAKING)
def test_whoever_made_it_by_any_way_in_does_not_approve(draft, person, action):
    from ichinoseki_portal import audit

    maker = person("approver")
    audit.record(action=action, subject=draft, by=maker)
    submit_snapshot(snapshot=draft, by=person("editor"))
    with pytest.raises(MoveRefused, match="自分では決裁できません"):
        approve_snapshot(snapshot=draft, by=maker)


def test_the_approver_approves_what_was_shown(draft, person):
    submit_snapshot(snapshot=draft, by=person("editor"))
    with pytest.raises(MoveRefused, match="画面を開いたあとに内容が変わりました"):
        approve_snapshot(snapshot=draft, by=person("approver"), seen_hash="0" * 64)
    assert fresh(draft).state == State.IN_REVIEW


def test_who_handed_it_in_takes_it_back_and_nobody_else(draft, person):
    author = person("editor")
    submit_snapshot(snapshot=draft, by=author)
    with pytest.raises(MoveRefused, match="起案した人だけ"):
        pull_back_snapshot(snapshot=fresh(draft), by=person("editor"))
    assert pull_back_snapshot(snapshot=draft, by=author).state == State.DRAFT
    submit_snapshot(snapshot=draft, by=author)
    approve_snapshot(snapshot=draft, by=person("approver"))
    with pytest.raises(MoveRefused, match="いまの状態"):
        pull_back_snapshot(snapshot=draft, by=author)


# --- seals by post ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def office(person):
    """係長 → 合議 by another department → 部長, for whom 課長 may sign (代決)."""
    machi, zaisei = (Department.objects.create(code=code, name=name) for code, name in (("machi", "町課"), ("zaisei", "財政課")))
    people = {}
    for post, department in (("係長", machi), ("財政課長", zaisei), ("部長", machi), ("課長", machi)):
        people[post] = person("auditor", name=post)
        day = dt.date(2026, 4, 1)
        PostHolding.objects.create(user=people[post], post=post, department=department, first_day=day)
    route = ApprovalRoute.objects.create(name="部長決裁（合議あり）")
    route.steps.create(position=1, kind="approve", post="係長")
    route.steps.create(position=2, kind="concur", post="財政課長", department=zaisei)
    route.steps.create(position=3, kind="decide", post="部長", deputy_post="課長")
    people["author"] = person("editor", department=machi)
    return route, people


def test_seals_follow_each_other_and_the_last_decides(draft, office):
    route, people = office
    submit_snapshot(snapshot=draft, by=people["author"], route=route)
    for post in ("財政課長", "部長"):
        with pytest.raises(MoveRefused, match="番です"):
            sign_snapshot(snapshot=draft, by=people[post])
    sign_snapshot(snapshot=draft, by=people["係長"])
    with pytest.raises(MoveRefused):
        sign_snapshot(snapshot=draft, by=people["係長"])
    sign_snapshot(snapshot=draft, by=people["財政課長"], comment="異議ありません")
    assert fresh(draft).state == State.IN_REVIEW
    for bare in ({}, {"as_deputy": True}, {"as_deputy": True, "absence": " "}, {"as_deputy": True, "absence": "長" * 201}):
        with pytest.raises(MoveRefused, match="代決"):
            sign_snapshot(snapshot=draft, by=people["課長"], **bare)
    sign_snapshot(snapshot=draft, by=people["課長"], as_deputy=True, absence="出張のため")
    assert (fresh(draft).state, fresh(draft).approver) == (State.APPROVED, people["課長"])
    seals = list(Signature.objects.values_list("post", "as_deputy", "comment"))
    assert seals == [("係長", False, ""), ("財政課長", False, "異議ありません"), ("課長", True, "")]
    last = Signature.objects.latest("position")
    assert (last.for_post, last.absence) == ("部長", "出張のため")


def two_posts(draft, office):
    """One person is 係長 and, as it happens, 財政課長 too; the first seal is given."""
    route, people = office
    PostHolding.objects.filter(post="財政課長").update(user=people["係長"])
    submit_snapshot(snapshot=draft, by=people["author"], route=route)
    sign_snapshot(snapshot=draft, by=people["係長"])
    return people["係長"]


def test_one_person_gives_one_seal_whatever_the_posts(draft, office):
    who = two_posts(draft, office)
    with pytest.raises(MoveRefused, match="あなたの印（係長）がもうあります"):
        sign_snapshot(snapshot=draft, by=who)
    with pytest.raises(MoveRefused, match="もうあります"):
        sign_snapshot(snapshot=draft, by=who, as_deputy=True, absence="不在")
    assert Signature.objects.count() == 1


def test_that_one_person_gives_one_seal_hangs_on_the_guard(draft, office, monkeypatch):
    who = two_posts(draft, office)
    monkeypatch.setattr(approval, "refuse_second_seal", lambda *args: None)
    sign_snapshot(snapshot=draft, by=who)
    assert Signature.objects.filter(by=who).count() == 2


def test_a_route_is_not_walked_past(draft, office, person):
    route, people = office
    submit_snapshot(snapshot=draft, by=people["author"], route=route)
    with pytest.raises(MoveRefused, match="順路に回っています"):
        approve_snapshot(snapshot=draft, by=person("approver"))


def test_seals_of_a_returned_draft_count_no_more(draft, office):
    route, people = office
    submit_snapshot(snapshot=draft, by=people["author"], route=route)
    sign_snapshot(snapshot=draft, by=people["係長"])
    return_snapshot(snapshot=draft, by=people["財政課長"], why="数字を確かめてください")
    submit_snapshot(snapshot=draft, by=people["author"], route=route)
    with pytest.raises(MoveRefused, match="係長"):
        sign_snapshot(snapshot=draft, by=people["財政課長"])


def test_who_left_a_post_signs_no_more_from_the_next_day_on(draft, office):
    route, people = office
    PostHolding.objects.filter(post="係長").update(last_day=timezone.localdate() - dt.timedelta(days=1))
    submit_snapshot(snapshot=draft, by=people["author"], route=route)
    with pytest.raises(MoveRefused, match="番です"):
        sign_snapshot(snapshot=draft, by=people["係長"])
    PostHolding.objects.filter(post="係長").update(last_day=timezone.localdate())
    assert sign_snapshot(snapshot=draft, by=people["係長"]).state == State.IN_REVIEW


def test_a_maker_gives_no_seal(draft, office):
    route, people = office
    edit_clause(clause=draft.clauses.get(code="1.1"), by=people["係長"], version=1, body="市は、係長の文で支えます。")
    submit_snapshot(snapshot=draft, by=people["author"], route=route)
    with pytest.raises(MoveRefused, match="自分では決裁できません"):
        sign_snapshot(snapshot=draft, by=people["係長"])


def test_a_route_that_does_not_decide_is_not_taken(draft, person):
    route = ApprovalRoute.objects.create(name="途中まで")
    route.steps.create(position=1, kind="approve", post="係長")
    with pytest.raises(MoveRefused, match="最後の段が決裁"):
        submit_snapshot(snapshot=draft, by=person("editor"), route=route)
    assert fresh(draft).state == State.DRAFT


# --- remarks ----------------------------------------------------------------------------------------------------------------


def test_remarks_are_written_settled_once_and_stop_with_publication(draft, person):
    handed_in = submit_snapshot(snapshot=draft, by=person("editor"))
    reader = person("auditor")
    row = add_remark(snapshot=handed_in, by=reader, text="数字を確かめてください。", code="1.1")
    assert row.address.code == "1.1" and add_remark(snapshot=handed_in, by=reader, text="全体に長いです。").address is None
    settle_remark(remark=row, by=person("editor"))
    with pytest.raises(MoveRefused, match="対応済み"):
        settle_remark(remark=row, by=person("editor"))
    for bad in ({"text": " "}, {"text": "字" * 2001}, {"text": "どこ", "code": "9.9"}):
        with pytest.raises(MoveRefused):
            add_remark(snapshot=handed_in, by=reader, **bad)
    approve_snapshot(snapshot=handed_in, by=person("approver"))
    publish_snapshot(snapshot=handed_in, by=person("approver"))
    with pytest.raises(MoveRefused, match="公開したあと"):
        add_remark(snapshot=handed_in, by=reader, text="遅い指摘")
    assert models.Remark.objects.count() == 2


# --- 正誤 says why ----------------------------------------------------------------------------------------------------------


def an_erratum(person):
    people = {"author": person("editor"), "approver": person("approver")}
    publish(take_in(list_document("市は支えます。")).snapshot, **people)
    return take_in(list_document("市は、支えます。"), stage="erratum").snapshot, people["author"]


@pytest.mark.parametrize("where", ["note", "clause"])
def test_an_erratum_without_a_reason_is_not_handed_in(person, where):
    erratum, author = an_erratum(person)
    with pytest.raises(MoveRefused, match="正誤には、直した理由が要ります"):
        submit_snapshot(snapshot=erratum, by=author)
    if where == "note":
        models.Snapshot.objects.filter(pk=erratum.pk).update(note="読点が落ちていました。")
    else:
        models.Clause.objects.filter(snapshot=erratum, code="1.1").update(change_reason="読点が落ちていました。")
    assert submit_snapshot(snapshot=erratum, by=author).state == State.IN_REVIEW


def test_that_an_erratum_has_a_reason_hangs_on_the_guard(person, monkeypatch):
    erratum, author = an_erratum(person)
    monkeypatch.setattr(snapshots, "refuse_unexplained", lambda snapshot: None)
    assert submit_snapshot(snapshot=erratum, by=author).state == State.IN_REVIEW
