"""用語: every word that a plan defines, with each definition in order of time, whose it is, and since when."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, field

from django.db.models import F, OuterRef, Subquery
from django.db.models.fields.json import KT
from django.db.models.functions import JSONObject

from ichinoseki_portal import fiscal
from ichinoseki_portal.access import ANYONE
from ichinoseki_portal.text import fold
from plans.enums import UNDECIDED_STAGES
from plans.models import Clause, Edition, Term
from plans.models.wording import named

from .current import current_value, next_first_year, overlay, unsettled
from .status import Status, period_of, status_of

_WHEN = re.compile(fiscal.ERA_YEAR + r"(?:\s*度)?(?:\s*(?P<month>[0-9０-９]{1,2})\s*月)?")


@dataclass(frozen=True)
class Definition:
    term: Term
    edition: Edition
    status: Status
    period: str
    where: str  # as one cites it; "" where it stands at no clause
    url: str

    @property
    def when(self) -> tuple[int, int, int]:
        """For the order: the time the definition names, else when the plan was decided, else its first year."""
        if match := _WHEN.search(self.term.as_of_words):
            month = match["month"]
            return (fiscal.to_western(match["era"], match["year"]), int(month) if month else 4, self.term.pk)
        year, _dash, rest = self.edition.decided_date.partition("-")
        if year:
            return (int(year), int(rest[:2] or 1), self.term.pk)
        return (self.edition.first_fiscal_year or 9999, 4, self.term.pk)


@dataclass
class Word:
    """One word, however it is written, in plans that are real or that are not."""

    key: str
    fictional: bool
    definitions: list[Definition] = field(default_factory=list)

    @property
    def name(self) -> str:
        return self.definitions[-1].term.term

    @property
    def reading(self) -> str:
        return next((one.term.reading for one in reversed(self.definitions) if one.term.reading), "")

    @property
    def anchor(self) -> str:
        return f"t{self.definitions[0].term.pk}"


def glossary_page(at: dt.datetime) -> list[Word]:
    """Words of the decided texts that count; the fictional ones by themselves at the end. One query."""
    words: dict[tuple[bool, str], Word] = {}
    for definition in _definitions(at):
        key = (definition.edition.plan.fictional, fold(definition.term.term))
        words.setdefault(key, Word(key[1], key[0])).definitions.append(definition)
    for word in words.values():
        word.definitions.sort(key=lambda one: one.when)
    return sorted(words.values(), key=lambda word: (word.fictional, fold(word.reading) or word.key))


def _definitions(at: dt.datetime) -> list[Definition]:
    today = fiscal.today(at)
    there = Clause.objects.visible_to(ANYONE, at).filter(snapshot=OuterRef("snapshot"), address=OuterRef("address"))
    rows = (
        Term.objects.visible_to(ANYONE, at)
        .filter(snapshot=current_value("pk", "snapshot__edition", at))
        .exclude(snapshot__stage__in=UNDECIDED_STAGES)  # a draft's definitions stand on the draft's own page
        .filter(snapshot__edition__in=Edition.objects.visible_to(ANYONE, at))
        .select_related("snapshot__edition__plan", "address")
        .annotate(
            stage=F("snapshot__stage"),
            following=next_first_year("snapshot__edition__plan", "snapshot__edition__first_fiscal_year", at),
            unsettled=unsettled("snapshot__edition", at),
            there=Subquery(there.values(said=JSONObject(where=KT("frozen__where"), title="title", label="label"))[:1]),
        )
        .order_by("snapshot", "position", "id")
    )
    found = []
    for row in rows:
        edition = overlay(row.snapshot.edition, row.unsettled)
        status = status_of(edition, row.stage, today, row.following)
        url = edition.get_absolute_url() + (f"{row.address.code}/" if row.address and row.address.code else "")
        said = row.there or {}
        where = named(said.get("where") or "", said.get("label") or "", said.get("title") or "")
        found.append(Definition(row, edition, status, period_of(edition), where, url))
    return found
