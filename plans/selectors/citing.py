"""How a text of the city is cited: who, what, decided when, where in it, and the address that never changes."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import gettext

from ichinoseki_portal import fiscal
from plans.models import Edition, Snapshot
from plans.models.wording import stage_words


@dataclass(frozen=True)
class Citation:
    """``words`` is plain text in one line; ``address`` the permanent one, which stands in it."""

    words: str
    address: str


def citation(edition: Edition, snapshot: Snapshot, on: dt.date, *, where: str = "", code: str = "") -> Citation:
    """一関市「第２次…計画」（令和4年3月）７ 基本方針２。https://…/v3/7.2/（成案、令和8年11月24日参照)."""
    address = f"{settings.PUBLIC_BASE_URL}{snapshot.get_absolute_url()}{code + '/' if code else ''}"
    values = {
        "owner": edition.plan.owner,
        "title": edition.title,
        "decided": fiscal.partial_words(edition.decided_date),
        "where": where,
        "address": address,
        "stage": _stage(snapshot),
        "day": fiscal.day_words(on),
    }
    if edition.decided_date:
        words = gettext("%(owner)s「%(title)s」（%(decided)s）%(where)s。%(address)s（%(stage)s、%(day)s参照）") % values
    else:
        words = gettext("%(owner)s「%(title)s」%(where)s。%(address)s（%(stage)s、%(day)s参照）") % values
    return Citation(words, address)


def _stage(snapshot: Snapshot) -> str:
    words = stage_words(snapshot.stage, snapshot.number)
    return gettext("%(stage)s・案（決定前）") % {"stage": words} if snapshot.before_decision else words
