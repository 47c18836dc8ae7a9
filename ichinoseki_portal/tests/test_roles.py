"""sync_roles: each role is a group with exactly its permissions."""

from io import StringIO

import pytest
from django.contrib.auth.models import Group, Permission
from django.core.management import CommandError, call_command

from ichinoseki_portal.access import ROLES, Role
from ichinoseki_portal.management.commands import sync_roles

pytestmark = pytest.mark.django_db


def names(group: Group) -> set[str]:
    return {f"{p.content_type.app_label}.{p.codename}" for p in group.permissions.select_related("content_type")}


def test_each_role_is_a_group_with_exactly_its_permissions(roles):
    assert {g.name: names(g) for g in Group.objects.all()} == {r.key: set(r.permissions) for r in ROLES}


def test_a_second_run_takes_back_what_was_added_by_hand(roles):
    group = Group.objects.get(name="auditor")
    group.permissions.add(Permission.objects.get(codename="add_user"))
    out = StringIO()
    call_command("sync_roles", stdout=out)
    assert names(group) == set(next(r for r in ROLES if r.key == "auditor").permissions)
    assert [line.split()[0] for line in out.getvalue().splitlines()] == [r.key for r in ROLES]
    assert "+0 -1" in out.getvalue()


def test_an_unknown_permission_is_named(monkeypatch):
    monkeypatch.setattr(sync_roles, "ROLES", (Role("odd", "odd", ("plans.fly",)),))
    with pytest.raises(CommandError, match=r"plans\.fly"):
        call_command("sync_roles", verbosity=0)
    assert not Group.objects.exists()


def test_nobody_both_edits_and_approves():
    """A text is approved by another person than the one who wrote it; the roles must not undo that."""
    for role in ROLES:
        assert not {"plans.submit_snapshot", "plans.approve_snapshot"} <= set(role.permissions)
