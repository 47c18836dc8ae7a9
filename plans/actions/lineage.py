"""What became of each clause from one edition of a plan to a later one, over as many editions as lie between."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.db.models import Q

from ichinoseki_portal.access import ANYONE
from plans import models
from plans.enums import DECIDED_STAGES, Stage

from .pairing import Tie

Stated = tuple[int | None, int | None, int, str]  # old and new address, the edition of the old one, reason


def edition_order(edition: models.Edition) -> tuple[int, str]:
    """Editions of one plan in the order of their first year; where nobody knows it, as the key begins."""
    if edition.first_fiscal_year is not None:
        return edition.first_fiscal_year, edition.key
    year = edition.key.partition("-")[0]
    return int(year) if year.isdigit() else 0, edition.key


def ties_between(older: models.Snapshot, newer: models.Snapshot, at: dt.datetime | None) -> list[Tie]:
    """What is stated of the clauses of two editions; nothing where nobody stated it.

    The newer snapshot speaks for its own edition; an edition between by its text that counts at the moment. Two queries.
    """
    between = [one for one in _stating(older, newer, at) if one.edition_id != newer.edition_id]
    own = Q(edition=newer.edition_id) & (Q(snapshot=newer) | Q(snapshot=None))
    middle = Q(snapshot__in=between) | Q(snapshot=None, edition__in={one.edition_id for one in between})
    rows = models.Succession.objects.filter(own | middle).exclude(old__code="").exclude(new__code="").order_by("id")
    return follow(rows.values_list("old_id", "new_id", "old__edition_id", "reason"), older.edition_id)


def follow(rows: Iterable[Any], start: int) -> list[Tie]:
    """Ties from the edition ``start`` to the last one, from the rows of all steps between. Pure."""
    before: dict[int | None, list[Stated]] = defaultdict(list)
    after: dict[int | None, list[Stated]] = defaultdict(list)
    for row in rows:
        before[row[1]].append(row)
        after[row[0]].append(row)
    ends = [new for new in before if new is not None and new not in after]
    found: dict[tuple[int | None, int | None], str] = {}
    for new in ends:
        for old, reason in _back(new, before, start):
            found.setdefault((old, new), reason)
    reached = {old for old, _new in found}
    for old, steps in after.items():
        if old is not None and old not in reached and any(row[2] == start for row in steps):
            found[old, None] = _why_dropped(old, after)
    return [Tie(old, new, reason) for (old, new), reason in found.items()]


def _back(new: int, before: dict[int | None, list[Stated]], start: int) -> list[tuple[int | None, str]]:
    """The clauses of the first edition one comes from, with the reasons on the way; (None, reason) where it came in between."""
    found: dict[int, str] = {}
    added = ""
    seen = {new}
    waiting = [(new, "")]
    while waiting:
        here, why = waiting.pop(0)
        for old, _new, edition, reason in before[here]:
            reasons = "\n".join(dict.fromkeys(part for part in (*reason.split("\n"), *why.split("\n")) if part))
            if old is None:
                added = reasons
            elif edition == start:
                found.setdefault(old, reasons)
            elif old not in seen:
                seen.add(old)
                waiting.append((old, reasons))
    return list(found.items()) or [(None, added)]


def _why_dropped(old: int, after: dict[int | None, list[Stated]]) -> str:
    seen = {old}
    waiting = [old]
    while waiting:
        for _old, new, _edition, reason in after.get(waiting.pop(0), []):
            if new is None:
                return reason
            if new not in seen:
                seen.add(new)
                waiting.append(new)
    return ""


def _stating(older: models.Snapshot, newer: models.Snapshot, at: dt.datetime | None) -> list[models.Snapshot]:
    """Of each edition between, the text that counts."""
    rows = models.Snapshot.objects.visible_to(ANYONE, at).filter(edition__plan=older.edition.plan_id)
    first, last = edition_order(older.edition), edition_order(newer.edition)
    chosen: dict[int, models.Snapshot] = {}
    for one in sorted(rows.exclude(stage=Stage.OUTLINE).select_related("edition"), key=_counts):
        if first < edition_order(one.edition) < last:
            chosen[one.edition_id] = one
    return list(chosen.values())


def _counts(snapshot: models.Snapshot) -> tuple[bool, int]:
    return snapshot.stage in DECIDED_STAGES, snapshot.sequence
