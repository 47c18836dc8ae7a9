"""Links, succession and review rules: what ties the addresses of editions together.

``tie`` makes what is missing and leaves what is there; an end that is not known yet gets a stub (see ``stubs``), so that no tie
is lost, and is reported. When several documents come together, write all their clauses first and tie them in a second pass.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q
from django.utils import timezone

from ichinoseki_portal.models import User
from plans import models
from plans.enums import IssueKind, State
from plans.reader import document as doc

from .stubs import is_stub_edition, stub_edition


@dataclass
class Tied:
    """How many rows of each kind were made (or would be), the ends that are not known yet, and what a person may not write."""

    kinds: Counter[str] = field(default_factory=Counter)
    issues: list[doc.Issue] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)

    @property
    def made(self) -> int:
        return self.kinds.total()


@dataclass(frozen=True)
class Reach:
    """What a person's import may write beside proposals: the succession its own draft states, and what only an edition that
    nobody reads yet has. What is locked or public is changed by its own road, never by a file."""

    draft: models.Snapshot | None
    unlisted: bool

    @classmethod
    def of(cls, snapshot: models.Snapshot) -> Reach:
        return cls(None if snapshot.is_locked else snapshot, not snapshot.is_locked and snapshot.edition.listed_at is None)


def tie(
    document: doc.Document,
    edition: models.Edition,
    *,
    by: User | None = None,
    reach: Reach | None = None,
    write: bool = True,
) -> Tied:
    """Links, succession and review rules of one document, whose own ends already carry the keys of ``edition``.

    Links that a person brings (``by``) wait for somebody else to confirm them, and the rest is written only within ``reach``,
    else told as left out. What the portal ships with (``by`` None) is confirmed and written whole.
    """
    if by is not None and reach is None:
        raise TypeError("a person's ties need a reach")
    tied = Tied()
    ends = [end for link in document.links for end in (link.origin, link.target)]
    ends += [end for row in document.succession for end in (row.old, row.new) if end is not None]
    ends += [doc.Address(edition.plan.key, edition.key, rule.code) for rule in document.review_rules]
    ends += [rule.trigger_edition for rule in document.review_rules if rule.trigger_edition is not None]
    finder = _Finder(ends, fictional=document.plan.fictional, write=write)
    _links(document, finder, tied, by, write)
    if reach is None:
        _succession(document, edition, finder, tied, write)
    else:
        _own_succession(document, edition, finder, tied, reach, write)
    _review_rules(document, edition, finder, tied, reach, write)
    return tied


class _Finder:
    """Addresses by plan, edition and code. Those that are missing are made on demand, their edition and plan as stubs."""

    def __init__(self, ends: Iterable[doc.Address], *, fictional: bool, write: bool) -> None:
        pairs = {(end.plan, end.edition) for end in ends}
        editions = models.Edition.objects.filter(plan__key__in={plan for plan, _ in pairs}, key__in={key for _, key in pairs})
        self.editions = {(row.plan.key, row.key): row for row in editions.select_related("plan")}
        rows = models.ClauseAddress.objects.filter(edition__in=self.editions.values()).select_related("edition__plan")
        self.addresses = {(row.edition.plan.key, row.edition.key, row.code): row for row in rows}
        self.fictional, self.write = fictional, write
        self.unknown = {key for key, row in self.editions.items() if is_stub_edition(row)}
        self.unknown_codes: set[tuple[str, str, str]] = set()
        newest = models.Snapshot.objects.filter(edition__in=self.editions.values()).order_by("edition", "sequence")
        self.snapshots = {row.edition_id: row for row in newest.exclude(state=State.WITHDRAWN)}

    def edition(self, end: doc.Address) -> models.Edition:
        key = (end.plan, end.edition)
        if key not in self.editions:
            self.editions[key] = stub_edition(end, fictional=self.fictional, write=self.write)
            self.unknown.add(key)
        return self.editions[key]

    def find(self, end: doc.Address | None) -> models.ClauseAddress | None:
        if end is None:
            return None
        key = (end.plan, end.edition, end.code)
        if key not in self.addresses:
            address = models.ClauseAddress(edition=self.edition(end), code=end.code)
            if self.write:
                address.save()
            self.addresses[key] = address
            if end.code:
                self.unknown_codes.add(key)
        return self.addresses[key]

    def report(self, path: str, ends: Iterable[doc.Address | None], tied: Tied) -> None:
        """Name the first of the ends that is not known yet."""
        for end in ends:
            if end is None:
                continue
            self.edition(end)
            if (end.plan, end.edition) in self.unknown or (end.plan, end.edition, end.code) in self.unknown_codes:
                where = "/".join(part for part in (end.plan, end.edition, end.code) if part)
                text = f"{path}：「{where}」がまだないので、場所だけを作ってつなぎました。"
                tied.issues.append(doc.Issue(IssueKind.UNKNOWN_END.value, 0, text))
                return


def _links(document: doc.Document, finder: _Finder, tied: Tied, by: User | None, write: bool) -> None:
    wanted = []
    for at, link in enumerate(document.links):
        origin, target = finder.find(link.origin), finder.find(link.target)
        finder.report(f"links[{at}]", (link.origin, link.target), tied)
        if origin is not None and target is not None:
            wanted.append((link, origin, target))
    origins = {origin.pk for _, origin, _ in wanted}
    have = set(models.ClauseLink.objects.filter(origin__in=origins - {None}).values_list("origin", "target", "type"))
    rows = [
        models.ClauseLink(
            origin=origin,
            target=target,
            origin_snapshot=finder.snapshots.get(origin.edition_id),
            target_snapshot=finder.snapshots.get(target.edition_id),
            type=link.type,
            basis=link.basis,
            quote_lines=link.quote_lines,
            note=link.note,
            author_name=by.shown_name if by else link.author,
            author=by,
            confirmed_at=None if by else timezone.now(),
        )
        for link, origin, target in wanted
        if (origin.pk, target.pk, link.type) not in have
    ]
    _create(models.ClauseLink, rows, tied, write)


def _succession(document: doc.Document, edition: models.Edition, finder: _Finder, tied: Tied, write: bool) -> None:
    have: set[tuple[Any, ...]] = set()
    wanted = []
    for at, row in enumerate(document.succession):
        old, new = finder.find(row.old), finder.find(row.new)
        finder.report(f"succession[{at}]", (row.old, row.new), tied)
        target = new.edition if new else edition
        about_clauses = any(end is not None and end.code for end in (old, new))
        wanted.append((row, target, finder.snapshots.get(target.pk) if about_clauses else None, old, new))
    editions = {target.pk for _, target, *_ in wanted}
    have = set(models.Succession.objects.filter(edition__in=editions).values_list("edition", "snapshot", "old", "new"))
    rows = [
        models.Succession(edition=target, snapshot=stated, old=old, new=new, kind=row.kind, reason=row.reason)
        for row, target, stated, old, new in wanted
        if (target.pk, stated and stated.pk, old and old.pk, new and new.pk) not in have
    ]
    _create(models.Succession, rows, tied, write)


def _own_succession(
    document: doc.Document, edition: models.Edition, finder: _Finder, tied: Tied, reach: Reach, write: bool
) -> None:
    """What a person's document says of its own edition, stated by its draft; the rest is left out, and told unless it stands."""
    own = (edition.plan.key, edition.key)
    stands = models.Succession.objects.filter(Q(edition=edition) | Q(edition__in=finder.editions.values()))
    have = {_ends(*row) for row in stands.values_list(*_END_FIELDS)}
    stated = set(models.Succession.objects.filter(snapshot=reach.draft).values_list("old", "new")) if reach.draft else set()
    rows = []
    for at, row in enumerate(document.succession):
        about_clauses = any(end is not None and end.code for end in (row.old, row.new))
        here = row.new is None or (row.new.plan, row.new.edition) == own
        known = _named(own, row.old, row.new) in have
        if not here or (reach.draft is None if about_clauses else not reach.unlisted):
            if not known:
                tied.left_out.append(_left_out_succession(row))
            continue
        if known and not about_clauses:
            continue
        old, new = finder.find(row.old), finder.find(row.new)
        finder.report(f"succession[{at}]", (row.old, row.new), tied)
        if (old and old.pk, new and new.pk) in stated:
            continue
        by_draft = reach.draft if about_clauses else None
        rows.append(models.Succession(edition=edition, snapshot=by_draft, old=old, new=new, kind=row.kind, reason=row.reason))
    _create(models.Succession, rows, tied, write)


_END_FIELDS = (
    *("edition__plan__key", "edition__key", "old__edition__plan__key", "old__edition__key", "old__code"),
    *("new__edition__plan__key", "new__edition__key", "new__code"),
)


def _ends(*keys: str | None) -> tuple[str | None, ...]:
    return keys


def _named(own: tuple[str, str], old: doc.Address | None, new: doc.Address | None) -> tuple[str | None, ...]:
    """A row of a document as ``_END_FIELDS`` has one that stands."""
    target = (new.plan, new.edition) if new else own
    before = (old.plan, old.edition, old.code) if old else (None, None, None)
    return _ends(*target, *before, *((new.plan, new.edition, new.code) if new else (None, None, None)))


def _left_out_succession(row: doc.SuccessionRow) -> str:
    names = ["/".join(part for part in (end.plan, end.edition, end.code) if part) if end else "－" for end in (row.old, row.new)]
    return f"版の移り変わり「{names[0]} → {names[1]}」：この取り込みの下書きのことではないので、書きません。"


def _review_rules(
    document: doc.Document, edition: models.Edition, finder: _Finder, tied: Tied, reach: Reach | None, write: bool
) -> None:
    if not document.review_rules:
        return
    have = set(models.ReviewRule.objects.filter(address__edition=edition).values_list("address__code", "trigger"))
    for at, rule in enumerate(document.review_rules):
        if reach is not None and not reach.unlisted:
            if (rule.code, rule.trigger) not in have:
                tied.left_out.append(
                    f"見直しのきまり「{rule.code}：{rule.trigger}」：もう公開か決裁の途中の版なので、書きません。"
                )
            continue
        trigger = finder.edition(rule.trigger_edition) if rule.trigger_edition else None
        finder.report(f"review_rules[{at}].trigger_edition", [rule.trigger_edition], tied)
        address = finder.find(doc.Address(edition.plan.key, edition.key, rule.code))
        if address is None or (rule.code, rule.trigger) in have:
            continue
        tied.kinds["review_rules"] += 1
        if not write:
            continue
        row = models.ReviewRule.objects.create(
            address=address,
            trigger=rule.trigger,
            offset_fiscal_years=rule.offset_fiscal_years,
            reading=rule.reading,
            chosen_by=rule.chosen_by,
            trigger_edition=trigger,
        )
        models.ReviewExplanation.objects.bulk_create(
            [
                models.ReviewExplanation(rule=row, date=dt.date.fromisoformat(word.date), text=word.text)
                for word in rule.explanations
            ]
        )


KINDS: dict[Any, str] = {models.ClauseLink: "links", models.Succession: "succession"}


def _create(model: Any, rows: list[Any], tied: Tied, write: bool) -> None:
    if rows:
        tied.kinds[KINDS[model]] += len(rows)
    if write:
        model.objects.bulk_create(rows, batch_size=500)
