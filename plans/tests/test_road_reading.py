"""What stands to be read on the road: the desk, the whole text with its findings, remarks, the attachment for paper."""

import pytest
from django.utils import timezone

from ichinoseki_portal.models import AuditRow
from plans import models
from plans.actions.contents import content_hash
from plans.actions.snapshots import submit_snapshot
from plans.tests.factories import clause, document, take_in
from plans.tests.test_road_pages import LIST, address, at_state
from plans.tests.test_road_pages import draft as draft

pytestmark = pytest.mark.django_db
REVIEW_QUERIES = 20
DESK_QUERIES = 18


def big(number):
    rows = [
        clause(f"1.{n}", label=f"（{n}）", title=f"取組{n}", body=f"市は、{n}番の花壇を支えます。") for n in range(1, number + 1)
    ]
    return document(clause("1", label="１", title="取組", kind="section"), *rows)


@pytest.mark.parametrize("number", [1, 3, 40])
def test_the_whole_text_is_read_in_the_same_number_of_queries(client, person, number, django_assert_num_queries):
    maker, approver = person("editor", email="maker@x.invalid"), person("approver", email="who@x.invalid")
    snapshot = take_in(big(number), by=maker).snapshot
    submit_snapshot(snapshot=snapshot, by=maker)
    for n in range(number):
        models.Remark.objects.create(
            snapshot=snapshot, address=snapshot.clauses.get(code=f"1.{n + 1}").address, text="見て", by=maker
        )
    client.force_login(approver)
    client.get(f"{LIST}{snapshot.pk}/change/")  # the kinds of content that Django keeps for a process are read once
    with django_assert_num_queries(REVIEW_QUERIES):
        page = client.get(address(snapshot, "review")).content.decode()
    assert all(f"{n}番の花壇を支えます" in page and f'id="c-1.{n}"' in page for n in range(1, number + 1))
    assert content_hash(snapshot)[:8] in page and page.count("見て") >= number
    with django_assert_num_queries(DESK_QUERIES):
        client.get(f"{LIST}{snapshot.pk}/change/")


def test_the_approver_reads_facts_findings_and_what_changed(client, person, draft):
    at_state(draft, "published", person)
    maker = person("editor", email="second@x.invalid")
    rows = [
        clause("1", label="１", title="取組", body="直した文。"),
        clause("2", label="２", title="あたらしい取組", body="木を植えます。"),
    ]
    newer = take_in(document(*rows), by=maker, stage="amendment").snapshot
    newer.import_job.issues = [{"kind": "sequence_gap", "line": 3, "text": "<b>２の次が４</b>"}]
    newer.import_job.checks = [{"text": "次の３つ", "declared": 3, "found": 2, "ok": False}]
    newer.import_job.save()
    client.force_login(person("approver", email="who@x.invalid"))
    page = client.get(address(newer, "review")).content.decode()
    for words in (
        "第２次 見本計画",
        "令和4年度",
        "番号が飛んでいる",
        "&lt;b&gt;２の次が４",
        "合わない",
        "あたらしい取組",
        "新設：1",
        "廃止：1",
    ):
        assert words in page, words
    assert "<ins" in page and "直した文" in page


def test_a_remark_stands_at_its_clause_and_is_settled_once(client, person, draft):
    at_state(draft, "in_review", person)
    approver = person("approver", email="who@x.invalid")
    client.force_login(approver)
    answer = client.post(address(draft, "remark"), {"code": "1.1", "text": "数字を確かめて<ください>"})
    assert answer["Location"] == f"{address(draft, 'review')}#c-1.1"
    page = client.get(address(draft, "review")).content.decode()
    assert "数字を確かめて&lt;ください&gt;" in page
    row = models.Remark.objects.get()
    assert (row.by, row.address.code) == (approver, "1.1")
    done = f"{LIST}{draft.pk}/remark/{row.pk}/done/"
    assert client.post(done).status_code == 403
    client.force_login(person("editor", email="mends@x.invalid"))
    assert "指摘を対応済みにしました" in client.post(done, follow=True).content.decode()
    assert "もう対応済みです" in client.post(done, follow=True).content.decode()
    assert client.get(done).status_code == client.get(address(draft, "remark")).status_code == 405
    other = take_in(document(clause("1", title="別")), edition="2023").snapshot
    assert client.post(f"{LIST}{other.pk}/remark/{row.pk}/done/").status_code == 404


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"text": "  "}, "指摘の文を書いてください"),
        ({"text": "あ" * 2001}, "2000字"),
        ({"text": "文", "code": "9.9"}, "という項目はありません"),
        ({"text": "文\x01"}, "使えない文字"),
    ],
)
def test_a_remark_that_cannot_be_is_refused(client, person, draft, typed, words):
    client.force_login(person("approver", email="who@x.invalid"))
    assert words in client.post(address(draft, "remark"), typed, follow=True).content.decode()
    assert not models.Remark.objects.exists()


def test_an_auditor_looks_and_writes_nothing(client, draft, auditor):
    client.force_login(auditor)
    page = client.get(address(draft, "review")).content.decode()
    assert "はじめの文" in page and "ここに指摘を書く" not in page
    assert client.post(address(draft, "remark"), {"text": "ひとこと"}).status_code == 403
    assert not models.Remark.objects.exists()


def test_who_may_not_see_drafts_sees_none_of_it(client, draft, staff):
    client.force_login(staff)
    for name in ("review", "attachment", "change"):
        assert client.get(address(draft, name)).status_code == 403
    client.force_login(staff)


def test_the_attachment_names_the_very_content(client, person, draft):
    at_state(draft, "in_review", person)
    client.force_login(person("approver", email="who@x.invalid"))
    page = client.get(address(draft, "attachment")).content.decode()
    whole = content_hash(draft)
    for start in range(0, 64, 8):
        assert f"<span>{whole[start : start + 8]}</span>" in page
    for words in ("伺いの別紙", "第２次 見本計画", "成案", "文書番号", "目次", "取組", "前の文はありません", "印刷した日時"):
        assert words in page, words
    assert 'id="header"' not in page and 'class="breadcrumbs"' not in page


def test_the_attachment_prints_all_that_the_hash_covers(client, person, draft):
    """Whatever is changed of what is official changes the hash, and so must be read on the paper."""
    row = draft.clauses.get(code="1.1")
    row.modality = [{"subject": "市", "predicate": "支えます", "modality": "do", "stated": True}]
    row.key_word = "支え合いの語"
    row.save()
    models.ClauseActor.objects.create(clause=row, name="見本市", role="performer", position=0)
    models.Term.objects.create(
        snapshot=draft, address=row.address, term="見本語", definition="語の定義。", as_of_words="令和四年現在"
    )
    models.Indicator.objects.create(
        snapshot=draft, address=row.address, name="花壇の数", unit="か所", target_value="12", target_words="十二か所"
    )
    client.force_login(person("approver", email="who@x.invalid"))
    page = client.get(address(draft, "attachment")).content.decode()
    for words in ("はじめの文。", "市は支えます。", "１ 取組", "５年間", "支え合いの語", "「支えます」＝", "見本市（", "1.1・"):
        assert words in page, words
    for words in ("見本語", "語の定義。", "令和四年現在", "花壇の数", "12 か所", "十二か所"):
        assert words in page, words


def test_the_attachment_lists_what_changed(client, person, draft):
    at_state(draft, "published", person)
    rows = [clause("1", label="１", title="取組", body="直した文。"), clause("2", label="２", title="あたらしい取組")]
    newer = take_in(document(*rows), by=person("editor", email="second@x.invalid"), stage="amendment").snapshot
    models.Term.objects.create(snapshot=newer, term="加えた語", definition="加えた定義。")
    client.force_login(person("approver", email="who@x.invalid"))
    assert (
        "加えた定義。" in client.get(address(newer, "review")).content.decode().split('id="comparing"')[1].split("</section>")[0]
    )
    page = client.get(address(newer, "attachment")).content.decode()
    changes = page.split("前の文との違い")[1].split("本文（全文）")[0]
    assert "<ins" in changes and "直した" in changes and "あたらしい取組" in changes and "<del" in changes
    assert "用語「加えた語」" in changes and "加えた定義。" in changes


def test_what_became_of_the_edition_before_is_read_by_name(client, person, draft):
    at_state(draft, "published", person)
    rows = [clause("1", label="１", title="取組", body="はじめの文。"), clause("2", label="２", title="育てる取組")]
    newer = take_in(document(*rows, first=2027), edition="2027").snapshot
    address_of = {row.code: row.address for row in draft.clauses.all()}
    for kind, old, new, reason in (("kept", "1", "1", ""), ("changed", "1.1", "2", "声を受けて")):
        new_address = newer.clauses.get(code=new).address
        models.Succession.objects.create(
            old=address_of[old], new=new_address, kind=kind, reason=reason, snapshot=newer, edition=newer.edition
        )
    client.force_login(person("approver", email="who@x.invalid"))
    page = client.get(address(newer, "review")).content.decode()
    part = page.split('id="successions"')[1].split("</section>")[0]
    table, folded = part.split("<details>")
    for words in ("① 市は支えます。（1.1）", "２ 育てる取組（2）", "声を受けて"):
        assert words in table, words
    assert "取組（1）" not in table and "そのままの項目 1" in folded and "１ 取組（1）" in folded
    assert "声を受けて" in client.get(address(newer, "attachment")).content.decode()


def test_the_desk_shows_the_one_next_step_to_whom_it_falls(client, person, draft):
    desk = f"{LIST}{draft.pk}/change/"
    at_state(draft, "in_review", person)
    client.force_login(person("editor", email="e@x.invalid"))
    page = client.get(desk).content.decode()
    assert "決裁者の決裁を待っています" in page and address(draft, "approve") not in page
    client.force_login(person("approver", email="who@x.invalid"))
    page = client.get(desk).content.decode()
    assert page.count('class="desk-main"') == 1 and f'class="desk-main" href="{address(draft, "approve")}"' in page
    assert "決裁に回す" in page and "author@x.invalid" in page
    for state in ("決裁待ち", "いまここ"):
        assert state in page


def test_a_page_that_is_not_there_is_not_found(client, approver):
    client.force_login(approver)
    for name in ("approve", "review", "attachment", "submit"):
        assert client.get(f"{LIST}99999/{name}/").status_code in (403, 404)
    assert client.get(f"{LIST}99999/review/").status_code == 404


def test_a_remark_sent_twice_is_one_remark(client, person, draft):
    client.force_login(person("approver", email="who@x.invalid"))
    typed = {"code": "1.1", "text": "数字を確かめてください"}
    for _again in range(2):
        assert client.post(address(draft, "remark"), typed)["Location"] == f"{address(draft, 'review')}#c-1.1"
    assert models.Remark.objects.count() == AuditRow.objects.filter(action="remark.added").count() == 1
    for other in ({**typed, "code": "1"}, {**typed, "text": "ほかの指摘"}):
        client.post(address(draft, "remark"), other)
    models.Remark.objects.update(done_at=timezone.now())
    client.post(address(draft, "remark"), typed)
    assert models.Remark.objects.count() == 4, "said again after it was dealt with"


def test_a_remark_that_is_too_long_stays_on_the_page(client, person, draft):
    client.force_login(person("approver", email="who@x.invalid"))
    answer = client.post(address(draft, "remark"), {"code": "1.1", "text": "長" * 2001})
    page = answer.content.decode()
    assert answer.status_code == 409 and "長" * 2001 in page and "1.1 への指摘" in page
    assert f'href="{address(draft, "review")}#c-1.1"' in page and "2000字" in page
