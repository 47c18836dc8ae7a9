"""Taking documents in: what is written, what is kept, and that the same again writes nothing."""

import copy
import time

import pytest

from ichinoseki_portal.models import AuditRow, Department
from plans import models
from plans.actions import ties
from plans.actions.contents import content_hash
from plans.actions.imports import import_document
from plans.actions.outline import Source, load_actors, load_outline
from plans.actions.recorded import record_edition
from plans.actions.snapshots import load_snapshot
from plans.enums import REAL_PLANS
from plans.reader import document as doc
from plans.reader.errors import ReadingRefused
from plans.tests.factories import all_rows, clause, document, list_document, publish, take_in

pytestmark = pytest.mark.django_db

LONG = "市民と行政が互いの役割を認め合い、対等な立場で話し合いを続けます。"
OTHER = "公共施設の更新や長寿命化を計画的に進め、負担を次の世代に残しません。"


def codes(snapshot):
    return list(snapshot.clauses.order_by("position").values_list("code", flat=True))


def test_a_first_import_makes_an_unlisted_plan_edition_and_draft(editor):
    found = take_in(list_document(LONG, OTHER), by=editor)
    plan, edition, snapshot = models.Plan.objects.get(), models.Edition.objects.get(), models.Snapshot.objects.get()
    assert (plan.key, plan.title, plan.owner) == ("mihon", "見本計画", "見本市")
    assert (edition.title, edition.first_fiscal_year, edition.listed_at) == ("第２次 見本計画", 2022, None)
    assert (snapshot.sequence, snapshot.stage, snapshot.number, snapshot.state) == (1, "final", 1, "draft")
    assert found.changed and found.snapshot == snapshot and snapshot.import_job.by == editor and found.job == snapshot.import_job
    tree = list(snapshot.clauses.order_by("position").values_list("code", "parent__code", "position", "last", "depth"))
    assert tree == [("1", None, 0, 2, 0), ("1.1", "1", 1, 1, 1), ("1.2", "1", 2, 2, 1)]
    assert AuditRow.objects.get().action == "plan.imported"


def test_spans_and_depths_of_a_deep_tree():
    take_in(document(clause("1"), clause("1.1"), clause("1.1.1"), clause("1.2"), clause("2"), clause("2.1")))
    rows = models.Clause.objects.order_by("position").values_list("code", "last", "depth")
    assert list(rows) == [("1", 3, 0), ("1.1", 2, 1), ("1.1.1", 2, 2), ("1.2", 3, 1), ("2", 5, 0), ("2.1", 5, 1)]


@pytest.mark.parametrize("published", [False, True])
def test_the_same_again_writes_no_row(person, published):
    first = take_in(list_document(LONG, OTHER), by=person("editor"))
    if published:
        publish(first.snapshot, author=person("editor"), approver=person("approver"))
    before = all_rows()
    again = take_in(list_document(LONG, OTHER))
    assert not again.changed and again.job is None and again.snapshot == first.snapshot
    assert all_rows() == before


def test_the_same_text_is_the_same_where_the_edition_names_its_source():
    """The shipped outline names the booklet a text was printed in; the text file does not."""
    first = take_in(list_document(LONG, OTHER))
    models.Edition.objects.filter(pk=first.snapshot.edition_id).update(source_title="計画の冊子", source_publisher="見本市")
    before = all_rows()
    assert not take_in(list_document(LONG, OTHER)).changed
    assert all_rows() == before


def test_that_the_same_is_noticed_hangs_on_the_comparison(monkeypatch):
    """The guard off: every import would write."""
    take_in(list_document(LONG))
    before = all_rows()
    monkeypatch.setattr("plans.actions.imports._same_as", lambda *args, **kwargs: None)
    take_in(list_document(LONG))
    assert all_rows() != before


@pytest.mark.parametrize(
    "change",
    [
        lambda d: setattr(d.clauses[1], "body", OTHER),
        lambda d: setattr(d.clauses[1], "confidence", "low"),
        lambda d: d.issues.append(doc.Issue("radical", 3, "⺠")),
        lambda d: d.set_aside.append(doc.SetAside(1, "表題", "title")),
        lambda d: d.checks.append(doc.Check("次の２つ", 2, 2, True)),
        lambda d: setattr(d.edition.period, "last_fiscal_year", 2030),
        lambda d: d.terms.append(doc.Term("協働", "力を合わせること", "1")),
    ],
)
def test_any_change_of_content_is_noticed(change):
    take_in(list_document(LONG))
    changed = list_document(LONG)
    change(changed)
    assert take_in(changed).changed
    assert not take_in(copy.deepcopy(changed)).changed


def test_a_draft_is_replaced_and_a_published_one_followed(person):
    first = take_in(list_document(LONG)).snapshot
    second = take_in(list_document(LONG, OTHER))
    assert second.snapshot == first and codes(first) == ["1", "1.1", "1.2"]
    assert [row.code for row in second.difference.added] == ["1.2"]
    publish(first, author=person("editor"), approver=person("approver"))
    third = take_in(list_document(OTHER), stage="amendment")
    assert (third.snapshot.sequence, third.snapshot.stage, third.snapshot.number) == (2, "amendment", 1)
    assert codes(third.snapshot) == ["1", "1.2"] and codes(first) == ["1", "1.1", "1.2"]
    assert [(row.code, row.title) for row in third.difference.removed] == [("1.1", f"● {LONG[:30]}")]
    assert models.ClauseAddress.objects.filter(code="1.1").exists()


def test_a_dropped_code_is_never_given_to_another_clause_even_after_a_draft_was_replaced():
    take_in(list_document(LONG, OTHER))
    take_in(list_document(LONG))
    assert codes(take_in(list_document(LONG, "ごみの減量に努めます。")).snapshot) == ["1", "1.1", "1.2-2"]
    assert codes(take_in(list_document(LONG, OTHER)).snapshot) == ["1", "1.1", "1.2"]


def test_ties_terms_and_rules_follow_a_code_that_was_kept():
    take_in(list_document(LONG))
    new = list_document(OTHER, LONG)
    here = doc.Address("mihon", "2022", "1.2")
    new.links = [doc.Link(here, doc.Address("mihon", "2022", "1"), "explains", "editor")]
    new.terms = [doc.Term("対等", "同じ立場", "1.2")]
    new.review_rules = [
        doc.ReviewRuleRow("1.2", "策定", 1, "decision", explanations=[doc.ExplanationRow("2024-05-01", "見直す")])
    ]
    take_in(new)
    assert models.ClauseLink.objects.get().origin.code == "1.1"
    assert models.Term.objects.get().address.code == "1.1"
    assert models.ReviewRule.objects.get().address.code == "1.1"


def test_texts_of_the_outline_stay_when_the_official_text_comes(person):
    outline = list_document("", "")
    outline.snapshot = doc.SnapshotFacts(0, "outline", 0)
    for number, row in enumerate(outline.clauses):
        row.texts = [doc.ClauseTextRow("plain", f"やさしい文{number}", author="編集担当")]
    load_snapshot(snapshot=take_in(outline).snapshot, why="試験")
    official = take_in(list_document(LONG, OTHER)).snapshot
    assert (official.sequence, official.stage, codes(official)) == (1, "final", ["1", "1.1", "1.2"])
    assert sorted(models.ClauseText.objects.values_list("address__code", "text")) == [
        ("1", "やさしい文0"),
        ("1.1", "やさしい文1"),
        ("1.2", "やさしい文2"),
    ]
    publish(official, author=person("editor"), approver=person("approver"))
    assert models.Snapshot.objects.filter(state="published").count() == 2


def test_edited_texts_are_kept_and_untouched_ones_refreshed():
    first = list_document(LONG)
    first.clauses[0].texts = [doc.ClauseTextRow("plain", "古い文"), doc.ClauseTextRow("en", "old")]
    take_in(first)
    models.ClauseText.objects.filter(kind="plain").update(text="人が直した文", version=2)
    first.clauses[0].texts = [doc.ClauseTextRow("plain", "新しい文"), doc.ClauseTextRow("en", "new")]
    assert take_in(first).changed
    assert dict(models.ClauseText.objects.values_list("kind", "text")) == {"plain": "人が直した文", "en": "new"}


def test_actors_and_departments_find_their_rows():
    load_actors(actors=[{"key": "city", "name": "行政", "aliases": ["市"]}])
    Department.objects.create(code="kyodo", name="まちづくり推進課")
    new = list_document(LONG)
    new.clauses[1].actors = [doc.ActorMention("市", "performer"), doc.ActorMention("宇宙人", "mentioned")]
    new.clauses[1].departments = [doc.DepartmentRow(2024, "まちづくり推進課"), doc.DepartmentRow(2023, "昔の課")]
    take_in(new)
    assert list(models.ClauseActor.objects.values_list("name", "actor__key", "role")) == [
        ("市", "city", "performer"),
        ("宇宙人", None, "mentioned"),
    ]
    assert list(models.ClauseDepartment.objects.values_list("fiscal_year", "department__code")) == [(2023, None), (2024, "kyodo")]
    assert load_actors(actors=[{"key": "alien", "name": "宇宙人"}]) == 2  # the actor, and the mention that now has one


def test_an_unknown_end_is_reported_and_kept_as_a_stub():
    new = list_document(LONG)
    here = doc.Address("mihon", "2022", "1")
    new.links = [
        doc.Link(here, doc.Address("sora", "2022", "3.1"), "upper_plan", "stated"),
        doc.Link(here, doc.Address("mihon", "2022", "1.1"), "explains", "editor"),
    ]
    found = take_in(new)
    assert [issue.kind for issue in found.issues] == ["unknown_end"] and "sora/2022/3.1" in found.issues[0].text
    assert models.ClauseLink.objects.count() == 2
    stub = models.Edition.objects.get(plan__key="sora")
    assert (stub.plan.title, stub.title, stub.text_held, stub.listed_at) == ("sora", "2022", False, None)
    before = all_rows()
    again = take_in(copy.deepcopy(new))
    assert not again.changed and [issue.kind for issue in again.issues] == ["unknown_end"]
    assert all_rows() == before
    facts = doc.EditionFacts("2022", "空の第２次計画", "第２次", doc.Period(2022, 2026, ""), text_held=False)
    record_edition(document=doc.Document(plan=doc.PlanFacts("sora", "空の計画", "空市", "collaboration"), edition=facts), by=None)
    stub.refresh_from_db()
    assert (stub.plan.title, stub.plan.owner, stub.plan.kind) == ("空の計画", "空市", "collaboration")
    assert (stub.title, stub.ordinal, stub.first_fiscal_year) == ("空の第２次計画", "第２次", 2022) and stub.listed_at
    again = take_in(copy.deepcopy(new))
    assert not again.changed and models.ClauseLink.objects.count() == 2


def test_a_code_that_only_a_tie_has_named_is_free_for_its_clause():
    take_in(list_document(LONG))
    other = list_document(OTHER)
    other.links = [doc.Link(doc.Address("hoka", "2022", "1"), doc.Address("mihon", "2022", "1.2"), "supports", "editor")]
    other.plan.key = "hoka"
    take_in(other, plan="hoka")
    assert codes(take_in(list_document(LONG, OTHER)).snapshot) == ["1", "1.1", "1.2"]


def test_a_stub_is_filled_by_the_document_that_is_its_own():
    new = list_document(LONG)
    new.review_rules = [doc.ReviewRuleRow("1", "策定", 1, "decision", trigger_edition=doc.Address("sora", "2030", ""))]
    new.succession = [doc.SuccessionRow(doc.Address("sora", "2017", "1"), doc.Address("mihon", "2022", "1"), "changed")]
    take_in(new)
    assert models.Plan.objects.get(key="sora").editions.count() == 2
    real = list_document(OTHER)
    real.plan = doc.PlanFacts("sora", "空の計画", "空市", "comprehensive", True)
    found = take_in(real, plan="sora", edition="2030").snapshot
    edition = models.Edition.objects.get(plan__key="sora", key="2030")
    assert (edition.plan.title, edition.plan.owner, edition.plan.fictional) == ("空の計画", "空市", True)
    assert (edition.title, edition.text_held, edition.last_fiscal_year, edition.listed_at) == (
        "第２次 見本計画",
        True,
        2026,
        None,
    )
    assert codes(found) == ["1", "1.1"] and models.ReviewRule.objects.get().trigger_edition == edition


@pytest.mark.parametrize("key", ["mihon", *sorted(REAL_PLANS)])
def test_a_fictional_document_never_comes_into_a_real_plan(key):
    if key == "mihon":
        take_in(list_document(LONG))
    before = all_rows()
    invented = list_document(OTHER)
    invented.plan.fictional = True
    with pytest.raises(ReadingRefused, match=f"架空（fictional）の計画の文書なので、実際の計画「{key}」"):
        take_in(invented, plan=key)
    assert all_rows() == before


def test_a_new_plan_is_as_fictional_as_its_document_says_and_stays_so():
    invented = list_document(LONG)
    invented.plan.fictional = True
    assert take_in(invented).snapshot.edition.plan.fictional
    take_in(list_document(OTHER))  # a text file says nothing
    assert models.Plan.objects.get().fictional


def test_a_key_that_is_not_the_first_year_is_shown_and_not_refused():
    found = take_in(list_document(LONG), edition="2019")
    assert [issue.kind for issue in found.document.issues] == ["key_differs"]
    assert found.snapshot.import_job.issues[0]["kind"] == "key_differs"
    assert not take_in(list_document(LONG), edition="2019").changed
    assert take_in(list_document(LONG), edition="2022").document.issues == []


def test_a_title_given_wins_and_stays():
    assert take_in(list_document(LONG), title="よい題名").snapshot.edition.title == "よい題名"
    assert not take_in(list_document(LONG)).changed
    assert models.Edition.objects.get().title == "よい題名"


def test_the_stage_and_number_named_are_kept_where_free():
    new = list_document(LONG)
    new.snapshot = doc.SnapshotFacts(4, "draft", 2, "2026-11-04")
    snapshot = take_in(new).snapshot
    assert (snapshot.sequence, snapshot.stage, snapshot.number, snapshot.date) == (4, "draft", 2, "2026-11-04")


def test_a_stage_that_is_taken_gets_the_next_number(person):
    first = take_in(list_document(LONG), stage="draft").snapshot
    publish(first, author=person("editor"), approver=person("approver"))
    second = take_in(list_document(LONG, OTHER), stage="draft").snapshot
    assert (second.sequence, second.stage, second.number) == (2, "draft", 2)
    third = take_in(list_document(LONG, OTHER), stage="final").snapshot
    assert (third, third.stage) == (models.Snapshot.objects.get(pk=second.pk), "final")


def test_a_draft_of_a_listed_edition_changes_none_of_its_public_facts(person):
    first = take_in(list_document(LONG)).snapshot
    publish(first, author=person("editor"), approver=person("approver"))
    longer = list_document(LONG)
    longer.edition.period = doc.Period(2022, 2030, "延ばした期間")
    draft = take_in(longer).snapshot
    assert models.Edition.objects.get().last_fiscal_year == 2026
    publish(draft, author=person("editor"), approver=person("approver"))
    edition = models.Edition.objects.get()
    assert (edition.last_fiscal_year, edition.period_words) == (2030, "延ばした期間")
    assert content_hash(models.Snapshot.objects.get(pk=first.pk)) == models.Snapshot.objects.get(pk=first.pk).content_hash


def test_a_fact_that_a_person_corrected_stays(person):
    first = take_in(list_document(LONG)).snapshot
    models.Edition.objects.update(period_words="人が直した期間")
    publish(models.Snapshot.objects.get(pk=first.pk), author=person("editor"), approver=person("approver"))
    assert models.Edition.objects.get().period_words == "人が直した期間"


@pytest.mark.parametrize("keys", [("new", "2022"), ("mihon", "feed"), ("見本", "2022"), ("mihon", "20/22"), ("", "2022")])
def test_keys_that_cannot_be_addresses_are_refused_and_leave_nothing(keys):
    before = all_rows()
    with pytest.raises(ReadingRefused):
        take_in(list_document(LONG), plan=keys[0], edition=keys[1])
    assert all_rows() == before


def test_a_refusal_halfway_leaves_nothing(monkeypatch):
    before = all_rows()
    monkeypatch.setattr(ties, "tie", lambda *args, **kwargs: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        take_in(list_document(LONG))
    assert all_rows() == before


def test_a_document_from_any_reader_is_judged():
    bad = list_document(LONG)
    bad.clauses[1].title = "長" * 501
    with pytest.raises(ReadingRefused, match=r"clauses\[1\].title：長すぎます"):
        take_in(bad)


def test_an_import_under_other_keys_takes_its_own_ties_along():
    new = list_document(LONG)
    new.links = [doc.Link(doc.Address("mihon", "2022", "1"), doc.Address("mihon", "2022", "1.1"), "explains", "editor")]
    found = import_document(document=new, plan_key="betsu", edition_key="2023", file_name="a.json", sha256="0" * 64, by=None)
    assert found.issues == []
    assert models.ClauseLink.objects.get().origin.edition.plan.key == "betsu"


def test_loading_outlines_twice_writes_once():
    outline = list_document("", "")
    outline.snapshot = doc.SnapshotFacts(0, "outline", 0)
    outline.clauses[0].texts = [doc.ClauseTextRow("plain", "やさしい文")]
    outline.links = [doc.Link(doc.Address("mihon", "2022", ""), doc.Address("mae", "2017", ""), "succeeds", "stated")]
    earlier = doc.Document(plan=doc.PlanFacts("mae", "前の計画"), edition=doc.EditionFacts("2017", "前の計画", text_held=False))
    load = {
        "outlines": [Source("mihon.json", "0" * 64, outline)],
        "recorded": [Source("mae.json", "1" * 64, earlier)],
        "actors": [{"key": "city", "name": "行政", "aliases": ["市"]}],
    }
    assert load_outline(**copy.deepcopy(load)).written > 0
    snapshot = models.Snapshot.objects.get()
    assert (snapshot.sequence, snapshot.state, models.ClauseLink.objects.count()) == (0, "published", 1)
    assert models.Edition.objects.filter(listed_at=None).count() == 0
    before = all_rows()
    assert load_outline(**copy.deepcopy(load)).written == 0
    assert all_rows() == before
    outline.clauses[0].texts[0].text = "直したやさしい文"
    assert load_outline(**copy.deepcopy(load)).written == 1
    assert models.ClauseText.objects.get().text == "直したやさしい文"


def test_thousands_of_clauses_are_taken_in_quickly():
    big = list_document(*(f"{number}番目の取組として、地域の課題{number}を話し合って解決します。" for number in range(5000)))
    started = time.perf_counter()
    take_in(copy.deepcopy(big))
    assert time.perf_counter() - started < 20
    started = time.perf_counter()
    assert not take_in(big).changed
    assert time.perf_counter() - started < 10
