"""Taking a document in: into a draft, all or nothing; the same content again changes nothing."""

from __future__ import annotations

import copy
from collections import Counter
from dataclasses import asdict, dataclass, field
from typing import Any

from django.db import transaction
from django.db.models import Q

from ichinoseki_portal import audit
from ichinoseki_portal.models import User
from ichinoseki_portal.text import RefusedText, clean_name
from plans import models
from plans.enums import Stage, State
from plans.permissions import SYSTEM
from plans.reader import document as doc
from plans.reader.errors import ReadingRefused

from . import storing, ties
from .alignment import Difference, Old, align, compare
from .contents import document_of
from .facts import apply_facts, columns, facts_json, key_issue
from .judging import judge, judge_key
from .locks import EditRefused
from .stages import ON_ITS_WAY, checked_stage, refuse_second
from .stubs import fill_edition, plan_for
from .successions import rebuild


@dataclass
class ImportResult:
    """``changed``: a row was written. ``document``: what came in, under its final codes. ``issues``: what could not be tied.

    ``beside``: rows written beside the official text, by kind. ``left_out``: what a person may not write by a file, in words.
    """

    snapshot: models.Snapshot
    document: doc.Document
    changed: bool
    job: models.ImportJob | None = None
    difference: Difference = field(default_factory=Difference)
    issues: list[doc.Issue] = field(default_factory=list)
    beside: dict[str, int] = field(default_factory=dict)
    left_out: list[str] = field(default_factory=list)


@transaction.atomic
def import_document(
    *,
    document: doc.Document,
    plan_key: str,
    edition_key: str,
    file_name: str,
    sha256: str,
    by: User | None,
    title: str = "",
    stage: str = "",
    tied: bool = True,
    shipped: bool = False,
) -> ImportResult:
    """Write a document as a draft snapshot of ``plan_key``/``edition_key``, made unlisted if they are missing.

    An unfrozen draft is replaced, else the next snapshot begins. Codes are kept (see ``alignment``). ``stage`` overrides the
    document's; ``tied=False`` leaves links, succession and review rules to a later ``ties.tie``. ``shipped``: what is not
    official comes with the portal, and is public without another person's yes; what a person brings is written only within
    ``ties.Reach``. Raises ReadingRefused.
    """
    judge_key("plan", plan_key)
    judge_key("edition", edition_key)
    document = copy.deepcopy(document)
    rename(document, plan_key, edition_key)
    _take_options(document, title, stage)
    judge(document)
    file_name = _file_name(file_name)
    edition, new = _edition(document, title)
    base = edition.snapshots.order_by("-sequence").first()
    same = _same_as(document, edition, base, title=title, stage=stage)
    if same is None:
        return _write(document, edition, base, new=new, by=by, tied=tied, shipped=shipped, file_name=file_name, sha256=sha256)
    return _ensure_about(document, same, by=by, tied=tied, shipped=shipped)


def rename(document: doc.Document, plan_key: str, edition_key: str) -> None:
    """Call the document's own plan and edition by the keys they are imported under, in its ties too."""
    own = (document.plan.key or plan_key, document.edition.key or edition_key)
    ends = [end for link in document.links for end in (link.origin, link.target)]
    ends += [end for row in document.succession for end in (row.old, row.new) if end is not None]
    for end in ends:
        if (end.plan, end.edition) == own:
            end.plan, end.edition = plan_key, edition_key
        elif end.plan == own[0]:
            end.plan = plan_key
    document.plan.key, document.edition.key = plan_key, edition_key


def _take_options(document: doc.Document, title: str, stage: str) -> None:
    if title:
        document.edition.title = title
    document.edition.title = document.edition.title or document.plan.title or document.edition.key
    document.plan.title = document.plan.title or document.edition.title
    document.snapshot.stage = stage or document.snapshot.stage
    issue = key_issue(document.edition.key, document.edition)
    if issue and issue not in document.issues:
        document.issues.append(issue)


def _file_name(name: str) -> str:
    try:
        return clean_name(name)[-255:]
    except RefusedText as error:
        raise ReadingRefused(f"ファイル名：{error}") from error


def _edition(document: doc.Document, title: str) -> tuple[models.Edition, bool]:
    """The edition, locked, and whether it was made (or a stub filled) just now."""
    plan = plan_for(document.plan)
    defaults = {**columns(facts_json(document.edition)), "text_held": document.edition.text_held}
    edition, new = models.Edition.objects.get_or_create(plan=plan, key=document.edition.key, defaults=defaults)
    edition = models.Edition.objects.select_for_update(of=("self",)).select_related("plan").get(pk=edition.pk)
    new = new or fill_edition(edition, document.edition)
    if not new and not title:
        newest = edition.snapshots.order_by("-sequence").first()
        document.edition.title = (newest.facts.get("title") if newest else "") or edition.title
    return edition, new


def _same_as(
    document: doc.Document, edition: models.Edition, base: models.Snapshot | None, *, title: str, stage: str
) -> models.Snapshot | None:
    """The snapshot that holds exactly this content already: the one the document names, or the newest."""
    facts = document.snapshot
    named = (
        edition.snapshots.filter(sequence=facts.sequence, stage=facts.stage, number=facts.number).first()
        if facts.sequence is not None
        else None
    )
    for snapshot in (named, base):
        if snapshot is None:
            continue
        if (
            stage or facts.sequence is not None or Stage.OUTLINE in (facts.stage, snapshot.stage)
        ) and facts.stage != snapshot.stage:
            continue
        stored = document_of(snapshot, reader=SYSTEM)
        codes = [clause.code for clause in document.clauses]
        if snapshot == base:
            codes = _final_codes(document, edition, stored)
        if len(codes) == len(stored.clauses) and _content(recode(document, codes)) == _content(stored):
            document.__dict__ = recode(document, codes).__dict__
            return snapshot
    return None


def _content(document: doc.Document) -> list[Any]:
    """What two readings are the same by; texts, departments and ties stand at addresses and are ensured apart."""
    bare = [
        (
            row.code,
            row.parent,
            row.kind,
            row.label,
            row.title,
            row.key_word,
            row.body,
            row.modality,
            row.actors,
            row.lines,
            row.confidence,
        )
        for row in document.clauses
    ]
    return [
        bare,
        document.terms,
        document.indicators,
        document.issues,
        document.set_aside,
        document.checks,
        # where the file comes from is no part of what it says: an export names it, the text itself seldom does
        {name: fact for name, fact in facts_json(document.edition).items() if name != "source"},
    ]


def _final_codes(document: doc.Document, edition: models.Edition, stored: doc.Document) -> list[str]:
    if document.snapshot.stage == Stage.OUTLINE:
        return [clause.code for clause in document.clauses]
    here = {clause.code for clause in stored.clauses}
    held = ~Q(last_words="") | Q(clauses__isnull=False)  # a code that only a tie has named belonged to no clause yet
    codes = models.ClauseAddress.objects.filter(held, edition=edition).exclude(code="").distinct()
    old = [Old(row.code, row.parent, row.label, row.title, row.body) for row in stored.clauses]
    retired = {code: words for code, words in codes.values_list("code", "last_words") if code not in here}
    return align(document.clauses, old, retired=retired, by_code=stored.snapshot.stage == Stage.OUTLINE)


def recode(document: doc.Document, codes: list[str]) -> doc.Document:
    """The document under other codes, in its ties, terms, indicators and rules too."""
    new = {clause.code: code for clause, code in zip(document.clauses, codes, strict=True)}
    if all(code == final for code, final in new.items()):
        return document
    document = copy.deepcopy(document)
    for clause in document.clauses:
        clause.code = new[clause.code]
        clause.parent = new[clause.parent] if clause.parent is not None else None
    ends = [end for link in document.links for end in (link.origin, link.target)]
    ends += [end for row in document.succession for end in (row.old, row.new) if end is not None]
    for end in ends:
        if (end.plan, end.edition) == (document.plan.key, document.edition.key):
            end.code = new.get(end.code, end.code)
    about: list[Any] = [*document.terms, *document.indicators, *document.review_rules]
    for row in about:
        row.code = new.get(row.code, row.code)
    return document


def _write(
    document: doc.Document,
    edition: models.Edition,
    base: models.Snapshot | None,
    *,
    new: bool,
    by: User | None,
    tied: bool,
    shipped: bool,
    file_name: str,
    sha256: str,
) -> ImportResult:
    stored = document_of(base, reader=SYSTEM) if base else None
    if stored:
        document = recode(document, _final_codes(document, edition, stored))
        judge(document)
    job = _job(edition, document, file_name, sha256, by)
    snapshot = _draft(edition, document, job, by, shipped=shipped)
    if not new and edition.listed_at is None and apply_facts(edition, snapshot.facts, base.facts if base else None):
        edition.save()
    difference = Difference()
    if stored:
        difference = compare(stored.clauses, document.clauses)
        kept = {clause.code for clause in document.clauses}
        storing.remember_dropped(edition, [clause for clause in stored.clauses if clause.code not in kept])
    addresses = storing.write_content(snapshot, document)
    done = _beside(document, snapshot, addresses, by=None if shipped else by, tied=tied)
    rebuild(snapshot)
    audit.record(
        action="plan.imported",
        subject=snapshot,
        by=by,
        job=job.pk,
        sha256=sha256,
        clauses=len(document.clauses),
        **_told(done),
    )
    return ImportResult(snapshot, document, True, job, difference, done.issues, dict(done.kinds), done.left_out)


def _beside(
    document: doc.Document, snapshot: models.Snapshot, addresses: dict[str, models.ClauseAddress], *, by: User | None, tied: bool
) -> ties.Tied:
    """Write what stands beside the official text: texts, departments, ties. ``by`` None: it comes with the portal."""
    edition = snapshot.edition
    reach = None if by is None else ties.Reach.of(snapshot)
    done = ties.Tied()
    if tied:
        done = ties.tie(document, edition, by=by, reach=reach, write=False)
        if done.made:
            done = ties.tie(document, edition, by=by, reach=reach)
    done.kinds["texts"] = storing.ensure_texts(document, addresses, by=by)
    open_to_all = reach is None or reach.unlisted
    departments = storing.ensure_departments(document, addresses, write=open_to_all)
    if open_to_all:
        done.kinds["departments"] = departments
    elif departments:
        done.left_out.append(f"所管課{departments}件：もう公開か決裁の途中の版なので、書きません。項目の画面か表計算で直せます。")
    done.kinds += Counter()  # what is none goes
    return done


def _told(done: ties.Tied) -> dict[str, Any]:
    """For the audit trail: how many rows of which kind, and how many were left out."""
    return {**({"beside": dict(done.kinds)} if done.kinds else {}), **({"left_out": len(done.left_out)} if done.left_out else {})}


def _job(edition: models.Edition, document: doc.Document, file_name: str, sha256: str, by: User | None) -> models.ImportJob:
    return models.ImportJob.objects.create(
        edition=edition,
        file_name=file_name,
        sha256=sha256,
        encoding=document.encoding,
        line_count=document.line_count,
        issues=[asdict(row) for row in document.issues],
        set_aside=[asdict(row) for row in document.set_aside],
        checks=[asdict(row) for row in document.checks],
        by=by,
    )


def _draft(
    edition: models.Edition, document: doc.Document, job: models.ImportJob, by: User | None, *, shipped: bool
) -> models.Snapshot:
    """The emptied draft, or a new one, with the place the document names where it is free."""
    outline = document.snapshot.stage == Stage.OUTLINE
    others = list(edition.snapshots.order_by("sequence"))
    if not outline:
        _refuse_stage(document.snapshot.stage, others, person=by is not None and not shipped)
    drafts = [row for row in others if row.state == State.DRAFT and row.is_outline == outline]
    snapshot = max(drafts, key=lambda row: row.sequence, default=None) or models.Snapshot(edition=edition)
    if snapshot.pk:
        storing.empty(snapshot)
    others = [row for row in others if row.pk != snapshot.pk]
    facts = document.snapshot
    taken = {row.sequence for row in others}
    wanted = facts.sequence if facts.sequence is not None else snapshot.sequence
    if wanted is None or wanted in taken or (wanted == 0 and not outline):
        wanted = 0 if outline and 0 not in taken else max([*taken, 0]) + 1
    numbers = {row.number for row in others if row.stage == facts.stage}
    snapshot.sequence = wanted
    snapshot.stage = facts.stage
    snapshot.number = facts.number if facts.number not in numbers else max(numbers) + 1
    snapshot.date = facts.date
    snapshot.facts = facts_json(document.edition)
    snapshot.import_job = job
    snapshot.author = by
    before = [row for row in others if row.sequence < snapshot.sequence and row.state != State.WITHDRAWN]
    snapshot.based_on = max(before, key=lambda row: row.sequence, default=snapshot.based_on)  # or a text of the edition before
    snapshot.tree_version += 1  # whoever has the old tree open starts anew
    snapshot.save()
    return snapshot


def _refuse_stage(stage: str, others: list[models.Snapshot], *, person: bool) -> None:
    """What holds for a draft begun by hand holds for a file too; only a draft is replaced. The system may bring any stage."""
    try:
        refuse_second(others, beside=ON_ITS_WAY)
        if person:
            checked_stage(stage, others)
    except EditRefused as error:
        raise ReadingRefused(str(error)) from error


def _ensure_about(
    document: doc.Document, snapshot: models.Snapshot, *, by: User | None, tied: bool, shipped: bool
) -> ImportResult:
    """The official content is there already: add only texts, departments and ties that are missing, usually none."""
    addresses = {row.code: row for row in models.ClauseAddress.objects.filter(edition=snapshot.edition)}
    done = _beside(document, snapshot, addresses, by=None if shipped else by, tied=tied)
    if done.made:
        audit.record(action="plan.completed", subject=snapshot, by=by, **_told(done))
    return ImportResult(snapshot, document, bool(done.made), None, Difference(), done.issues, dict(done.kinds), done.left_out)
