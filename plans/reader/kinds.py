"""What each clause is: by its own heading, else by what its parent says its items are, else by its mark."""

from __future__ import annotations

import re

from .marks import ASPECT, NAMED_KINDS
from .nodes import Node

_WORDS_OF = {
    "goal": "基本目標 目標",
    "policy": "基本方針 推進方針 方針 施策の柱 柱",
    "measure": "基本施策 施策",
    "standard": "行動基準 行動指針 行動規範",
    "principle": "原則 考え方 理念 視点",
    "effect": "効果",
    "definition": "定義",
    "action": "取組 取り組み 取組み 事業",
}
_ITEM_WORDS = tuple((word, kind) for kind, words in _WORDS_OF.items() for word in words.split())
_TAIL = r"(?:等|など|一覧|の体系|について|の内容)?$"
_BY_TITLE = tuple((re.compile(word + _TAIL), kind) for word, kind in _ITEM_WORDS)
_DECLARED = re.compile(
    r"(?:次|以下|下記)の\s*(?:[0-9０-９]{1,2}|[一二三四五六七八九十]{1,2})\s*(?:つ|項目|本|点|個)(?P<tail>[^。]{0,30})"
)
_LISTED = re.compile(r"次の(?P<word>基本方針|方針|目標|施策|取組|取り組み|事業|原則|視点)(?:を|に|で|と|が)[^。]{0,20}")
_DEFINITION = re.compile(r"とは$")
_ACTOR_WORDS = (
    "個人|市民|町民|村民|住民|区民|県民|家庭|地域|学校|企業|事業者|事業所|民間事業者|商店|行政|市|町|村|"
    "市役所|役場|自治会|町内会|自治会等|行政区|集落|地域団体|地域組織|地域協働体|市民活動団体|市民団体|活動団体|"
    "ボランティア(?:団体)?|ＮＰＯ(?:法人)?|NPO(?:法人)?|団体|各種団体|大学|教育機関|関係機関|"
    "関係団体|中間支援組織|議会|子ども|若者|高齢者|保護者"
)
_ACTOR = re.compile(rf"^(?:{_ACTOR_WORDS})(?:等|など)?(?:[・、と](?:{_ACTOR_WORDS})(?:等|など)?)*$")


def give_kinds(root: Node) -> None:
    for node in root.walk():
        if not node.kind:
            node.kind = _kind(node)


def _kind(node: Node) -> str:
    parent = node.parent if node.parent is not None and node.parent.parent is not None else None
    if node.type == "part":
        return "part"
    if node.type in ("chapter", "front", "back"):
        return "chapter"
    if node.type == "annex":
        if parent is not None:
            return "subsection"
        return "part" if node.title.endswith("編") else "chapter" if node.title.endswith("資料") else "section"
    if node.type == "named" and (own := _named_kind(node)):
        return own
    if node.key in ("named:資料", "named:参考") and (parent is None or parent.kind == "part"):
        return "chapter"
    title = _plain(node.title)
    if title and _DEFINITION.search(title):
        return "definition"
    if parent is not None:
        promised = _promised(parent, node)
        if promised:
            return promised
    return _by_mark(node, parent)


def _named_kind(node: Node) -> str:
    name = node.key.partition(":")[2]
    for word in (
        name,
        name.removeprefix("基本"),
        name.removeprefix("重点"),
        name.removeprefix("個別"),
        name.removeprefix("推進"),
    ):
        if word in NAMED_KINDS:
            return NAMED_KINDS[word]
    ends = (kind for word, kind in NAMED_KINDS.items() if name.endswith(word))
    return next(ends, "") or next((kind for word, kind in NAMED_KINDS.items() if name.startswith(word)), "")


def _promised(parent: Node, node: Node) -> str:
    """What the parent says its items are."""
    told = _told(parent)
    if told:
        return told if told != "effect" else _effect(node)
    by_title = item_kind(parent.title)
    if by_title == "effect":
        return _effect(node)
    lists = any(child.mark for child in node.children)
    is_part = parent.kind == "chapter" and node.type in ("bare", "hyphen", "section")
    if by_title and by_title != parent.kind and not is_part and not (by_title == "principle" and lists):
        return by_title
    return _below(parent, node)


def _told(parent: Node) -> str:
    """「次の５つをまちづくりの目標として」: the kind its lead sentence names, the words after the number first."""
    for para in parent.paras:
        if match := _DECLARED.search(para.text):
            noun = re.match(r"の(?P<noun>[^をにがはで、]+)", match["tail"])
            if noun and not any(word in noun["noun"] for word, _kind in _ITEM_WORDS):
                continue  # 「次の五つの場面において」: the list is of something else
            if noun:
                found = [(noun["noun"].find(word), -len(word), kind) for word, kind in _ITEM_WORDS if word in noun["noun"]]
                return min(found)[2]
            after = [(match["tail"].find(word), kind) for word, kind in _ITEM_WORDS if re.search(rf"{word}(?!の)", match["tail"])]
            if after:
                return min(after, key=lambda pair: pair[0])[1]
            lead = para.text[: match.start()]
            before = [kind for word, kind in _ITEM_WORDS if re.search(rf"{word}(?:等|など)?(?:を|は|として)、?$", lead)]
            if before:
                return before[0]
        elif match := _LISTED.search(para.text):
            return dict(_ITEM_WORDS)[match["word"]]
    return ""


def _effect(node: Node) -> str:
    return "actor" if node.title and (_ACTOR.match(_plain(node.title)) or node.children) else "effect"


def _below(parent: Node, node: Node) -> str:
    """What stands below a policy, a measure, a goal, an actor."""
    if parent.kind == "actor":
        above = parent.parent
        return (
            "effect" if above is not None and item_kind(above.title) == "effect" else ("item" if node.sentence else "subsection")
        )
    if node.title and _ACTOR.match(_plain(node.title)) and node.type in ("bracket", "symbol"):
        return "actor"
    under = parent.kind in ("policy", "goal", "measure", "action")
    if node.title and (node.type == "bracket" or (under and ASPECT.search(_plain(node.title)))):
        return "subsection"
    if parent.kind in ("policy", "goal"):
        return "measure"
    if parent.kind == "measure":
        return "action"
    return ""


def item_kind(title: str) -> str:
    """The kind of a list's items, from the head noun of its heading: まちづくりの目標 → goal."""
    plain = _plain(title)
    return next((kind for pattern, kind in _BY_TITLE if pattern.search(plain)), "")


def _by_mark(node: Node, parent: Node | None) -> str:
    if node.sentence:
        return "item"
    if node.title and _ACTOR.match(_plain(node.title)) and node.type in ("symbol", "bracket", "paren", "circled"):
        return "actor"
    if node.type == "section":
        return "section"
    if parent is None or parent.kind in ("part", "chapter"):
        return (
            "section" if node.type in ("bare", "roman", "hyphen", "section", "named", "paren") or parent is None else "subsection"
        )
    return "subsection"


def _plain(title: str) -> str:
    return re.sub(r"[ \u3000「」『』【】〔〕]+", "", re.sub(r"[（(][^）)]*[）)]$", "", title))
