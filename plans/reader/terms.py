"""用語: words the document itself defines, each with the time its definition speaks for."""

from __future__ import annotations

import re

from ichinoseki_portal.fiscal import ERA_YEAR

from .document import Term
from .nodes import Node

_IS = re.compile(
    r"(?:^|[。、\n])「?(?P<term>[^、。「」\s（）]{1,20})」?とは、(?P<definition>「.+?」(?=を|の)|"
    r"[^。]{6,200}?)(?:のこと)?(?:を(?:いい|言い|指し|さし)ます|のことです|とします)"
)
_SET = re.compile(r"(?:^|[、。])(?P<term>[^、。「」\s]{1,20})の定義を「(?P<definition>[^」]{2,200})」と(?:し|定め|す)")
_DATE = re.compile(ERA_YEAR + r"\s*(?:[0-9０-９]{1,2}\s*月|度)")


def find_terms(root: Node, decided_words: str) -> list[Term]:
    """Definitions in reading order. One set earlier carries the date the text names before it."""
    found: list[Term] = []
    seen: set[tuple[str, str]] = set()
    for node in root.walk():
        body = node.body
        for pattern in (_IS, _SET):
            for match in pattern.finditer(body):
                definition = match["definition"].strip("「」") if match["definition"].startswith("「") else match["definition"]
                dates = list(_DATE.finditer(body[: match.start()]))
                as_of = dates[-1][0] if pattern is _SET and dates else decided_words
                if (match["term"], definition) not in seen:
                    seen.add((match["term"], definition))
                    found.append(Term(match["term"], definition, node.code, as_of=as_of))
    return found
