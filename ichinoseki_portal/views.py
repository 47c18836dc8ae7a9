"""Root pages: home, health, the city's colours, and the pages for when something is wrong."""

import re
from typing import Any

from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.cache import cache_control, never_cache

from plans.selectors.shelf import home_page

from .access import access

_COLOUR = re.compile(r"^#(?:[0-9a-fA-F]{3}|[0-9a-fA-F]{6})\Z")


@access("public")
def home(request: HttpRequest) -> HttpResponse:
    page = home_page(timezone.now(), settings.CITY["home_plan"])
    return TemplateResponse(request, "home.html", {"page": page})


@access("system")
@never_cache
def health(request: HttpRequest) -> HttpResponse:
    """200 while the database answers, else 503. Says nothing more: anyone may call it."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return HttpResponse("database\n", status=503, content_type="text/plain")
    return HttpResponse("ok\n", content_type="text/plain")


@access("public")
@cache_control(public=True, max_age=3600)
def theme(request: HttpRequest) -> HttpResponse:
    """The city's colours as custom properties, so that no page needs inline style. A value that is no colour is left out."""
    colours = {name: settings.CITY[f"colour_{name}"] for name in ("main", "deep", "link")}
    lines = "".join(f"  --city-{name}: {value};\n" for name, value in colours.items() if _COLOUR.match(value))
    return HttpResponse(f":root {{\n{lines}}}\n", content_type="text/css; charset=utf-8")


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _plain_page("404.html", 404)


def refused(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _plain_page("403.html", 403)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _plain_page("400.html", 400)


def server_error(request: HttpRequest, *args: Any) -> HttpResponse:
    return _plain_page("500.html", 500)


def _plain_page(template: str, status: int) -> HttpResponse:
    """Without the request: these pages ask neither session nor database, and are the same bytes for everyone."""
    return HttpResponse(render_to_string(template), status=status)
