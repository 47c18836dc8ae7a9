"""How a public page is answered: released drafts say so on every page, and stay out of search engines."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from plans.models import Snapshot


def keep_out(answer: HttpResponse) -> HttpResponse:
    """Ask search engines to leave an answer of any kind (page, file, feed) alone."""
    answer["X-Robots-Tag"] = "noindex"
    return answer


def page(
    request: HttpRequest,
    template: str,
    context: dict[str, Any],
    *,
    shows: Iterable[Snapshot | None] = (),
    noindex: bool = False,
    names_drafts: bool = False,
    status: int = 200,
) -> HttpResponse:
    """A page that shows text of these snapshots. Where one of them is a draft (素案, 案), the page says 案（決定前） at its head
    and is not indexed; ``names_drafts``: an overview in which drafts stand among plans says that there are some, and neither
    is it indexed. ``context`` may hold ``canonical`` (a path) and ``decided_since`` (the plan was decided afterwards).
    """
    drafts = any(one is not None and one.before_decision for one in shows)
    hidden = noindex or drafts or names_drafts
    context = {"before_decision": drafts, "names_drafts": names_drafts, "noindex": hidden, "path": request.path, **context}
    answer = TemplateResponse(request, template, context, status=status)
    return keep_out(answer) if hidden else answer
