"""One edition of a plan: what it is, its contents, and what it is tied to."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import OuterRef, Q, Value

from ichinoseki_portal import fiscal
from ichinoseki_portal.access import ANYONE
from plans.enums import ClauseKind
from plans.models import Clause, Edition, Indicator, Snapshot, Term

from .current import shown_editions, shown_snapshots
from .entries import Entry, entry, texts_of
from .reviews import Review, has_reviews, reviews_of
from .shelf import Volume, volume
from .ties import Tie, named_links, named_successions, read_ties, tie_flags


@dataclass
class EditionPage:
    volume: Volume
    snapshot: Snapshot | None  # the text that counts
    snapshots: list[Snapshot]  # all the public may see, that one first
    vision: Entry | None = None
    contents: list[Entry] = field(default_factory=list)
    links: list[Tie] = field(default_factory=list)
    successions: list[Tie] = field(default_factory=list)
    terms: list[Term] = field(default_factory=list)
    indicators: list[Indicator] = field(default_factory=list)
    reviews: list[Review] = field(default_factory=list)

    @property
    def edition(self) -> Edition:
        return self.volume.edition


def edition_page(plan: str, key: str, at: dt.datetime) -> EditionPage | None:
    """Everything the page shows; None when the public may not see the edition.

    Six queries: the edition, its snapshots, the contents, their texts, terms, indicators; one more each for links, successions
    and the clauses at their far ends, and two for review rules, where there are any.
    """
    flags = {"has_reviews": has_reviews(at, edition=OuterRef("pk")), **tie_flags(at, OuterRef("pk"), Value(""))}
    edition = shown_editions(at).filter(plan__key=plan, key=key).annotate(**flags).first()
    if edition is None:
        return None
    today = fiscal.today(at)
    ties = read_ties(edition, "", at, links=edition.has_links, successions=edition.has_successions)
    snapshots = list(shown_snapshots([edition], at))
    snapshot = snapshots[0] if snapshots else None
    clauses = _contents(snapshot, at) if snapshot else []
    texts = texts_of([*(clause.address_id for clause in clauses), *ties.clauses], at)
    page = EditionPage(volume(edition, today), snapshot, snapshots)
    page.links, page.successions = named_links(ties, texts, today), named_successions(ties, texts, today)
    if snapshot:
        entries = [entry(clause, edition.get_absolute_url(), texts, outline=snapshot.is_outline) for clause in clauses]
        page.vision = next((one for one in entries if one.clause.kind == ClauseKind.VISION), None)
        page.contents = tree(one for one in entries if one.clause.depth < 2)
        page.terms = _terms(snapshot, at)
        page.indicators = _indicators(snapshot, at)
    if edition.has_reviews:
        page.reviews = reviews_of(edition, at)
    return page


def tree(entries: Iterable[Entry]) -> list[Entry]:
    """Entries in reading order, each put below its parent."""
    top: list[Entry] = []
    by_clause: dict[int, Entry] = {}
    for one in entries:
        by_clause[one.clause.pk] = one
        above = by_clause.get(one.clause.parent_id or 0)
        (above.entries if above else top).append(one)
    return top


def _contents(snapshot: Snapshot, at: dt.datetime) -> list[Clause]:
    """The top two levels and the vision, in reading order."""
    shown = Clause.objects.visible_to(ANYONE, at).filter(snapshot=snapshot).exclude(kind=ClauseKind.PARAGRAPH)
    return list(shown.filter(Q(depth__lt=2) | Q(kind=ClauseKind.VISION)).order_by("position"))


def _terms(snapshot: Snapshot, at: dt.datetime) -> list[Term]:
    return list(Term.objects.visible_to(ANYONE, at).filter(snapshot=snapshot).select_related("address"))


def _indicators(snapshot: Snapshot, at: dt.datetime) -> list[Indicator]:
    return list(Indicator.objects.visible_to(ANYONE, at).filter(snapshot=snapshot).select_related("address"))
