"""Remove every fictional row. The audit trail, which holds only numbers and hashes, stays."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import transaction
from django.db.models import ProtectedError

from ichinoseki_portal.models import Department, Move, OutboxMail, User
from plans.actions.demo import remove_demo_plans


class Command(BaseCommand):
    help = "架空の見本データをすべて消します（監査記録は残ります）。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        default = str(Path(settings.BASE_DIR) / "run" / "demo-logins.txt")
        parser.add_argument("--logins", default=default, help="load_demo がパスワードを書いたファイル（消します）")

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        counts = remove_demo_plans()
        people = User.objects.filter(fictional=True)
        Move.objects.filter(by__in=people).update(by=None)
        OutboxMail.objects.filter(to__in=people.values("email")).delete()
        for person in people:
            self._remove_person(person, counts)
        departments = Department.objects.filter(fictional=True)
        User.objects.filter(department__in=departments).update(department=None)
        Department.objects.filter(successor__in=departments).update(successor=None)
        counts["portal.Department"] = departments.delete()[0]
        for label, number in sorted(counts.items()):
            kind = apps.get_model(label)._meta
            if number and not kind.auto_created:  # rows between two tables say nothing to people
                self.stdout.write(f"  {kind.verbose_name}：{number}")
        self.stdout.write("架空の見本データを消しました。" if any(counts.values()) else "架空の見本データはありません。")
        Path(options["logins"]).unlink(missing_ok=True)

    def _remove_person(self, person: User, counts: dict[str, int]) -> None:
        try:
            with transaction.atomic():
                for label, number in person.delete()[1].items():
                    counts[label] = counts.get(label, 0) + number
        except ProtectedError:
            person.set_unusable_password()
            person.is_active, person.is_staff, person.department = False, False, None
            person.save()
            self.stdout.write(f"{person.email} は実際の計画に関わったので、無効にして残しました。")
