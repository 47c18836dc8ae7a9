"""Reading a plain-text plan: from bytes to a ``Document``. The steps, in order, each in its own module."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable

from ichinoseki_portal.text import BIDI_RE, RADICAL_RE, RADICALS, SUSPECT_GLYPHS, SUSPECT_RE

from .actors import mentions
from .checks import era_pairs, judge
from .codes import give_codes
from .decode import Line, decode, split_lines
from .document import Clause, Document, Issue, SetAside
from .errors import ReadingRefused
from .facts import edition_facts, stage_of
from .frames import find_frames
from .furniture import set_aside_furniture
from .indicators import find_indicators
from .kinds import give_kinds
from .marks import find_mark
from .modality import predicates
from .nodes import Node
from .onelines import cut_long_lines, loosen_tight_numbers
from .order import restore_order
from .structure import Builder, Tree
from .tables import mark_cells
from .terms import find_terms

MAX_CLAUSES = 20_000
Progress = Callable[[str, int], None]


def read_text(data: bytes, *, progress: Progress | None = None) -> Document:
    """Read a plan document. ``progress(step, line)`` is called now and then. Raises ReadingRefused."""
    text, encoding = decode(data)
    line_count = text.count("\n") + (not text.endswith("\n"))
    printed = split_lines(text, _step(progress, "行を読んでいます"))
    del text
    mark_cells(printed)
    lines, aside = set_aside_furniture(printed)
    del printed
    lines = cut_long_lines(lines)
    loosen_tight_numbers(lines)
    lines, more = _number_pieces(lines)
    frames = find_frames(lines)
    tree = Builder(lines, frames, _numbers(lines)).build(_step(progress, "項目を組み立てています"))
    del lines
    tree.set_aside.extend([*aside, *more])
    _preamble(tree)
    if not any(node.mark or node.kind == "vision" for node in tree.root.walk()):
        raise ReadingRefused("見出しが一つも見つかりません。計画の本文のファイルかどうか確かめてください。")
    restore_order(tree)
    give_codes(tree.root)
    give_kinds(tree.root)
    document = _document(tree, encoding, line_count)
    if len(document.clauses) > MAX_CLAUSES:
        raise ReadingRefused(f"項目が多すぎます（{len(document.clauses):,}件）。20,000件までにしてください。")
    return document


def _step(progress: Progress | None, name: str) -> Callable[[int], None] | None:
    return (lambda line: progress(name, line)) if progress else None


def _number_pieces(lines: list[Line]) -> tuple[list[Line], list[SetAside]]:
    """Page numbers that stood inside a one-line page."""
    if not any(line.piece for line in lines):
        return lines, []
    kept: list[Line] = []
    aside: list[SetAside] = []
    for line in lines:
        if line.piece and re.fullmatch(r"[-－–]\s*[0-9０-９]{1,3}\s*[-－–]", line.text):
            aside.append(SetAside(line.no, line.text, "page_number"))
        else:
            kept.append(line)
    return kept, aside


def _numbers(lines: list[Line]) -> dict[str, set[int]]:
    """The numbers each kind of mark shows anywhere: whether a number out of turn has neighbours."""
    numbers: dict[str, set[int]] = defaultdict(set)
    for line in lines:
        mark = find_mark(line.text)
        if mark and mark.path:
            numbers[mark.key].add(mark.number)
    return numbers


def _preamble(tree: Tree) -> None:
    """Text before the first heading becomes a clause of its own."""
    if tree.root.paras:
        node = Node(None, kind="section", code_part="lead", seat=-1)
        node.paras, tree.root.paras = tree.root.paras, []
        tree.root.children.insert(0, node)
        node.parent = tree.root


def _document(tree: Tree, encoding: str, line_count: int) -> Document:
    document = Document(encoding=encoding, line_count=line_count)
    document.set_aside = sorted(tree.set_aside, key=lambda row: row.line)
    for node in tree.root.walk():
        if BIDI_RE.search(node.title):
            raise ReadingRefused(f"{node.first}行目の見出しに、文字の向きを変える記号が入っています。取り除いてください。")
    document.edition = edition_facts(tree.root, document.set_aside)
    document.snapshot.stage = stage_of(document.set_aside)
    document.clauses = [_clause(node, position) for position, node in enumerate(tree.root.walk())]
    document.checks, issues = judge(tree.root, document.edition.period)
    document.checks = [*_imprint_checks(document.set_aside), *document.checks]
    document.terms = find_terms(tree.root, document.edition.decided.words)
    document.indicators = find_indicators(tree.root)
    document.issues = sorted(
        [*tree.issues, *issues, *_glyph_issues(tree), *_broken_issues(document.set_aside)], key=lambda issue: issue.line
    )
    return document


def _clause(node: Node, position: int) -> Clause:
    binds = predicates(node.body) if node.kind != "figure" else []
    parent = node.parent.code if node.parent is not None and node.parent.parent is not None else None
    return Clause(
        code=node.code,
        parent=parent,
        position=position,
        kind=node.kind,
        label=node.label,
        title=node.title,
        key_word=_key_word(node.title),
        body=node.body,
        modality=binds,
        actors=mentions(node, binds),
        lines=node.spans(),
        confidence=node.confidence,
    )


def _key_word(title: str) -> str:
    """What stands in 「」 or 『』 at the head of a title that goes on after it."""
    match = re.match(r"^[「『](?P<word>[^」』]+)[」』](?P<rest>.*)$", title)
    return match["word"] if match and match["rest"].strip() else ""


def _imprint_checks(set_aside: list[SetAside]) -> list:
    return [check for row in set_aside if row.reason == "imprint" for check in era_pairs(row.text)]


def _glyph_issues(tree: Tree) -> list[Issue]:
    issues: list[Issue] = []
    for node in tree.root.walk():
        for line, text in [(node.first, node.title), *((para.first, para.text) for para in node.paras)]:
            issues.extend(_glyphs(line, text))
    return issues


def _glyphs(line: int, text: str) -> list[Issue]:
    found: list[Issue] = []
    for char in dict.fromkeys(RADICAL_RE.findall(text)):
        found.append(Issue("radical", line, f"「{char}」は部首の文字です。「{_usual(char)}」のことかもしれません。"))
    for char in dict.fromkeys(SUSPECT_RE.findall(text)):
        found.append(Issue("suspect_glyph", line, f"「{char}」は「{SUSPECT_GLYPHS[char]}」の誤りかもしれません。"))
    if BIDI_RE.search(text):
        found.append(Issue("suspect_glyph", line, "文字の向きを変える記号が入っています。"))
    return found


def _usual(char: str) -> str:
    return unicodedata.normalize("NFKC", char.translate(RADICALS))


def _broken_issues(set_aside: list[SetAside]) -> list[Issue]:
    rows = [row for row in set_aside if row.reason == "broken_characters"]
    if not rows:
        return []
    return [
        Issue(
            "broken_characters",
            rows[0].line,
            f"文字が壊れている行が{len(rows)}行あります（{rows[0].line}行目から）。本文には入れていません。",
        )
    ]
