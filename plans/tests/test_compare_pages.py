"""新旧対照表 and 正誤表: what a publication keeps, what the pages show, and what they never do."""

import datetime as dt
import time

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from plans import models
from plans.actions import comparing
from plans.actions.comparing import comparison_of, draft_comparison, write_changes
from plans.actions.editing import edit_clause
from plans.actions.snapshots import (
    approve_snapshot,
    publish_snapshot,
    submit_snapshot,
    unschedule_snapshot,
    withdraw_snapshot,
)
from plans.tests.factories import all_rows, clause, document, publish, take_in
from plans.tests.library import freeze, text_of

pytestmark = pytest.mark.django_db

BASE = "/plans/mihon/compare/"
PAIR = f"{BASE}2022/v1/2022/v2/"
KEPT, COMPUTED = 3, 11  # queries of a pair kept at publication, and of one computed for the reader


@pytest.fixture(autouse=True)
def _nothing_remembered(monkeypatch):
    monkeypatch.setattr(comparing, "_memory", comparing._Memory())


@pytest.fixture
def people(person):
    return {"author": person("editor"), "approver": person("approver")}


@pytest.fixture
def put_out(people):
    """Publish these clauses as the next text of an edition."""

    def put(*rows, edition="2022", stage="final", plan="mihon", note="", first=None, reasons=()):
        doc = document(*rows, first=first or int(edition))
        doc.edition.key, doc.edition.title = edition, f"{edition}年の見本計画"
        snapshot = take_in(doc, stage=stage, edition=edition, plan=plan).snapshot
        models.Snapshot.objects.filter(pk=snapshot.pk).update(note=note)
        for code, reason in dict(reasons).items():
            models.Clause.objects.filter(snapshot=snapshot, code=code).update(change_reason=reason)
        return publish(models.Snapshot.objects.get(pk=snapshot.pk), **people)

    return put


def chapter(*bodies, start=1):
    return [clause("1", label="１", title="取組")] + [
        clause(f"1.{n}", label=f"（{n}）", body=body) for n, body in enumerate(bodies, start)
    ]


@pytest.fixture
def two(put_out):
    draft = put_out(*chapter("市は、道を直します。", "市は、橋を見ます。", "変わらない文です。"), stage="draft")
    rows = chapter("市は、道を大いに直します。", "市は、橋を見ます。", "変わらない文です。")[:2]
    final = put_out(*rows, clause("1.3", label="（2）", body="変わらない文です。"), clause("2", label="２", title="新しい章"))
    return draft, final


def succession(snapshot, *rows):
    """(old edition, old codes, new codes, kind, reason), stated by a snapshot before it is published."""
    for old_edition, old, new, kind, reason in rows:
        ends = []
        for edition, code in ((old_edition, old), (snapshot.edition.key, new)):
            found = models.ClauseAddress.objects.filter(edition__plan=snapshot.edition.plan, edition__key=edition, code=code)
            ends.append(found.get() if code else None)
        models.Succession.objects.create(
            old=ends[0], new=ends[1], kind=kind, reason=reason, edition=snapshot.edition, snapshot=snapshot
        )


# --- what a publication keeps ------------------------------------------------------------------------------------------------


def test_a_publication_keeps_what_it_changes(two, people):
    draft, final = two
    rows = models.TextChange.objects.order_by("position")
    assert {(row.older, row.newer, row.by) for row in rows} == {(draft, final, people["author"])}
    found = [(row.kind, row.old and row.old.code, row.new and row.new.code, row.before, row.after) for row in rows]
    assert found == [
        ("changed", "1.1", "1.1", "（1）\n市は、道を直します。", "（1）\n市は、道を大いに直します。"),
        ("dropped", "1.2", None, "（2）\n市は、橋を見ます。", ""),
        ("changed", "1.3", "1.3", "（3）\n変わらない文です。", "（2）\n変わらない文です。"),
        ("added", None, "2", "", "２　新しい章"),
    ]
    kept = models.Comparison.objects.get()
    assert (kept.older, kept.newer, kept.older_hash, kept.newer_hash) == (
        draft,
        final,
        draft.content_hash,
        final.content_hash,
    )


def test_a_change_names_its_reason_and_who_edited_last(put_out, people, person):
    put_out(*chapter("一。", "二。"), stage="draft")
    other, snapshot = person("editor"), take_in(document(*chapter("一つ。", "二つ。"))).snapshot
    row = snapshot.clauses.get(code="1.2")
    edit_clause(clause=row, by=other, version=row.version, body="二つめ。", change_reason="意見を受けて")
    publish(snapshot, **people)
    found = {row.new.code: (row.reason, row.by) for row in models.TextChange.objects.filter(newer=snapshot)}
    assert found == {"1.1": ("", people["author"]), "1.2": ("意見を受けて", other)}


def test_a_first_text_is_compared_with_the_edition_before_or_nothing(put_out):
    first = put_out(*chapter("一。"))
    assert not models.TextChange.objects.exists() and not models.Comparison.objects.exists()
    next_one = put_out(*chapter("一。", "二。"), edition="2027")
    assert set(models.TextChange.objects.values_list("older", "newer")) == {(first.pk, next_one.pk)}


def test_all_texts_of_an_edition_are_kept_compared(put_out):
    texts = [put_out(*chapter(f"{stage}。"), stage=stage) for stage in ("draft", "proposal", "final")]
    pairs = set(models.Comparison.objects.values_list("older", "newer"))
    assert pairs == {(texts[a].pk, texts[b].pk) for a, b in ((0, 1), (0, 2), (1, 2))}


def test_changes_are_against_the_text_it_was_made_from(put_out, people):
    first = put_out(*chapter("一。"), stage="draft")
    put_out(*chapter("二。"), stage="proposal")
    snapshot = take_in(document(*chapter("三。")), stage="final").snapshot
    models.Snapshot.objects.filter(pk=snapshot.pk).update(based_on=first)
    publish(models.Snapshot.objects.get(pk=snapshot.pk), **people)
    assert {row.older for row in models.TextChange.objects.filter(newer=snapshot)} == {first}


def test_written_again_nothing_doubles(two):
    before = list(models.TextChange.objects.values_list("kind", "before", "after"))
    write_changes(two[1])
    assert list(models.TextChange.objects.values_list("kind", "before", "after")) == before
    assert models.Comparison.objects.count() == 1


def test_a_kept_comparison_is_used_only_while_both_hashes_hold(two, monkeypatch):
    asked = []
    real = comparing.compare
    monkeypatch.setattr(comparing, "compare", lambda *args: asked.append(1) or real(*args))
    texts = [models.Snapshot.objects.select_related("edition__plan").get(pk=one.pk) for one in two]
    whole = comparison_of(*texts)
    assert not asked and [row.kinds for row in whole.rows].count(["changed"]) == 2
    models.Comparison.objects.update(newer_hash="0" * 64)
    assert [row.kinds for row in comparison_of(*texts).rows] == [row.kinds for row in whole.rows]
    assert asked == [1]
    comparison_of(*texts)
    assert asked == [1]  # remembered


def test_a_draft_is_compared_for_staff_with_what_it_follows(two):
    draft = take_in(document(*chapter("市は、道を作ります。")), stage="erratum").snapshot
    found = draft_comparison(draft)
    assert found.older == two[1] and {"changed", "dropped"} <= set(found.counts)
    assert not models.Comparison.objects.filter(newer=draft).exists()


# --- the page ----------------------------------------------------------------------------------------------------------------


def test_what_is_gone_and_new_is_said_in_words(client, two):
    answer = client.get(PAIR)
    page, words = answer.content.decode(), text_of(answer)
    assert answer.status_code == 200
    assert '<ins><span class="said">（追加：</span>大いに<span class="said">）</span></ins>' in page
    assert "市は、道を（追加：大いに）直します。" in words
    assert "変更2" in words and "新設1" in words and "廃止1" in words and "移動0" in words and "そのまま1" in words
    assert "番号が「（3）」から「（2）」に変わりました。" in words
    assert 'href="/plans/mihon/2022/v1/1.1/"' in page and 'href="/plans/mihon/2022/v2/1.1/"' in page


def test_each_side_says_its_stage_status_and_period(client, two):
    words = text_of(client.get(PAIR))
    for side in ("2022年の見本計画素案第1号", "2022年の見本計画成案"):
        assert side in words
    assert words.count("計画期間令和4年度（2022年度）〜令和8年度（2026年度）") == 2


def test_a_draft_on_either_side_is_marked_and_stays_out_of_search(client, two, put_out):
    answer = client.get(PAIR)
    assert answer["X-Robots-Tag"] == "noindex" and '<meta name="robots" content="noindex">' in answer.content.decode()
    assert "案（決定前）です。" in text_of(answer)
    put_out(*chapter("直した文。"), stage="erratum")
    decided = client.get(f"{BASE}2022/v2/2022/v3/")
    assert "X-Robots-Tag" not in decided and "案（決定前）です。" not in text_of(decided)


def test_what_stayed_is_folded_away_until_asked_for(client, two):
    words, every = text_of(client.get(PAIR)), client.get(f"{PAIR}?all=1")
    assert "そのままの1項目も見る" in words
    assert '<tr class="kept">' not in client.get(PAIR).content.decode()
    assert every.content.decode().count("<details>") == 1 and "変わった項目だけを見る" in text_of(every)


def test_moved_merged_and_split_are_said_with_both_places(client, put_out, people):
    put_out(
        clause("1", label="１", title="道"),
        clause("1.1", label="（1）", body="道を直します。"),
        clause("1.2", label="（2）", body="橋を直します。"),
        clause("2", label="２", title="花"),
        clause("2.1", label="（1）", body="花を植え、水をやります。"),
        clause("2.2", label="（2）", body="種を配ります。"),
    )
    doc = document(
        clause("1", label="１", title="道"),
        clause("1.1", label="（1）", body="道と橋を直します。"),
        clause("1.5", label="（2）", body="種を配ります。"),
        clause("2", label="２", title="花"),
        clause("2.1", label="（1）", body="花を植えます。"),
        clause("2.3", label="（2）", body="水をやります。"),
        first=2027,
    )
    snapshot = take_in(doc, edition="2027", stage="final").snapshot
    snapshot.successions.all().delete()
    succession(
        snapshot,
        *(("2022", "1", "1", "kept", ""), ("2022", "2", "2", "kept", ""), ("2022", "2.2", "1.5", "kept", "")),
        *(("2022", "1.1", "1.1", "merged", "一つにまとめるため"), ("2022", "1.2", "1.1", "merged", "一つにまとめるため")),
        *(("2022", "2.1", "2.1", "split", "水を忘れないため"), ("2022", "2.1", "2.3", "split", "水を忘れないため")),
    )
    publish(models.Snapshot.objects.get(pk=snapshot.pk), **people)
    answer = client.get(f"{BASE}2022/v1/2027/v1/")
    words, page = text_of(answer), answer.content.decode()
    assert "統合2項目を、まとめました。理由：一つにまとめるため" in words
    assert "分割2項目に、分けました。理由：水を忘れないため" in words
    assert "移動「２（2）」から「１（2）」に移りました。" in words
    for path in ("2022/v1/1.1/", "2022/v1/1.2/", "2027/v1/1.1/", "2022/v1/2.2/", "2027/v1/1.5/"):
        assert f'href="/plans/mihon/{path}"' in page
    kinds = list(models.TextChange.objects.filter(newer=snapshot).values_list("kind", "old__code", "new__code", "reason"))
    assert kinds == [
        ("merged", "1.1", "1.1", "一つにまとめるため"),
        ("merged", "1.2", "1.1", "一つにまとめるため"),
        ("moved", "2.2", "1.5", ""),
        ("split", "2.1", "2.1", "水を忘れないため"),
        ("split", "2.1", "2.3", "水を忘れないため"),
    ]


def test_over_an_edition_between(client, put_out, people):
    put_out(*chapter("一。", "二。"))
    for edition, rows in (("2027", chapter("一つ。", "二。")), ("2032", chapter("一つめ。", "三。"))):
        snapshot = take_in(document(*rows, first=int(edition)), edition=edition, stage="final").snapshot
        snapshot.successions.all().delete()
        old = str(int(edition) - 5)
        second = ("2022", "1.2", "1.2", "kept", "") if edition == "2027" else (old, "1.2", "", "dropped", "役目を終えた")
        succession(snapshot, (old, "1", "1", "kept", ""), (old, "1.1", "1.1", "changed", f"{edition}年に改めた"), second)
        publish(models.Snapshot.objects.get(pk=snapshot.pk), **people)
    answer = client.get(f"{BASE}2022/v1/2032/v1/")
    words = text_of(answer)
    assert "変更理由：2027年に改めた2032年に改めた" in words
    assert "廃止理由：役目を終えた" in words and "まだ記録されていません" not in words
    assert not models.Comparison.objects.filter(older__edition__key="2022", newer__edition__key="2032").exists()


def test_editions_nobody_tied_say_so(client, put_out):
    put_out(*chapter("一。"))
    put_out(*chapter("一。", "二。"), edition="2027")
    models.Succession.objects.all().delete()
    words = text_of(client.get(f"{BASE}2022/v1/2027/v1/?all=1"))
    assert "どれからどれになったかは、まだ記録されていません" in words
    assert "文が同じなので" not in text_of(client.get(f"{BASE}2022/v1/2027/v1/"))


def test_facts_terms_and_figures_of_an_edition_are_compared_too(client, two, put_out):
    put_out(*chapter("市は、道を大いに直します。"), stage="erratum", first=2023)
    snapshot = models.Snapshot.objects.get(stage="erratum")
    words = text_of(client.get(f"{BASE}2022/v2/2022/v{snapshot.sequence}/"))
    assert "項目のほかに変わったこと" in words and "（削除：2022〜2026）（５年間）" in words


def test_markup_in_a_text_stays_text(client, put_out):
    put_out(*chapter("<b>一</b>&amp;{}{0}。", "二。"), stage="draft")
    put_out(*chapter("<script>alert(1)</script>{x}。", "二<img src=x onerror=y>。"))
    page = client.get(f"{PAIR}?all=1").content.decode()
    assert "<script" not in page and "<img" not in page and "<b>一" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;{x}。" in page.replace('<span class="said">', "")
    assert "&lt;b&gt;一&lt;/b&gt;&amp;amp;{}{0}。" in page


def test_more_than_a_page_holds_goes_on(client, put_out, monkeypatch):
    monkeypatch.setattr("plans.views.comparison.PER_PAGE", 2)
    put_out(*chapter("一。", "二。", "三。"), stage="draft")
    put_out(*chapter("一つ。", "二つ。", "三つ。"))
    first, second = client.get(PAIR).content.decode(), client.get(f"{PAIR}?page=2").content.decode()
    assert first.count('<tr class="changed">') == 2 and second.count('<tr class="changed">') == 1
    for odd in ("0", "99", "-1", "x", "²", "9" * 5000):
        assert client.get(f"{PAIR}?page={odd}").status_code == 200


def test_queries_do_not_grow_with_the_clauses(client, put_out):
    for edition, size in (("2022", 3), ("2023", 60)):
        put_out(*chapter(*(f"文{n}。" for n in range(size))), stage="draft", edition=edition)
        put_out(*chapter(*(f"文章{n}。" for n in range(size))), edition=edition)
        path = f"{BASE}{edition}/v1/{edition}/v2/"
        with CaptureQueriesContext(connection) as asked:
            assert client.get(path).status_code == 200
        assert len(asked) == KEPT
        models.Comparison.objects.all().delete()
        with CaptureQueriesContext(connection) as asked:
            assert client.get(path).status_code == 200
        assert len(asked) == COMPUTED
        with CaptureQueriesContext(connection) as asked:
            client.get(path)
        assert len(asked) == KEPT


def test_reading_writes_nothing(client, two):
    models.Comparison.objects.all().delete()
    before = all_rows()
    for path in (BASE, PAIR, f"{PAIR}?all=1", "/plans/mihon/2022/errata/"):
        assert client.get(path).status_code == 200
    assert all_rows() == before


def test_nobody_is_told_apart(client, two, person):
    for path in (BASE, PAIR, "/plans/mihon/2022/errata/"):
        answer = client.get(path)
        client.force_login(person("editor"))
        again = client.get(path)
        assert again.content == answer.content and not answer.cookies and "Cookie" not in again.get("Vary", "")
        assert client.post(path).status_code == 405
        client.logout()


# --- choosing ----------------------------------------------------------------------------------------------------------------


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
    snapshot = take_in(document(*chapter("新しく直した文。")), stage="erratum").snapshot
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
    assert client.get(PAIR).status_code == 404
    assert not models.TextChange.objects.visible_to(None).exists()


# --- 正誤表 ------------------------------------------------------------------------------------------------------------------


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
        assert len(asked) == 3


def test_an_edition_without_errata_says_so(client, two):
    answer = client.get("/plans/mihon/2022/errata/")
    assert answer.status_code == 200 and "公開したあとで直した誤りはありません" in text_of(answer)
    assert client.get("/plans/mihon/1999/errata/").status_code == 404


def test_huge_texts_are_published_and_compared_in_bounded_time(client, put_out):
    huge = ["".join(chr(0x4E00 + n * step % 20000) + "の" for n in range(33_000)) for step in (7, 11)]
    put_out(*chapter(huge[0]), stage="draft")
    start = time.process_time()
    put_out(*chapter(huge[1]))
    assert client.get(PAIR).status_code == 200
    assert time.process_time() - start < 30
