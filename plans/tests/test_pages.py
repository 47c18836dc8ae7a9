"""What each public page says."""

import re

import pytest

from plans import models
from plans.enums import TextKind
from plans.reader.document import Predicate
from plans.tests.factories import clause, document, publish, take_in
from plans.tests.library import LONG_AGO, fill, freeze, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def shelf(person, monkeypatch):
    freeze(monkeypatch, LONG_AGO)
    fill(person)
    freeze(monkeypatch, "2026-11-24 10:00")


@pytest.fixture
def read(client):
    def get(path):
        answer = client.get(path)
        assert answer.status_code == 200, path
        page = answer.content.decode()
        assert page.count("<h1") == 1 and '<html lang="ja">' in page
        assert re.search(r'<meta name="description" content="[^"]{5,}">', page) and re.search(r"<title>[^<]{5,}</title>", page)
        return text_of(answer)

    return get


def in_order(text, *words):
    places = [text.find(word) for word in words]
    assert -1 not in places, dict(zip(words, places, strict=True))
    return places == sorted(places)


def test_home_names_the_vision_with_plan_period_and_status(shelf, read):
    page = read("/")
    assert in_order(
        page,
        *("いちのせき協働ポータル", "最終年度", "第２次一関市協働基本計画", "令和4年度（2022年度）〜令和8年度（2026年度）"),
        *(
            "『協働の仕組みが実践される住み良い地域社会を創る』",
            "期間終了",
            "平成28年度（2016年度）〜令和7年度（平成37年度・2025年度）",
        ),
        *("期間が終わった計画です", "みつけよう育てよう郷土の宝いのち輝く一関", "架空", "すべての計画を見る"),
    )


def test_home_and_shelf_before_anything_is_loaded(read):
    for path in ("/", "/plans/"):
        page = read(path)
        assert "まだ計画が載っていません" in page and "load_outline" in page


def test_the_shelf_lists_every_edition(shelf, read):
    page = read("/plans/")
    assert page.count("原典未収載") == 6 + 1  # six editions, and the note that says what it means
    for words in (
        "一関市協働推進アクションプラン",
        "第３次架空のみなも市協働のまちづくり計画（素案）",
        "案（決定前）",
        "期間は未確認",
    ):
        assert words in page, words
    assert page.index("第２次一関市協働基本計画") < page.index("第２次一関市地域協働推進計画") < page.index("架空のみなも市")


def test_a_plan_lists_its_editions_newest_first(shelf, read):
    page = read("/plans/sogo/")
    assert in_order(page, "令和8年度（2026年度）", "令和7年3月", "平成37年度・2025年度", "平成18年6月29日")


def test_an_edition_says_what_it_is(shelf, read):
    page = read("/plans/kyodo/2022/")
    for words in (
        *(
            "最終年度",
            "令和9年3月31日で期間が終わります",
            "令和4年3月",
            "要約（本文は準備中）",
            "計画の本文は準備中です。下は要約です",
        ),
        *("めざす姿", "基本方針２協働のための環境づくり6項目", "前の版一関市協働推進アクションプラン期間終了"),
        *(
            "上位の計画一関市総合計画基本構想期間終了",
            "〔本文に明記〕",
            "見直しの年度：令和7年度（2025年度）この年度は過ぎました",
            "数え方を決めた人：編集担当",
            "市の説明は、まだありません",
        ),
    ):
        assert words in page, words


def test_a_fictional_edition_shows_figures_terms_and_that_it_is_made_up(shelf, read, client):
    page = read("/plans/sample/2023/")
    for words in (
        "架空見本として作った計画です",
        "成案令和5年3月20日",
        "話し合いの場に加わった人",
        "1,200人",
        "減らす",
        "協働（きょうどう）",
    ):
        assert words in page, words
    assert "－%" not in page and "－％" not in page
    for path in ("/plans/sample/", "/plans/sample/2023/", "/plans/sample/2023/5.1/", "/plans/sample/2028/"):
        assert "<title>【架空】" in client.get(path).content.decode()
    assert "【架空】" not in client.get("/plans/kyodo/").content.decode()


def test_a_recorded_edition_holds_no_text(shelf, read):
    page = read("/plans/sogo/2026/")
    assert (
        "原典未収載" in page
        and "この版の本文は、まだこのサイトにありません" in page
        and "前の版一関市総合計画基本構想期間終了" in page
    )


def test_a_clause_of_an_outline(shelf, read):
    page = read("/plans/kyodo/2022/7.2/")
    for words in (
        *(
            "基本方針２協働のための環境づくり",
            "計画の本文は準備中です。下は要約です",
            "（１）協働の主体の充実",
            "①どの年代も加わりやすく",
        ),
        *("見出しは市の計画にはありません", "要約", "InEnglish", "令和8年11月24日参照"),
        "一関市「第２次一関市協働基本計画」（令和4年3月）７基本方針２。https://portal.example.jp/plans/kyodo/2022/v0/7.2/（要約、令和8年11月24日参照）",
    ):
        assert words in page, words
    assert in_order(page, "前基本方針１", "次基本方針３")


def test_a_numbered_sentence_takes_our_short_title_and_says_so(shelf, client):
    page = client.get("/plans/kyodo/2022/7.2.2.1/").content.decode()
    heading = re.search(r"<h1>(.*?)</h1>", page, re.S)[1]
    assert re.sub(r"<[^>]+>|\s", "", heading) == "①集まる場所づくり"
    assert "見出しは市の計画にはありません" in page


def test_an_official_clause(shelf, read, client):
    page = read("/plans/sample/2023/5.1/")
    for words in (
        *("ひとことで参考", "協働とは、市民、地域団体、市が対等な立場で", "相手の話を終わりまで聞くこと。", "この行動基準は"),
        *("行う主体市民、地域団体、市", "次の版でもそのまま", "前の版から変わりました", "案（決定前）", "令和５年３月の定義"),
    ):
        assert words in page, words
    raw = client.get("/plans/sample/2023/5.1/").content.decode()
    assert [f'id="p{n}"' in raw for n in (1, 2, 3, 4)] == [True, True, True, False]


def test_modality_is_said_per_predicate_with_its_subject(person, read):
    modality = [
        Predicate("市民と行政", True, "努めます", "effort"),
        Predicate("", False, "行います", "do"),
    ]
    taken = take_in(
        document(clause("1", label="１", title="取組", body="努めます。", modality=modality, lines=[[269, 271], [280, 280]]))
    )
    publish(taken.snapshot, author=person("editor"), approver=person("approver"))
    page = read("/plans/mihon/2022/1/")
    assert "努力（主語：市民と行政）" in page and "実施（主語は書かれていません）" in page and "原典の行269–271、280" in page


def test_a_paragraph_is_an_anchor_on_its_parents_page(shelf, client):
    answer = client.get("/plans/sample/2023/5.1.p3/")
    assert (answer.status_code, answer["Location"]) == (302, "/plans/sample/2023/5.1/#p3")
    assert client.get("/plans/sample/2023/5.1.p1/").status_code == 404  # a paragraph of the body has no clause


def test_a_draft_says_so_on_every_page(shelf, read):
    for path in ("/plans/sample/2028/", "/plans/sample/2028/7.1/"):
        assert "案（決定前）です。まだ決まっていない" in read(path), path


def test_plain_text_for_another_official_text_warns(shelf, read):
    warning = "この要約は、前の文をもとに書いたものです"
    assert warning not in read("/plans/sample/2023/1/")
    text = models.ClauseText.objects.get(
        address__edition__plan__key="sample", address__edition__key="2023", address__code="1", kind=TextKind.PLAIN
    )
    text.written_for = "0" * 64
    text.save()
    assert warning in read("/plans/sample/2023/1/")


def test_an_unpublished_snapshot_changes_no_page(person, client):
    author, approver = person("editor"), person("approver")
    first = take_in(document(clause("1", label="１", title="取組", body="はじめの文。")))
    publish(first.snapshot, author=author, approver=approver)
    before = client.get("/plans/mihon/2022/1/").content
    take_in(
        document(clause("1", label="１", title="取組", body="次の文。"), clause("2", label="２", title="秘密")), stage="amendment"
    )
    assert client.get("/plans/mihon/2022/1/").content == before
    assert client.get("/plans/mihon/2022/2/").status_code == 404
    assert "秘密" not in text_of(client.get("/plans/mihon/2022/"))


def test_a_clause_dropped_from_the_text_stays_at_its_address(person, read):
    author, approver = person("editor"), person("approver")
    rows = [
        clause("1", label="１", title="取組", body="のこる文。"),
        clause("2", label="２", title="やめる取組", body="なくなる文です。"),
    ]
    publish(take_in(document(*rows), stage="draft").snapshot, author=author, approver=approver)
    publish(
        take_in(document(clause("1", label="１", title="取組", body="のこる文。")), stage="final").snapshot,
        author=author,
        approver=approver,
    )
    assert "この項目は、いまの文にはありません" in read("/plans/mihon/2022/2/")
    assert "いまの文にはありません" not in read("/plans/mihon/2022/1/")


def test_a_review_whose_year_has_passed_shows_the_explanation_or_that_there_is_none(shelf, read, monkeypatch):
    rule = models.ReviewRule.objects.get(address__edition__plan__key="kyodo")
    rule.trigger_edition = models.Edition.objects.get(plan__key="sogo", key="2026")
    rule.save()
    page = read("/plans/kyodo/2022/8.3/")
    assert "見直しの年度：令和7年度（2025年度）この年度は過ぎました" in page and "市の説明は、まだありません。" in page
    rule.explanations.create(date="2026-05-01", text="次の計画とあわせて見直します。")
    page = read("/plans/kyodo/2022/")
    assert "市の説明（令和8年5月1日）：次の計画とあわせて見直します。" in page and "まだありません。" not in page
    rule.reading = "first_year"
    rule.save()
    assert "見直しの年度：令和9年度（2027年度）" in read("/plans/kyodo/2022/")
    freeze(monkeypatch, "2025-02-28 23:59")
    assert "見直しの年度：未定" in read("/plans/kyodo/2022/")


def test_health_and_theme(client, settings):
    answer = client.get("/health/")
    assert (answer.status_code, answer.content) == (200, b"ok\n") and "no-store" in answer["Cache-Control"]
    settings.CITY = {**settings.CITY, "colour_main": "#123456", "colour_link": "red;} body{display:none"}
    css = client.get("/theme.css")
    assert css["Content-Type"].startswith("text/css") and "public" in css["Cache-Control"]
    assert b"--city-main: #123456;" in css.content and b"display" not in css.content
