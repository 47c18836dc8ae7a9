"""The fictional sample: loaded through the same verbs as real plans, removed without a trace but the audit trail."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet

from ichinoseki_portal.models import Move, SearchDocument, Signature, User
from plans import models
from plans.enums import State

from . import ties
from .imports import import_document
from .outline import Loaded, Source
from .snapshots import approve_snapshot, publish_snapshot, submit_snapshot
from .storing import drop_clauses
from .stubs import is_stub_plan

WHY = "架空の見本データの読み込み。"


class NotFictional(ValueError):
    """A sample file that does not say it is fictional, or a real plan under its key. The text is shown to people."""


@transaction.atomic
def load_demo_plans(*, sources: Sequence[Source], author: User, approver: User) -> Loaded:
    """Take in and publish sample plans; those published before stay as they are."""
    done = Loaded()
    editions = [_load(source, author, approver, done) for source in sources]
    for source, edition in zip(sources, editions, strict=True):
        tied = ties.tie(source.document, edition)
        done.written += tied.made
        done.lines += [f"{source.file_name}：{issue.text}" for issue in tied.issues]
    return done


def _load(source: Source, author: User, approver: User, done: Loaded) -> models.Edition:
    facts = source.document
    real = models.Plan.objects.filter(key=facts.plan.key, fictional=False).first()
    if not facts.plan.fictional or (real and not is_stub_plan(real)):
        raise NotFictional(f"{source.file_name}：架空（fictional）の計画ではないので、見本として読み込めません。")
    published = models.Snapshot.objects.filter(
        edition__plan__key=facts.plan.key, edition__key=facts.edition.key, state=State.PUBLISHED
    ).first()
    if published:
        return published.edition
    snapshot = import_document(
        document=facts,
        plan_key=facts.plan.key,
        edition_key=facts.edition.key,
        file_name=source.file_name,
        sha256=source.sha256,
        by=author,
        tied=False,
        shipped=True,
    ).snapshot
    submit_snapshot(snapshot=snapshot, by=author)
    approve_snapshot(snapshot=snapshot, by=approver, why=WHY)
    publish_snapshot(snapshot=snapshot, by=approver, why=WHY)
    done.written += 1
    done.lines.append(f"{source.file_name}：【架空】「{snapshot}」を公開しました（{len(facts.clauses)}項目）。")
    return snapshot.edition


@transaction.atomic
def remove_demo_plans() -> dict[str, int]:
    """Delete every fictional plan and all below it, and fictional actors. Returns the number of rows by kind; audit rows stay."""
    plans = models.Plan.objects.filter(fictional=True)
    editions = models.Edition.objects.filter(plan__in=plans)
    snapshots = models.Snapshot.objects.filter(edition__in=editions)
    addresses = models.ClauseAddress.objects.filter(edition__in=editions)
    keys = list(plans.values_list("key", flat=True))
    counts: dict[str, int] = {}

    def drop(rows: QuerySet[Any]) -> None:
        total, by_model = rows.delete()
        if total:
            for label, number in by_model.items():
                counts[label] = counts.get(label, 0) + number

    moved = {"subject_type": "plans.Snapshot", "subject_id__in": list(snapshots.values_list("pk", flat=True))}
    drop(Signature.objects.filter(submission__in=Move.objects.filter(**moved)))
    drop(Move.objects.filter(**moved))
    drop(SearchDocument.objects.filter(plan__in=keys))
    drop(models.ClauseLink.objects.filter(Q(origin__in=addresses) | Q(target__in=addresses)))
    drop(models.Succession.objects.filter(Q(edition__in=editions) | Q(old__in=addresses) | Q(new__in=addresses)))
    models.ReviewRule.objects.filter(trigger_edition__in=editions).exclude(address__in=addresses).update(trigger_edition=None)
    drop(models.ReviewRule.objects.filter(address__in=addresses))
    drop(models.TextChange.objects.filter(newer__in=snapshots))
    drop(models.Comparison.objects.filter(newer__in=snapshots))
    drop(models.Decision.objects.filter(snapshot__in=snapshots))
    drop(models.Remark.objects.filter(snapshot__in=snapshots))
    drop(models.ClauseText.objects.filter(address__in=addresses))
    models.Clause.history.filter(snapshot__in=snapshots).delete()  # not told: people count texts, not their history
    models.ClauseText.history.filter(address__in=addresses).delete()
    drop(models.ClauseDepartment.objects.filter(address__in=addresses))
    drop(models.Term.objects.filter(snapshot__in=snapshots))
    drop(models.Indicator.objects.filter(snapshot__in=snapshots))
    clauses = models.Clause.objects.filter(snapshot__in=snapshots)
    counts["plans.Clause"] = clauses.count()
    drop_clauses(clauses)
    drop(addresses)
    snapshots.update(import_job=None, based_on=None)
    drop(models.ImportJob.objects.filter(edition__in=editions))
    drop(snapshots)
    drop(editions)
    drop(plans)
    models.ClauseActor.objects.filter(actor__fictional=True).update(actor=None)
    drop(models.Actor.objects.filter(fictional=True))
    return counts
