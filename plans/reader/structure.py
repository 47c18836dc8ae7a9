"""From lines to a tree: which lines are headings, which are text, and under what they stand."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from .decode import Line, width
from .document import Issue, SetAside
from .frames import Frames
from .marks import Mark, find_mark
from .nodes import Node, Para
from .placing import Place, Placer
from .wrapping import BULLET, Columns, ends_sentence, goes_on, is_table_row

VISION_HEAD = re.compile(
    r"(?:将来像|将来都市像|将来.{0,6}像|環境像|(?:目指す|めざす)(?:べき)?.{0,8}(?:姿|像|まち|地域|社会|都市)|"
    r"あるべき姿|ビジョン|基本理念|スローガン|キャッチフレーズ"
    r"|合言葉|合い言葉|理想の姿)$"
)
_VISION_LEAD = re.compile(r"(?:次のとおり|以下のとおり|次の(?:言葉|ことば)|掲げ|定め)")
_QUOTED = re.compile(r"^[『「“〝《](?P<inner>[^』」]+)[』」”〟》][。]?$")
_STRONG = ("part", "chapter", "section", "front", "back", "annex")


@dataclass(slots=True)
class Tree:
    """The result: the root, what a person must look at, and what was set aside on the way."""

    root: Node
    issues: list[Issue] = field(default_factory=list)
    set_aside: list[SetAside] = field(default_factory=list)
    page_width: int = 80  # of the text on the page, in half-width units


class Builder:
    """Takes the lines one by one. Holds the open paragraph and hands marks to the placer."""

    def __init__(self, lines: list[Line], frames: Frames, numbers: dict[str, set[int]]) -> None:
        self.lines = lines
        self.frames = frames
        self.numbers = numbers
        self.columns = Columns(lines, frames.titles)
        self.root = Node(None)
        self.placer = Placer(self.root, numbers)
        self.tree = Tree(self.root)
        self.open_text = False  # a paragraph or heading that the next line may continue
        self.in_title = False  # it is a heading's title that is open
        self.vision_due = False
        self.index = 0

    def build(self, progress: Callable[[int], None] | None = None) -> Tree:
        while self.index < len(self.lines):
            line = self.lines[self.index]
            if progress and self.index % 50_000 == 0:
                progress(line.no)
            if self.index in self.frames.titles:
                self._set_aside(line, self.frames.titles[self.index])
            elif self.index in self.frames.figures:
                self._figure(self.frames.figures[self.index])
            else:
                self._line(line)
            self.index += 1
        self.tree.page_width = self.columns.page
        return self.tree

    def _set_aside(self, line: Line, reason: str) -> None:
        self.tree.set_aside.append(SetAside(line.no, line.text, reason))
        if self.index in self.frames.breaks:
            self.placer.break_frame()
            self.open_text = False

    def _line(self, line: Line) -> None:
        if self.index in self.frames.plain_heads:
            self._open(line, Mark("annex", "annex", "", (), line.text), Place(1, "first"))
            return
        if self.index in self.frames.aspects:
            aspect = Mark("bracket", "aspect", "", (), line.text)
            self._open(line, aspect, self.placer.place(aspect))
            return
        if self.index in self.frames.boxes:
            self._box(line)
            return
        mark = None if line.cell else find_mark(line.text)
        if mark is not None:
            place = self._accept(mark, line)
            if place is not None:
                self._open(line, mark, place)
                return
        self._text(line)

    # -- headings ----------------------------------------------------------------------------------------------------

    def _accept(self, mark: Mark, line: Line) -> Place | None:
        """The place of a mark that opens a clause here; None where it is only words of a running text."""
        open_before = list(self.placer.stack)
        place = self._judge(mark, line)
        if place is None:
            self.placer.stack[:] = open_before  # looking for a place closes what the mark would have ended
        return place

    def _judge(self, mark: Mark, line: Line) -> Place | None:
        before = self.lines[self.index - 1] if self.index else None
        wraps = before is not None and self.open_text and not line.gap and self._unfinished(before)
        place = self.placer.place(mark, page_top=line.page_top)
        if not mark.path:
            return None if wraps and mark.type in ("symbol", "bracket") and line.piece else place
        if wraps and not self._stands_out(mark, place, line):
            return None
        if place.status in ("next", "first"):
            return place
        return place if self._plausible(mark, place, line) else None

    def _unfinished(self, before: Line) -> bool:
        """Whether the text before breaks off in mid-sentence, so that a mark may be only words of its next line."""
        if before.piece:
            paras = self.placer.stack[-1].paras
            return bool(paras) and not ends_sentence(paras[-1].text)
        return not ends_sentence(before.text) and self.columns.is_full(self.index - 1)

    def _stands_out(self, mark: Mark, place: Place, line: Line) -> bool:
        """A mark after an unfinished full line: a heading only if it is of the strong kind, or counts on and looks like one."""
        short = width(mark.rest) <= 60 and not re.search(r"[。、]", mark.rest)
        if mark.type in _STRONG:
            return short
        heading_open = self.in_title  # a full-width heading needs no 。
        counts_on = place.status in ("next", "first")
        return counts_on and (heading_open or line.page_top) and (short or mark.type in ("paren", "circled", "kana"))

    def _plausible(self, mark: Mark, place: Place, line: Line) -> bool:
        """A number out of turn: believed if it looks like a heading and its neighbours stand elsewhere in the file."""
        if mark.type in _STRONG or mark.type == "named":
            return not ends_sentence(mark.rest)
        seen = self.numbers.get(mark.key, set())
        neighbour = mark.number - 1 in seen or mark.number + 1 in seen or mark.number == 1
        opened = self.placer.stack[place.keep] if place.keep < len(self.placer.stack) else None
        if place.status == "gap" and opened is not None and opened.sentence and mark.number - opened.number <= 2:
            return ends_sentence(mark.rest) or width(mark.rest) > 40
        if mark.type in ("bare", "roman", "hyphen"):
            return neighbour and bool(mark.rest) and not ends_sentence(mark.rest) and width(mark.rest) <= 70
        if place.status == "gap":
            return mark.number - (opened.number if opened else 0) <= 4
        return neighbour

    def _open(self, line: Line, mark: Mark, place: Place) -> None:
        node = Node(mark, label=mark.label, first=line.no, last=line.no, seat=self.index, indent=line.indent)
        node.orphan = place.status == "orphan"
        if place.status == "gap":
            self._issue("sequence_gap", line.no, f"「{mark.label}」の前の番号がありません。")
        elif place.status == "restart" and mark.type not in ("bare", "named", *_STRONG):
            node.confidence = "low"
            self._issue("low_confidence", line.no, f"「{mark.label}」の番号が、ここで振り直されています。")
        self.placer.open(node, place)
        head, tail = _split_head(mark.rest, line.piece)
        if mark.rest and ends_sentence(head) and not line.piece:
            self._sentence(node, head, line)
        elif line.piece:
            self._piece_heading(node, head, tail, line)
        else:
            node.title = head
            self.in_title = True
        self.open_text = True
        self.vision_due = bool(VISION_HEAD.search(_bare_title(node.title)))

    def _sentence(self, node: Node, text: str, line: Line) -> None:
        node.sentence = True
        node.paras.append(Para(text, line.no, line.no))
        self.in_title = False

    def _piece_heading(self, node: Node, head: str, tail: str, line: Line) -> None:
        """A heading inside a page that is one line: what follows it on the same piece is its body."""
        self.in_title = False
        if not tail and (ends_sentence(head) or "。" in head):
            self._sentence(node, head, line)
            return
        node.title = head
        if tail:
            node.paras.append(Para(tail, line.no, line.no))

    def _retitle(self, node: Node) -> None:
        """What looked like a heading goes on to a 。: it was a sentence."""
        node.sentence = True
        node.paras.append(Para(node.title, node.first, node.last))
        node.title = ""
        self.in_title = False

    # -- text --------------------------------------------------------------------------------------------------------

    def _text(self, line: Line) -> None:
        node = self.placer.stack[-1]
        before = self.lines[self.index - 1] if self.index else None
        if self.open_text and self.in_title:
            if before is not None and self._title_goes_on(node, before, line):
                return
            self.in_title = False
            self.open_text = False
        if self.vision_due and self._vision(node, line):
            return
        if self.open_text and before is not None and node.paras and goes_on(before, self.index - 1, line, self.columns):
            _extend(node.paras[-1], line)
            return
        self._paragraph(node, line)

    def _title_goes_on(self, node: Node, before: Line, line: Line) -> bool:
        """A heading broken over lines, or a numbered sentence whose first line had no 。 yet."""
        breaks_page = line.page_top and node.type not in _STRONG and self._cut_by_page(node, line)
        if (line.gap and not breaks_page) or BULLET.match(line.text) or before.piece or is_table_row(line.text):
            return False
        if self._hanging_title(node, before, line):
            node.title, node.last = node.title + line.text, line.no
            return True
        hangs = line.indent > before.indent + 4 and "、" not in node.title
        if not breaks_page and (hangs or not self.columns.is_full(self.index - 1)):
            return self._finishes_sentence(node, line)
        if not node.title:
            node.title, node.last = line.text, line.no
            return True
        node.title += line.text
        node.last = line.no
        if ends_sentence(line.text) or "。" in line.text:
            self._retitle(node)
        return True

    def _cut_by_page(self, node: Node, line: Line) -> bool:
        """Whether a page ended in the middle of a numbered sentence."""
        if "、" in node.title and width(node.title) > 40:
            return True
        siblings = [other for other in node.parent.children[-2:-1] if other.key == node.key] if node.parent else []
        among_sentences = bool(siblings) and siblings[0].sentence
        return ends_sentence(line.text) and (among_sentences or self.columns.is_full(self.index - 1, 0.7))

    def _hanging_title(self, node: Node, before: Line, line: Line) -> bool:
        """A heading set over two lines: the second hangs under the first, or both stand below a mark alone; then room follows."""
        if not node.title or line.gap or "。" in line.text or width(line.text) > 0.6 * self.columns.page:
            return False
        after = self.lines[self.index + 1] if self.index + 1 < len(self.lines) else None
        ends = after is None or after.gap or after.page_top or find_mark(after.text) is not None
        alone = bool(node.mark and not node.mark.rest) and line.indent == before.indent
        return ends and (alone or line.indent > before.indent + 6)

    def _finishes_sentence(self, node: Node, line: Line) -> bool:
        """A short first line that plainly stops in mid-sentence (narrow columns)."""
        if not node.title:
            if width(line.text) <= 60 and not ends_sentence(line.text) and node.type in ("chapter", "section", "part", "front"):
                node.title, node.last = line.text, line.no
                return True
            return False
        same_column = width(line.text) <= 1.3 * width(node.title) and node.type not in _STRONG
        if same_column and width(node.title) > 12 and re.search(r"[、をにがのとや・]$", node.title):
            node.title += line.text
            node.last = line.no
            if ends_sentence(line.text) or "。" in line.text:
                self._retitle(node)
            return True
        return False

    def _vision(self, node: Node, line: Line) -> bool:
        """The vision's own sentence: it stands alone, in brackets or without 。, under its heading."""
        quoted = _QUOTED.match(line.text)
        rows = 1 if quoted else self._quoted_rows()
        lead = bool(node.paras)
        if lead and not quoted:
            self.vision_due = bool(_VISION_LEAD.search(node.paras[-1].text)) or not ends_sentence(node.paras[-1].text)
            if not self.vision_due or not (line.gap or rows):
                return False
        if not rows:
            wide = width(line.text) > 0.85 * self.columns.at(self.index)
            if wide or "。" in line.text or ends_sentence(line.text) or (lead and not self._is_alone()):
                return False
        vision = Node(None, title=line.text, first=line.no, last=line.no, seat=self.index, kind="vision", code_part="vision")
        for _ in range(1, rows):
            self.index += 1
            vision.title += self.lines[self.index].text
            vision.last = self.lines[self.index].no
        node.adopt(vision)
        self.placer.stack.append(vision)
        self.vision_due = False
        self.open_text = False
        return True

    def _quoted_rows(self) -> int:
        """Of how many lines a sentence in brackets is that begins here: 0 if none, or if its bracket never closes."""
        if not re.match(r"^[『「“《]", self.lines[self.index].text):
            return 0
        for count, line in enumerate(self.lines[self.index : self.index + 4], 1):
            if re.search(r"[』」”》]$", line.text):
                return count
            if "。" in line.text or (count > 1 and find_mark(line.text)):
                break
        return 0

    def _is_alone(self) -> bool:
        after = self.lines[self.index + 1] if self.index + 1 < len(self.lines) else None
        return after is None or after.gap or after.page_top or bool(find_mark(after.text))

    def _paragraph(self, node: Node, line: Line) -> None:
        """Begin a paragraph. After a finished list of sentences it returns to the parent."""
        home = self._home(node, line)
        if home is not node or home.children:
            del self.placer.stack[self.placer.stack.index(home) + 1 :]
            if home.children:
                node = self._paragraph_node(home, line)
                self.placer.stack.append(node)
        node.paras.append(Para(line.text, line.no, line.no, widest=width(line.text)))
        self.open_text = True
        self.in_title = False

    def _home(self, node: Node, line: Line) -> Node:
        """The node whose text this is: sentences hold one paragraph, figures none."""
        stack = self.placer.stack
        if line.cell or BULLET.match(line.text) or is_table_row(line.text):
            return node if node.kind != "figure" else node.parent or node
        depth = len(stack) - 1
        while depth > 0 and (
            stack[depth].kind in ("figure", "paragraph")
            or (stack[depth].sentence and _finished(stack[depth]) and line.indent <= stack[depth].indent + 2)
        ):
            if stack[depth].kind == "paragraph" and stack[depth] is node:
                return node
            depth -= 1
        return stack[depth]

    def _paragraph_node(self, home: Node, line: Line) -> Node:
        node = Node(None, seat=self.index, kind="paragraph")
        home.adopt(node)
        return node

    # -- boxes and figures -----------------------------------------------------------------------------------------------------

    def _heading(self) -> Node:
        """The nearest open heading; what stands open below it is closed."""
        inner = ("figure", "paragraph", "vision", "note")
        home = next(node for node in reversed(self.placer.stack) if not node.sentence and node.kind not in inner)
        del self.placer.stack[self.placer.stack.index(home) + 1 :]
        return home

    def _box(self, line: Line) -> None:
        """コラム: a box in the flow, open until the next mark."""
        home = self._heading()
        box = Node(None, title=line.text, first=line.no, last=line.no, seat=self.index, kind="note", code_part="box")
        home.adopt(box)
        self.placer.stack.append(box)
        self.open_text = False

    def _figure(self, caption: int) -> None:
        """Words of a drawing and its caption: one figure, which needs a description by a person."""
        home = self._heading()
        line = self.lines[caption]
        figure = Node(None, title=line.text, first=line.no, last=line.no, seat=self.index, kind="figure", code_part="fig")
        words = [*self.lines[self.index : caption], *self.lines[caption + 1 : caption + 1 + self.frames.below.get(caption, 0)]]
        figure.paras = [Para(row.text, row.no, row.no) for row in words]
        home.adopt(figure)
        self.placer.stack.append(figure)
        self._issue("figure_needs_alt", line.no, f"図「{line.text[:40]}」には、図の説明が要ります。")
        self.index = caption + self.frames.below.get(caption, 0)
        self.open_text = False

    def _issue(self, kind: str, line: int, text: str) -> None:
        self.tree.issues.append(Issue(kind, line, text))


def _extend(para: Para, line: Line) -> None:
    para.text += line.glue + line.text
    para.last = line.no
    para.rows += 1
    para.widest = max(para.widest, width(line.text))


def _finished(node: Node) -> bool:
    return bool(node.paras) and ends_sentence(node.paras[-1].text)


def _bare_title(title: str) -> str:
    return re.sub(r"[ \u3000「」『』【】（）()：:]+", "", title)


def _split_head(rest: str, piece: bool) -> tuple[str, str]:
    """Heading and body of a piece of a one-line page: they part at a blank that is followed by a sentence."""
    if not piece:
        return rest, ""
    # a key word in 「」 is followed by the rest of its heading: the blank after it does not end the heading
    match = re.match(
        r"(?P<head>(?:[「『][^」』]+[」』][ \u3000]+)?[^。、]{2,40}?)[ \u3000]+(?P<tail>[^ \u3000].{8,}[。、].*)$", rest
    )
    if match is None or re.match(r"[0-9０-９]", match["tail"]) or re.search(r"[年月約第を]$", match["head"]):
        return rest, ""
    return match["head"].strip(), match["tail"]
