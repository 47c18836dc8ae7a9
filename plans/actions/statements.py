"""The succession a snapshot states, in memory: what follows from what, and how kept, changed, dropped and added come about."""

from __future__ import annotations

from collections.abc import Iterable

from plans import models
from plans.enums import State, SuccessionKind

KEPT, CHANGED, MERGED, SPLIT, DROPPED, ADDED = (
    *(SuccessionKind.KEPT, SuccessionKind.CHANGED, SuccessionKind.MERGED),
    *(SuccessionKind.SPLIT, SuccessionKind.DROPPED, SuccessionKind.ADDED),
)
ONE_TO_ONE = (KEPT, CHANGED)
BATCH = 500

Words = tuple[str, str, str, str]
Pair = tuple[int | None, int | None]


def origin_of(snapshot: models.Snapshot) -> models.Snapshot | None:
    """The text of the edition before from which this edition's drafts descend."""
    rows = {row.pk: row for row in snapshot.edition.snapshots.all()}
    seen: set[int] = set()
    now = rows.get(snapshot.pk, snapshot)
    while now.pk not in seen:
        seen.add(now.pk)
        above = now.based_on_id or _before(now, rows.values())
        if above is None:
            return None
        if above not in rows:
            return models.Snapshot.objects.get(pk=above)
        now = rows[above]
    return None


def _before(snapshot: models.Snapshot, others: Iterable[models.Snapshot]) -> int | None:
    """What an import went on from, which states no base: the newest one before it that was not taken back."""
    older = [row for row in others if row.sequence < snapshot.sequence and row.state != State.WITHDRAWN and not row.is_outline]
    return max(older, key=lambda row: row.sequence).pk if older else None


class Statements:
    """The rows of one snapshot in memory: (old address, new address) → [kind, reason]. ``save`` writes what differs."""

    def __init__(self, snapshot: models.Snapshot) -> None:
        self.snapshot = snapshot
        rows = list(snapshot.successions.values_list("pk", "old_id", "new_id", "kind", "reason"))
        self.stored = {(old, new): (pk, kind, reason) for pk, old, new, kind, reason in rows}
        self.rows: dict[Pair, list[str]] = {(old, new): [kind, reason] for _pk, old, new, kind, reason in rows}
        self.old_words: dict[int, Words] = {}
        self.new_words: dict[int, Words] = {}
        self.new_why: dict[int, str] = {}

    def read_words(self, *, origin: models.Snapshot | None = None) -> None:
        """The words on both sides; two queries, one more to find the text before."""
        origin = origin or origin_of(self.snapshot)
        if origin is not None:
            self.old_words = _words_of(origin)
        self.new_words = _words_of(self.snapshot)
        self.new_why = dict(self.snapshot.clauses.exclude(change_reason="").values_list("address_id", "change_reason"))

    def of_old(self, old: int) -> list[Pair]:
        return [pair for pair in self.rows if pair[0] == old]

    def of_new(self, new: int) -> list[Pair]:
        return [pair for pair in self.rows if pair[1] == new]

    def put(self, old: int | None, new: int | None, kind: str, reason: str = "") -> None:
        self.rows[old, new] = [kind, reason]

    def compare(self, old: int, new: int) -> str:
        """Kept or changed, by the words."""
        return KEPT if self.old_words.get(old) == self.new_words.get(new) and new in self.new_words else CHANGED

    def settle(self, pair: Pair) -> None:
        """Say of a one-to-one row whether it is kept or changed; a reason given for the clause serves here too."""
        old, new = pair
        if old is None or new is None or self.rows[pair][0] not in ONE_TO_ONE:
            return
        before, reason = self.rows[pair]
        kind = self.compare(old, new)
        if kind == KEPT and before == CHANGED:
            reason = ""
        elif kind == CHANGED:
            reason = reason or self.new_why.get(new, "")
        self.rows[pair] = [kind, reason]

    def leave(self, new: int) -> None:
        """The newer clause is gone: each old one it followed from is dropped, unless it lives on in others."""
        for pair in self.of_new(new):
            del self.rows[pair]
            old = pair[0]
            if old is not None:
                self.close(old)

    def close(self, old: int) -> None:
        """Let the rows of an old clause say what is left of them: nothing is dropped, a single part of a split is no split."""
        left = self.of_old(old)
        if not left:
            self.put(old, None, DROPPED)
        elif len(left) == 1 and self.rows[left[0]][0] == SPLIT:
            self.rows[left[0]][0] = CHANGED
            self.settle(left[0])

    def single(self, new: int) -> None:
        """A merge of which one old clause is left is no merge; a newer clause without any old one is added."""
        left = self.of_new(new)
        if not left:
            self.put(None, new, ADDED, self.new_why.get(new, ""))
        elif len(left) == 1 and self.rows[left[0]][0] == MERGED:
            self.rows[left[0]][0] = CHANGED
            self.settle(left[0])

    def free(self, old: int) -> None:
        """Take an old clause out of every row; the newer clauses it stood with say what they are without it."""
        for pair in self.of_old(old):
            del self.rows[pair]
            if pair[1] is not None:
                self.single(pair[1])

    def save(self) -> bool:
        gone = [pk for pair, (pk, *_rest) in self.stored.items() if pair not in self.rows]
        new = [pair for pair in self.rows if pair not in self.stored]
        differ = [pair for pair, row in self.rows.items() if pair in self.stored and list(self.stored[pair][1:]) != row]
        if gone:
            models.Succession.objects.filter(pk__in=gone).delete()
        stated = {"edition_id": self.snapshot.edition_id, "snapshot": self.snapshot}
        made = [models.Succession(old_id=old, new_id=fresh, **stated, **self._values((old, fresh))) for old, fresh in new]
        models.Succession.objects.bulk_create(made, batch_size=BATCH)
        changed = [models.Succession(pk=self.stored[pair][0], **self._values(pair)) for pair in differ]
        models.Succession.objects.bulk_update(changed, ["kind", "reason"], batch_size=BATCH)
        return bool(gone or new or differ)

    def _values(self, pair: Pair) -> dict[str, str]:
        kind, reason = self.rows[pair]
        return {"kind": kind, "reason": reason}


def _words_of(snapshot: models.Snapshot) -> dict[int, Words]:
    rows = snapshot.clauses.values_list("address_id", "label", "title", "key_word", "body")
    return {address: (label, title, key_word, body) for address, label, title, key_word, body in rows}


def take_over(snapshot: models.Snapshot, statements: Statements) -> bool:
    """Start from what the snapshot before stated."""
    before = snapshot.based_on_id or _before(snapshot, snapshot.edition.snapshots.all())
    for old, new, kind, reason in models.Succession.objects.filter(snapshot=before, edition=snapshot.edition_id).values_list(
        "old_id", "new_id", "kind", "reason"
    ):
        statements.put(old, new, kind, reason)
    return bool(statements.rows)


def fill(statements: Statements, origin: models.Snapshot) -> None:
    statements.read_words(origin=origin)
    code_of = dict(origin.clauses.values_list("address_id", "code"))
    new_at = dict(statements.snapshot.clauses.values_list("code", "address_id"))
    for new in {pair[1] for pair in statements.rows if pair[1] is not None and pair[1] not in statements.new_words}:
        statements.leave(new)
    for pair in list(statements.rows):
        statements.settle(pair)
    for old in code_of:
        left, same = statements.of_old(old), new_at.get(code_of[old])
        open_end = not left or [statements.rows[pair][0] for pair in left] == [DROPPED]
        if open_end and same is not None and all(pair[0] is None for pair in statements.of_new(same)):
            for pair in [*left, *statements.of_new(same)]:
                del statements.rows[pair]
            statements.put(old, same, CHANGED)
            statements.settle((old, same))
        elif not left:
            statements.put(old, None, DROPPED)
    for new in statements.new_words:
        statements.single(new)
