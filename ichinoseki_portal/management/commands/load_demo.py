"""Load the fictional sample: plans, departments and three people to sign in as. A second run changes nothing."""

from __future__ import annotations

import os
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.models import Group
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils.crypto import get_random_string

from ichinoseki_portal.models import Department, User
from plans.actions.demo import NotFictional, load_demo_plans
from plans.actions.outline import Source
from plans.management.commands.load_outline import sources
from plans.reader.errors import ReadingRefused

PEOPLE = (("editor", "見本 編集者（架空）"), ("approver", "見本 決裁者（架空）"), ("auditor", "見本 監査（架空）"))


class Command(BaseCommand):
    help = "架空の見本データ（計画、課、利用者3人）を読み込みます。消すときは remove_demo。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        default = str(Path(settings.BASE_DIR) / "run" / "demo-logins.txt")
        parser.add_argument("--logins", default=default, help="パスワードを書くファイル（自分だけが読めます）")

    def handle(self, *args: Any, **options: Any) -> None:
        folder = Path(settings.OUTLINE_DIR) / "sample"
        try:
            files = sources(folder)
            with transaction.atomic():
                _departments(files)
                passwords = _people()
                people = {key: User.objects.get(email=f"{key}@example.invalid") for key, _ in PEOPLE}
                done = load_demo_plans(sources=files, author=people["editor"], approver=people["approver"])
                if passwords:
                    _write_logins(Path(options["logins"]), passwords)
        except (ReadingRefused, NotFictional) as error:
            raise CommandError(str(error)) from error
        for line in done.lines:
            self.stdout.write(line)
        self.stdout.write(
            "架空の見本データを読み込みました。"
            if done.written
            else "架空の見本データはもう読み込んであります。何も変えていません。"
        )
        for email, password in passwords.items():
            self.stdout.write(f"  【架空】{email}  {password}")
        if passwords:
            self.stdout.write(f"パスワードは {options['logins']} にもあります。")


def _departments(files: list[Source]) -> None:
    names = {row.name for source in files for clause in source.document.clauses for row in clause.departments}
    have = set(Department.objects.values_list("name", flat=True))
    number = Department.objects.filter(fictional=True).count()
    for name in sorted(names - have):
        number += 1
        Department.objects.create(code=f"demo-{number}", name=name, fictional=True)


def _people() -> dict[str, str]:
    """Make the sample people who are missing. Returns their passwords by e-mail address."""
    made = {}
    for key, name in PEOPLE:
        email = f"{key}@example.invalid"
        if User.objects.filter(email=email).exists():
            continue
        made[email] = get_random_string(20)
        user = User.objects.create_user(
            email,
            made[email],
            name=name,
            is_staff=True,
            fictional=True,
            department=Department.objects.filter(fictional=True).first(),
        )
        user.groups.set(Group.objects.filter(name=key))
    return made


def _write_logins(path: Path, passwords: dict[str, str]) -> None:
    """Readable by the owner alone, from the first byte on."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            file.write("架空の見本データの利用者。remove_demo で消えます。\n")
            file.writelines(f"{email}\t{password}\n" for email, password in passwords.items())
    except OSError as error:
        raise CommandError(f"{path} に書けません。") from error
