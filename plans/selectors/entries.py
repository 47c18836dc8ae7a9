"""A clause as pages show it: its heading, whose words they are, its text, and what is below it."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from ichinoseki_portal.access import ANYONE
from plans.enums import ClauseKind, TextKind
from plans.models import Clause, ClauseText

Texts = dict[str, ClauseText]

_MARK_ONLY = re.compile(r"^[^\w（(【]?$")  # ● ■ ○ … and no label at all: they say nothing without their title
_JOINS_ON = re.compile(r"^[（(①-⑳]")


@dataclass
class Entry:
    clause: Clause
    url: str
    texts: Texts
    outline: bool = False  # the text shown is our summary, not the official one
    here: bool = False  # the page's own clause
    open: bool = False  # its branch of the contents is unfolded
    entries: list[Entry] = field(default_factory=list)

    @property
    def is_paragraph(self) -> bool:
        return self.clause.kind == ClauseKind.PARAGRAPH

    @property
    def short_title(self) -> str:
        return _text(self.texts, TextKind.SHORT_TITLE)

    @property
    def heading(self) -> str:
        """The title as printed; for a numbered sentence our short title."""
        return self.clause.title or self.short_title

    @property
    def heading_is_ours(self) -> bool:
        return not self.clause.title and bool(self.short_title)

    @property
    def name(self) -> str:
        """Label and heading in one line, for links and titles."""
        return f"{self.clause.label}{_gap(self.clause.label, self.heading)}{self.heading}" or self.clause.code

    @property
    def crumb(self) -> str:
        """The label alone where it says enough: 「基本方針２」."""
        return self.name if len(self.clause.label) < 3 or self.clause.label.startswith(("（", "(")) else self.clause.label

    @property
    def anchor(self) -> str:
        """p<n> for a paragraph that is a clause."""
        return self.clause.code.rpartition(".")[2]

    @property
    def plain(self) -> str:
        return _text(self.texts, TextKind.PLAIN)

    @property
    def summary(self) -> str:
        """What stands where the official text is not there yet."""
        return self.plain if self.outline and not self.clause.body else ""

    @property
    def plain_is_stale(self) -> bool:
        """Whether the plain text was written for another official text than the one shown."""
        text = self.texts.get(TextKind.PLAIN)
        return bool(text and not self.outline and text.is_stale(self.clause))

    @property
    def english(self) -> str:
        return _text(self.texts, TextKind.EN)

    @property
    def alt(self) -> str:
        return _text(self.texts, TextKind.ALT)

    @property
    def reading(self) -> str:
        return _text(self.texts, TextKind.READING)

    @property
    def below(self) -> int:
        """How many clauses stand below it."""
        return self.clause.last - self.clause.position


def entry(clause: Clause, base: str, texts: dict[int, Texts], *, outline: bool = False) -> Entry:
    """``base`` is the address of the clause's edition."""
    return Entry(clause, f"{base}{clause.code}/", texts.get(clause.address_id, {}), outline)


def texts_of(address_ids: Iterable[int], at: dt.datetime) -> dict[int, Texts]:
    """The texts that are not official, by address and kind. One query."""
    found: dict[int, Texts] = {}
    for text in ClauseText.objects.visible_to(ANYONE, at).filter(address__in=set(address_ids)):
        found.setdefault(text.address_id, {})[text.kind] = text
    return found


def chain(clauses: Iterable[Clause], heading: str = "") -> str:
    """Where a clause stands, as one cites it: 「７ 基本方針２（２）①」. A mark without number brings its title."""
    words = ""
    steps = list(clauses)
    for clause in steps:
        title = clause.title or (heading if clause is steps[-1] else "")
        step = clause.label if not _MARK_ONLY.match(clause.label) else f"{clause.label}{title}"
        words += step if not words or _JOINS_ON.match(step) else f" {step}"
    return words


def lines_up(clause: Clause) -> list[Clause]:
    """The clause and those above it, from the top. Its parents must have been fetched with it."""
    up = [clause]
    while up[0].parent is not None:
        up.insert(0, up[0].parent)
    return up


def _text(texts: Texts, kind: str) -> str:
    return texts[kind].text if kind in texts else ""


def _gap(label: str, heading: str) -> str:
    return "" if not label or not heading or label.endswith(("）", ")")) or _MARK_ONLY.match(label) else "　"
