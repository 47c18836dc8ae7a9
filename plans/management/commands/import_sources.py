"""Take in and publish every plan document of a folder that is not in yet."""

from __future__ import annotations

import re
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from ichinoseki_portal.workflow import MoveRefused
from plans import models
from plans.actions.accounts import service_accounts
from plans.actions.imports import import_document
from plans.actions.snapshots import approve_snapshot, publish_snapshot, submit_snapshot
from plans.enums import State
from plans.importers.files import read_file
from plans.management.summary import progress_to, result_lines
from plans.reader.errors import ReadingRefused

_NAME = re.compile(r"(?P<plan>[a-z0-9][a-z0-9-]*?)-(?P<edition>\d{4}(?:-[a-z0-9-]+)?)\.(?:txt|json)")
WHY = "フォルダーからの一括取り込み（自動）。"


class Command(BaseCommand):
    help = "フォルダーの中の「計画キー-版キー.txt」（.json）を、まだのものだけ取り込んで公開します。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder")

    def handle(self, *args: Any, **options: Any) -> None:
        folder = Path(options["folder"])
        if not folder.is_dir():
            raise CommandError(f"{folder} というフォルダーはありません。")
        refused = 0
        found = False
        for path in sorted(folder.iterdir()):
            match = _NAME.fullmatch(path.name)
            if match is None:
                self.stdout.write(f"{path.name}：名前が「計画キー-版キー.txt」の形でないので、読みません。")
                continue
            found = True
            try:
                self._take_in(path, match["plan"], match["edition"])
            except (ReadingRefused, MoveRefused) as error:
                refused += 1
                self.stderr.write(f"{path.name}：{error}")
        if not found:
            raise CommandError(f"{folder} に、取り込むファイルがありません。")
        if refused:
            raise CommandError(f"{refused}件のファイルは取り込めませんでした。")

    def _take_in(self, path: Path, plan: str, edition: str) -> None:
        reading = read_file(path, progress=progress_to(self.stderr))
        done = models.Snapshot.objects.filter(edition__plan__key=plan, edition__key=edition, import_job__sha256=reading.sha256)
        if done.exclude(state=State.DRAFT).exists():  # what people made of it since is theirs
            self.stdout.write(f"{path.name}：もう取り込んであります。何も変えていません。")
            return
        if reading.lost:
            raise ReadingRefused(f"原典の文字が失われるか重なるので、取り込みません（{reading.lost[0].why}）。")
        if not reading.document.clauses:
            raise ReadingRefused("見出しも項目も見つかりません。")
        with transaction.atomic():
            author, approver = service_accounts()
            result = import_document(
                document=reading.document,
                plan_key=plan,
                edition_key=edition,
                file_name=reading.file_name,
                sha256=reading.sha256,
                by=author,
            )
            snapshot = result.snapshot
            if snapshot.state == State.DRAFT:
                submit_snapshot(snapshot=snapshot, by=author)
                approve_snapshot(snapshot=snapshot, by=approver, why=WHY)
                publish_snapshot(snapshot=snapshot, by=approver, why=WHY)
        for line in result_lines(result, dry_run=False, details=False):
            self.stdout.write(f"{path.name}：{line}")
        if result.changed and snapshot.state == State.PUBLISHED:
            self.stdout.write(
                f"{path.name}：{len(result.document.clauses)}項目を公開しました（{snapshot.edition.get_absolute_url()}）。"
            )
