"""For search engines: /sitemap.xml in parts of at most 5,000 addresses, and robots.txt.

In it stands what is in force or was: plans, editions, clauses of the text that counts, the overviews. Not in it: drafts before
the decision, fictional plans, whatever is not public. Addresses are the permanent ones (PUBLIC_BASE_URL).
"""

from __future__ import annotations

import datetime as dt
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.sitemaps import Sitemap
from django.core.paginator import EmptyPage
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone

from plans.selectors.indexed import Address, indexed_clauses, indexed_editions, indexed_plans

from .access import access

OVERVIEWS = ("home", "plans:plan_list", "plans:family", "plans:relations", "plans:matrix_choice", "plans:terms")


class _Addresses(Sitemap):
    """Addresses of one kind as the public sees them at one moment."""

    limit = 5_000

    def __init__(self, at: dt.datetime) -> None:
        self.at = at

    def get_protocol(self, protocol: str | None = None) -> str:
        return urlsplit(settings.PUBLIC_BASE_URL).scheme

    def get_domain(self, site: Any = None) -> str:
        return urlsplit(settings.PUBLIC_BASE_URL).netloc

    def location(self, item: Address) -> str:
        return item.path


class OverviewMap(_Addresses):
    def items(self) -> list[Address]:
        return [Address(reverse(name)) for name in OVERVIEWS]


class PlanMap(_Addresses):
    def items(self) -> Any:
        return indexed_plans(self.at)


class EditionMap(_Addresses):
    def items(self) -> Any:
        return indexed_editions(self.at)

    def lastmod(self, item: Address) -> dt.datetime | None:
        return item.changed_at


class ClauseMap(_Addresses):
    def items(self) -> Any:
        return indexed_clauses(self.at)

    def lastmod(self, item: Address) -> dt.datetime | None:
        return item.changed_at


PARTS = {"overviews": OverviewMap, "plans": PlanMap, "editions": EditionMap, "clauses": ClauseMap}
XML = "application/xml; charset=utf-8"


@access("public")
def index(request: HttpRequest) -> HttpResponse:
    """The parts, each with its pages."""
    at = timezone.now()
    locations = []
    for name, part in PARTS.items():
        path = settings.PUBLIC_BASE_URL + reverse("sitemap_part", args=[name])
        pages = part(at).paginator.num_pages
        locations += [{"location": path}, *({"location": f"{path}?p={page}"} for page in range(2, pages + 1))]
    return TemplateResponse(request, "sitemap_index.xml", {"sitemaps": locations}, content_type=XML)


@access("public")
def part(request: HttpRequest, name: str) -> HttpResponse:
    """One page of one part."""
    if name not in PARTS:
        raise Http404
    try:
        urls = PARTS[name](timezone.now()).get_urls(page=_page(request.GET.get("p", "1")))
    except EmptyPage as error:
        raise Http404 from error
    return TemplateResponse(request, "sitemap.xml", {"urlset": urls}, content_type=XML)


def _page(words: str) -> int:
    if not (words.isascii() and words.isdigit() and len(words) < 7):
        raise Http404
    return int(words)


@access("public")
def robots(request: HttpRequest) -> HttpResponse:
    """What search engines need not ask for. It hides nothing: what is not public is not served to them either."""
    sitemap = settings.PUBLIC_BASE_URL + reverse("sitemap")
    lines = ["User-agent: *", "Disallow: /admin/", "Disallow: /preview/", f"Sitemap: {sitemap}", ""]
    return HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")
