"""新旧対照表: what a publication keeps, and what the page shows."""

import re
import time
from functools import partial

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from plans import models
from plans.actions import comparing
from plans.actions.comparing import comparison_of, draft_comparison, write_changes
from plans.actions.editing import edit_clause
from plans.reader.document import Predicate
from plans.tests import compared
from plans.tests.compared import BASE, PAIR, chapter, succession
from plans.tests.factories import all_rows, clause, document, publish, take_in
from plans.tests.library import text_of

pytestmark = pytest.mark.django_db
KEPT, COMPUTED = 3, 11  # queries of a pair kept at publication, and of one computed for the reader


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
        old = str(int(edition) - 5)
        second = ("2022", "1.2", "1.2", "kept", "") if edition == "2027" else (old, "1.2", "", "dropped", "役目を終えた")
        succession(snapshot, (old, "1", "1", "kept", ""), (old, "1.1", "1.1", "changed", f"{edition}年に改めた"), second)
        publish(models.Snapshot.objects.get(pk=snapshot.pk), **people)
    answer = client.get(f"{BASE}2022/v1/2032/v1/")
    words = text_of(answer)
    assert "変更理由：2027年に改めた理由：2032年に改めた" in words
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


def test_huge_texts_are_published_and_compared_in_bounded_time(client, put_out):
    huge = ["".join(chr(0x4E00 + n * step % 20000) + "の" for n in range(33_000)) for step in (7, 11)]
    put_out(*chapter(huge[0]), stage="draft")
    start = time.process_time()
    put_out(*chapter(huge[1]))
    assert client.get(PAIR).status_code == 200
    assert time.process_time() - start < 30


def test_how_far_a_text_binds_is_said_with_both_words(client, put_out):
    def rows(words, modality):
        predicate = {"subject": "市", "stated": True, "predicate": words, "modality": modality}
        return [clause("1", label="１", title="取組", body=f"市は、{words}。", modality=[Predicate(**predicate)])]

    put_out(*rows("道を直します", "do"), stage="draft")
    put_out(*rows("道を直すよう努めます", "effort"))
    assert "どこまで約束しているか：「実施」から「努力」に変わりました。" in text_of(client.get(PAIR))


def test_paragraphs_parted_anew_are_said_in_words(client, put_out):
    put_out(*chapter("一。\n二。"), stage="draft")
    put_out(*chapter("一。二。"))
    assert "段落の分け方が変わりました。" in text_of(client.get(PAIR))


def test_paragraphs_that_are_the_same_on_both_sides_are_folded_with_their_number(client, put_out):
    same = "\n".join(f"変わらない{n}行目です。" for n in range(12))
    long = "長い" * 60
    put_out(*chapter(f"市は、道を直します。\n{same}\n終わりの文。\n道を守ります。\n{long}"), stage="draft")
    put_out(*chapter(f"市は、道を必ず直します。\n{same}\n終わりの文。\n新しい道を守ります。\n{long}"))
    page = client.get(PAIR).content.decode()
    assert page.count('<details class="unchanged"><summary>変わらない段落 13個</summary>') == 2
    assert page.count('<details class="unchanged"><summary>変わらない段落 1つ</summary>') == 2
    old = page.partition('<tr class="changed">')[2].partition("</td>")[0]
    seen = re.sub(r"<details.*?</details>", "", old, flags=re.S)
    assert "道を守ります。" in seen and "変わらない3行目です。" not in seen and "変わらない3行目です。" in old


def test_a_short_paragraph_beside_the_change_stands_open(client, put_out):
    put_out(*chapter("一つ目。\n二つ目。"), stage="draft")
    put_out(*chapter("一つ目。\n二つ目を変えた。"))
    assert 'class="unchanged"' not in client.get(PAIR).content.decode()
