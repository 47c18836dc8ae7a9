"""plan-json/1 bytes → Document. Whatever comes in, the answer is a Document or ReadingRefused with the key's path.

Shapes are checked here; what must hold of any document (codes, parents, dates, lengths) in ``actions.judging``.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any, NoReturn

from ichinoseki_portal.text import RefusedText, clean
from plans.actions.judging import MAX_CLAUSES, judge, refuse
from plans.reader import document as doc
from plans.reader.errors import ReadingRefused

MAX_BYTES = 25 * 1024 * 1024

Parse = Callable[[str, Any], Any]


def read_json(data: bytes) -> doc.Document:
    """Read and judge a plan-json file."""
    if len(data) > MAX_BYTES:
        raise ReadingRefused(f"ファイルが大きすぎます（{len(data) / 1024 / 1024:.1f} MB）。25 MB までにしてください。")
    raw = _load(data)
    if not isinstance(raw, dict) or not raw.keys() & {"format", "clauses"}:
        raise ReadingRefused("このポータルの JSON（plan-json）ではありません。{ } の中に clauses のあるファイルだけを読みます。")
    if raw.get("format", doc.FORMAT) != doc.FORMAT:
        shown = json.dumps(raw.get("format"), ensure_ascii=False)[:60]
        raise refuse("format", f"{shown} は読めません。「{doc.FORMAT}」だけを読みます。")
    clauses = raw.get("clauses")
    if isinstance(clauses, list) and len(clauses) > MAX_CLAUSES:
        raise ReadingRefused(f"項目が多すぎます（{len(clauses):,}）。{MAX_CLAUSES:,}項目までにしてください。")
    document: doc.Document = _DOCUMENT("", {key: value for key, value in raw.items() if key != "format"})
    for index, clause in enumerate(document.clauses):
        clause.position = index if clause.position is None else clause.position
    document.line_count = data.count(b"\n")
    judge(document)
    return document


def _load(data: bytes) -> Any:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise ReadingRefused(f"{line}行目が UTF-8 として読めません。plan-json は UTF-8 で書いてください。") from error
    try:
        return json.loads(text, object_pairs_hook=_pairs, parse_constant=_constant)
    except json.JSONDecodeError as error:
        raise ReadingRefused(f"JSON として読めません（{error.lineno}行目の{error.colno}文字目）。") from error
    except RecursionError as error:
        raise ReadingRefused("JSON の入れ子が深すぎます。") from error
    except ReadingRefused:
        raise
    except ValueError as error:  # a number of thousands of digits
        raise ReadingRefused("JSON に大きすぎる数があります。") from error


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        double = Counter(key for key, _ in pairs).most_common(1)[0][0]
        raise ReadingRefused(f"同じキー「{_shown(double)}」が一つの {{ }} に二度あります。")
    return found


def _constant(name: str) -> NoReturn:
    raise ReadingRefused(f"{name} は JSON の値ではありません。")


def _shown(value: str) -> str:
    return value[:40].encode("utf-8", "replace").decode()


_WORDS = {bool: "true か false", int: "整数", str: "文字列", list: "リスト [ ]", dict: "{ }"}


def _a(kind: type) -> Parse:
    def parse(path: str, value: Any) -> Any:
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            raise refuse(path, f"{_WORDS[kind]}にしてください。")
        return value

    return parse


def _text(path: str, value: Any) -> str:
    try:
        return clean(_a(str)(path, value))
    except RefusedText as error:
        raise refuse(path, str(error)) from error


def _decimal(path: str, value: Any) -> str | None:
    """A decimal string as printed; "" is null."""
    return _text(path, value) or None


def _many(parse: Parse) -> Parse:
    def parse_list(path: str, value: Any) -> list[Any]:
        return [parse(f"{path}[{index}]", item) for index, item in enumerate(_a(list)(path, value))]

    return parse_list


REQUIRED = object()
Field = tuple[str, Parse, Any]  # attribute, parser, default (REQUIRED; a callable is called)


def _object(make: Callable[..., Any], fields: Mapping[str, Field]) -> Parse:
    """A parser for { }: unknown keys are refused (a misspelt key would lose text), missing ones and null take their default."""

    def parse(path: str, value: Any) -> Any:
        given = _a(dict)(path or "（全体）", value)
        dot = f"{path}." if path else ""
        for key in given:
            if key not in fields:
                raise refuse(f"{dot}{_shown(key)}", "知らないキーです。")
        values = {}
        for key, (attribute, parser, default) in fields.items():
            if given.get(key) is not None or (key in given and default is REQUIRED):
                values[attribute] = parser(f"{dot}{key}", given[key])
            elif default is REQUIRED:
                raise refuse(f"{dot}{key}", "このキーが必要です。")
            else:
                values[attribute] = default() if callable(default) else default
        return make(**values)

    return parse


def _plain(**fields: tuple[Parse, Any]) -> dict[str, Field]:
    """Fields whose attribute is called as the key."""
    return {key: (key, parser, default) for key, (parser, default) in fields.items()}


_INT, _BOOL = _a(int), _a(bool)
_PAIRS_OF_LINES = _many(_many(_INT))
_EMPTY = (_text, "")
_ADDRESS = _object(doc.Address, _plain(plan=(_text, REQUIRED), edition=(_text, REQUIRED), code=_EMPTY))
_FIGURE = _object(doc.Figure, _plain(value=(_decimal, None), year=(_INT, None), words=_EMPTY))

_CLAUSE = _object(
    doc.Clause,
    _plain(
        code=(_text, REQUIRED),
        parent=(_text, None),
        position=(_INT, None),
        kind=(_text, "item"),
        label=_EMPTY,
        title=_EMPTY,
        key_word=_EMPTY,
        body=_EMPTY,
        modality=(
            _many(
                _object(
                    doc.Predicate,
                    _plain(subject=_EMPTY, stated=(_BOOL, False), predicate=(_text, REQUIRED), modality=(_text, REQUIRED)),
                )
            ),
            list,
        ),
        actors=(_many(_object(doc.ActorMention, _plain(name=(_text, REQUIRED), role=(_text, "mentioned")))), list),
        departments=(_many(_object(doc.DepartmentRow, _plain(fiscal_year=(_INT, REQUIRED), name=(_text, REQUIRED)))), list),
        lines=(_PAIRS_OF_LINES, list),
        confidence=(_text, "high"),
        texts=(
            _many(
                _object(
                    doc.ClauseTextRow,
                    _plain(kind=(_text, REQUIRED), text=(_text, REQUIRED), written_for=_EMPTY, author=_EMPTY, approver=_EMPTY),
                )
            ),
            list,
        ),
    ),
)

_LINK = _object(
    doc.Link,
    {
        "from": ("origin", _ADDRESS, REQUIRED),
        "to": ("target", _ADDRESS, REQUIRED),
        **_plain(type=(_text, REQUIRED), basis=(_text, "editor"), quote_lines=(_many(_INT), list), note=_EMPTY, author=_EMPTY),
    },
)
_SUCCESSION = _object(
    doc.SuccessionRow,
    {
        "from": ("old", _ADDRESS, None),
        "to": ("new", _ADDRESS, None),
        **_plain(kind=(_text, REQUIRED), reason=_EMPTY),
    },
)
_TERM = _object(doc.Term, _plain(term=(_text, REQUIRED), reading=_EMPTY, definition=_EMPTY, code=_EMPTY, as_of=_EMPTY))
_INDICATOR = _object(
    doc.Indicator,
    _plain(
        code=_EMPTY,
        name=(_text, REQUIRED),
        unit=_EMPTY,
        baseline=(_FIGURE, doc.Figure),
        target=(_FIGURE, doc.Figure),
        direction=(_text, "higher"),
        kind=(_text, "level"),
        lines=(_PAIRS_OF_LINES, list),
    ),
)
_REVIEW_RULE = _object(
    doc.ReviewRuleRow,
    _plain(
        code=_EMPTY,
        trigger=(_text, REQUIRED),
        offset_fiscal_years=(_INT, 1),
        reading=(_text, "decision"),
        chosen_by=_EMPTY,
        trigger_edition=(_ADDRESS, None),
        explanations=(_many(_object(doc.ExplanationRow, _plain(date=(_text, REQUIRED), text=_EMPTY))), list),
    ),
)
_PLAN = _object(doc.PlanFacts, _plain(key=_EMPTY, title=_EMPTY, owner=_EMPTY, kind=(_text, "other"), fictional=(_BOOL, False)))
_EDITION = _object(
    doc.EditionFacts,
    _plain(
        key=_EMPTY,
        title=_EMPTY,
        ordinal=_EMPTY,
        period=(
            _object(doc.Period, _plain(first_fiscal_year=(_INT, None), last_fiscal_year=(_INT, None), words=_EMPTY)),
            doc.Period,
        ),
        decided=(_object(doc.Decided, _plain(date=_EMPTY, words=_EMPTY)), doc.Decided),
        text_held=(_BOOL, True),
        source=(_object(doc.Source, _plain(title=_EMPTY, publisher=_EMPTY, url=_EMPTY, note=_EMPTY)), doc.Source),
    ),
)
_SNAPSHOT = _object(
    doc.SnapshotFacts, _plain(sequence=(_INT, None), stage=(_text, "final"), number=(_INT, 1), date=_EMPTY, hash=_EMPTY)
)
_DOCUMENT = _object(
    doc.Document,
    _plain(
        plan=(_PLAN, doc.PlanFacts),
        edition=(_EDITION, doc.EditionFacts),
        snapshot=(_SNAPSHOT, doc.SnapshotFacts),
        clauses=(_many(_CLAUSE), list),
        links=(_many(_LINK), list),
        succession=(_many(_SUCCESSION), list),
        terms=(_many(_TERM), list),
        indicators=(_many(_INDICATOR), list),
        review_rules=(_many(_REVIEW_RULE), list),
        issues=(_many(_object(doc.Issue, _plain(kind=(_text, REQUIRED), line=(_INT, 0), text=_EMPTY))), list),
        set_aside=(_many(_object(doc.SetAside, _plain(line=(_INT, 0), text=_EMPTY, reason=(_text, REQUIRED)))), list),
        checks=(
            _many(
                _object(
                    doc.Check,
                    _plain(text=_EMPTY, declared=(_INT, REQUIRED), found=(_INT, REQUIRED), ok=(_BOOL, REQUIRED)),
                )
            ),
            list,
        ),
    ),
)
