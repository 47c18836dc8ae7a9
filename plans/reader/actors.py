"""The actors a clause names, and in what role: who performs, who gains, who supports, who is only named."""

from __future__ import annotations

import re

from .document import ActorMention, Predicate
from .nodes import Node

# Longest first, so that 市民活動団体 is not read as 市民.
_WORDS = """
市民活動団体 市民組織 市民活動センター 市民センター 地域協働体 中間支援組織 協働推進会議 民間事業者 自治会等 自治会 町内会 行政区
ボランティア団体 ボランティア ＮＰＯ法人 NPO法人 ＮＰＯ NPO 地域団体 地域組織 関係機関 関係団体 教育機関 社会福祉協議会
商工会議所 商工会 市民 町民 村民 住民 行政等 行政 企業 事業者 家庭 学校 大学 団体 個人 市職員 職員 若者 子ども 高齢者 保護者
市議会 議会 審議会 協議会 懇談会 委員会 推進会議
"""
NAMES = sorted(_WORDS.split(), key=len, reverse=True)
_NAMES = re.compile("|".join(map(re.escape, NAMES)))
# Words in which a name is not an actor: 市民活動, 行政サービス, 企業誘致 …
_NOT = re.compile(
    r"(?:活動(?!団体)|ニーズ|意識|参加|参画|協働|生活|主体|主役|憲章|運営|サービス|情報|改革|財政|誘致|経営|福祉|"
    r"教育|会館|研修|等の集会|館|アンケート)"
)
_SUPPORTED = re.compile(r"(?:の活動|への?|が行う[^。、]{0,20})(?:を|に|について|に対)[^。]{0,24}(?:支援|応援|援助|助成|後押し)")


def mentions(node: Node, binds: list[Predicate]) -> list[ActorMention]:
    """Actors named in title and body, each once, with the strongest role the words give it."""
    subjects = {predicate.subject for predicate in binds if predicate.stated}
    roles: dict[str, str] = {}
    text = f"{node.title}\n{node.body}"
    for match in _NAMES.finditer(text):
        before = text[match.start() - 1] if match.start() else "\n"
        if _NOT.match(text, match.end()) or (match[0] == "団体" and "一" <= before <= "龠"):
            continue
        role = "mentioned"
        leads = before in "、。\n"
        if any(match[0] in subject for subject in subjects) or (leads and text.startswith("が", match.end())):
            role = "performer"
        elif _SUPPORTED.match(text, match.end()):
            role = "beneficiary"
        if roles.get(match[0]) in (None, "mentioned"):
            roles[match[0]] = role
    for subject in sorted(subjects):
        if not any(name in subject for name in roles):
            roles[subject] = "performer"
    if node.kind == "effect" and node.parent is not None and node.parent.kind == "actor":
        roles.setdefault(re.sub(r"[ \u3000【】]", "", node.parent.title), "")
        roles[re.sub(r"[ \u3000【】]", "", node.parent.title)] = "beneficiary"
    if node.kind == "actor":
        roles[re.sub(r"[ \u3000【】]", "", node.title)] = "mentioned"
    return [ActorMention(name, role) for name, role in roles.items() if name]
