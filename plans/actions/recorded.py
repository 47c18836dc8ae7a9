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
from .stubs import fill_edition, plan_for


@transaction.atomic
def record_edition(*, document: doc.Document, by: User | None, why: str = "") -> tuple[models.Edition, bool]:
    """Make and list the edition of a document that holds no clauses. Returns it, and whether anything was written.

    An edition that is there already stays as it is: a person may have corrected it. A stub is filled.
    """
    judge(document)
    facts = document.edition
    plan = plan_for(document.plan)
    defaults = {**columns(facts_json(facts)), "text_held": facts.text_held, "listed_at": timezone.now()}
    edition, new = models.Edition.objects.get_or_create(plan=plan, key=facts.key, defaults=defaults)
    if not new and fill_edition(edition, facts):
        edition.listed_at, new = defaults["listed_at"], True
        edition.save()
    if new:
        audit.record(action="edition.recorded", subject=edition, by=by, why=why)
    return edition, new
