"""Two snapshots of one plan compared: at publication and kept (``write_changes``), or when somebody asks (``comparison_of``).

What is kept is good while both snapshots hash to what it was made from and the same is stated of their succession. Reading
writes nothing: another pair is computed in memory, and the last few stay there.
"""

from __future__ import annotations

import base64
import datetime as dt
import json
import threading
import zlib
from collections import Counter, OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from ichinoseki_portal.access import ANYONE
from ichinoseki_portal.models import AuditRow, User
from ichinoseki_portal.text import digest
from plans import models
from plans.enums import DECIDED_STAGES, ChangeKind, Stage

from .content_words import others_of, words_of
from .differences import GONE, NEW, Budget, Segment, difference, paragraphs
from .lineage import edition_order, ties_between
from .pairing import Row, Tie, Words, as_json, compare, row_of

FORMAT = 1
MOST_PAIRS = 12
"""With so many texts of its own edition a publication is compared, the nearest first."""
REMEMBERED = 4


@dataclass
class Other:
    """What differs beside the clauses: a fact of the edition, a term, a figure. ``what`` is title, period, decided, source, term
    or indicator, ``name`` the term or the indicator."""

    what: str
    name: str
    old: list[list[Segment]]
    new: list[list[Segment]]


@dataclass
class Comparing:
    """A comparison as pages show it."""

    older: models.Snapshot
    newer: models.Snapshot
    rows: list[Row]
    others: list[Other] = field(default_factory=list)
    unstated: bool = False  # of two editions nobody stated what became of the clauses

    @property
    def counts(self) -> Counter[str]:
        """Rows by kind; a clause both moved and changed counts as either."""
        return Counter(kind for row in self.rows for kind in row.kinds)


def in_order(one: models.Snapshot, other: models.Snapshot) -> bool:
    """Whether the first is the older text: of an earlier edition, or before the other in the same one."""
    if one.edition_id == other.edition_id:
        return one.sequence < other.sequence
    return edition_order(one.edition) < edition_order(other.edition)


def comparison_of(older: models.Snapshot, newer: models.Snapshot, at: dt.datetime | None = None) -> Comparing:
    """The comparison of two published snapshots, as kept or else as computed now. ``older`` must be the older one (``in_order``)
    and both come from ``visible_to``."""
    return comparisons_of([(older, newer)], at)[0]


def comparisons_of(pairs: Iterable[tuple[models.Snapshot, models.Snapshot]], at: dt.datetime | None = None) -> list[Comparing]:
    """As ``comparison_of``, with one query for all that are kept."""
    pairs = list(pairs)
    kept = {
        (row.older_id, row.newer_id): row
        for row in models.Comparison.objects.visible_to(ANYONE, at).filter(
            older__in={older.pk for older, _newer in pairs}, newer__in={newer.pk for _older, newer in pairs}
        )
    }
    reader = Reader(at)
    return [_kept_or_new(older, newer, kept.get((older.pk, newer.pk)), reader) for older, newer in pairs]


def draft_comparison(snapshot: models.Snapshot, at: dt.datetime | None = None) -> Comparing | None:
    """A snapshot in any state against the public one it follows; None for a first text. Nothing of it is kept: for staff."""
    older = predecessor(snapshot, at)
    return Reader(at).compare(older, snapshot) if older else None


def predecessor(snapshot: models.Snapshot, at: dt.datetime | None = None) -> models.Snapshot | None:
    """The public text a snapshot follows, at a moment. One query."""
    return followed(snapshot, _public(snapshot, at))


def followed(snapshot: models.Snapshot, texts: Iterable[models.Snapshot]) -> models.Snapshot | None:
    """Of these texts of its plan the one a snapshot follows: the one it was made from, else the one before in its edition, else
    the text that counts of the edition before. Never an outline (要約)."""
    before = [one for one in texts if one.pk != snapshot.pk and not one.is_outline and in_order(one, snapshot)]
    base = [one for one in before if one.pk == snapshot.based_on_id]
    own = [one for one in before if one.edition_id == snapshot.edition_id]
    if base or own:
        return base[0] if base else max(own, key=lambda one: one.sequence)
    return _that_counts(before, last=True)


def write_changes(snapshot: models.Snapshot) -> None:
    """Keep what a publication changes: a TextChange for each clause that did not stay as it was, and the comparisons people will
    look for. In the transaction of the publication; what an earlier one of the same snapshot left is replaced."""
    if snapshot.is_outline:
        return
    reader = Reader(snapshot.published_at)
    older = predecessor(snapshot, snapshot.published_at)
    models.TextChange.objects.filter(newer=snapshot).delete()
    for one, other in _pairs(snapshot, older):
        comparing = reader.compare(one, other)
        _keep(comparing, reader)
        if older is not None and one.pk == older.pk and other.pk == snapshot.pk:
            changes = _changes(comparing, reader)
            models.TextChange.objects.bulk_create(changes, batch_size=500)


class Reader:
    """Reads each text and each pair's succession once. ``at``: the moment from which other editions are seen."""

    def __init__(self, at: dt.datetime | None = None) -> None:
        self.at = at
        self._words: dict[int, list[Words]] = {}
        self._ties: dict[tuple[int, int], list[Tie] | None] = {}

    def words(self, snapshot: models.Snapshot) -> list[Words]:
        if snapshot.pk not in self._words:
            self._words[snapshot.pk] = words_of(snapshot)
        return self._words[snapshot.pk]

    def ties(self, older: models.Snapshot, newer: models.Snapshot) -> list[Tie] | None:
        """What is stated between two editions; None within one, where the codes say it."""
        if older.edition_id == newer.edition_id:
            return None
        pair = (older.pk, newer.pk)
        if pair not in self._ties:
            self._ties[pair] = ties_between(older, newer, self.at)
        return self._ties[pair]

    def stated(self, older: models.Snapshot, newer: models.Snapshot) -> str:
        """A digest of the succession between them."""
        ties = self.ties(older, newer)
        return "" if ties is None else digest(json.dumps([[tie.old, tie.new, tie.reason] for tie in ties]))

    def compare(self, older: models.Snapshot, newer: models.Snapshot) -> Comparing:
        old, new, ties = self.words(older), self.words(newer), self.ties(older, newer)
        budget = Budget()
        unstated = ties is not None and not ties
        if ties is None:
            ties = [Tie(key, key) for key in {one.key for one in old} & {one.key for one in new}]
        rows = compare(old, new, ties, budget)
        return Comparing(older, newer, rows, _others(older, newer, budget), unstated)


def _kept_or_new(older: models.Snapshot, newer: models.Snapshot, kept: models.Comparison | None, reader: Reader) -> Comparing:
    stated = reader.stated(older, newer)
    if (
        kept is not None
        and isinstance(kept.rows, dict)
        and (kept.older_hash, kept.newer_hash) == (older.content_hash, newer.content_hash)
        and (kept.rows["format"], kept.rows["stated"]) == (FORMAT, stated)
    ):
        found = _unpacked(kept.rows["packed"])
        rows = [row_of(row) for row in found["rows"]]
        return Comparing(older, newer, rows, [Other(**row) for row in found["others"]], found["unstated"])
    key = (*((one.pk, one.content_hash, one.published_at) for one in (older, newer)), stated)
    made = _memory.get(key)
    if made is None:
        made = reader.compare(older, newer)
        _memory.put(key, made)
    return Comparing(older, newer, made.rows, made.others, made.unstated)


class _Memory:
    """The last few comparisons of this process."""

    def __init__(self) -> None:
        self._rows: OrderedDict[Any, Comparing] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Any) -> Comparing | None:
        with self._lock:
            if key in self._rows:
                self._rows.move_to_end(key)
            return self._rows.get(key)

    def put(self, key: Any, comparing: Comparing) -> None:
        with self._lock:
            self._rows[key] = comparing
            while len(self._rows) > REMEMBERED:
                self._rows.popitem(last=False)


_memory = _Memory()


def _public(snapshot: models.Snapshot, at: dt.datetime | None) -> list[models.Snapshot]:
    """All texts of the plan anyone may see at that moment, outlines aside."""
    rows = models.Snapshot.objects.visible_to(ANYONE, at).filter(edition__plan=snapshot.edition.plan_id)
    return list(rows.exclude(stage=Stage.OUTLINE).select_related("edition__plan"))


def _that_counts(texts: list[models.Snapshot], *, last: bool) -> models.Snapshot | None:
    """Of the nearest edition among them, the text that counts (as ``selectors.current``): decided ones first, then the newest."""
    if not texts:
        return None
    edition = (max if last else min)((one.edition for one in texts), key=edition_order)
    own = [one for one in texts if one.edition_id == edition.pk]
    return max(own, key=lambda one: (one.stage in DECIDED_STAGES, one.sequence))


def _pairs(snapshot: models.Snapshot, older: models.Snapshot | None) -> list[tuple[models.Snapshot, models.Snapshot]]:
    """The pairs people will look at: with the text it follows, with the editions before and after, and within its own edition."""
    others = [one for one in _public(snapshot, snapshot.published_at) if one.pk != snapshot.pk]
    own = [one for one in others if one.edition_id == snapshot.edition_id]
    own.sort(key=lambda one: abs(one.sequence - snapshot.sequence))
    far = [one for one in others if one.edition_id != snapshot.edition_id]
    before = _that_counts([one for one in far if in_order(one, snapshot)], last=True)
    after = _that_counts([one for one in far if in_order(snapshot, one)], last=False)
    chosen = {one.pk: one for one in (older, before, after, *own[:MOST_PAIRS]) if one is not None}
    return [(one, snapshot) if in_order(one, snapshot) else (snapshot, one) for one in chosen.values()]


def _keep(comparing: Comparing, reader: Reader) -> None:
    older, newer = comparing.older, comparing.newer
    content = {
        "rows": [as_json(row) for row in comparing.rows],
        "others": [vars(one) for one in comparing.others],
        "unstated": comparing.unstated,
    }
    rows = {"format": FORMAT, "stated": reader.stated(older, newer), "packed": _packed(content)}
    models.Comparison.objects.update_or_create(
        older=older,
        newer=newer,
        defaults={"older_hash": older.content_hash, "newer_hash": newer.content_hash, "rows": rows},
    )


def _packed(content: dict[str, Any]) -> str:
    """Packed, because the database's JSON writes each Japanese character as six and is slow to read."""
    return base64.b64encode(zlib.compress(json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode())).decode()


def _unpacked(packed: str) -> dict[str, Any]:
    return dict(json.loads(zlib.decompress(base64.b64decode(packed))))


def _changes(comparing: Comparing, reader: Reader) -> list[models.TextChange]:
    """One row for each pair of clauses that did not stay as they were; a merge or a split is several."""
    before: dict[int | None, str] = {one.key: one.text for one in reader.words(comparing.older)}
    after: dict[int | None, str] = {one.key: one.text for one in reader.words(comparing.newer)}
    editors = _editors(comparing.newer)
    rows: list[models.TextChange] = []
    for row in comparing.rows:
        if row.is_kept:
            continue
        kind = next(kind for kind in _FIRST if kind in row.kinds)
        for old, new, why in _steps(row):
            rows.append(
                models.TextChange(
                    older=comparing.older,
                    newer=comparing.newer,
                    old_id=old,
                    new_id=new,
                    kind=kind,
                    before=before.get(old, ""),
                    after=after.get(new, ""),
                    reason=why or row.reason,
                    by_id=editors.get(new, comparing.newer.author_id),
                    position=len(rows),
                )
            )
    return rows


def _steps(row: Row) -> list[tuple[int | None, int | None, str]]:
    """Each clause of a row with what it became, and why."""
    if row.links:
        return [(row.old[one].key, row.new[other].key, why) for one, other, why in row.links]
    return [(row.old[0].key if row.old else None, row.new[0].key if row.new else None, "")]


_FIRST = (
    *(ChangeKind.MERGED, ChangeKind.SPLIT, ChangeKind.DROPPED, ChangeKind.ADDED),
    *(ChangeKind.CHANGED, ChangeKind.MOVED),
)


def _editors(snapshot: models.Snapshot) -> dict[int | None, int]:
    """Who edited the clause at an address last, by the audit trail."""
    edits = AuditRow.objects.filter(subject=f"plans.Snapshot:{snapshot.pk}", action="clause.edited", actor_id__isnull=False)
    rows = list(edits.order_by("id").values_list("detail__clause", "actor_id"))
    people = set(User.objects.filter(pk__in={actor for _clause, actor in rows}).values_list("pk", flat=True))
    last = {clause: actor for clause, actor in rows if actor in people}
    return {address: last[pk] for pk, address in snapshot.clauses.values_list("pk", "address_id") if pk in last}


def _others(older: models.Snapshot, newer: models.Snapshot, budget: Budget) -> list[Other]:
    found = []
    before, after = others_of(older), others_of(newer)
    for what, name in dict.fromkeys([*before, *after]):
        old, new = before.get((what, name), ""), after.get((what, name), "")
        if old != new and (what in ("term", "indicator") or older.edition_id == newer.edition_id):
            segments = difference(old, new, budget)
            found.append(Other(what, name, paragraphs(segments, GONE), paragraphs(segments, NEW)))
    return found
