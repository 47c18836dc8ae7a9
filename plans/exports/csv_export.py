"""A snapshot's clauses as CSV, one row each."""

from __future__ import annotations

from ichinoseki_portal.spreadsheets import csv_bytes
from plans import models

COLUMNS = (
    "plan",
    "edition",
    "snapshot",
    "stage",
    "code",
    "parent",
    "position",
    "depth",
    "kind",
    "label",
    "title",
    "key_word",
    "body",
    "first_fiscal_year",
    "last_fiscal_year",
)


def export_csv(snapshot: models.Snapshot) -> bytes:
    """``snapshot`` comes from a ``visible_to`` queryset."""
    edition = snapshot.edition
    period = snapshot.facts.get("period") or {
        "first_fiscal_year": edition.first_fiscal_year,
        "last_fiscal_year": edition.last_fiscal_year,
    }
    clauses = list(snapshot.clauses.order_by("position"))
    codes = {clause.pk: clause.code for clause in clauses}
    rows = [
        (
            edition.plan.key,
            edition.key,
            snapshot.sequence,
            snapshot.stage,
            clause.code,
            codes.get(clause.parent_id or 0, ""),
            clause.position,
            clause.depth,
            clause.kind,
            clause.label,
            clause.title,
            clause.key_word,
            clause.body,
            period["first_fiscal_year"],
            period["last_fiscal_year"],
        )
        for clause in clauses
    ]
    return csv_bytes(COLUMNS, rows)
