"""Where a mark belongs: the stack of open headings, the numbers seen, and what lists have held what before."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass

from .marks import ASPECT, RANKS, Mark
from .nodes import Node

NAME_RANKS = {
    "目標": 1,
    "政策": 1,
    "テーマ": 1,
    "方針": 2,
    "方向": 2,
    "方向性": 2,
    "柱": 2,
    "戦略": 2,
    "視点": 2,
    "施策": 3,
    "施策項目": 3,
    "取組": 4,
    "取り組み": 4,
    "事業": 4,
}
_RUN_THROUGH = ("chapter", "section", "item", "dai", "roman", "named", "bare")
_ANNOUNCED = re.compile(r"次の|以下の|下記の|[0-9０-９一二三四五六七八九]つの|掲げ")
_LEAVES = ("vision", "figure", "paragraph")


@dataclass(slots=True)
class Place:
    """A parent for a new node, how sure we are, and how many open headings stay open."""

    keep: int  # length of the stack to keep
    status: str  # "next", "first", "gap", "restart", "orphan"


class Placer:
    """Keeps the stack of open nodes (root first) and finds the place of each mark."""

    def __init__(self, root: Node, numbers: dict[str, set[int]] | None = None) -> None:
        self.numbers = numbers or {}
        self.stack: list[Node] = [root]
        self.recent: dict[str, Node] = {}
        self.parent_keys: dict[str, str] = {}
        self.below: dict[str, set[str]] = defaultdict(set)
        self.in_frame = False  # after a frame break: what stands here may belong elsewhere

    def open(self, node: Node, place: Place) -> None:
        """Put the node under the place's parent and make it the open one."""
        del self.stack[place.keep :]
        parent = self.stack[-1]
        parent.adopt(node)
        self.stack.append(node)
        if node.mark is None:
            return
        self.recent[node.key] = node
        if not node.orphan:
            self.parent_keys.setdefault(node.key, parent.key)
            for above in self.stack[1:-1]:
                self.below[above.key].add(node.key)

    def break_frame(self) -> None:
        """A new frame of the page begins: nothing above is open any more."""
        del self.stack[1:]
        self.in_frame = True

    def place(self, mark: Mark, *, page_top: bool = False) -> Place:
        """``page_top``: the mark opens a page, where another frame may have been set beside the text before it."""
        if mark.type in ("front", "back", "annex"):
            return Place(1, "first")
        self._close_leaves()
        if mark.type in ("symbol", "bracket"):
            if page_top and self._stands_beside(mark):
                return Place(1, "orphan")
            return self._place_unnumbered(mark)
        if len(mark.path) > 1:
            return self._place_path(mark)
        return self._place_numbered(mark)

    def _close_leaves(self) -> None:
        while len(self.stack) > 1 and self.stack[-1].kind in _LEAVES:
            self.stack.pop()

    def _depth_of(self, key: str) -> int | None:
        for depth in range(len(self.stack) - 1, 0, -1):
            if self.stack[depth].key == key:
                return depth
        return None

    def _place_numbered(self, mark: Mark) -> Place:
        depth = self._depth_of(mark.key)
        if depth is not None:
            before = self.stack[depth].number
            if mark.number == before + 1:
                return Place(depth, "next")
            if mark.number == 1 and self._may_nest(mark, depth):
                return Place(self._keep_for(mark), "first")
            if mark.number > before + 1:
                return Place(depth, "gap")
            return Place(depth, "restart")
        continued = self._continued(mark)
        if continued is not None:
            return Place(continued, "next")
        if mark.number > 1 and self.parent_keys.get(mark.key) == "":
            return Place(1, "orphan")
        last = self.recent.get(mark.key)
        if last is not None and last.number + 1 == mark.number and mark.type in _RUN_THROUGH:
            return Place(
                self._keep_for(mark), "next"
            )  # numbers that run through: 施策１, ２ under one policy, ３, ４ under the next
        return Place(self._keep_for(mark), "first" if mark.number == 1 else "orphan")

    def _may_nest(self, mark: Mark, depth: int) -> bool:
        """１ under １ only with another kind of heading between them (１ > ■ > １)."""
        if mark.type != "bare":
            return False
        open_list = self.stack[depth]
        begun = any(node.key == mark.key and node.number == 1 for node in self.stack[depth - 1].children)
        between = {node.type for node in self.stack[depth + 1 :] if not node.sentence}
        return (begun or open_list.number == 1) and bool(between & {"symbol", "bracket"})

    def _continued(self, mark: Mark) -> int | None:
        """A list interrupted by other headings goes on: its last item's parent is still open."""
        last = self.recent.get(mark.key)
        if last is None or mark.number != last.number + 1 or last.parent is None:
            return None
        if last.parent in self.stack:
            return self.stack.index(last.parent) + 1
        return None

    def _keep_for(self, mark: Mark) -> int:
        """How much of the stack can hold a new list of this mark."""
        keep = len(self.stack)
        rank = RANKS.get(mark.type)
        while keep > 1:
            top = self.stack[keep - 1]
            if self._is_below(top, mark, rank):
                keep -= 1
            else:
                break
        return keep

    def _is_below(self, top: Node, mark: Mark, rank: int | None) -> bool:
        """Whether an open node cannot hold a new list of the mark."""
        if mark.type == "named" and self._between_chapters(mark):
            return True
        if top.key == "annex:legend":
            return True
        if top.type in ("front", "back"):
            # 序章 holds lists like any chapter, はじめに only if nothing else stands under it
            return mark.type in ("part", "chapter", "roman") or not (top.key.endswith(":chapter") or self._waits_for_content(top))
        if top.key == mark.key:
            return True
        top_rank = RANKS.get(top.type)
        if mark.type == "named":
            if top.type == "named":
                return _name_rank(top.key) > _name_rank(mark.key)
            return top_rank is not None and top_rank >= 50
        if mark.type == "roman" and top.type in ("bare", "hyphen") and self._announces(top):
            return False
        if mark.type == "roman":
            return top.type not in ("part", "chapter", "section", "annex") and not (
                top.type in ("symbol", "bracket") and not top.sentence
            )
        if rank is None:
            return top.sentence
        if top_rank is not None:
            return top_rank >= rank
        if top.type in ("named", "hyphen", "roman"):
            return rank < 40
        return rank < 40 or top.sentence

    def _between_chapters(self, mark: Mark) -> bool:
        """序章, then 基本目標１ …, then 終章: where no 第１章 stands, the named headings are the chapters."""
        return self.stack[1].type == "front" and "chapter" not in self.numbers and mark.number == 1

    def _place_path(self, mark: Mark) -> Place:
        """Numbers that carry their parents: 1-2-3, 施策2-1. The parent is the open node with the number before the last."""
        prefix = mark.path[:-1]
        for depth in range(len(self.stack) - 1, 0, -1):
            node = self.stack[depth]
            if node.key == mark.key and node.mark and node.mark.path[:-1] == prefix:
                step = mark.number - node.number
                return Place(depth, "next" if step == 1 else "gap" if step > 1 else "restart")
        for depth in range(len(self.stack) - 1, 0, -1):
            node = self.stack[depth]
            if node.mark and node.mark.path and not node.sentence and node.key != mark.key and _carries(node, prefix):
                return Place(depth + 1, "first" if mark.number == 1 else "orphan")
        same = self._depth_of(mark.key)
        if same is not None:
            return Place(same, "first" if mark.number == 1 else "gap")
        keep = len(self.stack)
        while keep > 1 and (
            self.stack[keep - 1].type in ("paren", "half", "circled", "kana", "hyphen") or self.stack[keep - 1].sentence
        ):
            keep -= 1
        return Place(keep, "first" if mark.number == 1 else "orphan")

    def _place_unnumbered(self, mark: Mark) -> Place:
        depth = self._depth_of(mark.key)
        if depth is not None:
            return Place(depth, "next")
        if self._waits_for_content(self.stack[-1]):
            return Place(len(self.stack), "first")
        if mark.type == "bracket" and ASPECT.search(mark.rest.strip("【】《》＜＞〈〉［］")):
            measures = [depth for depth, node in enumerate(self.stack) if node.type == "named"]
            if measures:
                return Place(measures[-1] + 1, "first")  # a side of the measure, not of its last item
        learned = self.parent_keys.get(mark.key)
        away = learned not in (None, "") and self._depth_of(str(learned)) is None
        if self.in_frame and away and len(self.stack) > 1 and self.stack[1].orphan:
            return Place(1, "orphan")  # its usual parent is not open: in a frame of its own it belongs elsewhere
        if self.in_frame and len(self.stack) == 1:
            return Place(1, "orphan" if learned != "" else "next")
        keep = len(self.stack)
        while keep > 1 and self._yields(self.stack[keep - 1], mark.key, learned):
            keep -= 1
        return Place(keep, "first")

    def _yields(self, top: Node, key: str, learned: str | None) -> bool:
        """Whether an open node cannot hold a list of this mark, from what lists have held before."""
        if top.sentence or top.key in self.below[key] or top.key in ("front", "back"):
            return True
        beside = top.type in ("symbol", "bracket") and top.key in self._siblings(key)
        return beside and learned is not None and top.key != learned and self._depth_of(learned) is not None

    def _stands_beside(self, mark: Mark) -> bool:
        """A ■ at the top of a page after a part that is told out, while another part has a list of ■: a frame of its own."""
        last = self.recent.get(mark.key)
        if last is None or last.parent is None or self._depth_of(mark.key) is not None:
            return False
        top = self.stack[-1]
        return last.parent not in self.stack and last.parent.key == top.key and bool(top.paras) and not top.sentence

    def _announces(self, top: Node) -> bool:
        """A heading whose own words announce a list, or that has none yet."""
        return not top.children and (self._waits_for_content(top) or bool(top.paras and _ANNOUNCED.search(top.paras[-1].text)))

    @staticmethod
    def _waits_for_content(top: Node) -> bool:
        """A heading with nothing below it yet must hold what comes next."""
        return bool(top.mark and top.title and not top.paras and not top.children)

    def _siblings(self, key: str) -> set[str]:
        """Keys of lists that have stood under the same kind of parent as this one."""
        mine = self.parent_keys.get(key)
        return {other for other, parent in self.parent_keys.items() if parent == mine and other != key}


def _carries(node: Node, prefix: tuple[int, ...]) -> bool:
    path = node.mark.path if node.mark else ()
    return path == prefix[-len(path) :] if 0 < len(path) <= len(prefix) else False


def _name_rank(key: str) -> int:
    name = key.partition(":")[2]
    return next((rank for word, rank in NAME_RANKS.items() if name.endswith(word)), 2)
