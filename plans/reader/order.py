"""Bringing parts back to where their numbers say they belong, and finding a parent for what has none."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable

from ichinoseki_portal.text import fold

from .document import Issue
from .nodes import Node
from .structure import Tree


def restore_order(tree: Tree) -> None:
    """Settle orphans, then sort every list whose numbers are out of turn."""
    orphans = [node for node in tree.root.walk() if node.orphan]
    for node in sorted(orphans, key=lambda n: n.seat):
        if node.type != "bare":
            _settle(node, tree)
    _boxes_in_lists(tree)
    for parent in [tree.root, *tree.root.walk()]:
        _sort_children(parent, tree)
        _box_in_the_flow(parent, tree)


def _settle(node: Node, tree: Tree) -> None:
    for find in (_own_list, _usual_parent, _explained):
        home = find(node, tree)
        if home is not None and home is not node and node not in home.ancestors():
            break
    else:
        if node.parent is tree.root and node.mark and not node.mark.path:
            node.confidence = "low"
            tree.issues.append(Issue("inferred_place", node.first, f"「{node.label}{node.title}」の置き場所が分かりません。"))
        return
    if home is node.parent and node.mark and node.mark.path:
        return
    run = [node]
    if find is _own_list and node.parent is not None:
        run += [other for other in node.parent.children if other.key == node.key and other.seat > node.seat]
    for moved in run:
        if moved is home or moved in home.ancestors():
            continue
        moved.leave()
        home.adopt(moved)
        moved.orphan = False
    if find is _own_list:
        text = f"「{node.label}」を番号の順に並べ直しました。"
        tree.issues.append(Issue("order_changed", node.first, text))
    else:
        above = f"{home.label}{home.title}"
        tree.issues.append(
            Issue("inferred_place", node.first, f"「{node.label}{node.title}」を「{above}」の下に置きました（推定）。")
        )


def _own_list(node: Node, tree: Tree) -> Node | None:
    """基本方針２ without 基本方針１ before it: the parent of 基本方針１, wherever that stands."""
    if node.type not in ("named", "hyphen", "chapter", "section", "roman"):
        return None
    for other in tree.root.walk():
        if other is not node and other.key == node.key and other.number == 1 and not other.orphan and other.parent is not None:
            return other.parent
    return None


def _usual_parent(node: Node, tree: Tree) -> Node | None:
    """■ in a frame of its own: the nearest part before it in the file whose items bear the same mark."""
    if node.mark is None or node.mark.path:
        return None
    homes = {
        other.parent for other in tree.root.walk() if other.key == node.key and not other.orphan and other.parent is not tree.root
    }
    before = [home for home in homes if home is not None and home.seat < node.seat]
    return max(before, key=lambda home: home.seat, default=None)


def _explained(node: Node, tree: Tree) -> Node | None:
    """A box whose heading another clause names in brackets: the top part of that clause."""
    if node.mark is None or node.mark.path or len(node.title) < 3:
        return None
    named = re.compile(rf"[(「『]{re.escape(fold(node.title))}[)」』]")  # folding makes （） half-width
    for other in tree.root.walk():
        if other is node or node in other.ancestors():
            continue
        if named.search(fold(other.body)):
            top = other
            while top.parent is not None and top.parent is not tree.root:
                top = top.parent
            node.code_part, node.kind = "box", "note"
            return top
    return None


_BOX_MARKS = ("symbol:○", "symbol:◇", "symbol:□", "symbol:☆")


def _box_in_the_flow(parent: Node, tree: Tree) -> None:
    """A lone ○ whose text runs in a narrow column of its own is a framed box, not the first of a list."""
    lone = [child for child in parent.children if child.key in _BOX_MARKS]
    if len(lone) != 1 or parent is tree.root or lone[0].children or not lone[0].title:
        return
    box = lone[0]
    if box.paras and all(para.rows >= 3 and para.widest < 0.75 * tree.page_width for para in box.paras):
        box.code_part, box.kind = "box", "note"


def _boxes_in_lists(tree: Tree) -> None:
    """The only ○ of a document, printed inside a list of other marks: a box of the part it stands in."""
    for key in _BOX_MARKS:
        found = [node for node in tree.root.walk() if node.key == key]
        if len(found) != 1 or not found[0].title or found[0].code_part:
            continue
        box = found[0]
        path = [box, *box.ancestors()]
        if len(path) < 4:
            continue
        top, branch = path[-1], path[-2]
        _move_behind(box, top, branch)
        box.code_part, box.kind = "box", "note"
        place = box
        for figure in [child for child in box.children if child.kind == "figure" and fold(box.title) not in fold(child.title)]:
            _move_behind(figure, top, place)
            place = figure

        text = f"「{box.label}{box.title}」を囲みとして「{top.label}{top.title}」の下に置きました（推定）。"
        tree.issues.append(Issue("inferred_place", box.first, text))


def _move_behind(node: Node, home: Node, sibling: Node) -> None:
    node.leave()
    node.parent = home
    home.children.insert(home.children.index(sibling) + 1, node)


def _sort_children(parent: Node, tree: Tree) -> None:
    """Sort runs of one counted list if their numbers are distinct and out of turn."""
    lists: dict[str, list[Node]] = defaultdict(list)
    for child in parent.children:
        if child.mark and child.mark.path:
            lists[child.key].append(child)
    for nodes in lists.values():
        paths = [node.mark.path for node in nodes if node.mark]
        if paths == sorted(paths):
            continue
        if len(set(paths)) != len(paths):
            continue
        _reseat(parent, nodes, lambda node: node.mark.path if node.mark else ())
        printed = "、".join(node.label for node in nodes)
        tree.issues.append(Issue("order_changed", nodes[0].first, f"原本の順（{printed}）を、番号の順に並べ直しました。"))


def _reseat(parent: Node, nodes: list[Node], key: Callable[[Node], object]) -> None:
    """Sort the nodes among their parent's children; what follows one without a number moves with it."""
    groups: list[list[Node]] = []
    members = set(map(id, nodes))
    head: list[Node] = []
    for child in parent.children:
        if id(child) in members:
            groups.append([child])
        elif groups:
            groups[-1].append(child)
        else:
            head.append(child)
    groups.sort(key=lambda group: key(group[0]))  # type: ignore[arg-type,return-value]
    tails = [child for group in groups for child in group[1:] if child.type in ("back", "annex")]
    flat = [child for group in groups for child in group if child not in tails]
    parent.children = [*head, *flat, *tails]
