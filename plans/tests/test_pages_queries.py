"""How many questions each page asks the database: a literal number that does not grow with what there is to show."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from plans import models
from plans.tests.factories import clause, document, publish, take_in
from plans.tests.library import LONG_AGO, fill, freeze

pytestmark = pytest.mark.django_db

HOME, SHELF, PLAN, EDITION, CLAUSE = 2, 1, 1, 3, 3
TIES, REVIEWS = 2, 1  # links with successions, and their far ends


def count(client, path):
    with CaptureQueriesContext(connection) as asked:
        assert client.get(path).status_code == 200, path
    return len(asked)


def tree(size):
    """Chapters of ten sections of ten sentences, until there are so many."""
    rows = []
    for chapter in range(1, size):
        rows.append(clause(f"{chapter}", label=f"第{chapter}章", title="章", kind="chapter"))
        for section in range(1, 11):
            rows.append(clause(f"{chapter}.{section}", label=f"{section}", title="節", kind="section"))
            rows += [
                clause(f"{chapter}.{section}.{n}", label=f"（{n}）", body=f"文{chapter}-{section}-{n}。") for n in range(1, 11)
            ]
        if len(rows) >= size:
            return rows[:size]
    return rows


@pytest.fixture
def put_out(person):
    author, approver = person("editor"), person("approver")

    def put(*rows, plan="mihon", edition="2022"):
        taken = take_in(document(*rows), plan=plan, edition=edition)
        return publish(taken.snapshot, author=author, approver=approver)

    return put


@pytest.mark.parametrize("editions", [1, 3])
def test_lists(client, put_out, editions):
    for n in range(editions):
        put_out(clause("1.vision", title="めざす姿", kind="vision", parent=None), edition=f"{2022 + n}")
        put_out(clause("1", title="章"), plan=f"plan-{n}")
    assert [count(client, path) for path in ("/", "/plans/", "/plans/mihon/")] == [HOME, SHELF, PLAN]


@pytest.mark.parametrize("size", [3, 107, 5000])
def test_an_edition_and_its_clauses_of_any_length(client, put_out, size):
    put_out(*tree(size))
    paths = ["/plans/mihon/2022/", "/plans/mihon/2022/1/", "/plans/mihon/2022/1.1/", "/plans/mihon/2022/1.1.1/"]
    assert [count(client, path) for path in paths] == [EDITION, CLAUSE, CLAUSE, CLAUSE]
    if size == 5000:
        assert all(len(client.get(path).content) < 200_000 for path in paths)


@pytest.mark.parametrize("many", [1, 3])
def test_a_clause_that_has_everything(client, person, put_out, many):
    """Links, successions, far ends, terms, indicators, actors, departments, reviews with explanations, texts, a figure."""
    items = [clause(f"1.{n}", label=f"（{n}）", body="文。") for n in range(1, 5)]
    put_out(clause("1", label="１", title="先"), *items, plan="other")
    put_out(clause("1", label="１", title="次"), *items, edition="2027")
    taken = take_in(document(clause("1", label="１", title="章"), *items))
    here = models.ClauseAddress.objects.get(edition=taken.snapshot.edition, code="1.1")
    following = models.Edition.objects.get(plan__key="mihon", key="2027")
    row = taken.snapshot.clauses.get(code="1.1")
    for n in range(1, many + 1):
        models.Term.objects.create(snapshot=taken.snapshot, address=here, term=f"用語{n}", definition="定義")
        models.Indicator.objects.create(snapshot=taken.snapshot, address=here, name=f"指標{n}")
        models.ClauseActor.objects.create(clause=row, name=f"主体{n}", role="performer")
    publish(taken.snapshot, author=person("editor"), approver=person("approver"))
    for n in range(1, many + 1):
        far = models.ClauseAddress.objects.get(edition__plan__key="other", code=f"1.{n}")
        models.ClauseLink.objects.create(origin=here, target=far, type="supports", confirmed_at=timezone.now())
        new = models.ClauseAddress.objects.get(edition=following, code=f"1.{n}")
        models.Succession.objects.create(old=here, new=new, edition=following, kind="split")
        rule = models.ReviewRule.objects.create(address=here, trigger=f"きっかけ{n}", trigger_edition=following)
        rule.explanations.create(date="2020-01-01", text=f"一回目{n}")
        rule.explanations.create(date="2021-01-01", text=f"二回目{n}")
        here.departments.create(fiscal_year=2020 + n, name=f"課{n}")
        models.ClauseText.objects.create(address=here, kind=["plain", "en", "reading"][n - 1], text="文")
    models.ClauseText.objects.create(address=here, kind="figure", text="<svg/>")
    for path in ("/plans/mihon/2022/1.1/", "/plans/mihon/2022/v1/1.1/"):
        assert count(client, path) == CLAUSE + TIES + REVIEWS == 6, path
    page = client.get("/plans/mihon/2022/1.1/").content.decode()
    for words in ("用語", "指標", "主体", "一回目", "二回目", "課"):
        assert words + str(many) in page, words
    assert "figure.svg" in page and page.count("これが支える項目") == many
    for path in ("/plans/mihon/2022/", "/plans/mihon/2022/v1/"):
        assert count(client, path) == EDITION + REVIEWS, path
    assert count(client, "/plans/mihon/2022/1.1/latest/") == 6  # the clause, one hop, ends, words, later editions; and none after


def test_the_shipped_plans(client, person, monkeypatch):
    freeze(monkeypatch, LONG_AGO)
    fill(person)
    paths = ["/", "/plans/kyodo/2022/", "/plans/kyodo/2022/7.2/", "/plans/kyodo/2022/7.2.2.1/", "/plans/sogo/2016/4.1/"]
    assert [count(client, path) for path in paths] == [HOME, EDITION + TIES + REVIEWS, CLAUSE, CLAUSE, CLAUSE + TIES]
    freeze(monkeypatch, "2026-11-24 10:00")
    assert count(client, "/plans/kyodo/latest/") == EDITION + TIES + REVIEWS == 6
