"""The text of an edition that counts now: the newest decided one the public may see, else the newest draft, else the outline."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet, Subquery

from ichinoseki_portal.access import ANYONE
from plans.enums import DECIDED_STAGES, DECIDING_STAGES
from plans.models import Edition, Snapshot
from plans.models.editions import newest_first


def current_value(field: str, edition: str, at: dt.datetime) -> Subquery:
    """A field of the text that counts, for a query whose rows reach their edition by the path ``edition``."""
    shown = Snapshot.objects.visible_to(ANYONE, at).filter(edition=OuterRef(edition)).order_by(*newest_first())
    return Subquery(shown.values(field)[:1])


def next_first_year(plan: str, first_year: str, at: dt.datetime) -> Subquery:
    """The first year of the same plan's next edition the public may see."""
    later = Edition.objects.visible_to(ANYONE, at).filter(plan=OuterRef(plan), first_fiscal_year__gt=OuterRef(first_year))
    return Subquery(later.order_by("first_fiscal_year").values("first_fiscal_year")[:1])


def decided_after(edition: str, sequence: str, at: dt.datetime) -> Exists:
    """Whether a text with a later number was decided in the edition."""
    later = Snapshot.objects.visible_to(ANYONE, at).filter(edition=OuterRef(edition), sequence__gt=OuterRef(sequence))
    return Exists(later.filter(stage__in=DECIDING_STAGES))


def unsettled(edition: str, at: dt.datetime) -> Subquery:
    """What the newest scheduled publication changes in an edition while the job has not written it there: see ``overlay``."""
    pending = Snapshot.objects.visible_to(ANYONE, at).filter(edition=OuterRef(edition)).exclude(effects={})
    return Subquery(pending.order_by("-sequence").values("effects")[:1])


def overlay(edition: Edition, effects: dict[str, Any] | None = None) -> Edition:
    """Let the edition say from the very second of a publication what the job will write a little later. Saves nothing."""
    for name, value in (effects or getattr(edition, "unsettled", None) or {}).items():
        setattr(edition, name, value)
    edition.unsettled = None
    return edition


def state_facts(edition: Edition, snapshot: Snapshot) -> None:
    """Let the edition in memory say what a stated snapshot says of it (title, period, date of decision, source).

    A draft that names no date of decision has none, whatever came later; otherwise what a snapshot leaves open is the edition's.
    """
    facts = snapshot.facts
    if not facts or snapshot.is_outline:
        return
    period, decided, source = facts["period"], facts["decided"], facts["source"]
    edition.title, edition.ordinal = facts["title"] or edition.title, facts["ordinal"] or edition.ordinal
    if any(period.values()):
        edition.first_fiscal_year, edition.last_fiscal_year = period["first_fiscal_year"], period["last_fiscal_year"]
        edition.period_words = period["words"]
    if decided["date"] or snapshot.stage not in DECIDED_STAGES:
        edition.decided_date, edition.decided_words = decided["date"], decided["words"]
    if source["title"]:
        edition.source_title, edition.source_publisher = source["title"], source["publisher"]
        edition.source_url, edition.source_note = source["url"], source["note"]


def shown_editions(at: dt.datetime) -> QuerySet[Edition]:
    """Editions the public may see, with their plan, what counts now, and ``next_first_year``.

    ``volume`` brings in what a publication has changed a moment ago; whoever reads them without it calls ``overlay``.
    """
    return (
        Edition.objects.visible_to(ANYONE, at)
        .select_related("plan")
        .annotate(
            current_stage=current_value("stage", "pk", at),
            current_pk=current_value("pk", "pk", at),
            next_first_year=next_first_year("plan", "first_fiscal_year", at),
            unsettled=unsettled("pk", at),
        )
    )


def shown_snapshots(editions: Iterable[Edition], at: dt.datetime) -> QuerySet[Snapshot]:
    """The snapshots of these editions the public may see, the text that counts first."""
    return Snapshot.objects.visible_to(ANYONE, at).filter(edition__in=editions).order_by(*newest_first())
