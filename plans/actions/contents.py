"""The content of a snapshot as a ``Document``: what exports write, imports compare, and the approver's hash is taken of.

The number of queries is the same whatever the size; ``reader`` decides which ties to other editions are seen.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import defaultdict
from typing import Any

from django.db.models import Exists, OuterRef, Q

from plans import models
from plans.enums import TextKind
from plans.reader import document as doc

_PARTS = re.compile(r"(\d+)")


def document_of(snapshot: models.Snapshot, *, reader: Any) -> doc.Document:
    """The whole snapshot in the shape of plan-json, its hash included. ``reader``: the user, ``access.ANYONE`` or
    ``permissions.SYSTEM`` for whom ties are listed; the snapshot itself must come from a ``visible_to`` queryset."""
    document = official_document(snapshot)
    document.snapshot.hash = official_hash(document)
    rows = {clause.code: clause for clause in document.clauses}
    _add_texts(snapshot, rows, reader)
    document.links = links_of(snapshot.edition, reader)
    document.succession = succession_of(snapshot, reader)
    document.review_rules = _review_rules(snapshot, rows, reader)
    if job := snapshot.import_job:
        document.issues = [doc.Issue(**row) for row in job.issues]
        document.set_aside = [doc.SetAside(**row) for row in job.set_aside]
        document.checks = [doc.Check(**row) for row in job.checks]
        document.encoding, document.line_count = job.encoding, job.line_count
    return document


def official_document(snapshot: models.Snapshot) -> doc.Document:
    """Facts, clauses, terms and indicators only: what an approval is given for."""
    plan = snapshot.edition.plan
    return doc.Document(
        plan=doc.PlanFacts(plan.key, plan.title, plan.owner, plan.kind, plan.fictional),
        edition=facts_of(snapshot),
        snapshot=doc.SnapshotFacts(snapshot.sequence, snapshot.stage, snapshot.number, snapshot.date),
        clauses=_clauses(snapshot),
        terms=[
            doc.Term(row.term, row.definition, row.address.code if row.address else "", row.reading, row.as_of_words)
            for row in snapshot.terms.select_related("address")
        ],
        indicators=[_indicator(row) for row in snapshot.indicators.select_related("address")],
    )


def content_hash(snapshot: models.Snapshot) -> str:
    """SHA-256 (hex) over what is official in a snapshot; texts, links and the order of approval are not."""
    return official_hash(official_document(snapshot))


def official_hash(document: doc.Document) -> str:
    """As ``content_hash``, of a document: period, decision, the tree with its words, modality and actors, terms, figures."""
    content = document.as_json()
    official = {
        "period": content["edition"]["period"],
        "decided": content["edition"]["decided"],
        "clauses": [{key: row[key] for key in _OFFICIAL} for row in content["clauses"]],
        "terms": content["terms"],
        "indicators": [{key: value for key, value in row.items() if key != "lines"} for row in content["indicators"]],
    }
    return hashlib.sha256(json.dumps(official, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


_OFFICIAL = ("code", "parent", "position", "kind", "label", "title", "key_word", "body", "modality", "actors")


def facts_of(snapshot: models.Snapshot) -> doc.EditionFacts:
    """The edition as this snapshot states it; for a snapshot without facts of its own, as the edition stands."""
    edition, facts = snapshot.edition, snapshot.facts
    source = doc.Source(edition.source_title, edition.source_publisher, edition.source_url, edition.source_note)
    if facts:
        return doc.EditionFacts(
            edition.key,
            facts["title"],
            facts["ordinal"],
            doc.Period(**facts["period"]),
            doc.Decided(**facts["decided"]),
            facts["text_held"],
            doc.Source(**facts["source"]) if any(facts["source"].values()) else source,
        )
    return doc.EditionFacts(
        edition.key,
        edition.title,
        edition.ordinal,
        doc.Period(edition.first_fiscal_year, edition.last_fiscal_year, edition.period_words),
        doc.Decided(edition.decided_date, edition.decided_words),
        edition.text_held,
        source,
    )


def _clauses(snapshot: models.Snapshot) -> list[doc.Clause]:
    rows = list(snapshot.clauses.order_by("position"))
    codes = {row.pk: row.code for row in rows}
    actors = defaultdict(list)
    mentions = models.ClauseActor.objects.filter(clause__snapshot=snapshot).order_by("clause_id", "position", "id")
    for clause_id, name, role in mentions.values_list("clause_id", "name", "role"):
        actors[clause_id].append(doc.ActorMention(name, role))
    return [
        doc.Clause(
            code=row.code,
            parent=codes[row.parent_id] if row.parent_id else None,
            position=row.position,
            kind=row.kind,
            label=row.label,
            title=row.title,
            key_word=row.key_word,
            body=row.body,
            modality=[doc.Predicate(**predicate) for predicate in row.modality],
            actors=actors[row.pk],
            lines=row.lines,
            confidence=row.confidence,
        )
        for row in rows
    ]


def _indicator(row: models.Indicator) -> doc.Indicator:
    return doc.Indicator(
        code=row.address.code if row.address else "",
        name=row.name,
        unit=row.unit,
        baseline=doc.Figure(row.baseline_value or None, row.baseline_year, row.baseline_words),
        target=doc.Figure(row.target_value or None, row.target_year, row.target_words),
        direction=row.direction,
        kind=row.kind,
        lines=row.lines,
    )


def _add_texts(snapshot: models.Snapshot, rows: dict[str, doc.Clause], reader: Any) -> None:
    """Texts and departments stand at the address, whichever snapshot they came with. What nobody has confirmed stays out."""
    texts = models.ClauseText.objects.visible_to(reader).exclude(text="").filter(address__clauses__snapshot=snapshot)
    for text in texts.select_related("address").order_by("id"):
        rows[text.address.code].texts.append(
            doc.ClauseTextRow(text.kind, text.text, text.written_for, text.author_name, text.approver_name)
        )
    for clause in rows.values():
        clause.texts.sort(key=lambda text: _KIND_ORDER[text.kind])
    departments = models.ClauseDepartment.objects.filter(address__clauses__snapshot=snapshot)
    for code, year, name in departments.order_by("fiscal_year", "name").values_list("address__code", "fiscal_year", "name"):
        rows[code].departments.append(doc.DepartmentRow(year, name))


_KIND_ORDER = {kind: order for order, kind in enumerate(TextKind.values)}


def links_of(edition: models.Edition, reader: Any) -> list[doc.Link]:
    """The links that go out from an edition, in a fixed order."""
    rows = models.ClauseLink.objects.visible_to(reader).filter(origin__edition=edition)
    rows = rows.select_related("origin__edition__plan", "target__edition__plan")
    links = [
        doc.Link(_end(row.origin), _end(row.target), row.type, row.basis, row.quote_lines, row.note, row.author_name)
        for row in rows
    ]
    return sorted(links, key=lambda link: (_natural(link.origin), _natural(link.target), link.type))


def succession_of(snapshot: models.Snapshot, reader: Any) -> list[doc.SuccessionRow]:
    """What the snapshot's edition made of the one before, in a fixed order: by the old clause, then by the new."""
    stated = Q(snapshot=snapshot) | Q(snapshot=None)
    rows = models.Succession.objects.visible_to(reader).filter(stated, edition=snapshot.edition_id)
    rows = rows.select_related("old__edition__plan", "new__edition__plan")
    found = [
        doc.SuccessionRow(_end(row.old) if row.old else None, _end(row.new) if row.new else None, row.kind, row.reason)
        for row in rows
    ]
    return sorted(found, key=lambda row: (row.old is None, _natural(row.old), row.new is None, _natural(row.new)))


def _review_rules(snapshot: models.Snapshot, codes: dict[str, doc.Clause], reader: Any) -> list[doc.ReviewRuleRow]:
    """The rules; a trigger edition the reader may not see is not named."""
    shown = models.Edition.objects.visible_to(reader).filter(pk=OuterRef("trigger_edition"))
    rows = models.ReviewRule.objects.filter(address__edition_id=snapshot.edition_id).annotate(shows_trigger=Exists(shown))
    rules = [
        doc.ReviewRuleRow(
            row.address.code,
            row.trigger,
            row.offset_fiscal_years,
            row.reading,
            row.chosen_by,
            _named(row.trigger_edition) if row.trigger_edition and row.shows_trigger else None,
            [doc.ExplanationRow(word.date.isoformat(), word.text) for word in row.explanations.all()],
        )
        for row in rows.select_related("address", "trigger_edition__plan").prefetch_related("explanations")
        if not row.address.code or row.address.code in codes
    ]
    return sorted(rules, key=lambda rule: (natural_key(rule.code), rule.trigger))


def _named(edition: models.Edition) -> doc.Address:
    return doc.Address(edition.plan.key, edition.key, "")


def _end(address: models.ClauseAddress) -> doc.Address:
    return doc.Address(address.edition.plan.key, address.edition.key, address.code)


def _natural(end: doc.Address | None) -> tuple[Any, ...]:
    return (end.plan, end.edition, natural_key(end.code)) if end else ()


def natural_key(code: str) -> tuple[Any, ...]:
    """Codes in the order a person counts: 7.2 before 7.10."""
    return tuple((0, int(part), "") if part.isdigit() else (1, 0, part) for part in _PARTS.split(code) if part)
