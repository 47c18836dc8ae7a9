"""Choosing what to compare, the 正誤表, and what no comparison ever shows."""

import datetime as dt
from functools import partial

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from plans import models
from plans.actions import comparing
from plans.actions.snapshots import approve_snapshot, publish_snapshot, submit_snapshot, unschedule_snapshot, withdraw_snapshot
from plans.models.editions import SnapshotQuerySet
from plans.tests import compared
from plans.tests.compared import BASE, PAIR, chapter
from plans.tests.factories import document, explain, take_in
from plans.tests.library import freeze, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _nothing_remembered(monkeypatch):
    monkeypatch.setattr(comparing, "_memory", comparing._Memory())


@pytest.fixture
def people(person):
    return {"author": person("editor"), "approver": person("approver")}


@pytest.fixture
def put_out(people):
    return partial(compared.put_out, people)


@pytest.fixture
def two(people):
    return compared.put_out_two(people)


def test_the_form_offers_every_text_with_its_edition(client, two, put_out):
    put_out(*chapter("次の文。"), edition="2027", stage="draft")
    answer = client.get(BASE)
    page = answer.content.decode()
    assert page.count('<option value="mihon/') == 6 and "案（決定前）" in page and "計画期間" in page
    assert '<option value="mihon/2022/v2" selected>' in page and '<option value="mihon/2027/v1" selected>' in page


def test_two_chosen_lead_to_their_own_address(client, two):
    answer = client.get(f"{BASE}?old=mihon/2022/v1&new=mihon/2022/v2")
    assert (answer.status_code, answer["Location"]) == (302, PAIR)


def test_the_newer_one_first_is_put_right_with_a_word(client, two):
    answer = client.get(f"{BASE}2022/v2/2022/v1/?all=1", follow=True)
    assert answer.redirect_chain == [(f"{PAIR}?swapped=1&all=1", 302)]
    assert "古い順に並べかえました" in text_of(answer)


def test_texts_of_two_plans_are_not_compared(client, two):
    for query in ("?old=mihon/2022/v1&new=hoka/2022/v1", "?old=nai/2016/v1&new=hoka/2022/v1"):
        answer = client.get(BASE + query)
        assert answer.status_code == 400
        assert "別の計画の文とは、くらべられません" in text_of(answer) and 'href="/plans/relations/"' in answer.content.decode()


@pytest.mark.parametrize(
    "query",
    [
        *("?old=&new=", "?old=mihon/2022/v1", "?new=mihon/2022/v1", "?old=x&new=y", "?old=mihon/2022/v01&new=mihon/2022/v2"),
        *("?old=mihon/2022/1&new=mihon/2022/2", "?old=../../x&new=mihon/2022/v1", "?old=%00&new=%F0%28", "?old=" + "9" * 5000),
        *("?old=mihon/2022/v1%0a&new=mihon/2022/v2x", "?old=mihon/2022/v9999999&new=mihon/2022/v1", "?old[]=a&new=1"),
        "?old=//example.com/v1&new=//example.com/v2",
    ],
)
def test_odd_choices_are_refused_kindly(client, two, query):
    answer = client.get(BASE + query)
    assert answer.status_code == 400
    assert "二つ選んでください" in text_of(answer) and answer.content.decode().count("<option") == 4


def test_the_same_text_twice_and_an_outline_are_refused_kindly(client, two):
    answer = client.get(f"{BASE}2022/v1/2022/v1/")
    assert answer.status_code == 400 and "同じ文どうし" in text_of(answer)
    edition = two[0].edition
    models.Snapshot.objects.create(
        edition=edition, sequence=0, stage="outline", state="published", published_at=timezone.now(), content_hash="0" * 64
    )
    answer = client.get(f"{BASE}2022/v0/2022/v1/")
    assert answer.status_code == 400 and "要約には計画の本文がない" in text_of(answer)
    assert "v0" not in client.get(BASE).content.decode()


@pytest.mark.parametrize(
    "path",
    [
        *("2022/v1/2022/v9/", "2022/v1/1999/v1/", "2022/v1/2022/", "2022/v01/2022/v2/", "2022/v1/2022/v2/x/"),
        *("2022/v-1/2022/v2/", "2022/v1/latest/v2/", "2022/v1/2022/v" + "9" * 40 + "/"),
    ],
)
def test_unknown_texts_are_missing(client, two, path):
    answer = client.get(BASE + path)
    assert answer.status_code == 404 and answer.content == client.get("/plans/nothing/").content


def test_a_plan_with_one_text_says_there_is_nothing_to_compare_yet(client, put_out):
    put_out(*chapter("一。"))
    answer = client.get(BASE)
    assert answer.status_code == 200 and "くらべられる文がまだ二つありません" in text_of(answer)
    assert "<form" not in answer.content.decode() and client.get("/plans/nothing/compare/").status_code == 404


# --- what is not public ------------------------------------------------------------------------------------------------------


def test_a_draft_is_reached_by_no_way_of_comparing(client, two, editor):
    take_in(document(*chapter("秘密の文。")), stage="erratum")
    missing = client.get("/plans/nothing/").content
    for reader in (None, editor):
        if reader:
            client.force_login(reader)
        assert client.get(f"{BASE}2022/v2/2022/v3/").content == missing
        assert client.get(f"{BASE}?old=mihon/2022/v2&new=mihon/2022/v3", follow=True).content == missing
        assert "v3" not in client.get(BASE).content.decode()
        assert "秘密" not in client.get("/plans/mihon/2022/errata/").content.decode()


def test_a_scheduled_text_is_compared_from_its_very_second(client, two, people, monkeypatch):
    moment = freeze(monkeypatch, "2100-06-01 09:00")
    snapshot = scheduled(people, moment)
    path, errata = f"{BASE}2022/v2/2022/v3/", "/plans/mihon/2022/errata/"
    assert models.TextChange.objects.filter(newer=snapshot).exists()  # written, and not seen
    for seconds, seen in ((-1, False), (0, True), (1, True)):
        monkeypatch.setattr(timezone, "now", lambda seconds=seconds: moment + dt.timedelta(hours=1, seconds=seconds))
        assert client.get(path).status_code == (200 if seen else 404)
        assert ("新しく直した" in text_of(client.get(errata))) is seen
        assert ("2022/v3" in client.get(BASE).content.decode()) is seen
        assert models.TextChange.objects.visible_to(None).filter(newer=snapshot).exists() is seen


def scheduled(people, moment):
    snapshot = explain(take_in(document(*chapter("新しく直した文。")), stage="erratum").snapshot)
    submit_snapshot(snapshot=snapshot, by=people["author"])
    approve_snapshot(snapshot=snapshot, by=people["approver"])
    return publish_snapshot(snapshot=snapshot, by=people["approver"], at=moment + dt.timedelta(hours=1))


def test_a_publication_called_off_and_made_again_leaves_one_set_of_changes(two, people, monkeypatch):
    moment = freeze(monkeypatch, "2100-06-01 09:00")
    snapshot = scheduled(people, moment)
    many = models.TextChange.objects.filter(newer=snapshot).count()
    unschedule_snapshot(snapshot=snapshot, by=people["approver"])
    assert not models.TextChange.objects.filter(newer=snapshot).exists()
    publish_snapshot(snapshot=models.Snapshot.objects.get(pk=snapshot.pk), by=people["approver"])
    assert models.TextChange.objects.filter(newer=snapshot).count() == many > 0


def test_what_was_taken_back_is_compared_no_more(client, two, people):
    withdraw_snapshot(snapshot=two[1], by=people["approver"], why="誤って公開したため")
    answer = client.get(PAIR)
    assert answer.status_code == 410 and "誤って公開したため" in text_of(answer) and "大いに" not in text_of(answer)
    assert not models.TextChange.objects.visible_to(None).exists()


# --- 正誤表 ----------------------------------------------------------------------------------------------------------------


def test_errata_show_wrong_and_right_with_their_place(client, two, put_out):
    put_out(*chapter("市は、道を大いに直す。"), stage="erratum", note="文末を直しました。", reasons={"1.1": "書き誤り"})
    put_out(*chapter("市は、道を大いに治す。"), stage="erratum", note="字を直しました。")
    answer = client.get("/plans/mihon/2022/errata/")
    page, words = answer.content.decode(), text_of(answer)
    assert words.index("字を直しました。") < words.index("文末を直しました。")
    assert 'data-label="誤"' in page and 'data-label="正"' in page and "１（1）" in words and "理由：書き誤り" in words
    assert "（削除：直）" in words and "（追加：治）" in words
    assert 'href="/plans/mihon/2022/v3/1.1/"' in page and "X-Robots-Tag" not in answer
    assert 'href="/plans/mihon/2022/errata/"' in client.get(f"{BASE}2022/v2/2022/v3/").content.decode()


def test_errata_take_the_same_queries_for_one_and_for_three(client, two, put_out):
    for many in (1, 3):
        while models.Snapshot.objects.filter(stage="erratum").count() < many:
            put_out(*chapter(f"直した文{models.Snapshot.objects.count()}。"), stage="erratum")
        with CaptureQueriesContext(connection) as asked:
            assert client.get("/plans/mihon/2022/errata/").content.decode().count('data-label="誤"') >= many
        assert len(asked) == 4  # the editions, their texts, the comparisons, what was taken back


def test_an_edition_without_errata_says_so(client, two):
    answer = client.get("/plans/mihon/2022/errata/")
    assert answer.status_code == 200 and "公開したあとで直した誤りはありません" in text_of(answer)
    assert client.get("/plans/mihon/1999/errata/").status_code == 404


def test_that_drafts_stay_out_hangs_on_one_word(client, two, monkeypatch):
    """The guard off: the draft would be compared."""
    take_in(document(*chapter("秘密の文。")), stage="erratum")
    path = f"{BASE}2022/v2/2022/v3/"
    assert client.get(path).status_code == 404
    monkeypatch.setattr(SnapshotQuerySet, "visible_to", lambda self, user, at=None: self)
    models.Snapshot.objects.filter(sequence=3).update(published_at=timezone.now())
    assert "秘密の文。" in text_of(client.get(path))
