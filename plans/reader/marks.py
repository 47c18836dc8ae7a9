"""The marks that open headings and items: 第１章, Ⅰ, １, 基本方針２, 施策1-2, （１）, ①, ア, ■ … and the order among them."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

# Strict ranks: of two marks that both have one, the smaller stands above. Marks without one find their place by context.
RANKS = {
    "part": 10,
    "chapter": 20,
    "section": 30,
    "dai": 25,
    "item": 35,
    "bare": 40,
    "kanji": 42,
    "paren": 50,
    "half": 55,
    "circled": 60,
    "kana": 70,
    "parenkana": 80,
    "letter": 85,
}

_D = "0-9０-９"
_KANJI = "〇一二三四五六七八九十百"
_NUM = rf"(?:[{_D}]{{1,5}}|[{_KANJI}]{{1,4}})"
_DASH = "-－‐–—−ー・．."
NAMES = (
    "基本目標|基本方針|基本方向|基本施策|基本政策|重点目標|重点施策|重点戦略|重点プロジェクト|個別目標|個別施策|"
    "推進方針|推進施策|"
    "施策項目|施策の柱|施策の方向|施策目標|施策|政策目標|政策|目標|方針|方向性|方向|戦略|柱|取組方針|取組項目|"
    "取組|取り組み|事業|"
    "プロジェクト|視点|原則|理念|課題|テーマ|アクション|ステップ|論点|資料|別表|付表|参考"
)
_BY_NAME = {
    "goal": "目標",
    "policy": "方針 方向 方向性 柱 政策 戦略 テーマ",
    "measure": "施策 施策項目",
    "action": "取組 取り組み 取組項目 事業 アクション プロジェクト",
    "principle": "視点 原則 理念",
}
NAMED_KINDS = {name: kind for kind, names in _BY_NAME.items() for name in names.split()}
_CIRCLED = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳㉑㉒㉓㉔㉕㉖㉗㉘㉙㉚㉛㉜㉝㉞㉟"
_PAREN_ONE = "⑴⑵⑶⑷⑸⑹⑺⑻⑼⑽⑾⑿⒀⒁⒂⒃⒄⒅⒆⒇"
_DOT_ONE = "⒈⒉⒊⒋⒌⒍⒎⒏⒐⒑"
_ROMAN = "ⅠⅡⅢⅣⅤⅥⅦⅧⅨⅩⅪⅫ"
_KANA = "アイウエオカキクケコサシスセソタチツテトナニヌネノ"
_HALF_KANA = "ｱｲｳｴｵｶｷｸｹｺｻｼｽｾｿﾀﾁﾂﾃﾄ"
SYMBOLS = "■□◆◇●○◎◯〇▼▽▲△▶▷►★☆❖◉"
_SP = r"[ \u3000\t]"

# What follows a number and a blank in running text (平成 23 年９月): a counter, not a heading.
_COUNTER = re.compile(
    r"^(?:年(?!齢|代|次|表|長|少|金|末)|月(?!間|例)|日(?!本|常|頃|々)|人(?!口|材|権|と|づ|々|を|が|に|の|間|生|"
    r"事)|件(?!数)|％|%|つ|か所|カ所|ヶ所|箇所|か年|カ年|ヶ年"
    r"|回(?!復|答|遊|収|覧)|歳|円(?!滑|卓)|千円|万円|億円|万人|千人|名(?!所|称|産|前)|世帯(?!数)|度|割(?!合|引)|"
    r"時(?!代|間|点|期)|分(?!野|析|担|権|類|別|散|館|か)|号|倍|㎡|ｋｍ|km|ha"
    r"|以上|以下|から|まで|番(?!組)|丁目|～|〜|、|。|，|,|[)）])"
)

_NOT_IN_TEXT = "(?![にのでをはがとへ])"  # 「第２章に掲げる…」 is running text
_STEP = rf"{_SP}*[{_DASH}]{_SP}*[{_D}]{{1,3}}"
_NAME_END = rf"(?:{_SP}*[．.:：]{_SP}*(?=\D)|(?={_SP}|[「『【]|$)|(?=[^\w\s]))"
_CODE_END = rf"(?:[．.]?(?={_SP}|$)|(?=[「『【\u3041-\u30ff\u3400-\u9fff]))"
_ROMAN_LETTERS = r"(?:I{1,3}|IV|VI{0,3}|IX|X)(?=[ \u3000.．])"

_GRAMMAR = {
    "part": rf"第{_SP}*(?P<n>{_NUM}){_SP}*[編部](?={_SP}|[^\w]|$|[^分門署会局長員隊])",
    "chapter": rf"(?:第{_SP}*(?P<n>{_NUM}){_SP}*章|(?P<m>[{_D}]{{1,2}}){_SP}*章|(?P<w>序{_SP}*章|終{_SP}*章)){_NOT_IN_TEXT}",
    "section": rf"(?:第{_SP}*(?P<n>{_NUM}){_SP}*節|(?P<m>[{_D}]{{1,2}}){_SP}*節){_NOT_IN_TEXT}",
    "item": rf"第{_SP}*(?P<n>{_NUM}){_SP}*項(?!目){_NOT_IN_TEXT}",
    "dai": rf"第{_SP}*(?P<n>[{_D}]{{1,2}}|[{_KANJI}]{{1,3}}){_SP}+(?=\S)",
    "named": rf"(?P<name>{NAMES}){_SP}*(?P<path>[{_D}]{{1,3}}(?:{_STEP})*|[{_ROMAN}]|[①-⑳]){_NAME_END}",
    "kanji": rf"(?P<n>[一二三四五六七八九十]{{1,3}})(?:[、．.]{_SP}*|{_SP}+)(?=\S)",
    "hyphen": rf"(?P<path>(?:[{_D}]{{1,3}}|[{_ROMAN}])(?:{_SP}?[{_DASH}]{_SP}?[{_D}]{{1,3}}){{1,4}}){_CODE_END}",
    "roman": rf"(?P<n>[{_ROMAN}]|{_ROMAN_LETTERS})(?:[．.、]{_SP}*|(?={_SP}|[「『【])|(?=\w))",
    "paren": rf"(?:[(（]{_SP}*(?P<n>[{_D}]{{1,2}}|[{_KANJI}]{{1,2}}){_SP}*[)）]|(?P<c>[{_PAREN_ONE}]))",
    "half": rf"(?P<n>[{_D}]{{1,2}})[)）]",
    "circled": rf"(?P<c>[{_CIRCLED}])",
    "bare": rf"(?:(?P<n>[{_D}]{{1,2}})(?:{_SP}*[．.、]{_SP}*(?![{_D}])|{_SP}+|(?=[「『【])|$)|(?P<c>[{_DOT_ONE}]))",
    "parenkana": rf"[(（](?P<k>[{_HALF_KANA}{_KANA}])[)）]",
    "kana": rf"(?P<k>[{_KANA}])(?:[．.、]{_SP}*|{_SP}+)",
    "letter": rf"[(（]?(?P<k>[a-zａ-ｚ])(?:[)）]|[．.]{_SP})",
    "symbol": rf"(?P<s>[{SYMBOLS}])",
    "bracket": r"(?P<s>【[^】]{1,40}】|(?:《[^》]{1,40}》|＜[^＞]{1,40}＞|〈[^〉]{1,40}〉|［[^］]{1,40}］)$)",
}
_PATTERNS = tuple((type_, re.compile(pattern)) for type_, pattern in _GRAMMAR.items())

FRONT = re.compile(r"^(?:は\s*じ\s*め\s*に|ま\s*え\s*が\s*き|序\s*文|序|前\s*文|ご\s*あ\s*い\s*さ\s*つ)$")
BACK = re.compile(r"^(?:お\s*わ\s*り\s*に|む\s*す\s*び(?:に)?|あ\s*と\s*が\s*き|結\s*び)$")
ANNEX = re.compile(
    r"^(?:凡\s*例|資\s*料\s*編?|参\s*考\s*資\s*料|付\s*属\s*資\s*料|附\s*属\s*資\s*料|巻\s*末\s*資\s*料|用\s*語\s*(?:集|"
    r"解\s*説|の\s*説\s*明)|付\s*録|附\s*則)$"
)


# The characters a mark can begin with: most lines of prose are ruled out by their first.
_MAY_OPEN = re.compile(
    rf"[{_D}第序終まはごお前むあ結凡資参付附巻用別論基重個推施政目方戦柱取事プ視原理課テアスⅠ-Ⅻ{_CIRCLED}{_PAREN_ONE}{_DOT_ONE}{SYMBOLS}{_KANA}一二三四五六七八九十(（【《＜〈［IVXa-zａ-ｚ]"
)


# What follows a mark that is only named: 「①から③までの事業」, 「（２）に掲げる取組」.
_REFERENCE = re.compile(
    r"^(?:から(?![ぁ-ん])|まで(?![ぁ-ん])|までの|及び|および|又は|または|並びに|に掲げ|に定め|に規定|に示|"
    r"の(?:とおり|規定|取組|取り組み|事業|場合)|～|〜)"
)


# Headings that come again under every measure: its sides, not its actions.
ASPECT = re.compile(
    r"(?:現状|課題|目標|指標|取組|取り組み|方向性?|個別計画|関連計画|役割|背景|概要|内容|ねらい|目的|めざす姿|目指す姿)$"
)


@dataclass(slots=True, frozen=True)
class Mark:
    """The mark a line begins with, or None. Whether it is a heading here is for the structure to judge."""

    type: str
    key: str
    label: str
    path: tuple[int, ...]  # () for marks that do not count
    rest: str

    @property
    def number(self) -> int:
        return self.path[-1] if self.path else 0

    @property
    def name(self) -> str:
        return self.key.partition(":")[2]


def find_mark(text: str) -> Mark | None:
    """The mark a line begins with, or None. Says nothing of whether it is a heading here: that is for the structure to judge."""
    if not _MAY_OPEN.match(text):
        return None
    if FRONT.match(text):
        return Mark("front", "front", "", (), text)
    if BACK.match(text):
        return Mark("back", "back", "", (), text)
    if ANNEX.match(text):
        return Mark("annex", "annex:legend" if text[0] == "凡" else "annex", "", (), text)
    for type_, pattern in _PATTERNS:
        if match := pattern.match(text):
            mark = _mark(type_, match, text)
            if mark is not None:
                return mark
    return None


def _mark(type_: str, match: re.Match[str], text: str) -> Mark | None:
    rest = text[match.end() :].strip()
    if type_ not in ("chapter", "section", "part") and _REFERENCE.match(rest):
        return None
    label = match[0].strip()
    groups = match.groupdict()
    if type_ == "bracket":
        # 【】 is mark and heading at once: the brackets stay with the title.
        return Mark(type_, type_, "", (), text)
    if type_ == "symbol":
        return Mark(type_, f"symbol:{groups['s']}", label, (), rest)
    if type_ == "bare" and _is_counted(match[0], rest):
        return None
    if type_ == "chapter" and groups.get("w"):
        end = "front" if label.startswith("序") else "back"
        return Mark(end, f"{end}:chapter", label, (), rest)
    path = _path(groups)
    if type_ in ("hyphen", "named") and groups.get("path"):
        if type_ == "hyphen" and (not rest or (len(path) < 3 and _is_counted(match[0], rest) and not rest.startswith("人"))):
            return None
        key = f"named:{groups['name']}" if type_ == "named" else f"hyphen:{len(path)}"
        return Mark(type_, key, label, path, rest)
    return Mark(type_, type_, label, path, rest) if path else None


def _is_counted(mark: str, rest: str) -> bool:
    """A number in running text (平成 23 年９月). A full-width digit before a full-width blank is always a heading's."""
    if re.match(r"人[がをにの]", rest):
        return len(mark.strip()) > 1  # 「30 人が…」 is counted, 「１ 人が輝くまち」 is a heading
    return bool(_COUNTER.match(rest)) and not (mark[-1:] == "\u3000" or re.match("[０-９]", mark.strip()))


def _path(groups: dict[str, str | None]) -> tuple[int, ...]:
    if path := groups.get("path"):
        plain = unicodedata.normalize("NFKC", path)
        return tuple(to_number(part) for part in re.split(r"[^0-9IVX]+", plain) if part)
    for name in ("n", "m", "c"):
        if value := groups.get(name):
            return (to_number(value),)
    if kana := groups.get("k"):
        for row in (_KANA, _HALF_KANA):
            if kana in row:
                return (row.index(kana) + 1,)
        return (ord(unicodedata.normalize("NFKC", kana)) - ord("a") + 1,)
    return ()


_ROMANS = {"I": 1, "V": 5, "X": 10}
_DIGITS = {char: value for value, char in enumerate("〇一二三四五六七八九")}


def to_number(text: str) -> int:
    """'３' → 3, '十二' → 12, 'Ⅳ' → 4, '⑫' → 12, '⑴' → 1."""
    plain = unicodedata.normalize("NFKC", text).strip("(). ")
    if plain.isdigit():
        return int(plain)
    if plain and all(char in _ROMANS for char in plain):
        values = [_ROMANS[char] for char in plain]
        return sum(-a if a < b else a for a, b in zip(values, [*values[1:], 0], strict=True))
    return kanji_number(plain)


def kanji_number(text: str) -> int:
    """'十二' → 12, '二十' → 20, '百' → 100; 0 for what is no number."""
    total, current = 0, 0
    for char in text:
        if char in _DIGITS:
            current = current * 10 + _DIGITS[char]
        elif char in "十百":
            total += (current or 1) * (10 if char == "十" else 100)
            current = 0
        else:
            return 0
    return total + current
