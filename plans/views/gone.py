"""How an address answers whose text is public no more."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse

from .pages import page


def gone(request: HttpRequest, told: dict[str, Any] | None) -> HttpResponse:
    """410 with the day and the reason for what had been public (``selectors.stages.taken_back``); 404 for what never was."""
    if told is None:
        raise Http404
    return page(request, "plans/taken_back.html", told, noindex=True, status=410)
