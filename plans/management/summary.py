"""What the import commands print: Japanese, for the person at the terminal."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Protocol

from plans.actions.alignment import Difference
from plans.actions.imports import ImportResult
from plans.enums import ClauseKind, IssueKind, SetAside
from plans.reader.document import Document

MAX_LINES = 200  # of one list


class Writes(Protocol):
    """A stream to tell progress on."""

    def write(self, text: str, /) -> object: ...


def document_lines(document: Document) -> Iterator[str]:
    """Clauses by kind, checks, issues with line numbers, words set aside."""
    kinds = Counter(clause.kind for clause in document.clauses)
    yield f"項目：{len(document.clauses):,}"
    yield from (f"  {label}：{kinds[value]:,}" for value, label in ClauseKind.choices if kinds[value])
    if document.checks:
        yield f"数の照らし合わせ：{sum(check.ok for check in document.checks)}/{len(document.checks)} が合いました"
        yield from (
            f"  {'○' if check.ok else '×'} {check.text}（書かれた数 {check.declared}、見つかった数 {check.found}）"
            for check in document.checks
        )
    yield f"人が見ること：{len(document.issues)}"
    for issue in document.issues[:MAX_LINES]:
        yield f"  {f'{issue.line}行目' if issue.line else '全体'}［{IssueKind(issue.kind).label}］{issue.text}"
    if len(document.issues) > MAX_LINES:
        yield f"  ほか{len(document.issues) - MAX_LINES}件（--report で全部書き出せます）"
    aside = Counter(row.reason for row in document.set_aside)
    if aside:
        counts = "、".join(f"{label} {aside[value]}" for value, label in SetAside.choices if aside[value])
        yield f"本文にしなかった行：{aside.total():,}（{counts}）"


def result_lines(result: ImportResult, *, dry_run: bool, details: bool = True) -> Iterator[str]:
    """What was (or would be) written, and how it differs from before; ``details``: clause by clause."""
    for issue in result.issues:
        yield f"  注意：{issue.text}"
    yield from (f"  書かなかったもの：{words}" for words in result.left_out[:MAX_LINES])
    would = "（試しの実行なので、何も書いていません）" if dry_run else ""
    if not result.changed:
        yield f"「{result.snapshot}」と同じ内容です。何も変えていません。"
    elif result.job is None:
        yield f"「{result.snapshot}」の本文は同じです。足りなかった文や関係だけを足しました{would}。"
    else:
        yield f"「{result.snapshot}」の下書き（v{result.snapshot.sequence}）に取り込みました{would}。"
        yield from difference_lines(result.difference, details=details)


def difference_lines(difference: Difference, *, details: bool) -> Iterator[str]:
    names = (("added", "加わった"), ("removed", "なくなった"), ("changed", "変わった"), ("moved", "動いた"))
    if not difference:
        return
    yield "前の段階との違い：" + "、".join(f"{name} {len(getattr(difference, key))}" for key, name in names)
    for key, name in names if details else ():
        changes = getattr(difference, key)
        for change in changes[:MAX_LINES]:
            yield f"  {name} {change.code} {change.title}"
        if len(changes) > MAX_LINES:
            yield f"  {name} ほか{len(changes) - MAX_LINES}件"


def progress_to(out: Writes) -> Callable[[str, int], None]:
    """A callback that says at most once a second how far a long reading is."""
    last = time.monotonic()

    def told(step: str, line: int) -> None:
        nonlocal last
        if time.monotonic() - last >= 1:
            last = time.monotonic()
            out.write(f"{step}（{line:,}行目）\n")

    return told
