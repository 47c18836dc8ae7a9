"""Which clause of a new reading is which clause of the one before: codes are fixed at first acceptance.

Pure: no database. In order, each on what the step before left over:
1. the same printed code with the same words or the same heading;
2. the same words elsewhere, under the same parent first (renumbered, swapped, moved);
3. the same code with like words, or with most of its children matched (retitled heading);
4. like words elsewhere (at least 0.8 alike), same sort of label.
What is left is new. It takes its printed code below its parent's kept code; where that code has ever belonged to another
clause of the edition, the next free ``…-2``.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict, deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from ichinoseki_portal.text import digest, fold
from plans.reader.document import Clause

ALIKE = 0.8  # elsewhere
ALIKE_IN_PLACE = 0.5  # at its own code
MAX_PAIRS = 40_000  # beyond this many leftover pairs only NEAR leftovers under the same parent are compared
NEAR = 8


@dataclass(frozen=True)
class Old:
    """A clause of the reading before: code, parent's code, label, title, body."""

    code: str
    parent: str | None
    label: str
    title: str
    body: str


def words_hash(title: str, body: str) -> str:
    """What a dropped clause is known by when it comes back."""
    return digest(title, body)


def align(
    new: Sequence[Clause], old: Sequence[Old], *, retired: Mapping[str, str] | None = None, by_code: bool = False
) -> list[str]:
    """The final code of each new clause, in order.

    ``old`` is the newest reading, ``retired`` the edition's other codes with the hash of the words that last stood
    there ("" where unknown). ``by_code``: the old reading is an outline, made for these very codes and holding no bodies.
    """
    match = _Match(new, old)
    match.in_place(by_code=by_code)
    match.elsewhere()
    match.alike_in_place()
    match.alike_elsewhere()
    return match.codes(retired or {})


class _Match:
    """The state of one alignment: ``found[i]`` is the index of the old clause that new clause i is, or None."""

    def __init__(self, new: Sequence[Clause], old: Sequence[Old]) -> None:
        self.new, self.old = new, old
        self.found: list[int | None] = [None] * len(new)
        self.left = set(range(len(old)))
        self.old_at = {clause.code: index for index, clause in enumerate(old)}
        self.new_at = {clause.code: index for index, clause in enumerate(new)}

    def take(self, index: int, old: int) -> None:
        self.found[index] = old
        self.left.discard(old)

    def open(self) -> list[int]:
        return [index for index, old in enumerate(self.found) if old is None]

    def in_place(self, *, by_code: bool) -> None:
        for index, clause in enumerate(self.new):
            at = self.old_at.get(clause.code)
            if at is not None and (by_code or _same_words(clause, self.old[at])):
                self.take(index, at)

    def elsewhere(self) -> None:
        """Equal words: under the matched parent first, then anywhere, in reading order."""
        near: dict[tuple[str | None, str], deque[int]] = defaultdict(deque)
        far: dict[str, deque[int]] = defaultdict(deque)
        for at in sorted(self.left):
            key = _words(self.old[at])
            near[self.old[at].parent, key].append(at)
            far[key].append(at)
        for index in self.open():
            key = _words(self.new[index])
            if key == _NOTHING:
                continue
            for candidates in (near.get((self.parent_code(index), key)), far.get(key)):
                while candidates and candidates[0] not in self.left:
                    candidates.popleft()
                if candidates and self.found[index] is None:
                    self.take(index, candidates.popleft())

    def parent_code(self, index: int) -> str | None:
        """The old code of a new clause's parent; its printed code while the parent is not matched."""
        parent = self.new[index].parent
        at = self.found[self.new_at[parent]] if parent is not None else None
        return parent if at is None else self.old[at].code

    def alike_in_place(self) -> None:
        children = Counter(self.old[at].parent for at in self.found if at is not None)
        for index in self.open():
            clause = self.new[index]
            at = self.old_at.get(self.local_code(index))
            if at is None or at not in self.left or label_sort(clause.label) != label_sort(self.old[at].label):
                continue
            below = sum(1 for row in self.children_of(clause.code) if self.found[row] is not None)
            stays = below * 2 >= len(self.children_of(clause.code)) > 0 and children[self.old[at].code] * 2 >= below
            if stays or _alike(clause, self.old[at]) >= ALIKE_IN_PLACE:
                self.take(index, at)

    def local_code(self, index: int) -> str:
        """The printed code with the parent's own part replaced by the parent's old code."""
        clause = self.new[index]
        return _below(clause.code, clause.parent, self.parent_code(index))

    def children_of(self, code: str) -> list[int]:
        if not hasattr(self, "_children"):
            self._children: dict[str | None, list[int]] = defaultdict(list)
            for index, clause in enumerate(self.new):
                self._children[clause.parent].append(index)
        return self._children[code]

    def alike_elsewhere(self) -> None:
        opened, left = self.open(), sorted(self.left)
        everywhere = len(opened) * len(left) <= MAX_PAIRS
        siblings: dict[str | None, list[int]] = defaultdict(list)
        for at in left:
            siblings[self.old[at].parent].append(at)
        for index in opened:
            parent = self.parent_code(index)
            candidates = left if everywhere else siblings[parent][:NEAR]
            best = max(
                (
                    (_alike(self.new[index], self.old[at], at_least=ALIKE), self.old[at].parent == parent, -at)
                    for at in candidates
                    if at in self.left
                ),
                default=(0.0, False, 0),
            )
            if best[0] >= ALIKE and label_sort(self.new[index].label) == label_sort(self.old[-best[2]].label):
                self.take(index, -best[2])

    def codes(self, retired: Mapping[str, str]) -> list[str]:
        taken = {clause.code for clause in self.old} | set(retired)
        used: set[str] = set()
        final: dict[str, str] = {}
        for clause, at in zip(self.new, self.found, strict=True):
            if at is not None:
                final[clause.code] = self.old[at].code
                continue
            code = _below(clause.code, clause.parent, final[clause.parent] if clause.parent is not None else None)
            comes_back = code not in used and retired.get(code) == words_hash(clause.title, clause.body)
            final[clause.code] = code if comes_back else _free(code, taken)
            taken.add(final[clause.code])
            used.add(final[clause.code])
        return list(final.values())


def _below(code: str, parent: str | None, kept: str | None) -> str:
    """'7.1.4.5' under a parent printed 7.1.4 and kept as 7.1.3 → '7.1.3.5'."""
    if parent is None or kept is None or not code.startswith(parent + "."):
        return code
    return kept + code[len(parent) :]


def _free(code: str, taken: set[str]) -> str:
    """The code itself, or the first of code-2, code-3 … that no clause has ever had."""
    if code not in taken:
        return code
    number = 2
    while f"{code}-{number}" in taken:
        number += 1
    return f"{code}-{number}"


def label_sort(label: str) -> str:
    """The sort of a mark, numbers left out: （３） and （４） are one sort, ① and ② another, ■ a third."""
    kept = re.sub(r"[0-9一二三四五六七八九十]+", "0", fold(label))
    if re.fullmatch("[①-⑳㉑-㊿]", label):
        return "circled"
    if re.fullmatch("[ⅰ-ⅿivxlcdm]+", kept):
        return "roman"
    return "kana" if re.fullmatch("[ァ-ヶｱ-ﾝ]", label) else kept


def _words(clause: Clause | Old) -> str:
    return clause.title + "\x1f" + clause.body


_NOTHING = "\x1f"


def _same_words(clause: Clause, old: Old) -> bool:
    if clause.title or old.title:
        return fold(clause.title) == fold(old.title)
    return clause.body == old.body


def _alike(clause: Clause, old: Old, *, at_least: float = 0.0) -> float:
    """How alike the words are, 0 to 1 (difflib's quick ratio); 0 without counting where lengths alone rule it out."""
    a, b = clause.title + clause.body, old.title + old.body
    if not a or not b or 2 * min(len(a), len(b)) < at_least * (len(a) + len(b)):
        return 0.0
    return SequenceMatcher(None, a, b, autojunk=False).quick_ratio()


@dataclass(frozen=True)
class Change:
    """One line of a difference: the code and what a person knows the clause by."""

    code: str
    title: str
    before: str = ""  # moved: the place before


@dataclass(frozen=True)
class Difference:
    added: tuple[Change, ...] = ()
    removed: tuple[Change, ...] = ()
    changed: tuple[Change, ...] = ()
    moved: tuple[Change, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.added or self.removed or self.changed or self.moved)


def compare(old: Sequence[Clause], new: Sequence[Clause]) -> Difference:
    """What changed between two readings whose codes are aligned."""
    before, after = {clause.code: clause for clause in old}, {clause.code: clause for clause in new}
    stay = [code for code in after if code in before]
    place_before, place_after = _places(old, after), _places(new, before)
    return Difference(
        added=tuple(_change(clause) for code, clause in after.items() if code not in before),
        removed=tuple(_change(clause) for code, clause in before.items() if code not in after),
        changed=tuple(_change(after[code]) for code in stay if _official(before[code]) != _official(after[code])),
        moved=tuple(_change(after[code], before[code]) for code in stay if place_before[code] != place_after[code]),
    )


def _places(clauses: Iterable[Clause], others: Mapping[str, Clause]) -> dict[str, tuple[str | None, int]]:
    """Parent and rank among the siblings that both readings have under that parent."""
    ranks: Counter[str | None] = Counter()
    places = {}
    for clause in clauses:
        other = others.get(clause.code)
        if other is None:
            continue
        places[clause.code] = (clause.parent, ranks[clause.parent])
        ranks[clause.parent] += other.parent == clause.parent
    return places


def _official(clause: Clause) -> tuple[object, ...]:
    return (clause.kind, clause.label, clause.title, clause.key_word, clause.body, repr(clause.modality), repr(clause.actors))


def _change(clause: Clause, before: Clause | None = None) -> Change:
    title = f"{clause.label} {clause.title}".strip() if clause.title else f"{clause.label} {clause.body[:30]}".strip()
    return Change(clause.code, title, f"{before.parent or ''}" if before else "")
