"""``?asof=2024-05-01``: the day whose status and period a page tells. It never decides what may be seen."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

from django.http import HttpRequest

YEARS = range(1868, 2301)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}\Z", re.ASCII)


@dataclass(frozen=True)
class AsOf:
    """``day`` is none where nobody asked, or where what was asked is no day (``refused``)."""

    path: str  # the page for today
    day: dt.date | None = None
    refused: bool = False

    @property
    def asked(self) -> bool:
        return self.day is not None or self.refused

    @property
    def status(self) -> int:
        return 400 if self.refused else 200


def asof(request: HttpRequest) -> AsOf:
    written = request.GET.get("asof", "")
    if not written:
        return AsOf(request.path)
    try:
        day = dt.date.fromisoformat(written) if _DAY.match(written) else None
    except ValueError:  # 2024-02-30
        day = None
    if day is None or day.year not in YEARS:
        return AsOf(request.path, refused=True)
    return AsOf(request.path, day)
