"""The overviews: 年表, つながり, 表, 用語. Each shows what is there, shows that something is not there, and leaks nothing."""

import datetime as dt
import re

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from plans import models
from plans.actions.snapshots import approve_snapshot, publish_snapshot, submit_snapshot
from plans.reader.document import Term
from plans.tests.factories import clause, document, publish, take_in
from plans.tests.library import LONG_AGO, fill, freeze, text_of

pytestmark = pytest.mark.django_db

FAMILY, RELATIONS, TERMS, CHOICE = "/plans/family/", "/plans/relations/", "/plans/terms/", "/plans/matrix/"
MATRIX = "/plans/matrix/mihon/2022/other/2022/"
COUNTS = {FAMILY: 3, RELATIONS: 2, TERMS: 1, CHOICE: 2, MATRIX: 4}


@pytest.fixture
def people(person):
    return {"author": person("editor"), "approver": person("approver")}


@pytest.fixture
def put_out(people):
    def put(*rows, plan="mihon", edition="2022", stage="final", **fields):
        taken = take_in(document(*rows, **fields), plan=plan, edition=edition, stage=stage)
        return publish(taken.snapshot, **people)

    return put


def address(plan, code, edition="2022"):
    edition = models.Edition.objects.get(plan__key=plan, key=edition)
    return models.ClauseAddress.objects.get_or_create(edition=edition, code=code)[0]


def tie(origin, target, kind="supports", basis="editor", **fields):
    fields = {"confirmed_at": timezone.now(), **fields}
    return models.ClauseLink.objects.create(origin=address(*origin), target=address(*target), type=kind, basis=basis, **fields)


GOALS = [clause("1", label="第１章", title="まちの目標", kind="chapter")] + [
    clause(f"1.{n}", label=f"{n}", title=f"目標その{n}", kind="goal") for n in range(1, 6)
]
WAYS = [
    clause("7", label="７", title="方針", kind="section"),
    clause("7.1", label="基本方針１", title="人づくり", kind="policy"),
    clause("7.1.1", label="（１）", title="学ぶ場", kind="measure"),
    clause("7.1.1.1", label="①", body="講座をひらきます。", kind="action"),
    clause("8", label="８", title="進め方", kind="section"),
    clause("8.1", label="■", title="会議", kind="subsection"),
]


@pytest.fixture
def two(put_out):
    put_out(*GOALS)
    put_out(*WAYS, plan="other")


# -- 表 -------------------------------------------------------------------------------------------------------------------------


def row_of(page, heading):
    rows = re.findall(r"<tr.*?</tr>", page, re.S)
    return next(re.sub(r"\s+", "", re.sub(r"<[^>]+>", "", row)) for row in rows if heading in row and "<td" in row)


def test_empty_cells_rows_and_columns_are_seen(two, client):
    tie(("mihon", "1.2"), ("other", "7.1.1.1"), basis="stated")
    page = client.get(MATRIX).content.decode()
    words = re.sub(r"\s+", "", re.sub(r"<[^>]+>", "", page))
    assert "「目標」5つのうち4つには、つながる項目がありません。" in words
    assert "「学ぶ場」には、つながる項目があります。" in words and "「会議」には、つながる項目がありません。" in words
    assert row_of(page, "目標その1").count("－つながりなし") == 3 and row_of(page, "目標その1").endswith("0")
    tied = row_of(page, "目標その2")  # the action counts for the measure above it
    assert tied.count("－つながりなし") == 2 and "●これが支える項目（本文に明記）" in tied and tied.endswith("1")
    assert '<tr class="none"' in page and page.count("○") == 1  # in the legend alone


def test_on_a_phone_a_row_says_in_words_what_it_is_tied_to_and_names_the_rest(two, client):
    tie(("mihon", "1.2"), ("other", "7.1.1.1"), basis="stated")
    page = client.get(MATRIX).content.decode().partition('class="matrix-cards"')[2]
    cards = [re.sub(r"\s+", "", re.sub(r"<[^>]+>", "", one)) for one in re.split(r"<h3>", page.partition("<table")[0])[1:]]
    assert len(cards) == 5
    assert "つながっている項目（１）学ぶ場●これが支える項目（本文に明記）つながりのない2項目" in cards[1]
    assert "基本方針１人づくり" in cards[1].partition("つながりのない")[2] and "会議" in cards[1].partition("つながりのない")[2]
    assert "つながっている項目は、ありません。つながりのない3項目" in cards[0] and "学ぶ場" in cards[0]


def test_a_tie_reads_from_the_row_whichever_way_it_was_made(two, client):
    tie(("other", "7.1"), ("mihon", "1.1"), basis="editor")
    assert "○これを支える項目（編集者の判断）" in row_of(client.get(MATRIX).content.decode(), "目標その1")
    other_way = client.get("/plans/matrix/other/2022/mihon/2022/").content.decode()
    assert "○これが支える項目（編集者の判断）" in row_of(other_way, "人づくり")


def test_what_has_no_place_in_the_table_is_counted(two, client):
    tie(("mihon", ""), ("other", ""), kind="upper_plan")
    assert "この表に入らないつながりが1件あります" in text_of(client.get(MATRIX))


@pytest.mark.parametrize("path", ["/plans/matrix/mihon/2022/hisoka/2022/", "/plans/matrix/mihon/2022/nothing/2022/"])
def test_a_table_with_what_is_not_public_is_missing(two, client, path):
    take_in(document(clause("1", title="秘密", kind="goal")), plan="hisoka")
    missing = client.get("/plans/nothing/")
    assert (client.get(path).status_code, client.get(path).content) == (404, missing.content)
    asked = [client.get(CHOICE, {"rows": "mihon/2022", "columns": f"{plan}/2022"}) for plan in ("hisoka", "nothing")]
    assert [one.status_code for one in asked] == [400, 400] and asked[0].content == asked[1].content
    assert "秘密" not in client.get(CHOICE).content.decode()


def test_the_same_plan_twice_is_said_clearly(two, client):
    twice = {"rows": "mihon/2022", "columns": "mihon/2022"}
    for answer in (client.get("/plans/matrix/mihon/2022/mihon/2022/"), client.get(CHOICE, twice)):
        assert answer.status_code == 400 and "同じ版どうしは、並べられません。" in text_of(answer)


@pytest.mark.parametrize(
    "asked",
    [{"rows": "mihon/2022"}, {"columns": "other/2022"}, {"rows": "x", "columns": "<b>"}, {"rows": "mihon/2022", "columns": "/"}],
)
def test_a_choice_that_is_none_is_said_kindly_with_the_form(two, client, asked):
    answer = client.get(CHOICE, asked)
    page = answer.content.decode()
    assert answer.status_code == 400 and answer["X-Robots-Tag"] == "noindex"
    assert "並べる計画を、下から二つ選んでください。" in page and '<select id="rows"' in page
    if asked.get("rows") == "mihon/2022":  # what can be chosen stays chosen
        assert re.findall(r'<option value="([^"]+)" selected>', page) == ["mihon/2022", "other/2022"]


def test_choosing_leads_to_the_table(two, client):
    tie(("mihon", "1.1"), ("other", "7.1"))
    page = client.get(CHOICE).content.decode()
    assert f'href="{MATRIX}"' in page and "つながり 1件" in page
    assert client.get(CHOICE, {"rows": "mihon/2022", "columns": "other/2022"}).headers["Location"] == MATRIX


def test_a_table_with_a_draft_says_so(put_out, client):
    put_out(*GOALS, stage="draft")
    put_out(*WAYS, plan="other")
    answer = client.get(MATRIX)
    assert answer["X-Robots-Tag"] == "noindex" and "案（決定前）です。" in text_of(answer)


def test_a_very_long_plan_shows_its_first_part_and_says_so(put_out, client):
    put_out(*(clause(str(n), title=f"目標{n}", kind="goal") for n in range(1, 71)))
    put_out(*WAYS, plan="other")
    words = text_of(client.get(MATRIX))
    assert "はじめのほうだけ" in words and "目標60" in words and "目標61" not in words


# -- つながり -------------------------------------------------------------------------------------------------------------------


def test_each_tie_has_both_ends_its_basis_and_who_tied(two, client):
    tie(
        ("mihon", "1.2"),
        ("other", "7.1"),
        basis="stated",
        note="そう書いています。",
        quote_lines=[70, 72],
        author_name="編集担当",
    )
    tie(("mihon", "1.3"), ("other", "7.1"), basis="editor")
    words = text_of(client.get(RELATIONS))
    for part in ("支える本文に明記", "目標その2", "人づくり", "70–72行目", "編集担当"):
        assert part in words
    assert "すべて（2）" in words and "本文に明記（1）" in words and "令和4年度（2022年度）〜令和8年度（2026年度）" in words
    stated = text_of(client.get(RELATIONS, {"basis": "stated"}))
    assert "目標その2" in stated and "目標その3" not in stated
    junk = client.get(RELATIONS, {"basis": "zz"})
    assert junk.status_code == 400 and junk["X-Robots-Tag"] == "noindex"
    assert (
        "そのよりどころは、ありません。" in text_of(junk)
        and "目標その2" in text_of(junk)
        and "basis=stated" in junk.content.decode()
    )


def test_ties_that_are_not_public_are_not_told(two, client):
    tie(("mihon", "1.2"), ("other", "7.1"), note="まだ確かめていない", confirmed_at=None)
    take_in(document(clause("1", title="秘密", kind="goal")), plan="hisoka")
    tie(("mihon", "1.2"), ("hisoka", "1"), note="秘密とつなぐ")
    tie(("mihon", "1.2"), ("other", "9.9"), note="ない項目とつなぐ")
    words = text_of(client.get(RELATIONS))
    assert "まだ確かめ" not in words and "秘密" not in words and "ない項目" not in words and "すべて（0）" in words
    assert "つながり 1件" not in client.get(CHOICE).content.decode() and "この表に入らない" not in text_of(client.get(MATRIX))


# -- 年表 -----------------------------------------------------------------------------------------------------------------------


def test_the_table_holds_what_the_drawing_shows(client, person, monkeypatch):
    freeze(monkeypatch, LONG_AGO)
    fill(person)
    freeze(monkeypatch, "2026-07-01 09:00")
    page = client.get(FAMILY).content.decode()
    drawing, _between, table = page[page.index('<svg class="family') :].partition('id="table"')
    shown = set(re.findall(r'href="(/plans/[^"]+)"', drawing))
    assert shown == {edition.get_absolute_url() for edition in models.Edition.objects.select_related("plan")}
    assert shown <= set(re.findall(r'href="(/plans/[^"]+)"', table))
    said = re.sub(r"\s+", "", re.sub(r"<[^>]+>", "", drawing))
    assert "2022〜2026年度　最終年度" in drawing and "きょう（令和8年7月1日）" in said and "案（決定前）　架空" in drawing
    upper = models.ClauseLink.objects.filter(type="upper_plan", confirmed_at__isnull=False).count()
    assert upper and drawing.count('class="upper"') == drawing.count('class="arrow"') == upper
    assert drawing.count('class="next"') == models.Succession.objects.filter(old__code="", new__code="").count() > 0
    words = re.sub(r"\s+", "", re.sub(r"<[^>]+>", "", table))
    assert "期間は未確認" in words and "（終わりは未確認）" in words and "【架空】" in words
    assert "style=" not in page


def test_a_plan_that_is_set_to_come_is_not_drawn_before_its_second(people, client, put_out, monkeypatch):
    put_out(clause("1", title="章"))
    snapshot = take_in(document(clause("1", title="章"), first=2040), edition="2040").snapshot
    submit_snapshot(snapshot=snapshot, by=people["author"])
    approve_snapshot(snapshot=snapshot, by=people["approver"])
    moment = timezone.now().replace(microsecond=0) + dt.timedelta(days=1)
    publish_snapshot(snapshot=snapshot, by=people["approver"], at=moment)
    for seconds, there in ((-1, False), (0, True)):
        monkeypatch.setattr(timezone, "now", lambda s=seconds: moment + dt.timedelta(seconds=s))
        assert ("/plans/mihon/2040/" in client.get(FAMILY).content.decode()) is there
        assert ("2044" in client.get(FAMILY).content.decode()) is there


def test_without_any_plan_the_overviews_still_stand(client):
    for path in (FAMILY, RELATIONS, TERMS, CHOICE):
        assert client.get(path).status_code == 200


# -- 用語 -----------------------------------------------------------------------------------------------------------------------


def test_two_definitions_stand_in_order_of_time(put_out, client):
    terms = [Term("協働", "いまの意味", "1", as_of="令和４年３月"), Term("協 働", "前の意味", "2", as_of="平成 22 年 12 月")]
    put_out(clause("1", label="１", title="考え方"), clause("2", label="２", title="あゆみ"), terms=terms)
    page = client.get(TERMS)
    words = text_of(page)
    assert words.index("平成22年12月の定義前の意味") < words.index("令和４年３月の定義いまの意味")
    assert 'href="/plans/mihon/2022/2/"' in page.content.decode() and "令和4年度（2022年度）〜令和8年度（2026年度）" in words
    assert page.content.decode().count("<h2") == 1


def test_terms_of_drafts_and_of_older_texts_stay_out(people, put_out, client):
    put_out(clause("1", title="章"), terms=[Term("古い語", "意味", "1")])
    put_out(clause("1", title="章"), terms=[Term("新しい語", "意味", "1")], stage="amendment")
    take_in(document(clause("1", title="章"), terms=[Term("秘密の語", "意味", "1")]), plan="hisoka")
    words = text_of(client.get(TERMS))
    assert "新しい語" in words and "古い語" not in words and "秘密の語" not in words


def test_words_of_a_released_draft_stand_on_its_own_page_alone(put_out, client):
    put_out(clause("1", title="章"), terms=[Term("決まった語", "決まった意味", "1")])
    put_out(clause("1", title="章"), terms=[Term("案の語", "案の意味", "1")], edition="2027", stage="draft")
    answer = client.get(TERMS)
    words = text_of(answer)
    assert "決まった意味" in words and "案の語" not in words and "案の意味" not in words and "X-Robots-Tag" not in answer
    assert "案の意味" in text_of(client.get("/plans/mihon/2027/"))


@pytest.mark.parametrize("path", [FAMILY, RELATIONS])
def test_overviews_that_name_a_draft_say_so_and_stay_out_of_search(put_out, client, path):
    put_out(*GOALS)
    put_out(*WAYS, plan="other")
    tie(("mihon", "1.1"), ("other", "7.1"))
    quiet = client.get(path)
    assert "X-Robots-Tag" not in quiet and "案（決定前）の計画も" not in text_of(quiet)
    put_out(*GOALS, plan="third", stage="draft")
    tie(("third", "1.1"), ("other", "7.1"))
    answer = client.get(path)
    assert answer["X-Robots-Tag"] == "noindex" and '<meta name="robots" content="noindex">' in answer.content.decode()
    assert "案（決定前）の計画も載っています。" in text_of(answer)


def test_fictional_words_stand_apart(person, client, put_out):
    fill(person)
    put_out(clause("1", title="章"), terms=[Term("協働", "ほんとうの意味", "1")])
    words = text_of(client.get(TERMS))
    assert words.index("ほんとうの意味") < words.index("【架空】協働")


def test_the_citys_two_definitions(client, plan_sources):
    call_command("load_outline", verbosity=0)
    call_command("import_sources", str(plan_sources), verbosity=0)
    words = text_of(client.get(TERMS))
    assert words.index("平成22年12月の定義") < words.index("令和４年３月の定義") and words.count("の定義") == 2


# -- all ------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("many", [1, 3])
def test_the_questions_do_not_grow(client, put_out, many):
    terms = [Term(f"語{n}", "意味", "1") for n in range(many)]
    put_out(*GOALS, terms=terms)
    put_out(*WAYS, plan="other")
    for n in range(1, many + 1):
        put_out(clause("1", title="章"), plan=f"plan-{n}")
        tie(("mihon", f"1.{n}"), ("other", "7.1"))
        tie((f"plan-{n}", ""), ("mihon", ""), kind="upper_plan")
    found = {}
    for path in COUNTS:
        with CaptureQueriesContext(connection) as asked:
            answer = client.get(path)
        assert answer.status_code == 200 and not answer.cookies and "Cookie" not in answer.get("Vary", "")
        found[path] = len(asked)
    assert found == COUNTS


def test_the_list_of_plans_leads_to_them(client):
    page = client.get("/plans/").content.decode()
    assert all(f'href="{path}"' in page for path in (FAMILY, RELATIONS, TERMS, CHOICE))
    assert 'type="application/atom+xml"' in page and 'href="/plans/feed/"' in page
