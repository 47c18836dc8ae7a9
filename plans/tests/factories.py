"""Small documents and snapshots for tests."""

from __future__ import annotations

import hashlib
from typing import Any

from django.apps import apps
from django.db import connection

from plans import models
from plans.actions.imports import ImportResult, import_document
from plans.actions.snapshots import approve_snapshot, publish_snapshot, submit_snapshot
from plans.reader.document import Clause, Document, EditionFacts, Period, PlanFacts


def clause(code: str, *, body: str = "", title: str = "", label: str = "", parent: str | None = "?", **fields: Any) -> Clause:
    """A clause; its parent follows from the code unless it is given."""
    if parent == "?":
        parent = code.rpartition(".")[0] or None
    return Clause(
        code=code, parent=parent, position=0, kind=fields.pop("kind", "item"), label=label, title=title, body=body, **fields
    )


def document(*clauses: Clause, first: int = 2022, **fields: Any) -> Document:
    """A document of these clauses, in this order."""
    for position, row in enumerate(clauses):
        row.position = position
    edition = EditionFacts("2022", "第２次 見本計画", "第２次", Period(first, first + 4, "５年間"))
    return Document(plan=PlanFacts("mihon", "見本計画", "見本市", "other"), edition=edition, clauses=list(clauses), **fields)


def list_document(*items: str) -> Document:
    """One heading with a list of sentences below, numbered in order: codes 1.1, 1.2 …"""
    rows = [clause(f"1.{n}", label="●", body=item) for n, item in enumerate(items, 1)]
    return document(clause("1", label="１", title="取組", kind="section"), *rows)


def take_in(doc: Document, *, plan: str = "mihon", edition: str = "2022", by: Any = None, **options: Any) -> ImportResult:
    """Import a document as if from a file of its own."""
    sha256 = hashlib.sha256(repr(doc).encode()).hexdigest()
    return import_document(
        document=doc, plan_key=plan, edition_key=edition, file_name="mihon.json", sha256=sha256, by=by, **options
    )


def publish(snapshot: models.Snapshot, *, author: Any, approver: Any) -> models.Snapshot:
    explain(snapshot)
    submit_snapshot(snapshot=snapshot, by=author)
    approve_snapshot(snapshot=snapshot, by=approver)
    return publish_snapshot(snapshot=snapshot, by=approver)


def explain(snapshot: models.Snapshot) -> models.Snapshot:
    """An erratum says why it mends what was decided, else it is not handed in."""
    if snapshot.stage == "erratum" and not snapshot.note:
        snapshot.note = "字を直しました。"
        snapshot.save(update_fields=["note"])
    return snapshot


def all_rows(*, without: tuple[str, ...] = ()) -> dict[str, list[Any]]:
    """Every row of every table of ours, as values: equal before and after means that nothing was written."""
    found = {}
    for model in apps.get_models():
        if model._meta.label not in without and model._meta.db_table in connection.introspection.table_names():
            found[model._meta.label] = sorted(map(repr, model._base_manager.values_list()))
    return found
