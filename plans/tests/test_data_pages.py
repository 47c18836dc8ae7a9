"""Files of each published snapshot: what is in them, how they are called, and that nothing comes out that is not public."""

import csv
import datetime as dt
import io
import json
from urllib.parse import unquote

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from plans import models
from plans.actions.snapshots import approve_snapshot, publish_snapshot, submit_snapshot, withdraw_snapshot
from plans.importers.json_reader import read_json
from plans.tests.factories import clause, document, publish, take_in
from plans.tests.library import fill, freeze

pytestmark = pytest.mark.django_db

BASE = "/plans/mihon/2022/v1/plan"
PATHS = [f"{BASE}.json", f"{BASE}.txt", f"{BASE}.csv"]
FILE, FILE_OF_JSON = 2, 10


@pytest.fixture
def people(person):
    return {"author": person("editor"), "approver": person("approver")}


def one(*rows, stage="final", **options):
    rows = rows or (clause("1", label="１", title="取組", body="文。"),)
    return take_in(document(*rows), stage=stage, **options).snapshot


@pytest.fixture
def published(people):
    return publish(one(), **people)


def test_the_file_names_say_which_plan_in_both_alphabets(published, client):
    for path, kind in zip(PATHS, ("application/json", "text/plain; charset=utf-8", "text/csv; charset=utf-8"), strict=True):
        answer = client.get(path)
        end = path.rpartition(".")[2]
        plain, _, own = answer["Content-Disposition"].partition("; filename*=UTF-8''")
        assert plain == f'attachment; filename="mihon-2022-v1.{end}"'
        assert unquote(own) == f"第２次 見本計画_成案_v1.{end}"
        assert (answer.status_code, answer["Content-Type"], answer["X-Content-Type-Options"]) == (200, kind, "nosniff")
        assert "X-Robots-Tag" not in answer and answer["Cache-Control"] == "no-cache"
        assert not answer.cookies and "Cookie" not in answer.get("Vary", "")


def test_the_json_comes_in_again(published, client):
    data = client.get(PATHS[0]).content
    again = read_json(data)
    assert again.snapshot.hash == published.content_hash
    assert [(row.code, row.title, row.body) for row in again.clauses] == [("1", "取組", "文。")]


def test_the_text_says_what_it_is(published, client, monkeypatch):
    freeze(monkeypatch, "2100-05-01 09:00")
    text = client.get(PATHS[1]).content.decode()
    assert text.startswith("第２次 見本計画\n成案\n計画期間：令和4年度（2022年度）〜令和8年度（2026年度）\n状態：期間終了（")
    assert published.content_hash in text
    assert text.endswith("１ 取組\n文。\n") and "案（決定前）" not in text


def test_the_csv_opens_in_a_spreadsheet_and_runs_nothing(people, client):
    publish(one(clause("1", label="１", title="=1+1", body="＝SUM(A1)")), **people)
    data = client.get(PATHS[2]).content
    assert data.startswith(b"\xef\xbb\xbf")
    row = next(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    assert (row["title"], row["body"], row["code"]) == ("'=1+1", "'＝SUM(A1)", "1")


def test_a_released_draft_says_so_and_stays_out_of_search_engines(people, client):
    publish(one(stage="draft"), **people)
    for path in PATHS:
        answer = client.get(path)
        assert answer.status_code == 200 and answer["X-Robots-Tag"] == "noindex"
    assert "案（決定前）です。" in client.get(PATHS[1]).content.decode()
    assert "案（決定前）" in unquote(client.get(PATHS[0])["Content-Disposition"])
    assert json.loads(client.get(PATHS[0]).content)["snapshot"]["stage"] == "draft"


def test_fictional_plans_say_so(client, person):
    fill(person)
    assert "【架空】" in client.get("/plans/sample/2023/v1/plan.txt").content.decode()


@pytest.mark.parametrize("path", [*PATHS, *(path.replace("v1", "v9") for path in PATHS)])
def test_what_is_not_public_is_missing(people, client, path):
    snapshot = one()
    missing = client.get("/plans/nothing/1999/v1/plan.json")
    for step in (
        lambda: None,
        lambda: submit_snapshot(snapshot=snapshot, by=people["author"]),
        lambda: approve_snapshot(snapshot=snapshot, by=people["approver"]),
    ):
        step()
        answer = client.get(path)
        assert (answer.status_code, answer.content) == (404, missing.content)


@pytest.mark.parametrize("form", ["xml", "json/", "JSON", "", "json.gz"])
def test_other_forms_and_other_spellings_are_missing(published, client, form):
    assert client.get(f"{BASE}.{form}", follow=True).status_code == 404
    assert client.get(f"/plans/mihon/2022/v01/plan.{form or 'json'}").status_code == 404
    assert client.get(f"/plans/mihon/2022/v{'9' * 30}/plan.json").status_code == 404
    assert client.post(PATHS[0]).status_code == 405 and client.head(PATHS[0]).status_code == 200


def test_a_set_time_is_kept_to_the_second(people, client, monkeypatch):
    snapshot = one()
    submit_snapshot(snapshot=snapshot, by=people["author"])
    approve_snapshot(snapshot=snapshot, by=people["approver"])
    moment = timezone.now().replace(microsecond=0) + dt.timedelta(days=1)
    publish_snapshot(snapshot=snapshot, by=people["approver"], at=moment)
    for seconds, status in ((-1, 404), (0, 200), (1, 200)):
        monkeypatch.setattr(timezone, "now", lambda s=seconds: moment + dt.timedelta(seconds=s))
        assert [client.get(path).status_code for path in PATHS] == [status] * 3
    monkeypatch.setattr(timezone, "now", lambda: moment - dt.timedelta(seconds=1))
    for model in (models.Snapshot, models.Edition):  # without the guard it would be out early
        monkeypatch.setattr(type(model.objects.all()), "visible_to", lambda self, user, at=None: self.all())
    assert client.get(PATHS[0]).status_code == 200


def test_what_was_taken_back_is_gone_and_says_when_and_why(published, people, client):
    kept = client.get(PATHS[0])["ETag"]
    withdraw_snapshot(snapshot=published, by=people["approver"], why="別の市の文でした。")
    for path in PATHS:
        answer = client.get(path, headers={"if-none-match": kept})
        words = answer.content.decode()
        assert answer.status_code == 410 and answer["Content-Type"].startswith("text/plain")
        assert "第２次 見本計画" in words and "別の市の文でした。" in words and "取組" not in words
        assert "Content-Disposition" not in answer and answer["X-Robots-Tag"] == "noindex"


def test_the_same_file_is_not_sent_twice(published, client):
    first = client.get(PATHS[0])
    again = client.get(PATHS[0], headers={"if-none-match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_what_nobody_has_confirmed_stays_out_of_the_json(published, client):
    here = models.ClauseAddress.objects.get(edition=published.edition, code="1")
    text = models.ClauseText.objects.create(address=here, kind="plain", proposed="まだ確かめていない文")
    hidden = models.Plan.objects.create(key="secret", title="秘密の計画")
    later = models.Edition.objects.create(plan=hidden, key="2030", title="秘密の版")
    far = models.ClauseAddress.objects.create(edition=later, code="")
    models.ClauseLink.objects.create(origin=here, target=far, type="supports")
    models.ReviewRule.objects.create(address=here, trigger="きっかけ", trigger_edition=later)
    data = client.get(PATHS[0]).content.decode()
    assert "まだ確かめて" not in data and "secret" not in data and "秘密" not in data
    content = json.loads(data)
    assert (content["clauses"][0]["texts"], content["links"]) == ([], [])
    assert [rule["trigger_edition"] for rule in content["review_rules"]] == [None]
    models.ClauseText.objects.filter(pk=text.pk).update(text="確かめた文")
    assert "確かめた文" in client.get(PATHS[0]).content.decode()


@pytest.mark.parametrize("many", [1, 3])
def test_the_questions_do_not_grow(people, client, many):
    publish(one(*(clause(str(n), label=str(n), title="章", body="文。") for n in range(1, many + 1))), **people)
    counts = []
    for path in PATHS:
        with CaptureQueriesContext(connection) as asked:
            assert client.get(path).status_code == 200
        counts.append(len(asked))
    assert counts == [FILE_OF_JSON, FILE, FILE]
