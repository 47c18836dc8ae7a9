"""The rows of a comparison. A tag, because a plan has hundreds of them and an include for each is slow."""

from __future__ import annotations

import html
from collections.abc import Iterable, Iterator, Set
from itertools import groupby
from typing import Any

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext

from plans.actions.differences import GONE, NEW, SAME
from plans.actions.pairing import End, Row
from plans.enums import ActorRole, ChangeKind, ClauseKind, Modality
from plans.models.wording import named

register = template.Library()
OPENING = 30
LONG = 90
"""Characters of one unchanged paragraph that is folded by itself; a shorter one may stand, so that the change is not bare."""


@register.simple_tag
def comparison_rows(rows: Iterable[Row], old_base: str = "", new_base: str = "", old: str = "", new: str = "") -> str:
    """Table rows. ``old_base`` and ``new_base``: the addresses of the stated snapshots, "" where there is no public page; ``old``
    and ``new``: what the columns are called."""
    show = _Rows((old_base, new_base), (old or gettext("前の文"), new or gettext("後の文")))
    return format_html_join("", "{}", ((show.kept(row) if row.is_kept else show.row(row),) for row in rows))


@register.simple_tag
def marked(lines: list[list[Any]]) -> str:
    """Paragraphs of marked segments."""
    sheet = _Sheet()
    _Rows().paragraphs(sheet, lines)
    return sheet.page()


class _Words(str):
    """A text that escapes itself when ``format_html`` asks for its markup: a third of the time of Django's own ``escape``."""

    __slots__ = ()

    def __html__(self) -> str:
        return html.escape(self)


class _Sheet:
    """Markup of ours with its values, which are escaped in one go: a row has dozens, and a call for each is slow."""

    def __init__(self) -> None:
        self.markup: list[str] = []
        self.values: list[_Words] = []

    def put(self, markup: str, *values: str) -> None:
        """``markup`` is ours; every value is somebody's text."""
        self.markup.append(markup)
        self.values += map(_Words, values)

    def page(self) -> str:
        return format_html("".join(self.markup), *self.values) if self.values else ""


class _Rows:
    """What is said on every row, put into the reader's language once."""

    def __init__(self, bases: tuple[str, str] = ("", ""), names: tuple[str, str] = ("", "")) -> None:
        self.bases = bases
        self.cells = [format_html('<td data-label="{}">', name) for name in names]
        self.tags = {
            kind: format_html('<span class="tag {}">{}</span> ', kind, ChangeKind(kind).label) for kind in ChangeKind.values
        }
        self.unchanged = (gettext("変わらない段落 %(n)sつ"), gettext("変わらない段落 %(n)s個"))
        said = {GONE: ("del", gettext("（削除：")), NEW: ("ins", gettext("（追加："))}
        self.marks = {SAME: "{}"} | {mark: format_html(_MARK, *words, gettext("）")) for mark, words in said.items()}

    def row(self, row: Row) -> str:
        sheet = _Sheet()
        sheet.put('<tr class="{}"><th scope="row"><span class="tags">', " ".join(row.kinds))
        for kind in row.kinds:
            sheet.put(self.tags[kind])
        sheet.put("</span>")
        for note in self.notes(row):
            sheet.put("<p>{}</p>", note)
        sheet.put("</th>")
        alike = _unchanged(row.old) & _unchanged(row.new)
        self.cell(sheet, row.old, 0, alike)
        self.cell(sheet, row.new, 1, alike)
        sheet.put("</tr>")
        return sheet.page()

    def kept(self, row: Row) -> str:
        """Folded: nothing happened to it."""
        end, sheet = row.new[0], _Sheet()
        sheet.put('<tr class="kept"><td colspan="3"><details><summary>')
        sheet.put(self.tags[ChangeKind.KEPT])
        sheet.put("{}</summary>", _name(end) if end.heading else f"{_name(end)}　{_opening(end)}")
        self.end(sheet, end, 1)
        sheet.put("</details></td></tr>")
        return sheet.page()

    def cell(self, sheet: _Sheet, ends: list[End], side: int, alike: Set[str]) -> None:
        sheet.put(self.cells[side])
        for end in ends:
            self.end(sheet, end, side, alike)
        if not ends:
            sheet.put('<p class="none">{}</p>', gettext("ありません"))
        sheet.put("</td>")

    def end(self, sheet: _Sheet, end: End, side: int, alike: Set[str] = frozenset()) -> None:
        """The clause's place and name, linked; its title apart only where that has changed."""
        if base := self.bases[side]:
            sheet.put('<div class="end"><p class="place"><a href="{}">{}</a></p>', f"{base}{_path(end)}", _name(end))
        else:
            sheet.put('<div class="end"><p class="place">{}</p>', _name(end))
        if any(mark != SAME for mark, _text in end.title):
            sheet.put('<p class="clause-name">')
            self.line(sheet, end.title)
            sheet.put("</p>")
        self.folded(sheet, end.body, alike)
        sheet.put("</div>")

    def paragraphs(self, sheet: _Sheet, lines: list[list[Any]]) -> None:
        for line in lines:
            if line:
                sheet.put("<p>")
                self.line(sheet, line)
                sheet.put("</p>")

    def folded(self, sheet: _Sheet, lines: list[list[Any]], alike: Set[str]) -> None:
        """Paragraphs, of which those that are the same on both sides are folded, run by run: one changed word is then found."""
        for same, run in groupby(filter(None, lines), lambda line: bool(alike) and _words(line) in alike):
            several = list(run)
            if same and (len(several) > 1 or len(_words(several[0])) > LONG):
                sheet.put(
                    '<details class="unchanged"><summary>{}</summary>', self.unchanged[len(several) > 9] % {"n": len(several)}
                )
                self.paragraphs(sheet, several)
                sheet.put("</details>")
            else:
                self.paragraphs(sheet, several)

    def line(self, sheet: _Sheet, segments: list[Any]) -> None:
        sheet.markup += [self.marks[mark] for mark, _text in segments]
        sheet.values += [_Words(text) for _mark, text in segments]

    def notes(self, row: Row) -> Iterator[str]:
        """What the marks in the text cannot show, in words."""
        if len(row.old) > 1:
            yield gettext("%(n)s項目を、まとめました。") % {"n": len(row.old)}
        if len(row.new) > 1:
            yield gettext("%(n)s項目に、分けました。") % {"n": len(row.new)}
        if ChangeKind.MOVED in row.kinds:
            yield _moved(row.old[0].where, row.new[0].where)
        elif "label" in row.changed:
            yield _renumbered(row.old[0].label, row.new[0].label)
        for name, old, new in row.facts:
            yield from _fact(name, old, new, brief="body" in row.changed)
        if row.changed == ["body"] and not _is_marked(row):
            yield gettext("段落の分け方が変わりました。")
        if row.guessed:
            yield gettext("文が同じなので、同じ項目として並べました。")
        for reason in row.reason.split("\n"):
            if reason:
                yield gettext("理由：%(reason)s") % {"reason": reason}


_MARK = '<{0}><span class="said">{1}</span>{{}}<span class="said">{2}</span></{0}>'  # markup again, with a place for the text


def _name(end: End) -> str:
    return named(end.where, end.label, end.heading) or end.code


def _opening(end: End) -> str:
    """The first words of a sentence that has no heading."""
    words = "".join(text for _mark, text in end.body[0]) if end.body else ""
    return words if len(words) <= OPENING else f"{words[:OPENING]}…"


def _path(end: End) -> str:
    """As ``Clause.get_absolute_url``: a paragraph is a place on the page of the clause above it."""
    if end.kind == ClauseKind.PARAGRAPH and "." in end.code:
        above, _dot, anchor = end.code.rpartition(".")
        return f"{above}/#{anchor}"
    return f"{end.code}/"


def _moved(old: str, new: str) -> str:
    if old == new:
        return gettext("並ぶ順番が変わりました。")
    return gettext("「%(old)s」から「%(new)s」に移りました。") % {"old": old, "new": new}


def _words(line: list[Any]) -> str:
    return "".join(text for _mark, text in line)


def _unchanged(ends: list[End]) -> set[str]:
    """The paragraphs in which nothing is marked."""
    return {_words(line) for end in ends for line in end.body if all(mark == SAME for mark, _text in line)}


def _is_marked(row: Row) -> bool:
    return any(mark != SAME for end in (*row.old, *row.new) for line in end.body for mark, _text in line)


def _renumbered(old: str, new: str) -> str:
    if not old:
        return gettext("番号「%(new)s」がつきました。") % {"new": new}
    if not new:
        return gettext("番号「%(old)s」がなくなりました。") % {"old": old}
    return gettext("番号が「%(old)s」から「%(new)s」に変わりました。") % {"old": old, "new": new}


def _fact(name: str, old: Any, new: Any, *, brief: bool) -> Iterator[str]:
    """``brief``: the words themselves have changed, so that it is enough to say how far they bind."""
    before, after = (_value(name, value, brief=brief) or gettext("なし") for value in (old, new))
    if before != after:
        yield _changed(name, {"old": before, "new": after})


def _changed(name: str, values: dict[str, str]) -> str:
    if name == "kind":
        return gettext("種類：「%(old)s」から「%(new)s」に変わりました。") % values
    if name == "modality":
        return gettext("どこまで約束しているか：「%(old)s」から「%(new)s」に変わりました。") % values
    if name == "actors":
        return gettext("出てくる主体：「%(old)s」から「%(new)s」に変わりました。") % values
    return gettext("キーワード：「%(old)s」から「%(new)s」に変わりました。") % values


def _value(name: str, value: Any, *, brief: bool) -> str:
    if name == "kind":
        return str(ClauseKind(value).label)
    if name == "modality":
        said = [_binding(one, "" if brief else predicate) for one, _subject, predicate in value]
        return gettext("、").join(dict.fromkeys(said))
    if name == "actors":
        return gettext("、").join(f"{actor}（{ActorRole(role).label}）" for actor, role in value)
    return str(value)


def _binding(modality: str, predicate: str) -> str:
    label = str(Modality(modality).label)
    return f"{label}（{predicate}）" if predicate else label
