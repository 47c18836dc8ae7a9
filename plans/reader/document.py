"""What a reading finds: the shape of docs/plan-json.md as dataclasses. Every list is in reading order."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

FORMAT = "plan-json/1"


@dataclass
class Predicate:
    """One predicate and how far it binds. ``subject`` as printed; "" and ``stated`` False where the text names none."""

    subject: str
    stated: bool
    predicate: str
    modality: str  # plans.enums.Modality


@dataclass
class ActorMention:
    name: str
    role: str  # plans.enums.ActorRole


@dataclass
class ClauseTextRow:
    kind: str  # plans.enums.TextKind
    text: str
    written_for: str = ""
    author: str = ""
    approver: str = ""


@dataclass
class DepartmentRow:
    fiscal_year: int
    name: str


@dataclass
class Clause:
    code: str
    parent: str | None
    position: int
    kind: str  # plans.enums.ClauseKind
    label: str = ""
    title: str = ""
    key_word: str = ""
    body: str = ""
    modality: list[Predicate] = field(default_factory=list)
    actors: list[ActorMention] = field(default_factory=list)
    departments: list[DepartmentRow] = field(default_factory=list)
    lines: list[list[int]] = field(default_factory=list)  # [first, last], 1-based, inclusive
    confidence: str = "high"
    texts: list[ClauseTextRow] = field(default_factory=list)


@dataclass
class Address:
    """One end of a link or succession; code "" is the edition as a whole."""

    plan: str
    edition: str
    code: str


@dataclass
class Link:
    origin: Address
    target: Address
    type: str
    basis: str
    quote_lines: list[int] = field(default_factory=list)
    note: str = ""
    author: str = ""


@dataclass
class SuccessionRow:
    old: Address | None
    new: Address | None
    kind: str
    reason: str = ""


@dataclass
class Term:
    term: str
    definition: str
    code: str
    reading: str = ""
    as_of: str = ""


@dataclass
class Figure:
    """A value of an indicator: decimal string or None, fiscal year or None, words as printed."""

    value: str | None = None
    year: int | None = None
    words: str = ""


@dataclass
class Indicator:
    code: str
    name: str
    unit: str = ""
    baseline: Figure = field(default_factory=Figure)
    target: Figure = field(default_factory=Figure)
    direction: str = "higher"
    kind: str = "level"
    lines: list[list[int]] = field(default_factory=list)


@dataclass
class ExplanationRow:
    date: str
    text: str


@dataclass
class ReviewRuleRow:
    code: str
    trigger: str
    offset_fiscal_years: int
    reading: str
    chosen_by: str = ""
    trigger_edition: Address | None = None  # the edition whose decision is the trigger, once there is one
    explanations: list[ExplanationRow] = field(default_factory=list)


@dataclass
class Issue:
    kind: str  # plans.enums.IssueKind
    line: int  # 0: the document as a whole
    text: str


@dataclass
class SetAside:
    line: int
    text: str
    reason: str  # plans.enums.SetAside


@dataclass
class Check:
    """What the plan says of itself (``text``, ``declared``) against what was found."""

    text: str
    declared: int
    found: int
    ok: bool


@dataclass
class PlanFacts:
    key: str = ""
    title: str = ""
    owner: str = ""
    kind: str = "other"
    fictional: bool = False


@dataclass
class Period:
    first_fiscal_year: int | None = None
    last_fiscal_year: int | None = None
    words: str = ""


@dataclass
class Decided:
    date: str = ""  # ISO, as exact as known
    words: str = ""


@dataclass
class Source:
    title: str = ""
    publisher: str = ""
    url: str = ""
    note: str = ""


@dataclass
class EditionFacts:
    key: str = ""
    title: str = ""
    ordinal: str = ""
    period: Period = field(default_factory=Period)
    decided: Decided = field(default_factory=Decided)
    text_held: bool = True
    source: Source = field(default_factory=Source)


@dataclass
class SnapshotFacts:
    sequence: int | None = None  # None: the next free one
    stage: str = "final"
    number: int = 1
    date: str = ""
    hash: str = ""


@dataclass
class Document:
    """A plan document, read. ``encoding`` and ``line_count`` describe the file and are not part of the JSON."""

    plan: PlanFacts = field(default_factory=PlanFacts)
    edition: EditionFacts = field(default_factory=EditionFacts)
    snapshot: SnapshotFacts = field(default_factory=SnapshotFacts)
    clauses: list[Clause] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    succession: list[SuccessionRow] = field(default_factory=list)
    terms: list[Term] = field(default_factory=list)
    indicators: list[Indicator] = field(default_factory=list)
    review_rules: list[ReviewRuleRow] = field(default_factory=list)
    issues: list[Issue] = field(default_factory=list)
    set_aside: list[SetAside] = field(default_factory=list)
    checks: list[Check] = field(default_factory=list)
    encoding: str = "utf-8"
    line_count: int = 0

    def as_json(self) -> dict[str, Any]:
        """The plan-json/1 object: keys in the order of docs/plan-json.md."""
        data = _plain(self)
        del data["encoding"], data["line_count"]
        data["links"] = [_ends(row, "origin", "target") for row in data["links"]]
        data["succession"] = [_ends(row, "old", "new") for row in data["succession"]]
        data["terms"] = [{key: row[key] for key in ("term", "reading", "definition", "code", "as_of")} for row in data["terms"]]
        return {"format": FORMAT, **data}


def _plain(value: Any) -> Any:
    """Dataclasses as objects, lists as arrays. ``dataclasses.asdict`` would copy every value and take several times as long."""
    if isinstance(value, list):
        return [_plain(item) for item in value]
    names = getattr(value, "__dataclass_fields__", None)
    return {name: _plain(getattr(value, name)) for name in names} if names else value


def _ends(row: dict[str, Any], origin: str, target: str) -> dict[str, Any]:
    """The two ends are ``from`` and ``to`` in the JSON; ``from`` is no name for a Python field."""
    rest = {key: value for key, value in row.items() if key not in (origin, target)}
    return {"from": row[origin], "to": row[target], **rest}
