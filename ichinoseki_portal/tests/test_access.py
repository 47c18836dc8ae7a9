"""Every route says who may call it, and one that does not is not served."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from ichinoseki_portal.access import FOREIGN, ROLES, rule_of
from ichinoseki_portal.tests.routes import undeclared, walk

PLANTED = "ichinoseki_portal.tests.planted_urls"


def test_every_route_is_declared():
    assert undeclared() == []


def test_every_route_of_ours_has_a_name():
    assert [route.path for route in walk() if not route.is_foreign and not route.name] == []


def test_no_foreign_entry_is_dead():
    routes = list(walk())
    living = {name for route in routes for name in (*route.namespaces, route.full_name)}
    assert FOREIGN.keys() <= living
    assert all(FOREIGN.values()), "each says why"


def test_rules_are_possible():
    for route in walk():
        if rule := rule_of(route.view):
            assert rule.who in {"public", "staff", "system"}, route.path
            assert rule.methods <= {"GET", "HEAD", "POST"}, route.path
            assert rule.writes == ("POST" in rule.methods), f"{route.path}: writes says whether it takes POST"


def test_the_walk_finds_a_planted_route():
    assert undeclared(PLANTED) == ["careless/"]


@pytest.mark.django_db
class TestGuard:
    @pytest.fixture(autouse=True)
    def planted(self, settings):
        settings.ROOT_URLCONF = PLANTED

    def test_tests_meet_an_error(self, client):
        with pytest.raises(ImproperlyConfigured, match="careless"):
            client.get("/careless/")

    def test_people_meet_a_404(self, client, settings):
        settings.TESTING = False
        answer = client.get("/careless/")
        assert answer.status_code == 404
        assert b"secret" not in answer.content

    def test_a_declared_view_is_served_by_its_methods_alone(self, client):
        assert client.get("/declared/").content == b"open"
        assert client.head("/declared/").status_code == 200
        answer = client.post("/declared/")
        assert (answer.status_code, answer["Allow"]) == (405, "GET, HEAD")
        assert "ここは読むだけのページです" in answer.content.decode()
        strict = type(client)(enforce_csrf_checks=True)
        assert strict.post("/declared/").status_code == 405  # not a word of a missing token

    def test_the_desk_is_hidden_from_all_but_active_staff(self, client, person):
        missing = client.get("/nowhere/")
        assert client.get("/desk/").content == missing.content
        client.force_login(person(is_staff=False))
        answer = client.get("/desk/")
        assert (answer.status_code, answer.content) == (404, missing.content)
        client.force_login(person())
        assert client.get("/desk/").content == b"desk"

    def test_the_admin_answers_for_itself(self, client):
        answer = client.get("/admin/")
        assert (answer.status_code, answer["Location"]) == (302, "/admin/login/?next=/admin/")


def test_role_keys_are_their_own():
    assert len({role.key for role in ROLES}) == len(ROLES)
