"""Taking in by a page, in two steps: an uploaded document is judged as if it were written, shown, and written after a yes.

The first step runs the very import and takes it back, so that the preview is what the second step does. Between the two the
bytes wait in ``PendingUpload``, for the person who brought them alone; when the edition has changed meanwhile, nothing is
written and the preview has to be made anew.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections import Counter
from dataclasses import asdict, dataclass, fields
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from ichinoseki_portal.models import User
from plans import models
from plans.enums import State
from plans.reader.document import Document
from plans.reader.errors import ReadingRefused

from .alignment import Difference
from .contents import content_hash
from .imports import ImportResult, import_document

KEPT_FOR = dt.timedelta(days=1)
MAX_LISTED = 2000  # of one list in a preview


@dataclass(frozen=True)
class Chosen:
    """What the person said beside the file. Blank: as the document has it."""

    plan: str = ""
    plan_title: str = ""
    owner: str = ""
    kind: str = ""
    edition: str = ""
    title: str = ""
    stage: str = ""


def complete(chosen: Chosen, document: Document) -> Chosen:
    """With the keys the document has of its own where none were given. Raises ReadingRefused when there is none at all."""
    first = document.edition.period.first_fiscal_year
    plan, edition = chosen.plan or document.plan.key, chosen.edition or document.edition.key or (str(first) if first else "")
    if not plan:
        raise ReadingRefused(_("どの計画の文書か、選ぶか、新しい計画のキーを書いてください。"))
    if not edition:
        raise ReadingRefused(_("版のキーを書いてください。ふつうは計画期間の最初の年度です（例 2022）。"))
    return Chosen(**{**asdict(chosen), "plan": plan, "edition": edition})


@transaction.atomic
def keep_upload(*, name: str, sha256: str, data: bytes, document: Document, chosen: Chosen, by: User) -> models.PendingUpload:
    """Judge the document and keep the file with what was found. Raises ReadingRefused; what is too old is thrown away."""
    now = timezone.now()
    models.PendingUpload.objects.filter(expires__lt=now).delete()
    chosen = complete(chosen, document)
    base = state_of(chosen)
    return models.PendingUpload.objects.create(
        user=by,
        name=name[-255:],
        sha256=sha256,
        data=data,
        chosen=asdict(chosen),
        found=_tried(document, chosen, by, name, sha256),
        base=base,
        expires=now + KEPT_FOR,
    )


@transaction.atomic
def take_in_upload(*, upload: models.PendingUpload, document: Document | None, by: User) -> models.Snapshot:
    """Write what the preview showed: ``document``, read again from the kept bytes (None when they are gone already).

    A second time writes nothing and gives the same snapshot. Raises ReadingRefused.
    """
    waiting = models.PendingUpload.objects.select_for_update(of=("self",)).filter(pk=upload.pk, user=by).first()
    if waiting and waiting.snapshot:
        return waiting.snapshot
    if waiting is None or document is None or waiting.done_at or waiting.expires < timezone.now():
        raise ReadingRefused(_("下見から時間がたちました。もう一度ファイルを選んでください。"))
    upload, chosen = waiting, Chosen(**waiting.chosen)
    models.Edition.objects.select_for_update(of=("self",)).filter(plan__key=chosen.plan, key=chosen.edition).first()
    if state_of(chosen) != upload.base:
        raise ReadingRefused(_("下見のあとに、この版がほかで変わりました。ファイルを選びなおして、もう一度下見をしてください。"))
    result = _import(document, chosen, by, upload.name, upload.sha256)
    models.PendingUpload.objects.filter(pk=upload.pk).update(
        data=b"", found={}, done_at=timezone.now(), snapshot=result.snapshot.pk
    )
    return result.snapshot


@transaction.atomic
def drop_upload(*, upload: models.PendingUpload, by: User) -> None:
    """Throw a waiting file away. One that was taken in stays as the answer to a second press."""
    models.PendingUpload.objects.filter(pk=upload.pk, user=by, done_at=None).delete()


def state_of(chosen: Chosen) -> str:
    """A hash of where the edition stands: its snapshots, their states and the content of those that may still change."""
    rows = models.Snapshot.objects.filter(edition__plan__key=chosen.plan, edition__key=chosen.edition).order_by("pk")
    newest = rows.order_by("-sequence").values_list("pk", flat=True).first()
    state = [
        (row.pk, row.state, row.tree_version, content_hash(row) if row.state == State.DRAFT or row.pk == newest else "")
        for row in rows.select_related("edition__plan")
    ]
    return hashlib.sha256(json.dumps(state).encode()).hexdigest()


def _import(document: Document, chosen: Chosen, by: User, name: str, sha256: str) -> ImportResult:
    if chosen.plan_title:
        document.plan.title = chosen.plan_title
    document.plan.owner = chosen.owner or document.plan.owner
    document.plan.kind = chosen.kind or document.plan.kind
    return import_document(
        document=document,
        plan_key=chosen.plan,
        edition_key=chosen.edition,
        title=chosen.title,
        stage=chosen.stage,
        file_name=name,
        sha256=sha256,
        by=by,
    )


def _tried(document: Document, chosen: Chosen, by: User, name: str, sha256: str) -> dict[str, Any]:
    """What the import would do: done, looked at, and taken back."""
    before = set(models.Snapshot.objects.filter(edition__plan__key=chosen.plan, edition__key=chosen.edition).values_list("pk"))
    with transaction.atomic():
        result = _import(document, chosen, by, name, sha256)
        found = _shown(result)
        if not result.changed:
            found["snapshot"] = result.snapshot.pk
        found["replaces"] = bool(result.job) and (result.snapshot.pk,) in before
        transaction.set_rollback(True)
    return found


def _shown(result: ImportResult) -> dict[str, Any]:
    """The preview as JSON: kinds and reasons as their values, words as they are."""
    document, edition = result.document, result.document.edition
    headed = [clause for clause in document.clauses if clause.title]
    below = Counter(clause.parent for clause in document.clauses if not clause.title)
    depth: dict[str | None, int] = {None: -1}
    for clause in document.clauses:
        depth[clause.code] = depth[clause.parent] + 1
    return {
        "changed": result.changed,
        "whole": result.job is not None,
        "name": str(result.snapshot),
        "plan": result.snapshot.edition.plan.title,
        "title": edition.title,
        "ordinal": edition.ordinal,
        "period": asdict(edition.period),
        "decided": asdict(edition.decided),
        "stage": result.snapshot.stage,
        "encoding": document.encoding,
        "lines": document.line_count,
        "clauses": len(document.clauses),
        "kinds": sorted(Counter(clause.kind for clause in document.clauses).items()),
        "contents": [
            {"code": row.code, "label": row.label, "title": row.title, "depth": min(depth[row.code], 6), "below": below[row.code]}
            for row in headed[:MAX_LISTED]
        ],
        "issues": [asdict(row) for row in [*document.issues, *result.issues][:MAX_LISTED]],
        "beside": result.beside,
        "left_out": result.left_out[:MAX_LISTED],
        "checks": [asdict(row) for row in document.checks[:MAX_LISTED]],
        "set_aside": [asdict(row) for row in document.set_aside[:MAX_LISTED]],
        "difference": {
            field.name: [asdict(row) for row in getattr(result.difference, field.name)[:MAX_LISTED]]
            for field in fields(Difference)
        },
    }
