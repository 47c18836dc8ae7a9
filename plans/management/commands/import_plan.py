"""Take one plan document in: text or plan-json. Everything or nothing."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from ichinoseki_portal.models import User
from ichinoseki_portal.workflow import MoveRefused
from plans import permissions
from plans.actions.imports import ImportResult, import_document
from plans.actions.snapshots import approve_snapshot, publish_snapshot, submit_snapshot
from plans.enums import Stage, State
from plans.exports.json_export import json_bytes
from plans.importers.files import Reading, read_file, refuse_loss
from plans.management.summary import document_lines, progress_to, result_lines
from plans.reader.errors import ReadingRefused


class Command(BaseCommand):
    help = "計画の文書（テキストか plan-json）を一つ取り込みます。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", help="取り込むファイル")
        parser.add_argument("--plan", required=True, help="計画のキー（例 kyodo）")
        parser.add_argument("--edition", required=True, help="版のキー。ふつうは最初の年度（例 2022）")
        parser.add_argument("--title", default="", help="版の名称（省くと文書から読みます）")
        parser.add_argument("--stage", default="", choices=["", *Stage.values], help="段階（省くと文書の段階、なければ成案）")
        parser.add_argument("--dry-run", action="store_true", help="読んで確かめるだけで、何も書きません")
        parser.add_argument("--publish", action="store_true", help="決裁と公開までします（--author と --approver が必要）")
        parser.add_argument("--author", default="", help="起案者のメールアドレス")
        parser.add_argument("--approver", default="", help="決裁者のメールアドレス")
        parser.add_argument("--report", default="", help="読み取った結果を plan-json で書き出すファイル")

    def handle(self, *args: Any, **options: Any) -> None:
        author, approver = self._people(options)
        report = _report_path(options["report"])
        try:
            reading = read_file(Path(options["file"]), progress=progress_to(self.stderr))
            refuse_loss(reading)
            with transaction.atomic():
                result = self._import(reading, options, author)
                lines = [*document_lines(result.document), *result_lines(result, dry_run=options["dry_run"])]
                if options["publish"] and author and approver:
                    lines.append(_publish(result, author, approver))
                if report:
                    _write_report(report, result)
                if options["dry_run"]:
                    transaction.set_rollback(True)
        except (ReadingRefused, MoveRefused) as error:
            raise CommandError(str(error)) from error
        self.stdout.write("\n".join(lines))

    def _people(self, options: dict[str, Any]) -> tuple[User | None, User | None]:
        """Author and approver, found and entitled before anything is read."""
        if not options["publish"]:
            if options["approver"]:
                raise CommandError("--approver は --publish と一緒に使います。")
            return (_person(options["author"], "--author") if options["author"] else None), None
        if not options["author"] or not options["approver"]:
            raise CommandError("--publish には --author と --approver の両方が必要です。")
        author, approver = _person(options["author"], "--author"), _person(options["approver"], "--approver")
        if author == approver:
            raise CommandError("起案者と決裁者は別の人にしてください。")
        if not permissions.can_submit_snapshot(author):
            raise CommandError(f"{author.email} には、決裁に回す権限がありません。")
        if not (permissions.can_approve_snapshot(approver) and permissions.can_publish_snapshot(approver)):
            raise CommandError(f"{approver.email} には、決裁と公開の権限がありません。")
        return author, approver

    def _import(self, reading: Reading, options: dict[str, Any], author: User | None) -> ImportResult:
        return import_document(
            document=reading.document,
            plan_key=options["plan"],
            edition_key=options["edition"],
            title=options["title"],
            stage=options["stage"],
            file_name=reading.file_name,
            sha256=reading.sha256,
            by=author,
        )


def _person(email: str, option: str) -> User:
    user = User.objects.filter(email__iexact=email, is_active=True).first()
    if user is None:
        raise CommandError(f"{option}：{email} という利用者はいません。")
    return user


def _report_path(name: str) -> Path | None:
    if not name:
        return None
    path = Path(name)
    if path.is_dir() or not path.parent.is_dir():
        raise CommandError(f"--report：{path} に書けません。")
    return path


def _write_report(path: Path, result: ImportResult) -> None:
    try:
        path.write_bytes(json_bytes(result.document.as_json()))
    except OSError as error:
        raise CommandError(f"--report：{path} に書けません。") from error


def _publish(result: ImportResult, author: User, approver: User) -> str:
    """Through the same actions and in the same order as by hand."""
    snapshot = result.snapshot
    if snapshot.state == State.PUBLISHED:
        return "もう公開されています。"
    if snapshot.state == State.DRAFT:
        submit_snapshot(snapshot=snapshot, by=author)
    if snapshot.state == State.IN_REVIEW:
        approve_snapshot(snapshot=snapshot, by=approver)
    publish_snapshot(snapshot=snapshot, by=approver)
    return f"「{snapshot}」を公開しました（{snapshot.edition.get_absolute_url()}）。"
