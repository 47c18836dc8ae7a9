"""People in the admin: a password set for them, roles given and taken, leave their rows."""

import pytest
from django.contrib.auth.models import Group

from ichinoseki_portal.admin.people import UserAdmin
from ichinoseki_portal.models import AuditRow, User

pytestmark = pytest.mark.django_db


@pytest.fixture
def chief(person, client):
    chief = person(is_superuser=True, email="chief@x.invalid")
    client.force_login(chief)
    return chief


def address(user, page="change"):
    return f"/admin/portal/user/{user.pk}/{page}/"


def typed(user, **more):
    """The form of a person as it stands."""
    kept = {"email": user.email, "name": user.name, "department": "", "is_active": "on", "is_staff": "on"}
    return {name: value for name, value in {**kept, "groups": [g.pk for g in user.groups.all()], **more}.items() if value != ""}


PASSWORD = {"usable_password": "true", "password1": "hirosegawa-no-7-hashi", "password2": "hirosegawa-no-7-hashi"}


def test_a_password_set_for_somebody_leaves_a_row(client, chief, person):
    user = person("editor", email="someone@x.invalid")
    answer = client.post(address(user, "password"), {**PASSWORD, "set-password": "1"})
    assert answer.status_code == 302 and User.objects.get(pk=user.pk).check_password(PASSWORD["password1"])
    row = AuditRow.objects.get(action="user.password_set")
    assert (row.actor_id, row.subject, row.detail) == (chief.pk, f"portal.User:{user.pk}", {"usable": True})


def test_what_was_refused_leaves_none(client, chief, person):
    user = person(email="someone@x.invalid")
    assert client.get(address(user, "password")).status_code == 200
    assert client.post(address(user, "password"), {**PASSWORD, "password2": "x"}).status_code == 200
    client.force_login(person("editor", email="editor@x.invalid"))
    assert client.post(address(user, "password"), {**PASSWORD, "set-password": "1"}).status_code == 403
    assert not AuditRow.objects.filter(action="user.password_set").exists()
    assert User.objects.get(pk=user.pk).check_password("a-password-for-tests")


def test_no_password_without_its_row(client, chief, person, monkeypatch):
    user = person(email="someone@x.invalid")

    def broken(**_more):
        raise RuntimeError

    monkeypatch.setattr("ichinoseki_portal.audit.record", broken)
    with pytest.raises(RuntimeError):
        client.post(address(user, "password"), {**PASSWORD, "set-password": "1"})
    assert User.objects.get(pk=user.pk).check_password("a-password-for-tests")


def test_roles_given_and_taken_stand_in_the_row_by_number(client, chief, person):
    user = person("editor", email="someone@x.invalid", name="見本ななこ")
    editor, approver = (Group.objects.get(name=name) for name in ("editor", "approver"))
    answer = client.post(address(user), typed(user, groups=[approver.pk], is_superuser="on", is_staff=""))
    assert answer.status_code == 302, answer.context["errors"]
    row = AuditRow.objects.get(action="user.changed")
    assert row.detail == {
        "fields": ["groups", "is_staff", "is_superuser"],
        "groups_added": [approver.pk],
        "groups_removed": [editor.pk],
        "is_staff": False,
        "is_superuser": True,
    }
    assert row.actor_id == chief.pk and list(user.groups.all()) == [approver]


def test_a_name_changed_stands_without_the_name(client, chief, person):
    user = person("editor", email="someone@x.invalid")
    client.post(address(user), typed(user, name="見本ななこ"))
    row = AuditRow.objects.get(action="user.changed")
    assert row.detail == {"fields": ["name"], "groups_added": [], "groups_removed": []} and "ななこ" not in str(row.detail)


def test_a_new_person_leaves_a_row(client, chief):
    client.post("/admin/portal/user/add/", {"email": "new@x.invalid", "name": "新しい人", **PASSWORD})
    user = User.objects.get(email="new@x.invalid")
    row = AuditRow.objects.get(action="user.added")
    assert row.subject == f"portal.User:{user.pk}" and "新しい人" not in str(row.detail)


def test_that_roles_are_told_hangs_on_asking(client, chief, person, monkeypatch):
    monkeypatch.delattr(UserAdmin, "audit_detail")
    user = person("editor", email="someone@x.invalid")
    client.post(address(user), typed(user, groups=[]))
    assert "groups_removed" not in AuditRow.objects.get(action="user.changed").detail
