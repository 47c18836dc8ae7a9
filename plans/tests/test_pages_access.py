"""The public pages keep nobody apart: no cookie, no Vary, and what one may not see is missing."""

import re

import pytest
from django.db import DatabaseError
from django.test import Client
from django.urls import get_resolver

from plans import models
from plans.tests.factories import clause, document, publish, take_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def published(person):
    taken = take_in(document(clause("1", label="１", title="取組", body="文。")))
    return publish(taken.snapshot, author=person("editor"), approver=person("approver"))


PATHS = ["/", "/plans/", "/plans/mihon/", "/plans/mihon/2022/", "/plans/mihon/2022/1/", "/theme.css"]
PATHS += ["/plans/mihon/latest/", "/plans/mihon/2022/v1/", "/plans/mihon/2022/v1/1/", "/plans/mihon/2022/1/latest/"]
PATHS += ["/plans/mihon/2022/?asof=2024-05-01", "/plans/?asof=2024-05-01"]


def headers(answer):
    return {name: value for name, value in answer.items() if name != "Date"}


@pytest.mark.parametrize("path", PATHS)
def test_no_cookie_and_no_vary_even_for_staff(published, client, person, path):
    answer = client.get(path)
    assert answer.status_code == 200
    assert "Set-Cookie" not in answer and not answer.cookies and "Cookie" not in answer.get("Vary", "")
    client.force_login(person("editor"))
    again = client.get(path)
    assert (again.content, headers(again)) == (answer.content, headers(answer))
    assert client.head(path).status_code == 200 and client.post(path).status_code == 405


@pytest.mark.parametrize("path", PATHS[:5])
def test_pages_pass_a_strict_policy(published, client, path):
    answer = client.get(path)
    page = answer.content.decode()
    assert "script-src 'self'" in answer["Content-Security-Policy"]
    scripts = re.findall(r"<script[^>]*>[^<]*", page)
    assert scripts == (['<script src="/static/js/copy.js" defer>'] if path in PATHS[3:5] else [])  # only beside a citation
    assert "<style" not in page and " style=" not in page and "csrf" not in page


def test_what_one_may_not_see_is_missing(person, client):
    """An edition that is not listed, a draft, an unknown code: the same bytes and headers as a page that never was."""
    take_in(document(clause("1", label="１", title="秘密の取組", body="秘密。")))
    missing = client.get("/plans/nothing/1999/9/")
    assert missing.status_code == 404 and "お探しのページ" in missing.content.decode()
    paths = [
        "/plans/mihon/",
        "/plans/mihon/2022/",
        "/plans/mihon/2022/1/",
        "/plans/mihon/2022/p1/",
        "/nothing/",
        "/plans/nothing/",
    ]
    client.force_login(person("editor"))  # who sees it in the admin sees the public page all the same
    for path in paths:
        for reader in (Client(), client):
            answer = reader.get(path)
            assert (answer.status_code, answer.content, headers(answer)) == (404, missing.content, headers(missing)), path


def test_an_edition_listed_later_is_missing_until_then(published, client, monkeypatch):
    models.Edition.objects.update(listed_at="2100-01-01T00:00:00+09:00")
    missing = client.get("/plans/nothing/").content
    for path in PATHS[2:5]:
        assert client.get(path).content == missing, path
    assert "見本計画" not in client.get("/plans/").content.decode()


@pytest.mark.parametrize(
    "path",
    [
        *("/plans/Mihon/", "/plans/mihon/2022/1.A/", "/plans/mihon/2022/1./", "/plans/mihon/2022/..1/", "/plans/mihon/2022/1//"),
        *("/plans/mihon/2022/1/x/", "/plans/mihon/2022/%00/", "/plans/mihon/2022/１/", "/plans/nothing/latest/"),
        *("/plans/mihon/2022/v01/", "/plans/mihon/2022/v99999999999/", "/plans/mihon/2022/v2147483648/", "/plans/mihon/2022/v2/"),
        *("/plans/mihon/2022/v1/v1/", "/plans/mihon/2022/v1/latest/", "/plans/mihon/2022/v1/9/", "/plans/mihon/2022/9/latest/"),
        *("/plans/mihon/2022/latest/", "/plans/mihon/v1/", "/plans/mihon/v1/1/", "/plans/latest/", "/plans/mihon/2022/v１/"),
        *("/plans/mihon/2022/" + "1." * 2000 + "1/",),
    ],
)
def test_odd_addresses_are_missing_kindly(published, client, path):
    answer = client.get(path)
    assert answer.status_code == 404 and "計画を読む" in answer.content.decode()


def test_a_missing_slash_leads_to_the_page(published, client):
    answer = client.get("/plans/mihon/2022/1")
    assert (answer.status_code, answer["Location"]) == (301, "/plans/mihon/2022/1/")


def test_health_says_when_the_database_is_away(client, monkeypatch):
    def away(*args):
        raise DatabaseError("secret host name")

    monkeypatch.setattr("ichinoseki_portal.views.connection.cursor", away)
    answer = client.get("/health/")
    assert (answer.status_code, answer.content) == (503, b"database\n")


@pytest.mark.parametrize("status", [400, 403, 404, 500])
def test_pages_for_when_something_is_wrong_need_no_database(rf, django_assert_num_queries, status):
    handler = get_resolver().resolve_error_handler(status)
    with django_assert_num_queries(0):
        answer = handler(rf.get("/")) if status == 500 else handler(rf.get("/"), exception=Exception("secret"))
    page = answer.content.decode()
    assert answer.status_code == status and page.count("<h1") == 1 and "secret" not in page


def test_a_link_whose_far_clause_is_not_public_is_left_out(person, client):
    publish(
        take_in(document(clause("1", label="１", title="取組", body="文。"))).snapshot,
        author=person("editor"),
        approver=person("approver"),
    )
    take_in(
        document(clause("1", label="１", title="取組", body="文。"), clause("2", label="２", title="秘密", body="文。")),
        stage="amendment",
    )
    one, two = (models.ClauseAddress.objects.get(code=code) for code in ("1", "2"))
    models.ClauseLink.objects.create(origin=one, target=two, type="refers", note="秘密のつながり")
    page = client.get("/plans/mihon/2022/1/").content.decode()
    assert "秘密" not in page and "/2/" not in page
