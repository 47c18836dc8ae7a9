"""The tree while it grows: nodes with their printed lines, before codes and kinds are given."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from .marks import Mark


@dataclass(slots=True)
class Para:
    """One paragraph: its text, and the lines it stood on."""

    text: str
    first: int
    last: int
    rows: int = 1
    widest: int = 0  # of its lines, in half-width units


@dataclass(slots=True, eq=False)
class Node:
    """A clause in the making. ``seat`` is its place in the file; ``orphan`` says its parent has yet to be found."""

    mark: Mark | None
    parent: Node | None = None
    label: str = ""
    title: str = ""
    first: int = 0
    last: int = 0
    seat: int = 0
    paras: list[Para] = field(default_factory=list)
    children: list[Node] = field(default_factory=list)
    kind: str = ""
    code: str = ""
    code_part: str = ""  # a code fixed by what the node is (vision, box, figure), not by a number
    orphan: bool = False
    sentence: bool = False
    indent: int = 0
    confidence: str = "high"

    @property
    def key(self) -> str:
        return self.mark.key if self.mark else ""

    @property
    def type(self) -> str:
        return self.mark.type if self.mark else ""

    @property
    def number(self) -> int:
        return self.mark.number if self.mark else 0

    @property
    def body(self) -> str:
        return "\n".join(para.text for para in self.paras)

    def adopt(self, child: Node) -> None:
        child.parent = self
        self.children.append(child)

    def leave(self) -> None:
        """Take the node out of its parent's children."""
        if self.parent is not None:
            self.parent.children.remove(self)
            self.parent = None

    def walk(self) -> Iterator[Node]:
        """The nodes below, in reading order (without a call for each level: trees may be deep)."""
        stack = list(reversed(self.children))
        while stack:
            node = stack.pop()
            yield node
            stack.extend(reversed(node.children))

    def ancestors(self) -> Iterator[Node]:
        node = self.parent
        while node is not None and node.parent is not None:
            yield node
            node = node.parent

    def spans(self) -> list[list[int]]:
        """The printed lines of label, title and body, as [first, last]."""
        ranges = sorted([[self.first, self.last]] * bool(self.first) + [[para.first, para.last] for para in self.paras])
        spans: list[list[int]] = []
        for first, last in ranges:
            if spans and first <= spans[-1][1] + 2:
                spans[-1][1] = max(spans[-1][1], last)
            else:
                spans.append([first, last])
        return spans
