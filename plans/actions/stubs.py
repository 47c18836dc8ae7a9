"""Stubs: plans and editions that a tie of a document names before their own document has come.

A stub is unlisted, so the public does not see it, holds nothing but its key, and is filled completely by the first document that
is its own. What a person has written on it meanwhile makes it a row like any other.
"""

from __future__ import annotations

from plans import models
from plans.enums import REAL_PLANS, PlanKind
from plans.reader import document as doc
from plans.reader.errors import ReadingRefused

from .facts import columns, facts_json

_REAL = (
    "架空（fictional）の計画の文書なので、実際の計画「%(key)s」には取り込めません。何も書いていません。"
    "計画のキーが合っているか、確かめてください。"
)


def is_stub_plan(plan: models.Plan) -> bool:
    """Nothing is known of it but its key."""
    if plan.title != plan.key or plan.owner or plan.kind != PlanKind.OTHER:
        return False
    return all(is_stub_edition(edition) for edition in plan.editions.all())


def is_stub_edition(edition: models.Edition) -> bool:
    """Nothing is known of it but its key, and it has never held a text nor been listed."""
    blank = edition.title == edition.key and not edition.text_held and edition.listed_at is None
    return blank and edition.first_fiscal_year is None and not edition.snapshots.exists()


def stub_edition(end: doc.Address, *, fictional: bool, write: bool) -> models.Edition:
    """The edition an end names, with its plan: found, or made as stubs (with ``write=False`` unsaved)."""
    edition = models.Edition.objects.filter(plan__key=end.plan, key=end.edition).select_related("plan").first()
    if edition:
        return edition
    plan = models.Plan.objects.filter(key=end.plan).first() or models.Plan(key=end.plan, title=end.plan, fictional=fictional)
    edition = models.Edition(plan=plan, key=end.edition, title=end.edition, text_held=False)
    if write:
        if plan.pk is None:
            plan.save()
        edition.plan = plan
        edition.save()
    return edition


def plan_for(facts: doc.PlanFacts) -> models.Plan:
    """The plan of a document: found, made, or a stub that is filled now. A fictional one in a real one's place is refused."""
    values = {"title": facts.title, "owner": facts.owner, "kind": facts.kind, "fictional": facts.fictional}
    if facts.fictional and facts.key in REAL_PLANS:
        raise ReadingRefused(_REAL % {"key": facts.key})
    plan, new = models.Plan.objects.get_or_create(key=facts.key, defaults=values)
    stub = not new and is_stub_plan(plan)
    if facts.fictional and not plan.fictional and not stub:
        raise ReadingRefused(_REAL % {"key": facts.key})
    if stub:
        for name, value in values.items():
            setattr(plan, name, value)
        plan.save()
    return plan


def fill_edition(edition: models.Edition, facts: doc.EditionFacts) -> bool:
    """Give a stub the facts of its document. Returns whether it was one."""
    if not is_stub_edition(edition):
        return False
    for name, value in columns(facts_json(facts)).items():
        setattr(edition, name, value)
    edition.text_held = facts.text_held
    edition.save()
    return True
