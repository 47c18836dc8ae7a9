"""Editing what a draft states of its edition (name, period, decision, source), and the stage, number, date and note of itself."""

from __future__ import annotations

import copy
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from ichinoseki_portal import audit
from ichinoseki_portal.models import User
from plans import models
from plans.enums import State

from .contents import facts_of
from .drafts import checked_note, checked_number, checked_stage
from .fact_checks import checked_date, checked_facts
from .facts import columns, facts_json
from .locks import EditRefused, open_draft

FACTS = {
    "title": ("title",),
    "ordinal": ("ordinal",),
    "first_fiscal_year": ("period", "first_fiscal_year"),
    "last_fiscal_year": ("period", "last_fiscal_year"),
    "period_words": ("period", "words"),
    "decided_date": ("decided", "date"),
    "decided_words": ("decided", "words"),
    "source_title": ("source", "title"),
    "source_publisher": ("source", "publisher"),
    "source_url": ("source", "url"),
    "source_note": ("source", "note"),
}
OWN = ("stage", "number", "date", "note")


def fact_values(snapshot: models.Snapshot) -> dict[str, Any]:
    """What ``edit_facts`` edits, as it stands."""
    facts = snapshot.facts or facts_json(facts_of(snapshot))
    values = {name: facts[path[0]] if len(path) == 1 else facts[path[0]][path[1]] for name, path in FACTS.items()}
    return values | {name: getattr(snapshot, name) for name in OWN}


@transaction.atomic
def edit_facts(*, snapshot: models.Snapshot, by: User, seen_version: int, **facts: Any) -> models.Snapshot:
    """Change what a draft states of its edition (``FACTS``), or the stage, number, date and note of the draft itself (``OWN``).

    ``seen_version`` is the ``tree_version`` the editor saw. Raises EditRefused, or RefusedText for text that must not be stored.
    """
    unknown = set(facts) - set(FACTS) - set(OWN)
    if unknown:
        raise TypeError(f"not facts: {', '.join(sorted(unknown))}")
    open_draft(snapshot)
    if snapshot.is_outline:
        raise EditRefused(_("要約の事実は、ここでは直せません。"))
    before = fact_values(snapshot)
    old = copy.deepcopy(snapshot.facts) or facts_json(facts_of(snapshot))
    stated = copy.deepcopy(old)
    for name in FACTS.keys() & facts.keys():
        place = stated if len(FACTS[name]) == 1 else stated[FACTS[name][0]]
        place[FACTS[name][-1]] = facts[name]
    stated = checked_facts(stated)
    own = _checked_own(snapshot, {name: facts.get(name, before[name]) for name in OWN})
    if stated == old and all(before[name] == own[name] for name in OWN):
        return snapshot
    seen = models.Snapshot.objects.filter(pk=snapshot.pk, tree_version=seen_version, state=State.DRAFT)
    if not seen.update(tree_version=F("tree_version") + 1, facts=stated, **own):
        raise EditRefused(_("ほかの人が先に直しました。画面を読み直してから、もう一度直してください。"))
    snapshot.refresh_from_db()
    _bring_to_edition(snapshot.edition, old, stated)
    changed = sorted(name for name, value in fact_values(snapshot).items() if value != before[name])
    audit.record(action="facts.edited", subject=snapshot, by=by, fields=changed)
    return snapshot


def _checked_own(snapshot: models.Snapshot, own: dict[str, Any]) -> dict[str, Any]:
    others = list(snapshot.edition.snapshots.exclude(pk=snapshot.pk))
    own["stage"] = checked_stage(own["stage"], others)
    own["number"] = checked_number(others, own["stage"], own["number"])
    own["date"], own["note"] = checked_date(own["date"]), checked_note(own["note"])
    return own


def _bring_to_edition(edition: models.Edition, old: dict[str, Any], new: dict[str, Any]) -> None:
    """While nobody can read the edition yet, it says what its draft says, where a person has not written otherwise."""
    if edition.listed_at is not None:
        return
    before, after = columns(old), columns(new)
    changed = [name for name in after if before[name] != after[name] and getattr(edition, name) == before[name]]
    for name in changed:
        setattr(edition, name, after[name])
    if changed:
        edition.save(update_fields=changed)
