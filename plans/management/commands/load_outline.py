"""Load what the portal ships with: actors, recorded editions, outlines. A second run changes nothing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from ichinoseki_portal.text import RefusedText
from plans.actions.figures import clean_svg
from plans.actions.outline import Source, load_outline
from plans.enums import TextKind
from plans.importers.files import read_file
from plans.reader.document import Clause, ClauseTextRow
from plans.reader.errors import ReadingRefused


class Command(BaseCommand):
    help = "要約（骨組み）、原典未収載の版、主体の一覧を読み込みます（OUTLINE_DIR）。"

    def handle(self, *args: Any, **options: Any) -> None:
        folder = Path(settings.OUTLINE_DIR)
        if not folder.is_dir():
            raise CommandError(f"OUTLINE_DIR：{folder} というフォルダーはありません。")
        try:
            outlines = with_figures(sources(folder / "outline"), folder / "figures")
            done = load_outline(outlines=outlines, recorded=sources(folder / "recorded"), actors=_actors(folder))
        except (ReadingRefused, KeyError, ValueError) as error:
            raise CommandError(f"{folder}：{error}") from error
        for line in done.lines:
            self.stdout.write(line)
        self.stdout.write("要約を読み込みました。" if done.written else "要約はもう読み込んであります。何も変えていません。")


def sources(folder: Path) -> list[Source]:
    """The data files of a folder, in the order of their names. Raises ReadingRefused naming the file."""
    found = []
    for path in sorted(folder.glob("*.json")):
        try:
            reading = read_file(path)
        except ReadingRefused as error:
            raise ReadingRefused(f"{path.name}：{error}") from error
        found.append(Source(path.name, reading.sha256, reading.document))
    return found


def with_figures(found: list[Source], folder: Path) -> list[Source]:
    """Put the figures redrawn by us (<plan>-<edition>-<code>.svg) with the clauses they belong to. Raises ReadingRefused."""
    files = {path.name: path for path in sorted(folder.glob("*.svg"))}
    for source in found:
        plan, edition = source.document.plan.key, source.document.edition.key
        for clause in source.document.clauses:
            if path := files.pop(f"{plan}-{edition}-{clause.code}.svg", None):
                clause.texts.append(_figure(path, clause))
    if files:
        raise ReadingRefused(f"{next(iter(files))}：この図の項目が、要約にありません。")
    return found


def _figure(path: Path, clause: Clause) -> ClauseTextRow:
    """Written for the same official words as the description beside it."""
    described = next((row for row in clause.texts if row.kind == TextKind.ALT), None)
    if described is None:
        raise ReadingRefused(f"{path.name}：図の説明（alt）が、要約の {clause.code} にありません。")
    try:
        drawn = clean_svg(path.read_text(encoding="utf-8"))
    except RefusedText as error:
        raise ReadingRefused(f"{path.name}：{error}") from error
    return ClauseTextRow(TextKind.FIGURE, drawn, described.written_for, described.author, described.approver)


def _actors(folder: Path) -> list[dict[str, Any]]:
    path = folder / "actors.json"
    if not path.is_file():
        return []
    rows: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))["actors"]
    return rows
