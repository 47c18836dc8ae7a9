"""Figures redrawn by us: SVG as people hand it in, made into SVG that can only be looked at.

What is kept is written anew from the few elements and attributes listed here; all else is refused by name, never repaired, so
that whoever drew it knows. Pages show it as ``<img>``; its own address adds a policy that runs and loads nothing.
"""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element, ParseError
from xml.sax.saxutils import escape, quoteattr

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring
from django.utils.translation import gettext as _

from ichinoseki_portal.text import RefusedText, clean

LIMIT = 20_000  # characters
MAX_ELEMENTS = 1_000
MAX_DEPTH = 20

SVG = "http://www.w3.org/2000/svg"
XML = "http://www.w3.org/XML/1998/namespace"

# fmt: off
ELEMENTS = frozenset({
    "svg", "g", "title", "desc", "style", "rect", "circle", "ellipse", "line", "polyline", "polygon", "path", "text", "tspan",
})
ATTRIBUTES = frozenset({
    "viewBox", "width", "height", "x", "y", "x1", "y1", "x2", "y2", "cx", "cy", "r", "rx", "ry", "dx", "dy", "d", "points",
    "transform", "preserveAspectRatio", "version", "fill", "fill-opacity", "fill-rule", "stroke", "stroke-width",
    "stroke-linecap", "stroke-linejoin", "stroke-dasharray", "opacity", "font-size", "font-family", "font-weight",
    "text-anchor", "dominant-baseline", "letter-spacing", "class", "id", "role", "lang", "xml:lang", "style",
    "aria-labelledby", "aria-label", "aria-hidden",
})
# fmt: on
# What reaches out of a picture, or hides that it does.
_REACHES_OUT = re.compile(r"url\s*\(|image\s*\(|@|\\|/\*|expression|javascript:|data:|https?:|//", re.I)


def clean_svg(text: str) -> str:
    """The figure as it is stored. Raises RefusedText in words for whoever drew it."""
    text = clean(text).strip()
    if len(text) > LIMIT:
        raise RefusedText(_("図が大きすぎます。%(limit)s字までにしてください。") % {"limit": LIMIT})
    root = _parsed(text)
    if root.tag != f"{{{SVG}}}svg":
        raise RefusedText(_("図は SVG で書いてください（はじめの要素が svg ではありません）。"))
    if not re.fullmatch(r"\s*-?[\d.]+(?:[\s,]+-?[\d.]+){3}\s*", root.get("viewBox", "")):
        raise RefusedText(_("図の大きさ（viewBox）を、四つの数で書いてください。"))
    title = root.find(f"{{{SVG}}}title")
    if title is None or not "".join(title.itertext()).strip():
        raise RefusedText(_("図の題（title）を書いてください。"))
    if sum(1 for _one in root.iter()) > MAX_ELEMENTS:
        raise RefusedText(_("図の部品が多すぎます。%(limit)s個までにしてください。") % {"limit": MAX_ELEMENTS})
    return _written(root, 0)


def _parsed(text: str) -> Element:
    try:
        root: Element = fromstring(text, forbid_dtd=True, forbid_entities=True, forbid_external=True)
    except DefusedXmlException as error:
        raise RefusedText(_("図に DOCTYPE や ENTITY は書けません。")) from error
    except (ParseError, ValueError) as error:
        raise RefusedText(_("図を SVG（XML）として読めません。")) from error
    return root


def _written(one: Element, depth: int) -> str:
    if depth > MAX_DEPTH:
        raise RefusedText(_("図の入れ子が深すぎます。"))
    space, _brace, name = one.tag.lstrip("{").rpartition("}")
    if space != SVG or name not in ELEMENTS:
        raise RefusedText(_("図に「%(name)s」は使えません。") % {"name": name[:40]})
    attributes = "".join(_attribute(key, value) for key, value in one.items())
    head = f' xmlns="{SVG}"' if depth == 0 else ""
    text = one.text or ""
    if name == "style":
        _refuse_reach(text, name)
        if len(one) or "<" in text:
            raise RefusedText(_("図に「%(name)s」は使えません。") % {"name": "style"})
    inner = escape(text) + "".join(_written(below, depth + 1) + escape(below.tail or "") for below in one)
    return f"<{name}{head}{attributes}>{inner}</{name}>" if inner.strip() else f"<{name}{head}{attributes}/>"


def _attribute(key: str, value: str) -> str:
    key = "xml:lang" if key == f"{{{XML}}}lang" else key
    if key not in ATTRIBUTES:
        raise RefusedText(_("図に「%(name)s」は使えません。") % {"name": key.rpartition("}")[2][:40]})
    _refuse_reach(value, key)
    return f" {key}={quoteattr(value)}"


def _refuse_reach(value: str, name: str) -> None:
    if _REACHES_OUT.search(value):
        raise RefusedText(_("図の「%(name)s」に、外のものを呼ぶ書き方は使えません。") % {"name": name[:40]})
