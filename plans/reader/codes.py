"""Codes: the path of printed numbers (see docs/plan-json.md, rule 3)."""

from __future__ import annotations

from collections import Counter

from .nodes import Node


def give_codes(root: Node) -> None:
    """A unique code for every node below the root, in reading order."""
    taken: set[str] = set()
    _children(root, "", taken)
    stack = list(reversed(root.children))
    while stack:
        node = stack.pop()
        _children(node, node.code, taken)
        stack.extend(reversed(node.children))


def _children(parent: Node, prefix: str, taken: set[str]) -> None:
    counts: Counter[str] = Counter()
    letters: dict[tuple[str, int], str] = {}
    runs: Counter[str] = Counter()
    last: dict[str, int] = {}
    for child in parent.children:
        if child.mark and child.mark.path:
            if child.number <= last.get(child.key, 0):
                runs[child.key] += 1
            last[child.key] = child.number
        wish = _wish(child, parent, prefix, counts)
        run = (child.key or child.kind, runs[child.key])
        code = wish
        if run in letters or code in taken:
            letter = letters.setdefault(run, _next_letter(letters))
            number = child.number if child.mark and child.mark.path else counts[f"symbol:{child.key}"]
            code = _join(prefix, f"{letter}{number or 1}")
        while code in taken:
            code += "-2" if not code.endswith("-2") else "x"
        child.code = code
        taken.add(code)


def _wish(child: Node, parent: Node, prefix: str, counts: Counter[str]) -> str:
    """The code the node's own mark asks for."""
    if child.kind == "paragraph":
        counts["paragraph"] += 1
        return _join(prefix, f"p{len(parent.paras) + counts['paragraph']}")
    if child.code_part == "vision":
        return _join(prefix, "vision")
    if child.code_part:
        counts[child.code_part] += 1
        return _join(prefix, f"{child.code_part}{counts[child.code_part]}")
    if child.type == "front":
        return _join(prefix, "0")
    if child.type == "back":
        return _join(prefix, "end")
    if child.type in ("annex", ""):
        counts["x"] += 1
        return _join(prefix, f"x{counts['x']}")
    if child.mark is None or not child.mark.path:
        counts[f"symbol:{child.key}"] += 1
        return _join(prefix, str(counts[f"symbol:{child.key}"]))
    return _path_code(prefix, child.mark.path)


def _path_code(prefix: str, path: tuple[int, ...]) -> str:
    """Numbers that already stand at the end of the parent's code are not repeated."""
    parts = prefix.split(".") if prefix else []
    for size in range(min(len(path) - 1, len(parts)), 0, -1):
        if [str(n) for n in path[:size]] == parts[-size:]:
            return _join(prefix, ".".join(map(str, path[size:])))
    return _join(prefix, ".".join(map(str, path)))


def _join(prefix: str, part: str) -> str:
    return f"{prefix}.{part}" if prefix else part


def _next_letter(letters: dict[tuple[str, int], str]) -> str:
    return chr(ord("b") + len(letters))
