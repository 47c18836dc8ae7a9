"""How a clause's place and a snapshot's stage are said: one wording for pages, citations and what is frozen at publication."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext

from plans.enums import Stage

_MARK_ONLY = re.compile(r"^[^\w（(【]?$")  # ● ■ ○ … and no label at all: they say nothing without their title
_JOINS_ON = re.compile(r"^[（(①-⑳]")
_NUMBERED = (Stage.SKELETON, Stage.DRAFT, Stage.ERRATUM, Stage.AMENDMENT)


def is_mark_only(label: str) -> bool:
    return bool(_MARK_ONLY.match(label))


def chain(clauses: Iterable[Any], heading: str = "") -> str:
    """Where a clause stands, as one cites it: 「７ 基本方針２（２）①」. A mark without number brings its title."""
    words = ""
    steps = list(clauses)
    for clause in steps:
        title = clause.title or (heading if clause is steps[-1] else "")
        step = clause.label if not is_mark_only(clause.label) else f"{clause.label}{title}"
        words += step if not words or _JOINS_ON.match(step) else f" {step}"
    return words


def named(where: str, label: str, heading: str) -> str:
    """The place with the heading behind it, said once: 「７ 基本方針２（２）① 集まる場所」."""
    if not heading or where.endswith(heading):
        return where
    return f"{where}{heading}" if is_mark_only(label) else f"{where} {heading}"


def stage_words(stage: str, number: int) -> str:
    """素案 第1号; 成案."""
    label = str(Stage(stage).label)
    if number > 1 or stage in _NUMBERED:
        return gettext("%(stage)s 第%(number)s号") % {"stage": label, "number": number}
    return label
