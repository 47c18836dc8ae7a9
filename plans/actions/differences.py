"""The difference of two texts as marked segments, readable in Japanese. Pure: no database.

Paragraphs are compared first, then the sentences of those that differ, then their words. A word is a run of one script, so a
mark begins and ends where a reader sees a seam. What would take too long is compared by anchors that occur once, so that
any two texts are done in bounded time; the marks then are coarser, never wrong.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from diff_match_patch import diff_match_patch

SAME, GONE, NEW = _MARKS = ("=", "-", "+")
Segment = tuple[str, str]  # mark and text
Block = tuple[bool, Sequence[str], Sequence[str]]  # whether equal, the tokens of the old text, those of the new

_LINES = re.compile(r"[^\n]+|\n")
_SENTENCES = re.compile(r"[^。\n]+。?|。|\n")
_WORDS = re.compile(
    r"[\u3400-\u9fff\uf900-\ufaff々〆]+|[\u3041-\u309f]+|[\u30a1-\u30ffー]+|[0-9０-９]+(?:[.．,，][0-9０-９]+)*|[A-Za-zＡ-Ｚａ-ｚ]+|.",
    re.DOTALL,
)
_KANA = re.compile(r"[\u3041-\u309f、・\s]{1,3}\Z")
_UNCUT = re.compile(r"[0-9０-９]{2}|[A-Za-zＡ-Ｚａ-ｚ]{2}|[\u30a1-\u30ffー]{2}")
_SURROGATES = 0xD800

MOST_AT_ONCE = 250_000
"""Up to so many pairs of tokens are compared with each other; beyond, anchors divide the text first."""
BUDGET = 12_000_000
"""So many pairs of tokens for all clauses of one comparison together."""
MOST_SLIGHT = 6
ALIKE = 0.3
"""A stretch of which less than this stays is shown as replaced in one piece."""


@dataclass
class Budget:
    """What one comparison may still spend. Counted, not timed: the same texts always give the same marks."""

    left: int = BUDGET

    def grants(self, cost: int) -> bool:
        if cost > min(self.left, MOST_AT_ONCE):
            return False
        self.left -= cost
        return True


def difference(old: str, new: str, budget: Budget | None = None) -> list[Segment]:
    """Segments in reading order: what stays, what is gone, what is new. Those that are not new make up ``old``, and so on."""
    budget = budget or Budget()
    found: list[Segment] = []
    for equal, old_lines, new_lines in _blocks(_LINES.findall(old), _LINES.findall(new), budget):
        before, after = "".join(old_lines), "".join(new_lines)
        if equal:
            found.append((SAME, before))
            continue
        for alike, gone, come in _blocks(_SENTENCES.findall(before), _SENTENCES.findall(after), budget):
            found += [(SAME, "".join(gone))] if alike else _words("".join(gone), "".join(come), budget)
    return _tidy(found)


def paragraphs(segments: Sequence[Segment], side: str) -> list[list[Segment]]:
    """One side's segments (``GONE``: the old text, ``NEW``: the new one), parted at the line ends."""
    lines: list[list[Segment]] = [[]]
    for mark, text in segments:
        if mark not in (SAME, side):
            continue
        first, *rest = text.split("\n")
        if first:
            lines[-1].append((mark, first))
        lines += [[(mark, part)] if part else [] for part in rest]
    return lines


def plain(text: str) -> list[list[Segment]]:
    """The paragraphs of a text nothing happened to."""
    return paragraphs([(SAME, text)], NEW)


def rising(values: Sequence[int]) -> set[int]:
    """The indexes of a longest rising run in ``values``, which must differ: what kept its order among the rest."""
    tails: list[int] = []  # index of the lowest end of a run of each length
    before: list[int] = []
    for index, value in enumerate(values):
        place = bisect_left(tails, value, key=lambda at: values[at])
        before.append(tails[place - 1] if place else -1)
        tails[place : place + 1] = [index]
    kept: set[int] = set()
    at = tails[-1] if tails else -1
    while at >= 0:
        kept.add(at)
        at = before[at]
    return kept


def _words(old: str, new: str, budget: Budget) -> list[Segment]:
    whole = [(GONE, old), (NEW, new)]
    if not old or not new:
        return whole
    found: list[Segment] = []
    for equal, gone, come in _blocks(_WORDS.findall(old), _WORDS.findall(new), budget):
        found += [(SAME, "".join(gone))] if equal else [(GONE, "".join(gone)), (NEW, "".join(come))]
    found = _tidy(found)
    stays = sum(len(text) for mark, text in found if mark == SAME)
    return found if stays >= ALIKE * min(len(old), len(new)) else whole


def _blocks(old: Sequence[str], new: Sequence[str], budget: Budget) -> Iterator[Block]:
    """Stretches of tokens in order, equal or not. Beyond the budget, tokens that occur once on each side are the anchors."""
    head = 0
    while head < min(len(old), len(new)) and old[head] == new[head]:
        head += 1
    tail = 0
    while tail < min(len(old), len(new)) - head and old[-1 - tail] == new[-1 - tail]:
        tail += 1
    if head:
        yield True, old[:head], new[:head]
    inner_old, inner_new = old[head : len(old) - tail], new[head : len(new) - tail]
    if not inner_old or not inner_new:
        if inner_old or inner_new:
            yield False, inner_old, inner_new
    elif budget.grants(len(inner_old) * len(inner_new)):
        yield from _each(inner_old, inner_new)
    else:
        yield from _anchored(inner_old, inner_new, budget)
    if tail:
        yield True, old[len(old) - tail :], new[len(new) - tail :]


def _each(old: Sequence[str], new: Sequence[str]) -> Iterator[Block]:
    """Every token against every token, by diff-match-patch: each token stands there as one character."""
    signs: dict[str, str] = {}
    for token in (*old, *new):
        number = len(signs) + 1
        signs.setdefault(token, chr(number if number < _SURROGATES else number + 0x800))
    engine = diff_match_patch()
    engine.Diff_Timeout = 0
    coded = ("".join(signs[token] for token in side) for side in (old, new))
    here = there = from_old = from_new = 0  # where we are, and where the open change began
    for mark, run in (*engine.diff_main(*coded, False), (0, "")):
        if mark == 0:
            if here > from_old or there > from_new:
                yield False, old[from_old:here], new[from_new:there]
            if run:
                yield True, old[here : here + len(run)], new[there : there + len(run)]
            from_old, from_new = here + len(run), there + len(run)
        here += len(run) * (mark <= 0)
        there += len(run) * (mark >= 0)


def _anchored(old: Sequence[str], new: Sequence[str], budget: Budget) -> Iterator[Block]:
    once_old, once_new = Counter(old), Counter(new)
    places = {token: at for at, token in enumerate(new) if once_new[token] == 1}
    shared = [(at, places[token]) for at, token in enumerate(old) if once_old[token] == 1 and token in places]
    kept = rising([there for _here, there in shared])
    anchors = [pair for index, pair in enumerate(shared) if index in kept]
    if not anchors:
        yield False, old, new
        return
    here = there = 0
    for at_old, at_new in [*anchors, (len(old), len(new))]:
        if at_old > here or at_new > there:
            yield from _blocks(old[here:at_old], new[there:at_new], budget)
        if at_old < len(old):
            yield True, old[at_old : at_old + 1], new[at_new : at_new + 1]
        here, there = at_old + 1, at_new + 1


def _tidy(segments: Sequence[Segment]) -> list[Segment]:
    """Join what belongs together: no single kana left standing between two changes, no change with equal ends."""
    trimmed = [part for same, gone, new in _gathered(segments) for part in ((SAME, same), *_trimmed(gone, new))]
    kept: list[tuple[str, str, str]] = []  # what stays, and what is gone and new after it
    last = 0  # the size of the change before, without what was joined to it
    for same, gone, new in _gathered(trimmed):
        size = max(len(gone), len(new))
        if kept and last and _slight(same, min(last, size)):
            before, old_gone, old_new = kept[-1]
            kept[-1] = (before, old_gone + same + gone, old_new + same + new)
        else:
            kept.append((same, gone, new))
        last = size
    return [(mark, text) for row in kept for mark, text in zip(_MARKS, row, strict=True) if text]


def _gathered(segments: Sequence[Segment]) -> list[tuple[str, str, str]]:
    """Each stretch that stays with the change that follows it."""
    rows: list[list[list[str]]] = [[[], [], []]]
    for mark, text in segments:
        if mark == SAME and (rows[-1][1] or rows[-1][2]):
            rows.append([[], [], []])
        rows[-1][_MARKS.index(mark)].append(text)
    return [("".join(same), "".join(gone), "".join(new)) for same, gone, new in rows]


def _slight(same: str, size: int) -> bool:
    """Whether a stretch that stays says too little to stand between two changes, the smaller of this size."""
    if not size or len(same) > MOST_SLIGHT or "。" in same or "\n" in same:
        return False
    return bool(_KANA.match(same)) or len(same) * 3 <= size


def _trimmed(gone: str, new: str) -> list[Segment]:
    """A change without what both its sides begin or end with, where that is two characters and more and cuts no number."""
    head = _common(gone, new)
    gone, new = gone[len(head) :], new[len(head) :]
    tail = _common(gone[::-1], new[::-1])[::-1]
    if tail:
        gone, new = gone[: -len(tail)], new[: -len(tail)]
    return [(SAME, head), (GONE, gone), (NEW, new), (SAME, tail)]


def _common(one: str, other: str) -> str:
    size = next(
        (at for at, (here, there) in enumerate(zip(one, other, strict=False)) if here != there), min(len(one), len(other))
    )
    head = one[:size]
    ends = [text[size] for text in (one, other) if len(text) > size]
    while head and any(_UNCUT.match(head[-1] + end) for end in ends):
        ends, head = [head[-1]], head[:-1]
    return head if len(head) > 1 or (head and head in (one, other)) else ""
