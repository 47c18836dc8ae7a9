"""Stated snapshots (v<n>): the text of one stage for good, drafts marked and out of search engines, publication to the second."""

import datetime as dt
import re
from importlib import import_module

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError

from plans import models
from plans.actions import settling
from plans.actions.snapshots import approve_snapshot, publish_snapshot, submit_snapshot
from plans.reader.document import ActorMention, Decided, Term
from plans.reader.errors import ReadingRefused
from plans.tests.factories import clause, document, publish, take_in
from plans.tests.library import freeze, text_of

pytestmark = pytest.mark.django_db

V = "/plans/mihon/2022/v{}/"
ROBOTS = '<meta name="robots" content="noindex">'


@pytest.fixture
def people(person):
    return {"author": person("editor"), "approver": person("approver")}


# Long enough that a changed end is known as the same clause.
LEAD = "地域の集まりに使う建物を使いつづけられるように、直すところを毎年たしかめ、使う人と話し合って順番を決めていきます。"


def rows(body, *more):
    return [clause("1", label="第１章", title="取組", kind="chapter"), clause("1.1", label="（１）", body=LEAD + body), *more]


def doc(body, *more, decided="", title="第２次 見本計画"):
    made = document(*rows(body, *more))
    made.edition.title = title
    made.edition.decided = Decided(decided, "")
    return made


@pytest.fixture
def road(people, monkeypatch):
    """素案, 成案, 正誤, and a newer 素案: v1 to v4, published a day apart."""
    put = []
    stages = [
        ("draft", doc("はじめの文。", clause("1.2", label="（２）", body="のちに消える文。"), title="仮の題")),
        ("final", doc("決まった文。", decided="2022-03-20")),
        ("erratum", doc("正した文。", clause("2", label="第２章", title="つけたし"), decided="2022-03-20")),
        ("draft", doc("次に直す文。", decided="2022-03-20")),
    ]
    for day, (stage, made) in enumerate(stages, 1):
        freeze(monkeypatch, f"2026-11-0{day} 10:00")
        put.append(publish(take_in(made, stage=stage, title=made.edition.title).snapshot, **people))
    freeze(monkeypatch, "2026-11-24 10:00")
    return put


def head(answer):
    """(robots header, robots meta, canonical path)"""
    page = answer.content.decode()
    canonical = re.search(r'<link rel="canonical" href="https://portal.example.jp([^"]+)">', page)
    return answer.get("X-Robots-Tag"), ROBOTS in page, canonical and canonical[1]


def test_each_snapshot_keeps_its_text_and_links_stay_within(road, client):
    for n, body in enumerate(("はじめの文。", "決まった文。", "正した文。", "次に直す文。"), 1):
        assert body in text_of(client.get(V.format(n) + "1.1/"))
        for path in (V.format(n), V.format(n) + "1/", V.format(n) + "1.1/"):
            main = client.get(path).content.decode().partition("<main")[2]
            inside = re.findall(r'href="(/plans/mihon/2022/[^"]*\d/)"', main)
            beyond = [one for one in inside if re.search(r"/v\d+/1", one) and not one.startswith(V.format(n))]
            contents = re.findall(r'<li><a href="([^"]+)"', main.partition('class="toc')[2].partition("</nav>")[0])
            assert contents and all(one.startswith(V.format(n)) for one in contents), path
            assert beyond == [], path
    assert "のちに消える文。" in text_of(client.get(V.format(1) + "1/")) and client.get(V.format(2) + "1.2/").status_code == 404


def test_a_stated_page_says_which_stage_it_is_and_where_the_text_is_that_counts(road, client):
    first, counts = text_of(client.get(V.format(1) + "1.1/")), text_of(client.get(V.format(3) + "1.1/"))
    assert "素案第1号（令和8年11月1日公開）の文です。いまの文ではありません。" in first and "いまの文（正誤第1号）を読む" in first
    assert "正誤第1号（令和8年11月3日公開）の文です。いまの文です。" in counts
    raw = client.get(V.format(1) + "1.1/").content.decode()
    assert 'href="/plans/mihon/2022/1.1/"' in raw


def test_canonical_and_noindex(road, client):
    assert head(client.get(V.format(1))) == ("noindex", True, "/plans/mihon/2022/v1/")
    assert head(client.get(V.format(1) + "1.1/")) == ("noindex", True, "/plans/mihon/2022/v1/1.1/")
    assert head(client.get(V.format(2))) == (None, False, "/plans/mihon/2022/v2/")
    assert head(client.get(V.format(3))) == (None, False, "/plans/mihon/2022/")
    assert head(client.get(V.format(3) + "1.1/")) == (None, False, "/plans/mihon/2022/1.1/")
    assert head(client.get("/plans/mihon/2022/1.1/")) == (None, False, "/plans/mihon/2022/1.1/")


def test_a_draft_is_marked_on_every_page_and_never_in_force(road, client, monkeypatch):
    for path in (V.format(1), V.format(1) + "1/", V.format(4), V.format(4) + "1.1/"):
        page = text_of(client.get(path))
        assert "案（決定前）です。" in page and "計画期間中" not in page and "最終年度" not in page, path
    assert "このあと計画が決まりました" in text_of(client.get(V.format(1)))
    assert "案（決定前）です。" not in text_of(client.get("/plans/mihon/2022/"))
    # only in an older draft: the plain address shows it, and says the same
    page = client.get("/plans/mihon/2022/1.2/")
    assert "案（決定前）です。" in text_of(page) and page["X-Robots-Tag"] == "noindex"


@pytest.mark.parametrize("stages", [["final", "proposal"], ["final", "proposal", "erratum"]])
def test_a_draft_to_change_what_was_decided_before_is_not_called_decided(people, client, stages):
    for stage in stages:
        publish(take_in(doc(f"{stage}の文。", decided="2022-03-20"), stage=stage).snapshot, **people)
    for path in (V.format(2), V.format(2) + "1.1/"):
        words = text_of(client.get(path))
        assert "まだ決まっていないので" in words and "このあと計画が決まりました" not in words, path
    assert "この計画を直す案が出ています" in text_of(client.get("/plans/mihon/2022/"))
    publish(take_in(doc("決まった文。", decided="2022-03-20"), stage="amendment").snapshot, **people)
    for path in (V.format(2), V.format(2) + "1.1/"):
        assert "このあと計画が決まりました" in text_of(client.get(path)), path
    assert "この計画を直す案が出ています" not in text_of(client.get("/plans/mihon/2022/"))


def test_the_edition_of_a_draft_alone_is_marked(people, client):
    publish(take_in(doc("はじめの文。", decided="2022-03-20"), stage="draft").snapshot, **people)
    answer = client.get("/plans/mihon/2022/")
    assert head(answer)[:2] == ("noindex", True) and "まだ決まっていないので" in text_of(answer)
    assert "いちばん新しい案です。" in text_of(client.get(V.format(1)))


def test_a_snapshots_own_facts(road, client):
    first, third = text_of(client.get(V.format(1))), text_of(client.get(V.format(3)))
    assert "仮の題" in first and "策定・議決" not in first.partition("この版の文")[0]
    assert "第２次見本計画" in third and "策定・議決令和4年3月20日" in third and "仮の題" not in third
    assert "仮の題" not in text_of(client.get("/plans/mihon/2022/"))


def test_period_and_status_of_a_stated_snapshot_agree(people, client, monkeypatch):
    """The second text prolongs the plan: the page of the first says what that one stated, and so do its files."""
    for stage, last in (("final", 2025), ("amendment", 2030)):
        made = doc(f"{stage}の文。", decided="2022-03-20")
        made.edition.period.last_fiscal_year = last
        publish(take_in(made, stage=stage).snapshot, **people)
    freeze(monkeypatch, "2026-11-24 10:00")
    for n, tail, status in ((1, "令和7年度（2025年度）", "期間終了"), (2, "令和12年度（2030年度）", "計画期間中")):
        for path in (V.format(n), V.format(n) + "1.1/"):
            page = client.get(path).content.decode().partition('<div class="head">')[2]
            assert tail in page.partition("</h1>")[0] + page.partition("</dl>")[0], path
            assert re.search(r'<span class="tag \w+">([^<]+)</span>', page)[1] == status, path
        file = client.get(V.format(n) + "plan.txt").content.decode()
        assert tail in file and f"状態：{status}" in file, n


def test_a_plan_in_force_names_its_newer_draft(road, client):
    page = client.get("/plans/mihon/2022/").content.decode()
    assert "この計画を直す案が出ています" in page and 'href="/plans/mihon/2022/v4/"' in page
    assert "正した文。" in text_of(client.get("/plans/mihon/2022/1.1/"))


def test_the_list_of_stages(road, client, people):
    models.Snapshot.objects.filter(pk=road[2].pk).update(note="字の誤りを直しました。")
    models.Decision.objects.create(
        snapshot=road[1],
        decided_on="2022-03-25",
        document_number="一ま第123号",
        category="council",
        bill_number="議案第5号",
        council_date="2022-03-20",
        council_result="amended",
        amendments="整えるを改める",
        opinion="毎年報告すること",
        content_hash="x",
        recorded_by=people["approver"],
    )
    answer = client.get("/plans/mihon/2022/")
    page, words = answer.content.decode(), text_of(answer)
    told = words.partition("この版の文（段階）")[2]
    assert [told.find(one) for one in ("素案第2号", "正誤第1号", "成案", "素案第1号")] == sorted(
        told.find(one) for one in ("素案第2号", "正誤第1号", "成案", "素案第1号")
    )
    for one in (
        *(
            "字の誤りを直しました。",
            "議案番号議案第5号",
            "議決日令和4年3月20日（修正可決）",
            "整えるを改める",
            "毎年報告すること",
        ),
        *("文書番号一ま第123号", "令和8年11月3日公開", "正誤表を見る"),
    ):
        assert one in told, one
    assert people["approver"].name not in page
    for path in ("compare/2022/v2/2022/v3/", "2022/errata/", "2022/v3/plan.json", "2022/v3/plan.txt", "2022/v3/plan.csv"):
        assert f'href="/plans/mihon/{path}"' in page, path


def test_a_paragraph_leads_to_its_place_within_the_snapshot(people, client):
    more = clause("1.1.p3", body="後の段落。", kind="paragraph")
    publish(take_in(doc("文。", more), stage="draft").snapshot, **people)
    answer = client.get(V.format(1) + "1.1.p3/")
    assert (answer.status_code, answer["Location"]) == (302, "/plans/mihon/2022/v1/1.1/#p3")
    assert answer["X-Robots-Tag"] == "noindex"


def test_the_citation_names_the_snapshot_for_good(road, client):
    words = text_of(client.get("/plans/mihon/2022/1.1/"))
    cited = "見本市「第２次見本計画」（令和4年3月20日）第１章（１）。https://portal.example.jp/plans/mihon/2022/v3/1.1/"
    assert cited + "（正誤第1号、令和8年11月24日参照）" in words
    draft = text_of(client.get(V.format(1)))
    assert "「仮の題」。https://portal.example.jp/plans/mihon/2022/v1/（素案第1号・案（決定前）、令和8年11月24日参照）" in draft


def test_a_set_time_is_exact_to_the_second_whether_or_not_the_job_has_run(people, client, monkeypatch):
    freeze(monkeypatch, "2026-11-01 10:00")
    publish(take_in(doc("いまの文。", decided="2022-03-20", title="前の題"), stage="final", title="前の題").snapshot, **people)
    later = take_in(doc("次の文。", decided="2022-03-20", title="新しい題"), stage="amendment", title="新しい題").snapshot
    submit_snapshot(snapshot=later, by=people["author"])
    approve_snapshot(snapshot=later, by=people["approver"])
    moment = freeze(monkeypatch, "2026-11-02 10:00") + dt.timedelta(days=1)
    publish_snapshot(snapshot=later, by=people["approver"], at=moment)

    def seen():
        home, shelf = text_of(client.get("/")), text_of(client.get("/plans/mihon/"))
        edition, one = text_of(client.get("/plans/mihon/2022/")), text_of(client.get("/plans/mihon/2022/1.1/"))
        new = ["新しい題" in page for page in (home, shelf, edition, one)]
        old = ["前の題" in page for page in (home, shelf, edition, one)]
        return new, old, "次の文。" in one, client.get(V.format(2)).status_code, "一部改訂第1号" in edition

    monkeypatch.setattr("django.utils.timezone.now", lambda: moment - dt.timedelta(seconds=1))
    assert seen() == ([False] * 4, [True] * 4, False, 404, False)
    monkeypatch.setattr("django.utils.timezone.now", lambda: moment)
    assert models.Edition.objects.get().title == "前の題"  # the job has not run
    assert seen() == ([True] * 4, [False] * 4, True, 200, True)
    settling.settle_due()
    assert models.Edition.objects.get().title == "新しい題"
    assert seen() == ([True] * 4, [False] * 4, True, 200, True)


def test_every_reader_says_it_from_that_second(people, client, monkeypatch):
    """Title and period change with a text put out at a set time, and the job has not run: nowhere does the old one stand."""
    freeze(monkeypatch, "2026-11-01 10:00")
    for year in ("2021", "2022"):
        made = doc("いまの文。", title="前の題")
        made.edition.key, made.edition.period.last_fiscal_year = year, 2025
        made.terms = [Term("協働", "定義", "1.1")]
        publish(take_in(made, edition=year, title="前の題").snapshot, **people)
        first = models.Snapshot.objects.get(edition__key=year)
        correction = take_in(made, edition=year, stage="erratum").snapshot
        models.Snapshot.objects.filter(pk=correction.pk).update(facts=first.facts)
        publish(models.Snapshot.objects.get(pk=correction.pk), **people)
    here, there = (models.Edition.objects.get(key=year) for year in ("2021", "2022"))
    for code, kind in (("", "upper_plan"), ("1.1", "supports")):
        ends = [models.ClauseAddress.objects.get_or_create(edition=one, code=code)[0] for one in (here, there)]
        models.ClauseLink.objects.create(origin=ends[0], target=ends[1], type=kind, confirmed_at="2026-11-01T00:00Z")
    for edition in (here, there):
        last = edition.snapshots.order_by("-sequence").first()
        models.Snapshot.objects.filter(edition=edition).update(
            facts={**last.facts, "title": "", "period": dict.fromkeys(last.facts["period"])}
        )
        models.Snapshot.objects.filter(pk=last.pk).update(effects={"title": "新しい題", "last_fiscal_year": 2030})
    base = "/plans/mihon/2022/"
    paths = ["/", "/plans/", "/plans/mihon/", "/plans/mihon/latest/", "/plans/family/", "/plans/relations/", "/plans/terms/"]
    paths += [base, f"{base}1.1/", f"{base}1.1/latest/", f"{base}v1/", f"{base}v1/1.1/", f"{base}errata/", f"{base}v1/plan.txt"]
    paths += ["/plans/matrix/", "/plans/matrix/mihon/2021/mihon/2022/", "/plans/feed/"]
    paths += ["/plans/mihon/compare/", "/plans/mihon/compare/2022/v1/2022/v2/"]
    for path in paths:
        page = client.get(path).content.decode()
        assert "新しい題" in page and "前の題" not in page, path
        assert "令和7年度" not in page and "期間終了" not in page, path
    file = client.get(f"{base}v1/plan.txt").content.decode()
    assert "令和12年度（2030年度）" in file and "状態：計画期間中" in file


def test_without_the_overlay_the_old_title_would_stand(people, client, monkeypatch):
    """What the test above holds: the guard taken out, the page says what the job has not written yet."""
    freeze(monkeypatch, "2026-11-01 10:00")
    publish(take_in(doc("いまの文。"), stage="final").snapshot, **people)
    models.Snapshot.objects.update(effects={"title": "新しい題"})
    assert "新しい題" in text_of(client.get("/plans/mihon/2022/"))
    monkeypatch.setattr("plans.selectors.shelf.overlay", lambda edition: edition)
    assert "新しい題" not in text_of(client.get("/plans/mihon/2022/"))


def test_what_was_published_before_is_frozen_the_same_way(people):
    """The migration's own copy writes what publication writes."""
    more = clause("1.2", label="●", title="印だけの項目", body="文。", actors=[ActorMention("市民", "performer")])
    made = doc("文。", more)
    made.terms = [Term("協働", "定義", "1.2", as_of="令和５年の定義"), Term("全体", "定義", "")]
    snapshot = publish(take_in(made).snapshot, **people)
    told = list(snapshot.clauses.values_list("code", "frozen"))
    assert told[0][1]["whole"]["terms"][1]["term"] == "全体" and told[2][1]["where"] == "第１章 ●印だけの項目"
    snapshot.clauses.update(frozen={})
    import_module("plans.migrations.0007_frozen_at_publication").freeze(apps, None)
    assert list(snapshot.clauses.values_list("code", "frozen")) == told


def test_a_first_publication_at_a_set_time(people, client, monkeypatch):
    freeze(monkeypatch, "2026-11-02 10:00")
    snapshot = take_in(doc("はじめの文。", decided="2022-03-20"), stage="final").snapshot
    submit_snapshot(snapshot=snapshot, by=people["author"])
    approve_snapshot(snapshot=snapshot, by=people["approver"])
    moment = dt.datetime.fromisoformat("2026-11-03T10:00+09:00")
    publish_snapshot(snapshot=snapshot, by=people["approver"], at=moment)
    paths = ["/plans/mihon/", "/plans/mihon/2022/", "/plans/mihon/2022/1.1/", V.format(1), "/plans/mihon/latest/"]
    monkeypatch.setattr("django.utils.timezone.now", lambda: moment - dt.timedelta(seconds=1))
    assert [client.get(path).status_code for path in paths] == [404] * 5
    # the day asked about decides no more than the status: a later one opens nothing
    assert client.get("/plans/mihon/2022/?asof=2026-12-01").status_code == 404
    monkeypatch.setattr("django.utils.timezone.now", lambda: moment)
    assert [client.get(path).status_code for path in paths] == [200] * 5
    assert "最終年度" in text_of(client.get("/plans/mihon/2022/"))


@pytest.mark.parametrize("word", ["latest", "compare", "errata", "v1", "v0", "v123", "terms", "new"])
def test_no_way_in_takes_a_word_of_addresses(word, people, client):
    with pytest.raises(ReadingRefused):
        take_in(document(clause("1", title="章")), edition=word)
    with pytest.raises(ReadingRefused):
        take_in(document(clause("1", title="章")), plan=word)
    with pytest.raises(ReadingRefused):
        take_in(document(clause(word, title="章", parent=None)))
    for model, field in ((models.Plan, "key"), (models.Edition, "key"), (models.ClauseAddress, "code")):
        with pytest.raises(ValidationError):
            model._meta.get_field(field).run_validators(word)
    assert not models.Clause.objects.exists() and not models.Edition.objects.exists()
    for path in (f"/plans/mihon/{word}/", f"/plans/mihon/2022/{word}/"):
        assert client.get(path).status_code == 404
