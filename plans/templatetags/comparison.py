"""The rows of a comparison. A tag, because a plan has hundreds of them and an include for each is slow."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext

from plans.actions.differences import GONE, NEW
from plans.actions.pairing import End, Row
from plans.enums import ActorRole, ChangeKind, ClauseKind, Modality

register = template.Library()


@register.simple_tag
def comparison_rows(rows: Iterable[Row], old_base: str = "", new_base: str = "", old: str = "", new: str = "") -> str:
    """Table rows. ``old_base`` and ``new_base``: the addresses of the stated snapshots, "" where there is no public page; ``old``
    and ``new``: what the columns are called."""
    show = _Rows(old_base, new_base, old or gettext("前の文"), new or gettext("後の文"))
    return format_html_join("", "{}", ((show.kept(row) if row.is_kept else show.row(row),) for row in rows))


@register.simple_tag
def marked(lines: list[list[Any]]) -> str:
    """Paragraphs of marked segments."""
    return _Rows("", "", "", "").paragraphs(lines)


class _Rows:
    """What is said on every row, put into the reader's language once."""

    def __init__(self, old_base: str, new_base: str, old: str, new: str) -> None:
        self.bases = (old_base, new_base)
        self.names = (old, new)
        self.kinds = {kind: str(ChangeKind(kind).label) for kind in ChangeKind.values}
        said = '<{0}><span class="said">{1}</span>{{}}<span class="said">{2}</span></{0}>'
        words = {GONE: ("del", gettext("（削除：")), NEW: ("ins", gettext("（追加："))}
        self.marks = {mark: format_html(said, *parts, gettext("）")) for mark, parts in words.items()}

    def row(self, row: Row) -> str:
        return format_html(
            '<tr class="{}"><th scope="row"><span class="tags">{}</span>{}</th>{}{}</tr>',
            " ".join(row.kinds),
            format_html_join(" ", '<span class="tag {}">{}</span>', ((kind, self.kinds[kind]) for kind in row.kinds)),
            format_html_join("", "<p>{}</p>", ((note,) for note in self.notes(row))),
            self.cell(row.old, 0),
            self.cell(row.new, 1),
        )

    def kept(self, row: Row) -> str:
        """Folded: nothing happened to it."""
        end = row.new[0]
        return format_html(
            '<tr class="kept"><td colspan="3"><details><summary><span class="tag">{}</span> {}</summary>{}</details></td></tr>',
            self.kinds[ChangeKind.KEPT],
            end.where or end.code,
            self.end(end, 1),
        )

    def cell(self, ends: list[End], side: int) -> str:
        if not ends:
            return format_html('<td data-label="{}"><p class="none">{}</p></td>', self.names[side], gettext("ありません"))
        inner = format_html_join("", "{}", ((self.end(end, side),) for end in ends))
        return format_html('<td data-label="{}">{}</td>', self.names[side], inner)

    def end(self, end: End, side: int) -> str:
        where = end.where or end.code
        base = self.bases[side]
        place = format_html('<a href="{}">{}</a>', f"{base}{_path(end)}", where) if base else where
        title = format_html('<p class="clause-name"><b>{}</b></p>', self.line(end.title)) if end.title else ""
        return format_html('<div class="end"><p class="place">{}</p>{}{}</div>', place, title, self.paragraphs(end.body))

    def paragraphs(self, lines: list[list[Any]]) -> str:
        return format_html_join("", "<p>{}</p>", ((self.line(line),) for line in lines if line))

    def line(self, segments: list[Any]) -> str:
        marks = self.marks
        return format_html_join(
            "", "{}", ((format_html(marks[mark], text) if mark in marks else text,) for mark, text in segments)
        )

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
            yield _fact(name, old, new)
        if row.changed == ["body"] and not any(
            mark != "=" for end in (*row.old, *row.new) for line in end.body for mark, _text in line
        ):
            yield gettext("段落の分け方が変わりました。")
        if row.guessed:
            yield gettext("文が同じなので、同じ項目として並べました。")
        if row.reason:
            yield gettext("理由：%(reason)s") % {"reason": row.reason}


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


def _renumbered(old: str, new: str) -> str:
    if not old or not new:
        return (
            gettext("番号がつきました：%(new)s") % {"new": new}
            if new
            else gettext("番号「%(old)s」がなくなりました。") % {"old": old}
        )
    return gettext("番号が「%(old)s」から「%(new)s」に変わりました。") % {"old": old, "new": new}


def _fact(name: str, old: Any, new: Any) -> str:
    before, after = (_value(name, value) or gettext("なし") for value in (old, new))
    values = {"old": before, "new": after}
    if name == "kind":
        return gettext("種類：「%(old)s」から「%(new)s」に変わりました。") % values
    if name == "modality":
        return gettext("どこまで約束しているか：「%(old)s」から「%(new)s」に変わりました。") % values
    if name == "actors":
        return gettext("出てくる主体：「%(old)s」から「%(new)s」に変わりました。") % values
    return gettext("キーワード：「%(old)s」から「%(new)s」に変わりました。") % values


def _value(name: str, value: Any) -> str:
    if name == "kind":
        return str(ClauseKind(value).label)
    if name == "modality":
        return gettext("、").join(
            f"{Modality(one).label}（{predicate}）" if predicate else str(Modality(one).label)
            for one, _subject, predicate in value
        )
    if name == "actors":
        return gettext("、").join(f"{actor}（{ActorRole(role).label}）" for actor, role in value)
    return str(value)
