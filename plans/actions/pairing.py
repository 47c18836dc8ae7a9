"""Which clause of one text became which of another, as rows of a comparison in reading order. Pure: no database.

Every clause of both texts stands in exactly one row: alone (dropped, added), one against one, or in the group of a merge or a
split. Rows are JSON-able, because they are kept from the publication on.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from plans.enums import ChangeKind

from .differences import GONE, NEW, Budget, Segment, difference, paragraphs, plain, rising


@dataclass(frozen=True)
class Words:
    """A clause as compared. ``key`` is the id of its address, ``parent`` that of the clause above; ``where`` its place."""

    key: int
    parent: int | None
    code: str
    kind: str
    label: str = ""
    title: str = ""
    key_word: str = ""
    body: str = ""
    where: str = ""
    modality: tuple[tuple[str, str, str], ...] = ()  # how far it binds, subject, predicate
    actors: tuple[tuple[str, str], ...] = ()  # name and role
    reason: str = ""

    @property
    def text(self) -> str:
        """Label, title and body as one text."""
        return "\n".join(part for part in (f"{self.label}　{self.title}".strip("　"), self.body) if part)


@dataclass(frozen=True)
class Tie:
    """What is stated of two addresses: an end that is None says that there is nothing. ``guessed``: the words are the same."""

    old: int | None
    new: int | None
    reason: str = ""
    guessed: bool = False


@dataclass
class End:
    """One side's clause in a row. ``title`` and ``body`` are marked segments, the body in paragraphs."""

    key: int
    code: str
    kind: str
    where: str
    label: str
    heading: str
    title: list[Segment]
    body: list[list[Segment]]


@dataclass
class Row:
    """``kinds`` (ChangeKind) may be two: moved and changed. ``changed`` names what differs, ``facts`` both values of what is not
    text. ``links`` are (index in old, index in new, reason)."""

    kinds: list[str]
    old: list[End]
    new: list[End]
    links: list[tuple[int, int, str]] = field(default_factory=list)
    reason: str = ""
    changed: list[str] = field(default_factory=list)
    facts: list[tuple[str, Any, Any]] = field(default_factory=list)
    guessed: bool = False  # paired because the words are the same; nobody stated it

    @property
    def is_kept(self) -> bool:
        return self.kinds == [ChangeKind.KEPT]


def as_json(row: Row) -> dict[str, Any]:
    return {**vars(row), "old": [vars(end) for end in row.old], "new": [vars(end) for end in row.new]}


def row_of(data: dict[str, Any]) -> Row:
    """A row from what ``as_json`` gave."""
    ends = {side: [End(**end) for end in data[side]] for side in ("old", "new")}
    return Row(**{**data, **ends})


@dataclass
class _Group:
    old: list[Words] = field(default_factory=list)
    new: list[Words] = field(default_factory=list)
    ties: list[Tie] = field(default_factory=list)

    @property
    def is_pair(self) -> bool:
        return len(self.old) == len(self.new) == 1


def compare(old: Sequence[Words], new: Sequence[Words], ties: Iterable[Tie], budget: Budget | None = None) -> list[Row]:
    """Rows in the reading order of ``new``; what was dropped stands behind its former neighbour.

    Both texts come in reading order. Clauses of which ``ties`` say nothing are paired where their words are the same.
    """
    budget = budget or Budget()
    groups = _groups(old, new, [*ties, *_same_words(old, new, ties)])
    moved = _moved(groups, old)
    return [_row(groups[number], number in moved, budget) for number in _in_order(groups, old, moved)]


def _same_words(old: Sequence[Words], new: Sequence[Words], ties: Iterable[Tie]) -> list[Tie]:
    """For clauses nothing is said of: the same code with the same words, then the same sentences anywhere."""
    said_old = {tie.old for tie in ties}
    said_new = {tie.new for tie in ties}
    left = [one for one in old if one.key not in said_old]
    found: list[Tie] = []
    taken: set[int] = set()
    by_code = {(one.code, one.title, one.body): one for one in left}
    by_body: dict[tuple[str, str], list[Words]] = defaultdict(list)
    for one in reversed(left):
        by_body[one.title, one.body].append(one)
    open_new = [one for one in new if one.key not in said_new]
    for one in open_new:
        if at := by_code.get((one.code, one.title, one.body)):
            found.append(Tie(at.key, one.key, guessed=True))
            taken |= {at.key, one.key}
    for one in open_new:
        candidates = by_body[one.title, one.body] if one.body else []
        while candidates and candidates[-1].key in taken:
            candidates.pop()
        if candidates and one.key not in taken:
            at = candidates.pop()
            found.append(Tie(at.key, one.key, guessed=True))
            taken |= {at.key, one.key}
    return found


def _groups(old: Sequence[Words], new: Sequence[Words], ties: Sequence[Tie]) -> list[_Group]:
    """Clauses that hang together by ties: the connected parts, in the order of the new text, then what was dropped."""
    ends: dict[tuple[str, int], Words] = {("new", one.key): one for one in new} | {("old", one.key): one for one in old}
    above = {end: end for end in ends}

    def root(end: tuple[str, int]) -> tuple[str, int]:
        while above[end] != end:
            above[end] = end = above[above[end]]
        return end

    held = [tie for tie in ties if ("old", tie.old) in ends and ("new", tie.new) in ends]
    for tie in held:
        above[root(("old", tie.old or 0))] = root(("new", tie.new or 0))
    groups: dict[tuple[str, int], _Group] = defaultdict(_Group)
    for end, one in ends.items():
        (groups[root(end)].new if end[0] == "new" else groups[root(end)].old).append(one)
    for tie in ties:
        for end in (("old", tie.old or 0), ("new", tie.new or 0)):
            if end in ends:
                groups[root(end)].ties.append(tie)
                break
    return list(groups.values())


def _moved(groups: Sequence[_Group], old: Sequence[Words]) -> set[int]:
    """Numbers of the pairs that stand under another parent, or in another order among the siblings they share.

    Of siblings in another order the fewest are said to have moved, so that one that went to the end does not mark all others.
    """
    at_old = {one.key: number for number, group in enumerate(groups) for one in group.old}
    at_new = {one.key: number for number, group in enumerate(groups) for one in group.new}
    place = {one.key: number for number, one in enumerate(old)}
    moved: set[int] = set()
    families: dict[int | None, list[int]] = defaultdict(list)
    for number, group in enumerate(groups):
        if group.is_pair:
            before, after = group.old[0].parent, group.new[0].parent
            family = None if before is None else at_old.get(before)
            if family == (None if after is None else at_new.get(after)):
                families[family].append(number)
            else:
                moved.add(number)
    for numbers in families.values():
        kept = rising([place[groups[number].old[0].key] for number in numbers])
        moved |= {number for index, number in enumerate(numbers) if index not in kept}
    return moved


def _in_order(groups: Sequence[_Group], old: Sequence[Words], moved: set[int]) -> list[int]:
    """Numbers of the groups as a reader of the new text meets them, each dropped clause behind its former neighbour."""
    at_old = {one.key: number for number, group in enumerate(groups) for one in group.old}
    behind: dict[int, list[int]] = defaultdict(list)
    neighbour = -1
    for one in old:
        number = at_old[one.key]
        if not groups[number].new:
            behind[neighbour].append(number)
        elif groups[number].is_pair and number not in moved:
            neighbour = number
    order = list(behind[-1])
    for number, group in enumerate(groups):
        if group.new:
            order += [number, *behind[number]]
    return order


def _row(group: _Group, moved: bool, budget: Budget) -> Row:
    if group.is_pair:
        row = _pair(group.old[0], group.new[0], moved, budget)
    elif not group.old or not group.new:
        row = _alone(group)
    else:
        row = _many(group, budget)
    reasons = [tie.reason for tie in group.ties if tie.reason]
    if not reasons and not row.is_kept:
        reasons = [one.reason for one in group.new if one.reason]
    row.reason = "\n".join(dict.fromkeys(reasons))
    row.guessed = any(tie.guessed for tie in group.ties)
    return row


def _pair(old: Words, new: Words, moved: bool, budget: Budget) -> Row:
    changed = [name for name in ("label", "title", "key_word", "body", "kind") if getattr(old, name) != getattr(new, name)]
    facts: list[tuple[str, Any, Any]] = [(name, getattr(old, name), getattr(new, name)) for name in _VALUES if name in changed]
    binding = ([row[:2] for row in old.modality], [row[:2] for row in new.modality])
    if binding[0] != binding[1] or ("body" not in changed and old.modality != new.modality):
        facts.append(("modality", [list(row) for row in old.modality], [list(row) for row in new.modality]))
    if sorted(old.actors) != sorted(new.actors):
        facts.append(("actors", [list(row) for row in old.actors], [list(row) for row in new.actors]))
    changed += [name for name, *_values in facts if name not in changed]
    kinds = [kind for kind, holds in ((ChangeKind.MOVED, moved), (ChangeKind.CHANGED, bool(changed))) if holds]
    title, body = difference(old.title, new.title, budget), difference(old.body, new.body, budget)
    ends = [_end(one, next(iter(paragraphs(title, side))), paragraphs(body, side)) for one, side in ((old, GONE), (new, NEW))]
    return Row([str(kind) for kind in kinds or [ChangeKind.KEPT]], ends[:1], ends[1:], [(0, 0, "")], "", changed, facts)


_VALUES = ("key_word", "kind")


def _alone(group: _Group) -> Row:
    """Dropped or added: there is nothing to mark, the whole of it is gone or new."""
    ends = [_end(one, *_unmarked(one)) for one in (*group.old, *group.new)]
    return Row([str(ChangeKind.DROPPED)], ends, []) if group.old else Row([str(ChangeKind.ADDED)], [], ends)


def _many(group: _Group, budget: Budget) -> Row:
    """A merge, a split, or both: the bodies of one side as one text against those of the other."""
    kinds = [kind for kind, holds in ((ChangeKind.MERGED, len(group.old) > 1), (ChangeKind.SPLIT, len(group.new) > 1)) if holds]
    segments = difference(_joined(group.old), _joined(group.new), budget)
    ends: list[list[End]] = []
    for words, side in ((group.old, GONE), (group.new, NEW)):
        lines = iter(paragraphs(segments, side))
        ends.append([_end(one, _unmarked(one)[0], [next(lines) for _ in range(one.body.count("\n") + 1)]) for one in words])
    at = [{one.key: index for index, one in enumerate(words)} for words in (group.old, group.new)]
    links = [(at[0][tie.old], at[1][tie.new], tie.reason) for tie in group.ties if tie.old in at[0] and tie.new in at[1]]
    return Row([str(kind) for kind in kinds], ends[0], ends[1], links)


def _joined(words: Sequence[Words]) -> str:
    return "\n".join(one.body for one in words)


def _unmarked(one: Words) -> tuple[list[Segment], list[list[Segment]]]:
    return plain(one.title)[0], plain(one.body)


def _end(one: Words, title: list[Segment], body: list[list[Segment]]) -> End:
    return End(one.key, one.code, one.kind, one.where, one.label, one.title, title, body if one.body else [])
