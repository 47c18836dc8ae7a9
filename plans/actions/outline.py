"""Loading what the portal ships with: actors, recorded editions, outlines (要約). A second run writes nothing.

The documents come in read; ties between them are made in a second pass, when all of them are there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

from ichinoseki_portal import audit
from ichinoseki_portal.text import fold
from plans import models
from plans.enums import State
from plans.reader import document as doc

from . import storing, ties
from .alignment import compare
from .contents import official_document
from .imports import import_document
from .recorded import record_edition
from .snapshots import load_snapshot

WHY = "要約（骨組み）の読み込み。正文ではないので、決裁はない。"


@dataclass
class Source:
    """One data file: its name, the hash of its bytes, what was read from it."""

    file_name: str
    sha256: str
    document: doc.Document


@dataclass
class Loaded:
    """What a load did, in words for the person at the terminal."""

    written: int = 0
    lines: list[str] = field(default_factory=list)


@transaction.atomic
def load_outline(*, outlines: Sequence[Source], recorded: Sequence[Source], actors: Sequence[dict[str, Any]]) -> Loaded:
    """Everything or nothing; by the system."""
    done = Loaded()
    made = load_actors(actors=actors)
    done.written += made
    if made:
        done.lines.append(f"主体：{made}件を書き込みました。")
    for source in (*recorded, *outlines):
        _load(source, done)
    for source in (*recorded, *outlines):
        plan, edition = source.document.plan.key, source.document.edition.key
        tied = ties.tie(source.document, models.Edition.objects.select_related("plan").get(plan__key=plan, key=edition))
        done.written += tied.made
        done.lines += [f"{source.file_name}：{issue.text}" for issue in tied.issues]
        if tied.made:
            done.lines.append(f"{source.file_name}：関係・継承・見直しのきまりを{tied.made}件つなぎました。")
    return done


def _load(source: Source, done: Loaded) -> None:
    document = source.document
    name = source.file_name
    if not document.clauses:
        edition, new = record_edition(document=document, by=None, why="原典未収載の版の記録")
        if new:
            done.written += 1
            done.lines.append(f"{name}：「{edition}」を、原典未収載の版として記録しました。")
        return
    outline = models.Snapshot.objects.filter(
        edition__plan__key=document.plan.key, edition__key=document.edition.key, sequence=0, state=State.PUBLISHED
    ).first()
    if outline:
        _refresh(source, outline, done)
        return
    result = import_document(
        document=document,
        plan_key=document.plan.key,
        edition_key=document.edition.key,
        stage=document.snapshot.stage,
        file_name=name,
        sha256=source.sha256,
        by=None,
        tied=False,
    )
    load_snapshot(snapshot=result.snapshot, why=WHY)
    done.written += 1
    done.lines.append(f"{name}：「{result.snapshot}」を公開しました（{len(document.clauses)}項目）。")


def _refresh(source: Source, outline: models.Snapshot, done: Loaded) -> None:
    """The outline is published and stays; its texts are refreshed where nobody has edited them."""
    addresses = {row.code: row for row in models.ClauseAddress.objects.filter(edition_id=outline.edition_id)}
    document = source.document
    document.clauses, all_clauses = [clause for clause in document.clauses if clause.code in addresses], document.clauses
    rows = storing.ensure_texts(document, addresses) + storing.ensure_departments(document, addresses)
    if rows:
        done.written += rows
        done.lines.append(f"{source.file_name}：人が直していない文を{rows}件、新しくしました。")
        audit.record(action="outline.refreshed", subject=outline, by=None, rows=rows)
    difference = compare(official_document(outline).clauses, all_clauses)
    document.clauses = all_clauses
    if difference:
        done.lines.append(f"{source.file_name}：骨組みが公開中のものと違います。公開中のものはそのままにしました。")


@transaction.atomic
def load_actors(*, actors: Sequence[dict[str, Any]]) -> int:
    """Actors and their other names: what is missing is made, nothing is overwritten. Then the unmatched mentions are matched."""
    written = 0
    have = {row.key: row for row in models.Actor.objects.all()}
    for position, row in enumerate(actors):
        if row["key"] in have:
            continue
        have[row["key"]] = models.Actor.objects.create(
            key=row["key"],
            name=row["name"],
            broader=have.get(row.get("broader", "")),
            note=row.get("note", ""),
            position=position,
        )
        written += 1
    known = set(models.ActorAlias.objects.values_list("name", flat=True)) | {actor.name for actor in have.values()}
    aliases = [
        models.ActorAlias(actor=have[row["key"]], name=name)
        for row in actors
        for name in row.get("aliases", [])
        if name not in known
    ]
    models.ActorAlias.objects.bulk_create(aliases)
    return written + len(aliases) + match_mentions()


def match_mentions() -> int:
    """Give each mention that nobody has matched the actor its word stands for. Returns how many."""
    words = storing.actors_by_word()
    rows = [row for row in models.ClauseActor.objects.filter(actor=None) if fold(row.name) in words]
    for row in rows:
        row.actor = words[fold(row.name)]
    models.ClauseActor.objects.bulk_update(rows, ["actor"], batch_size=500)
    return len(rows)
