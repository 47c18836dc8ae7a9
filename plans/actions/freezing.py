"""What a page shows with a clause, put down beside it when its snapshot is published and locked.

``Clause.frozen`` holds the actors, terms and indicators of the clause and ``where``, the place as one cites it (without our
short titles, which may change). The first clause also holds ``whole``: every term and indicator of the snapshot. A page then
needs one row where it would ask four tables. Nothing here goes stale: a published snapshot is locked.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from plans import models
from plans.models.wording import chain

BATCH = 100  # an update of n rows asks n conditions of each: small batches keep a long plan linear
TERM_FIELDS = ("term", "reading", "definition", "as_of_words")
INDICATOR_FIELDS = (
    *("name", "unit", "baseline_value", "baseline_year", "baseline_words"),
    *("target_value", "target_year", "target_words", "direction", "kind"),
)


def freeze(snapshot: models.Snapshot) -> None:
    """Write it for every clause, in bulk and without a history row: it says nothing new. The caller holds the edition's lock."""
    terms, indicators = _rows(snapshot.terms.all(), TERM_FIELDS), _rows(snapshot.indicators.all(), INDICATOR_FIELDS)
    terms_at, indicators_at = _by_address(terms), _by_address(indicators)
    actors: dict[int, list[list[str]]] = defaultdict(list)
    for clause_id, role, name in (
        models.ClauseActor.objects.filter(clause__snapshot=snapshot)
        .order_by("clause", "position")
        .values_list("clause_id", "role", "name")
    ):
        actors[clause_id].append([role, name])
    clauses = list(snapshot.clauses.only("id", "parent_id", "position", "address_id", "label", "title").order_by("position"))
    above: dict[int | None, list[models.Clause]] = {None: []}
    for clause in clauses:
        above[clause.pk] = [*above[clause.parent_id], clause]
        clause.frozen = {
            "where": chain(above[clause.pk]),
            "actors": actors[clause.pk],
            "terms": terms_at[clause.address_id],
            "indicators": indicators_at[clause.address_id],
        }
    if clauses:
        clauses[0].frozen["whole"] = {"terms": [row for _, row in terms], "indicators": [row for _, row in indicators]}
    models.Clause.objects.bulk_update(clauses, ["frozen"], batch_size=BATCH)


def _rows(rows: Any, fields: tuple[str, ...]) -> list[tuple[int | None, dict[str, Any]]]:
    """(address, values) in the order in which they are shown."""
    return [(values.pop("address_id"), values) for values in rows.values("address_id", *fields)]


def _by_address(rows: list[tuple[int | None, dict[str, Any]]]) -> dict[int | None, list[dict[str, Any]]]:
    found: dict[int | None, list[dict[str, Any]]] = defaultdict(list)
    for address, values in rows:
        found[address].append(values)
    return found
