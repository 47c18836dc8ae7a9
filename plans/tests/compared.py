"""Small texts of one plan to compare: what the tests of comparing share."""

from __future__ import annotations

from typing import Any

from plans import models
from plans.reader.document import Clause
from plans.tests.factories import clause, document, publish, take_in

BASE = "/plans/mihon/compare/"
PAIR = f"{BASE}2022/v1/2022/v2/"


def chapter(*bodies: str) -> list[Clause]:
    """A heading with sentences below: codes 1, 1.1, 1.2 …"""
    rows = [clause(f"1.{n}", label=f"（{n}）", body=body) for n, body in enumerate(bodies, 1)]
    return [clause("1", label="１", title="取組"), *rows]


def put_out(people: dict[str, Any], *rows: Clause, edition: str = "2022", stage: str = "final", **given: Any) -> models.Snapshot:
    """Publish these clauses as the next text of an edition. ``given``: note, first (fiscal year), reasons by code."""
    doc = document(*rows, first=given.get("first") or int(edition))
    doc.edition.key, doc.edition.title = edition, f"{edition}年の見本計画"
    snapshot = take_in(doc, stage=stage, edition=edition).snapshot
    models.Snapshot.objects.filter(pk=snapshot.pk).update(note=given.get("note", ""))
    for code, reason in given.get("reasons", {}).items():
        models.Clause.objects.filter(snapshot=snapshot, code=code).update(change_reason=reason)
    return publish(models.Snapshot.objects.get(pk=snapshot.pk), **people)


def put_out_two(people: dict[str, Any]) -> tuple[models.Snapshot, models.Snapshot]:
    """A draft, and a final text in which one clause is changed, one gone, one renumbered and one new."""
    draft = put_out(people, *chapter("市は、道を直します。", "市は、橋を見ます。", "変わらない文です。"), stage="draft")
    rows = chapter("市は、道を大いに直します。")
    rows += [clause("1.3", label="（2）", body="変わらない文です。"), clause("2", label="２", title="新しい章")]
    return draft, put_out(people, *rows)


def succession(snapshot: models.Snapshot, *rows: tuple[str, str, str, str, str]) -> None:
    """State (old edition, old code, new code, kind, reason) before it is published; a code "" is no end."""
    snapshot.successions.all().delete()
    for old_edition, old, new, kind, reason in rows:
        ends = []
        for edition, code in ((old_edition, old), (snapshot.edition.key, new)):
            found = models.ClauseAddress.objects.filter(edition__plan=snapshot.edition.plan, edition__key=edition, code=code)
            ends.append(found.get() if code else None)
        models.Succession.objects.create(
            old=ends[0], new=ends[1], kind=kind, reason=reason, edition=snapshot.edition, snapshot=snapshot
        )
