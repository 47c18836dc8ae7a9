"""Tags of the reading pages. They show what a selector has read, and ask the database nothing."""

from __future__ import annotations

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.translation import ngettext

from plans.selectors.entries import Entry

register = template.Library()


@register.simple_tag
def contents(entries: list[Entry], counts: bool = False) -> str:
    """Contents as nested lists. A tag, because a long plan has thousands of lines and an include for each is slow.

    ``counts``: say how many clauses stand below an unfolded end.
    """
    return format_html("<ol>{}</ol>", _lines(entries, counts))


def _lines(entries: list[Entry], counts: bool) -> str:
    return format_html_join("", "<li>{}{}</li>", ((_line(one, counts), _below(one, counts)) for one in entries))


def _line(one: Entry, counts: bool) -> str:
    clause = one.clause
    heading = one.heading or clause.code
    current = _CURRENT if one.here else ""
    label = format_html('<span class="no">{}</span>', clause.label) if clause.label else ""
    if counts and one.below and not one.entries:
        many = ngettext("%(n)s項目", "%(n)s項目", one.below) % {"n": one.below}
        return format_html('<a href="{}"{}>{}<span>{}<small>　{}</small></span></a>', one.url, current, label, heading, many)
    return format_html('<a href="{}"{}>{}<span>{}</span></a>', one.url, current, label, heading)


def _below(one: Entry, counts: bool) -> str:
    return format_html("<ol>{}</ol>", _lines(one.entries, counts)) if one.entries else ""


_CURRENT = format_html(' aria-current="{}"', "page")
