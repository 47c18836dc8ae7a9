"""Write one snapshot out: plan-json, plain text or CSV."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from plans import models
from plans.enums import State
from plans.exports.csv_export import export_csv
from plans.exports.json_export import export_json
from plans.exports.text_export import export_text
from plans.permissions import SYSTEM


class Command(BaseCommand):
    help = "計画の一つの版を書き出します（公開中のもの。なければ下書き）。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("plan", help="計画のキー")
        parser.add_argument("--edition", required=True, help="版のキー")
        parser.add_argument("--format", required=True, choices=["json", "text", "csv"])
        parser.add_argument("--output", default="", help="書き出すファイル（省くと標準出力）")
        parser.add_argument("--snapshot", type=int, help="段階の通し番号（v1 なら 1）")

    def handle(self, *args: Any, **options: Any) -> None:
        data = self._export(self._snapshot(options), options["format"])
        if options["output"]:
            try:
                Path(options["output"]).write_bytes(data)
            except OSError as error:
                raise CommandError(f"{options['output']} に書けません。") from error
        elif buffer := getattr(getattr(self.stdout, "_out", None), "buffer", None):
            buffer.write(data)  # as it is: no newline added or translated
            buffer.flush()
        else:
            self.stdout.write(data.decode(), ending="")

    def _snapshot(self, options: dict[str, Any]) -> models.Snapshot:
        snapshots = models.Snapshot.objects.visible_to(SYSTEM).select_related("edition__plan", "import_job").order_by("-sequence")
        snapshots = snapshots.filter(edition__plan__key=options["plan"], edition__key=options["edition"])
        if options["snapshot"] is not None:
            snapshot = snapshots.filter(sequence=options["snapshot"]).first()
        else:
            snapshot = snapshots.filter(state=State.PUBLISHED).first()
            if snapshot is None and (snapshot := snapshots.first()):
                self.stderr.write(f"公開中のものがないので、「{State(snapshot.state).label}」を書き出します。")
        if snapshot is None:
            raise CommandError(f"{options['plan']}/{options['edition']} に、書き出せるものがありません。")
        return snapshot

    def _export(self, snapshot: models.Snapshot, form: str) -> bytes:
        if form == "json":
            return export_json(snapshot, reader=SYSTEM)
        return export_text(snapshot) if form == "text" else export_csv(snapshot)
