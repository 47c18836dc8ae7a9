"""Rows of one snapshot, written and emptied in bulk. The caller holds the transaction and the edition's lock."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import asdict

from django.db.models import QuerySet

from ichinoseki_portal.models import Department, User
from ichinoseki_portal.text import fold
from plans import models
from plans.reader import document as doc

from .alignment import words_hash

BATCH = 500


def addresses_for(edition: models.Edition, codes: list[str]) -> dict[str, models.ClauseAddress]:
    """The addresses of these codes, made where missing, in bulk."""
    found = {row.code: row for row in models.ClauseAddress.objects.filter(edition=edition)}
    missing = [models.ClauseAddress(edition=edition, code=code) for code in dict.fromkeys(codes) if code not in found]
    models.ClauseAddress.objects.bulk_create(missing, batch_size=BATCH)
    return found | {row.code: row for row in missing}


def write_content(snapshot: models.Snapshot, document: doc.Document) -> dict[str, models.ClauseAddress]:
    """Write clauses, actors, terms and indicators of an empty snapshot. Returns the addresses by code."""
    addresses = addresses_for(snapshot.edition, [clause.code for clause in document.clauses])
    clauses = _write_clauses(snapshot, document.clauses, addresses)
    known = actors_by_word()
    models.ClauseActor.objects.bulk_create(
        [
            models.ClauseActor(
                clause=clauses[clause.code], name=actor.name, role=actor.role, position=at, actor=known.get(fold(actor.name))
            )
            for clause in document.clauses
            for at, actor in enumerate(clause.actors)
        ],
        batch_size=BATCH,
    )
    models.Term.objects.bulk_create(
        [
            models.Term(
                snapshot=snapshot,
                address=addresses.get(row.code) if row.code else None,
                term=row.term,
                reading=row.reading,
                definition=row.definition,
                as_of_words=row.as_of,
                position=at,
            )
            for at, row in enumerate(document.terms)
        ],
        batch_size=BATCH,
    )
    models.Indicator.objects.bulk_create(
        [_indicator(snapshot, at, row, addresses) for at, row in enumerate(document.indicators)], batch_size=BATCH
    )
    return addresses


def _write_clauses(
    snapshot: models.Snapshot, rows: list[doc.Clause], addresses: dict[str, models.ClauseAddress]
) -> dict[str, models.Clause]:
    """Level by level, so that each parent has its number before its children are written."""
    depth: dict[str, int] = {}
    last: dict[str, int] = {}
    levels: dict[int, list[doc.Clause]] = defaultdict(list)
    for row in rows:
        depth[row.code] = depth[row.parent] + 1 if row.parent is not None else 0
        levels[depth[row.code]].append(row)
    for row in reversed(rows):
        last[row.code] = max(last.get(row.code, 0), row.position)
        if row.parent is not None:
            last[row.parent] = max(last.get(row.parent, 0), last[row.code])
    made: dict[str, models.Clause] = {}
    for level in sorted(levels):
        batch = [
            models.Clause(
                snapshot=snapshot,
                address=addresses[row.code],
                parent=made[row.parent] if row.parent is not None else None,
                code=row.code,
                position=row.position,
                last=last[row.code],
                depth=level,
                kind=row.kind,
                label=row.label,
                title=row.title,
                key_word=row.key_word,
                body=row.body,
                modality=[asdict(predicate) for predicate in row.modality],
                lines=row.lines,
                confidence=row.confidence,
            )
            for row in levels[level]
        ]
        made |= {clause.code: clause for clause in models.Clause.objects.bulk_create(batch, batch_size=BATCH)}
    return made


def _indicator(
    snapshot: models.Snapshot, at: int, row: doc.Indicator, addresses: dict[str, models.ClauseAddress]
) -> models.Indicator:
    return models.Indicator(
        snapshot=snapshot,
        address=addresses.get(row.code) if row.code else None,
        position=at,
        name=row.name,
        unit=row.unit,
        baseline_value=row.baseline.value or "",
        baseline_year=row.baseline.year,
        baseline_words=row.baseline.words,
        target_value=row.target.value or "",
        target_year=row.target.year,
        target_words=row.target.words,
        direction=row.direction,
        kind=row.kind,
        lines=row.lines,
    )


def empty(snapshot: models.Snapshot) -> None:
    """Take a draft's content out again. Addresses, and all that speaks of them, stay."""
    snapshot.terms.all().delete()
    snapshot.indicators.all().delete()
    drop_clauses(snapshot.clauses.all())


def drop_clauses(clauses: QuerySet[models.Clause]) -> None:
    """Delete clauses without a history row for each: what an import replaces stands in its ImportJob."""
    clauses.update(parent=None)  # a parent is protected by its children
    models.ClauseActor.objects.filter(clause__in=clauses).delete()
    clauses._raw_delete(clauses.db)


def remember_dropped(edition: models.Edition, dropped: list[doc.Clause]) -> None:
    """Keep what stood last at the addresses of dropped clauses, so that a clause which comes back is known again."""
    words = {clause.code: words_hash(clause.title, clause.body) for clause in dropped}
    rows = [row for row in models.ClauseAddress.objects.filter(edition=edition) if row.code in words]
    for row in rows:
        row.last_words = words[row.code]
    models.ClauseAddress.objects.bulk_update(rows, ["last_words"], batch_size=BATCH)


def actors_by_word() -> dict[str, models.Actor]:
    """Every known word for an actor, folded → the actor."""
    aliases = {fold(row.name): row.actor for row in models.ActorAlias.objects.select_related("actor")}
    return aliases | {fold(row.name): row for row in models.Actor.objects.all()}


def ensure_texts(
    document: doc.Document, addresses: dict[str, models.ClauseAddress], *, by: User | None = None, write: bool = True
) -> int:
    """Texts that come with a document. What ships with the portal (``by`` None) is public: missing ones are made, those nobody
    has touched are refreshed, edited ones kept. What a person brings is proposed, and waits for another person to confirm it.

    Returns how many rows are (with ``write=False``: would be) written.
    """
    wanted = {(clause.code, row.kind): row for clause in document.clauses for row in clause.texts}
    if not wanted:
        return 0
    some = next(iter(addresses.values()), None)
    stored = models.ClauseText.objects.filter(address__edition=some.edition_id).select_related("address") if some else []
    have = {(row.address.code, row.kind): row for row in stored}
    new: list[models.ClauseText] = []
    old: list[models.ClauseText] = []
    for (code, kind), row in wanted.items():
        kept = have.get((code, kind)) or models.ClauseText(address=addresses[code], kind=kind)
        if _propose(kept, row, by) if by else _refresh(kept, row):
            (old if kept.pk else new).append(kept)
    if write:
        models.ClauseText.objects.bulk_create(new, batch_size=BATCH)
        models.ClauseText.objects.bulk_update(old, [*_SHIPPED, "proposed", "proposed_for", "proposed_by"], batch_size=BATCH)
    return len(new) + len(old)


_SHIPPED = ("text", "written_for", "author_name", "approver_name")


def _refresh(kept: models.ClauseText, row: doc.ClauseTextRow) -> bool:
    """Give a text that nobody has touched the shipped words. Whether that changes anything."""
    words = dict(zip(_SHIPPED, (row.text, row.written_for, row.author, row.approver), strict=True))
    touched = kept.version != 1 or kept.author_id is not None or bool(kept.proposed)
    if touched or all(getattr(kept, name) == value for name, value in words.items()):
        return False
    for name, value in words.items():
        setattr(kept, name, value)
    return True


def _propose(kept: models.ClauseText, row: doc.ClauseTextRow, by: User) -> bool:
    """Put the words where they wait for confirmation, unless they are public already or another proposal waits."""
    if kept.proposed or not row.text or (kept.text, kept.written_for) == (row.text, row.written_for):
        return False
    kept.proposed, kept.proposed_for, kept.proposed_by = row.text, row.written_for, by
    return True


def ensure_departments(document: doc.Document, addresses: dict[str, models.ClauseAddress], *, write: bool = True) -> int:
    """Departments by fiscal year, made where missing. Returns how many."""
    wanted = {(clause.code, row.fiscal_year, row.name): None for clause in document.clauses for row in clause.departments}
    if not wanted:
        return 0
    some = next(iter(addresses.values()), None)
    rows = (
        models.ClauseDepartment.objects.filter(address__edition=some.edition_id)
        if some
        else models.ClauseDepartment.objects.none()
    )
    have = set(rows.values_list("address__code", "fiscal_year", "name"))
    missing = [key for key in wanted if key not in have]
    if write:
        named = {row.name: row for row in Department.objects.all()}
        models.ClauseDepartment.objects.bulk_create(
            [
                models.ClauseDepartment(address=addresses[code], fiscal_year=year, name=name, department=named.get(name))
                for code, year, name in missing
            ],
            batch_size=BATCH,
        )
    return len(missing)
