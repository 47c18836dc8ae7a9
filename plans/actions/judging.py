"""What any document must satisfy before a row is written, whoever read it: text or JSON.

``judge`` raises ReadingRefused with the place (the key's path in plan-json words) and what is wrong.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from typing import Any

from ichinoseki_portal.text import RefusedText, clean, clean_name
from plans import enums, models
from plans.reader.document import Address, Clause, Document
from plans.reader.errors import ReadingRefused

from .figures import clean_svg

MAX_CLAUSES = 20_000
MAX_ROWS = 20_000  # of any other list
MAX_DEPTH = 40
YEARS = range(1868, 2301)

_CODE = re.compile(rf"{models.clauses.CODE_PATTERN}\Z")
_KEY = re.compile(rf"{models.editions.KEY_PATTERN}\Z")
_PARTIAL_DATE = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?\Z", re.ASCII)


def judge(document: Document) -> None:
    """Raise ReadingRefused for anything the tables could not hold, or that would not be a plan."""
    _judge_facts(document)
    if len(document.clauses) > MAX_CLAUSES:
        raise ReadingRefused(f"項目が多すぎます（{len(document.clauses):,}）。{MAX_CLAUSES:,}項目までにしてください。")
    _judge_tree(document.clauses)
    for index, clause in enumerate(document.clauses):
        _judge_clause(f"clauses[{index}]", clause)
    codes = {clause.code for clause in document.clauses}
    _judge_lists(document, codes)
    _judge_ties(document)
    _judge_notes(document)


def refuse(path: str, what: str) -> ReadingRefused:
    return ReadingRefused(f"{path}：{what}")


def judge_key(path: str, value: str) -> None:
    if not _KEY.match(value):
        raise refuse(path, f"「{value[:40]}」はキーにできません。小文字の英数字とハイフンで40字までにしてください。")
    if models.editions.is_reserved(value):
        raise refuse(path, f"「{value}」はアドレスで使う言葉なので、キーにできません。")


def _judge_facts(document: Document) -> None:
    plan, edition, snapshot = document.plan, document.edition, document.snapshot
    for path, key in (("plan.key", plan.key), ("edition.key", edition.key)):
        if key:
            judge_key(path, key)
    _fits("plan", plan, models.Plan, {"title": "title", "owner": "owner"})
    _one_of("plan.kind", plan.kind, enums.PlanKind)
    _fits("edition", edition, models.Edition, {"title": "title", "ordinal": "ordinal"})
    _fits("edition.period", edition.period, models.Edition, {"words": "period_words"})
    _fits("edition.decided", edition.decided, models.Edition, {"words": "decided_words"})
    source = {"title": "source_title", "publisher": "source_publisher", "url": "source_url", "note": "source_note"}
    _fits("edition.source", edition.source, models.Edition, source)
    if edition.source.url and not re.match(r"https?://[^\s<>\"']+\Z", edition.source.url):
        raise refuse("edition.source.url", "https:// か http:// で始まる場所を書いてください。")
    first, last = edition.period.first_fiscal_year, edition.period.last_fiscal_year
    judge_year("edition.period.first_fiscal_year", first)
    judge_year("edition.period.last_fiscal_year", last)
    if first is not None and last is not None and first > last:
        raise refuse("edition.period", f"最後の年度（{last}）が最初の年度（{first}）より前です。")
    judge_date("edition.decided.date", edition.decided.date)
    judge_date("snapshot.date", snapshot.date)
    _one_of("snapshot.stage", snapshot.stage, enums.Stage)
    for name, number in (("sequence", snapshot.sequence), ("number", snapshot.number)):
        if number is not None and not 0 <= number <= 1_000_000:
            raise refuse(f"snapshot.{name}", f"{number} は使えません。0から1,000,000までにしてください。")


def _judge_tree(clauses: list[Clause]) -> None:
    """Codes are well formed and unique; each parent stands before its children, whose subtree is in one piece."""
    seen: dict[str, int] = {}
    open_above: list[str] = []
    for index, clause in enumerate(clauses):
        path = f"clauses[{index}]"
        code = clause.code
        if len(code) > 80 or not _CODE.match(code):
            raise refuse(
                f"{path}.code", f"「{code[:80]}」はコードにできません。7.2.1 のように、小文字の英数字を点でつないでください。"
            )
        if models.editions.is_reserved(code):
            raise refuse(f"{path}.code", f"「{code}」はアドレスで使う言葉なので、コードにできません。")
        if code in seen:
            raise refuse(f"{path}.code", f"コード「{code}」が clauses[{seen[code]}] と重なっています。")
        if clause.position != index:
            raise refuse(f"{path}.position", f"{clause.position} ではなく {index} のはずです（0から始まる読む順の番号）。")
        if clause.parent is not None and clause.parent not in seen:
            raise refuse(f"{path}.parent", f"親「{clause.parent[:80]}」が、この項目より前にありません。")
        while open_above and open_above[-1] != clause.parent:
            open_above.pop()
        if clause.parent is not None and not open_above:
            raise refuse(f"{path}.parent", f"親「{clause.parent}」の下の項目が、続けて並んでいません。")
        open_above.append(code)
        if len(open_above) > MAX_DEPTH:
            raise refuse(path, f"階層が深すぎます。{MAX_DEPTH}段までにしてください。")
        seen[code] = index


def _judge_clause(path: str, clause: Clause) -> None:
    _one_of(f"{path}.kind", clause.kind, enums.ClauseKind)
    if clause.confidence not in ("high", "low"):
        raise refuse(f"{path}.confidence", "high か low にしてください。")
    _fits(path, clause, models.Clause, {"label": "label", "title": "title", "key_word": "key_word", "body": "body"})
    judge_lines(f"{path}.lines", clause.lines)
    for at, predicate in enumerate(clause.modality):
        _plain(f"{path}.modality[{at}].subject", predicate.subject, 200)
        _plain(f"{path}.modality[{at}].predicate", predicate.predicate, 500)
        _one_of(f"{path}.modality[{at}].modality", predicate.modality, enums.Modality)
    for at, actor in enumerate(clause.actors):
        _fits(f"{path}.actors[{at}]", actor, models.ClauseActor, {"name": "name"}, needed=("name",))
        _one_of(f"{path}.actors[{at}].role", actor.role, enums.ActorRole)
    _no_doubles(f"{path}.actors", [(actor.name, actor.role) for actor in clause.actors], "同じ主体の同じ役割")
    if len(clause.actors) > 1000:
        raise refuse(f"{path}.actors", "主体が多すぎます。")
    names = [(row.fiscal_year, row.name) for row in clause.departments]
    _no_doubles(f"{path}.departments", names, "同じ年度の同じ課")
    for at, department in enumerate(clause.departments):
        judge_year(f"{path}.departments[{at}].fiscal_year", department.fiscal_year)
        _fits(f"{path}.departments[{at}]", department, models.ClauseDepartment, {"name": "name"}, needed=("name",))
    _no_doubles(f"{path}.texts", [row.kind for row in clause.texts], "同じ種類の文")
    for at, text in enumerate(clause.texts):
        _one_of(f"{path}.texts[{at}].kind", text.kind, enums.TextKind)
        names_of = {"text": "text", "written_for": "written_for", "author": "author_name", "approver": "approver_name"}
        _fits(f"{path}.texts[{at}]", text, models.ClauseText, names_of, needed=("text",))
        if text.kind == enums.TextKind.FIGURE:
            text.text = _drawn(f"{path}.texts[{at}].text", text.text)


def _drawn(path: str, text: str) -> str:
    try:
        return clean_svg(text)
    except RefusedText as error:
        raise refuse(path, str(error)) from error


def _judge_lists(document: Document, codes: set[str]) -> None:
    for name in ("terms", "indicators", "review_rules", "links", "succession", "checks"):
        if len(getattr(document, name)) > MAX_ROWS:
            raise refuse(name, f"行が多すぎます。{MAX_ROWS:,}行までにしてください。")
    for at, term in enumerate(document.terms):
        path = f"terms[{at}]"
        _known(path, term.code, codes)
        columns = {"term": "term", "reading": "reading", "definition": "definition", "as_of": "as_of_words"}
        _fits(path, term, models.Term, columns, needed=("term",))
    for at, indicator in enumerate(document.indicators):
        path = f"indicators[{at}]"
        _known(path, indicator.code, codes)
        _fits(path, indicator, models.Indicator, {"name": "name", "unit": "unit"}, needed=("name",))
        _one_of(f"{path}.direction", indicator.direction, enums.Direction)
        _one_of(f"{path}.kind", indicator.kind, enums.IndicatorKind)
        judge_lines(f"{path}.lines", indicator.lines)
        for end in ("baseline", "target"):
            figure = getattr(indicator, end)
            _plain(f"{path}.{end}.value", figure.value or "", 40)
            _plain(f"{path}.{end}.words", figure.words, 80)
            judge_year(f"{path}.{end}.year", figure.year)
    _no_doubles("review_rules", [(rule.code, rule.trigger) for rule in document.review_rules], "同じ項目の同じきっかけ")
    for at, rule in enumerate(document.review_rules):
        path = f"review_rules[{at}]"
        _known(path, rule.code, codes)
        _fits(path, rule, models.ReviewRule, {"trigger": "trigger", "chosen_by": "chosen_by"}, needed=("trigger",))
        if rule.reading not in dict(models.ReviewRule.READINGS):
            raise refuse(f"{path}.reading", "decision か first_year にしてください。")
        if not 0 <= rule.offset_fiscal_years <= 100:
            raise refuse(f"{path}.offset_fiscal_years", "0から100までにしてください。")
        if rule.trigger_edition is not None:
            _judge_end(f"{path}.trigger_edition", rule.trigger_edition)
        for number, row in enumerate(rule.explanations):
            judge_date(f"{path}.explanations[{number}].date", row.date, whole=True)
            _plain(f"{path}.explanations[{number}].text", row.text, 10_000)


def _judge_ties(document: Document) -> None:
    for at, link in enumerate(document.links):
        path = f"links[{at}]"
        _judge_end(f"{path}.from", link.origin)
        _judge_end(f"{path}.to", link.target)
        if link.origin == link.target:
            raise refuse(path, "from と to が同じです。")
        _one_of(f"{path}.type", link.type, enums.LinkType)
        _one_of(f"{path}.basis", link.basis, enums.Basis)
        _fits(path, link, models.ClauseLink, {"note": "note", "author": "author_name"})
        if link.quote_lines and len(link.quote_lines) != 2:
            raise refuse(f"{path}.quote_lines", "[] か [はじめの行, おわりの行] にしてください。")
    ends = [
        (
            link.origin.plan,
            link.origin.edition,
            link.origin.code,
            link.target.plan,
            link.target.edition,
            link.target.code,
            link.type,
        )
        for link in document.links
    ]
    _no_doubles("links", ends, "同じ関係")
    for at, row in enumerate(document.succession):
        path = f"succession[{at}]"
        for name, end in (("from", row.old), ("to", row.new)):
            if end is not None:
                _judge_end(f"{path}.{name}", end)
        _one_of(f"{path}.kind", row.kind, enums.SuccessionKind)
        _plain(f"{path}.reason", row.reason, 10_000)
        if row.old is None and row.kind != enums.SuccessionKind.ADDED:
            raise refuse(f"{path}.from", "null にできるのは added（新設）だけです。")
        if row.new is None and row.kind != enums.SuccessionKind.DROPPED:
            raise refuse(f"{path}.to", "null にできるのは dropped（廃止）だけです。")
        if row.old is None and row.new is None:
            raise refuse(path, "from と to の両方を null にはできません。")
    pairs = [
        tuple((end.plan, end.edition, end.code) if end else None for end in (row.old, row.new)) for row in document.succession
    ]
    _no_doubles("succession", pairs, "同じ組")


def _judge_end(path: str, end: Address) -> None:
    judge_key(f"{path}.plan", end.plan)
    judge_key(f"{path}.edition", end.edition)
    if end.code and (len(end.code) > 80 or not _CODE.match(end.code)):
        raise refuse(f"{path}.code", f"「{end.code[:80]}」はコードではありません。")


def _judge_notes(document: Document) -> None:
    for at, issue in enumerate(document.issues):
        _one_of(f"issues[{at}].kind", issue.kind, enums.IssueKind)
        _plain(f"issues[{at}].text", issue.text, 10_000)
    for at, row in enumerate(document.set_aside):
        _one_of(f"set_aside[{at}].reason", row.reason, enums.SetAside)
        _plain(f"set_aside[{at}].text", row.text, 1_000_000)
    for at, check in enumerate(document.checks):
        _plain(f"checks[{at}].text", check.text, 10_000)


def judge_year(path: str, year: int | None) -> None:
    if year is not None and year not in YEARS:
        raise refuse(path, f"{year} は年度（西暦）として読めません。")


def judge_date(path: str, value: str, *, whole: bool = False) -> None:
    """An ISO date, as exact as known; ``whole``: to the day."""
    if not value and not whole:
        return
    numbers = [int(part) for part in value.split("-")] if _PARTIAL_DATE.match(value) else []
    try:
        dt.date(*[*numbers, 1, 1][: max(3, len(numbers))])
    except (TypeError, ValueError):
        numbers = []
    if not numbers or (whole and len(numbers) != 3):
        short = "" if whole else "（月・日は省けます）"
        raise refuse(path, f"「{value[:20]}」は日付として読めません。2022-03-25 のように書いてください{short}。")


def judge_lines(path: str, lines: list[list[int]]) -> None:
    for at, pair in enumerate(lines):
        if len(pair) != 2 or not 0 < pair[0] <= pair[1] <= 2**31:
            raise refuse(f"{path}[{at}]", "[はじめの行, おわりの行]（1から始まる）にしてください。")


def _known(path: str, code: str, codes: set[str]) -> None:
    if code and code not in codes:
        raise refuse(f"{path}.code", f"コード「{code[:80]}」の項目がありません。")


def _one_of(path: str, value: str, choices: Any) -> None:
    if value not in choices.values:
        raise refuse(path, f"「{str(value)[:40]}」は使えません。{'・'.join(choices.values)} のどれかにしてください。")


def _no_doubles(path: str, keys: Iterable[Any], what: str) -> None:
    seen = set()
    for at, key in enumerate(keys):
        if key in seen:
            raise refuse(f"{path}[{at}]", f"{what}が二つあります。")
        seen.add(key)


_LONG = 1_000_000


def _fits(path: str, row: Any, model: Any, columns: dict[str, str], needed: tuple[str, ...] = ()) -> None:
    """Each attribute holds clean text no longer than its column; names and titles turn no writing direction."""
    for attribute, column in columns.items():
        value = getattr(row, attribute)
        if attribute in needed and not value:
            raise refuse(f"{path}.{attribute}", "空にはできません。")
        limit = model._meta.get_field(column).max_length
        _plain(f"{path}.{attribute}", value, limit or _LONG, name=limit is not None)


def _plain(path: str, value: str, limit: int, *, name: bool = False) -> None:
    if len(value) > limit:
        raise refuse(path, f"長すぎます（{len(value):,}字）。{limit:,}字までにしてください。")
    try:
        cleaned = clean_name(value) if name else clean(value)
    except RefusedText as error:
        raise refuse(path, str(error)) from error
    if cleaned != value:
        raise refuse(path, "文字が NFC にそろっていません。")
