"""An edition whose text is not held (原典未収載): its facts are recorded and listed."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from ichinoseki_portal import audit
from ichinoseki_portal.models import User
from plans import models
from plans.reader import document as doc

from .facts import columns, facts_json
from .judging import judge


@transaction.atomic
def record_edition(*, document: doc.Document, by: User | None, why: str = "") -> tuple[models.Edition, bool]:
    """Make and list the edition of a document that holds no clauses. Returns it, and whether anything was written.

    An edition that is there already stays as it is: a person may have corrected it.
    """
    judge(document)
    facts, edition_facts = document.plan, document.edition
    plan, _ = models.Plan.objects.get_or_create(
        key=facts.key, defaults={"title": facts.title, "owner": facts.owner, "kind": facts.kind, "fictional": facts.fictional}
    )
    defaults = {**columns(facts_json(edition_facts)), "text_held": edition_facts.text_held, "listed_at": timezone.now()}
    edition, new = models.Edition.objects.get_or_create(plan=plan, key=edition_facts.key, defaults=defaults)
    if new:
        audit.record(action="edition.recorded", subject=edition, by=by, why=why)
    return edition, new
