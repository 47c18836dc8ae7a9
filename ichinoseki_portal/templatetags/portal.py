"""Template tags and filters every page may use. They read settings and values given to them, never the database."""

import datetime as dt
from typing import Any

from django import template
from django.conf import settings

from ichinoseki_portal import fiscal

register = template.Library()


@register.simple_tag
def city(key: str) -> str:
    """A fact of the city from the settings: {% city "name" %}."""
    return str(settings.CITY[key])


@register.simple_tag
def site_url(path: str) -> str:
    """The full address of a path of this site."""
    return f"{settings.PUBLIC_BASE_URL}{path}"


@register.filter
def fiscal_year(year: int, written: str = "") -> str:
    """2025 → 令和7年度（2025年度）."""
    return fiscal.fiscal_year_words(year, written)


@register.filter
def partial_date(iso: str) -> str:
    """'2022-03' → 令和4年3月."""
    return fiscal.partial_words(iso)


@register.filter
def japanese_day(day: dt.date | dt.datetime) -> str:
    """A day in the era count."""
    return fiscal.day_words(fiscal.today(day) if isinstance(day, dt.datetime) else day)


@register.filter
def moment(at: dt.datetime, exact: str = "") -> str:
    """令和8年11月22日 14:05; with "s" to the second. In Japan's time."""
    return f"{fiscal.day_words(fiscal.today(at))} {at.astimezone(fiscal.JST):{'%H:%M:%S' if exact else '%H:%M'}}"


@register.filter
def paragraphs(body: str) -> list[str]:
    """The paragraphs of an official text, in order; their numbers are the anchors p1, p2 …."""
    return [line for line in body.split("\n") if line]


@register.filter
def get(mapping: dict[Any, Any], key: Any) -> Any:
    """A value of a mapping by a key that is itself a variable."""
    return mapping.get(key)
