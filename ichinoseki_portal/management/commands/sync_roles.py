"""Make the groups of the roles that ``access.ROLES`` declares."""

from typing import Any

from django.contrib.auth.models import Group, Permission
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from ichinoseki_portal.access import ROLES, Role


class Command(BaseCommand):
    help = "役割（access.ROLES）のとおりにグループと権限をそろえます。何度実行しても同じ結果になります。"

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        for role in ROLES:
            group, created = Group.objects.get_or_create(name=role.key)
            wanted = _permissions(role)
            before = set(group.permissions.all())
            group.permissions.set(wanted)
            if options["verbosity"]:
                change = "新規" if created else f"+{len(wanted - before)} -{len(before - wanted)}"
                self.stdout.write(f"{role.key:<12}{len(wanted):>4} 権限  {change:<8}{role.label}")


def _permissions(role: Role) -> set[Permission]:
    """The permissions a role names. Raises CommandError for one that does not exist."""
    found = {
        f"{permission.content_type.app_label}.{permission.codename}": permission
        for permission in Permission.objects.select_related("content_type")
    }
    if missing := [name for name in role.permissions if name not in found]:
        raise CommandError(f"役割 {role.key} の権限が見つかりません: {', '.join(missing)}（先に migrate を実行してください）")
    return {found[name] for name in role.permissions}
