"""Words on the page that are not the plan's: page numbers, running heads, contents, web navigation, ruby, broken characters."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from itertools import pairwise

from ichinoseki_portal.text import fold

from .decode import Line, width
from .document import SetAside
from .marks import find_mark
from .titles import is_title

_NUMBER_ONLY = re.compile(
    r"^(?:[-－ー–—―~〜・.\s]*[0-9０-９]{1,4}[-－ー–—―~〜・.\s]*|[(（]\s*[0-9０-９]{1,3}\s*[)）]|"
    r"[pPｐＰ][.．]?\s*[0-9０-９]{1,4}|[0-9０-９]{1,4}\s*[/／]\s*[0-9０-９]{1,4}|[0-9０-９]{1,4}\s*(?:ページ|頁)|"
    r"[-－–—]\s*[ivxlc]{1,6}\s*[-－–—])$"
)
_PAGE_FOOT = re.compile(r"^[-－–—]\s*[0-9０-９]{1,4}\s*[-－–—]$")  # a page's own number, also on a contents page
_CONTENTS_HEAD = re.compile(
    r"^[【〈《<＜\s]*(?:このページの)?(?:目\s*次|も\s*く\s*じ|CONTENTS|Contents)[】〉》>＞\s]*(?:[（(][^）)]{1,12}[）)])?$"
)
_LEADER = re.compile(r"(?:…{1,}|‥{2,}|[・･]{3,}|[.．]{4,}|[－―─]{4,}|_{4,})\s*(?:[(（]?[0-9０-９]{1,4}[)）]?)?$")
_TRAILING_PAGE = re.compile(r"[ \u3000\t]+[(（]?[0-9０-９]{1,4}[)）]?$")
_SENTENCE_END = re.compile(r"[。．！？][」』）)]*$")
_BROKEN = re.compile(r"[\ufffd\ue000-\uf8ff\U000f0000-\U0010fffd]|\(cid:\d+\)")
# Scripts into which a broken map throws Japanese: rare extensions, Hangul letters, Tibetan, Tai Tham, Balinese …
_STRANGE = re.compile("[\u0f00-\u0fff\u1000-\u1cff\u3400-\u4dbf\ua000-\uabff\ufb00-\ufdff]")
_HIRAGANA_RUNS = re.compile(r"^[\u3041-\u309fー]{1,10}(?:[ \u3000]+[\u3041-\u309fー]{1,10})*$")
_KANJI = re.compile("[\u3400-\u9fff々]")
_NAVIGATION = re.compile(
    r"本文へ|ページの先頭|先頭へ|トップへ|^ホーム(?:$|[ \u3000>＞»›|｜])|^トップ(?:ページ)?(?:$|[ \u3000>＞»›|"
    r"｜])|サイトマップ|サイト内検索|文字(?:サイズ|の大きさ)|背景色|配色|現在(?:の位置|地)|パンくず"
    r"|[>＞»›].*[>＞»›]|印刷(?:する|用|ページ)|^更新日|^公開日|^掲載日|最終更新|ページ(?:ID|番号|ＩＤ)|シェア|"
    r"ツイート|[Ff]acebook|LINEで送る|Xで共有|X（旧|ポスト(?:する)?$"
    r"|このページ(?:に関する|を|の(?!目次)|は|に)|この記事|お問い?合わ?せ|問い?合わせ先|電話(?:番号)?\s*[:：]|"
    r"[Tt][Ee][Ll]\s*[:：.]|ファク(?:ス|シミリ)|ＦＡＸ|FAX|〒\s*[0-9０-９]{3}|法人番号"
    r"|[Cc]opyright|©|All [Rr]ights|前のページ|次のページ|一覧へ|一覧に戻る|戻る$|関連(?:情報|リンク|ページ|"
    r"ファイル|資料)|^添付(?:ファイル|資料)|役に立ちましたか|見つけやすかった|見つけにくかった|分かりやすかった|"
    r"分かりにくかった"
    r"|Foreign|Language|English|やさしい日本語$|Adobe|Acrobat|ダウンロード|[(（]?PDF(?:ファイル)?[\s:：(（]|(?:KB|"
    r"MB|キロバイト|メガバイト)[)）\]］]?$|プライバシー|個人情報(?:保護方針|の取(?:り)?扱い)について$|免責事項|"
    r"リンクについて|アクセシビリティ|開庁時間|業務時間|^メニュー|ナビゲーション|メールフォーム|^検索$|^閉じる|"
    r"ログイン"
    r"|ふりがな(?:を|表示)|音声(?:読み上げ|読上げ)|スマートフォン(?:版|表示)|パソコン版"
)


_TEXT = Line(0, "。", 0)  # stands for a cell of a table: text, whatever it looks like


def set_aside_furniture(lines: list[Line]) -> tuple[list[Line], list[SetAside]]:
    """The lines of the plan, and what was set aside with its reason; marks page tops where a page number or head stood."""
    aside: list[SetAside] = []
    reasons: dict[int, str] = {}
    for judge in (_broken, _navigation, _contents, _page_numbers, _numbered_feet, _running_heads, _ruby):
        open_lines = [None if i in reasons else _TEXT if line.cell else line for i, line in enumerate(lines)]
        for index, reason in judge(open_lines).items():
            reasons.setdefault(index, reason)
    kept: list[Line] = []
    boundary = False
    for index, line in enumerate(lines):
        if index in reasons:
            aside.append(SetAside(line.no, line.text, reasons[index]))
            boundary = boundary or reasons[index] in ("page_number", "running_head")
            continue
        if boundary:
            line.page_top = True
        boundary = False
        kept.append(line)
    return kept, aside


Lines = list["Line | None"]


def _broken(lines: Lines) -> dict[int, str]:
    """Lines of a broken character map, and the scraps of the same passage between them."""
    bad = [i for i, line in enumerate(lines) if line and _is_broken(line.text)]
    found = dict.fromkeys(bad, "broken_characters")
    for a, b in pairwise(bad):
        between = [i for i in range(a + 1, b) if lines[i]]
        if len(between) == 1 and len(lines[between[0]].text) <= 4:  # type: ignore[union-attr]
            found[between[0]] = "broken_characters"
    return found


def _is_broken(text: str) -> bool:
    strange = len(_STRANGE.findall(text))
    if strange >= 2 and strange >= 0.2 * len(text):
        return True
    hits = _BROKEN.findall(text)
    return bool(hits) and sum(map(len, hits)) >= min(3, 0.02 * len(text))


def _navigation(lines: Lines) -> dict[int, str]:
    """Words of a web page at the top and at the bottom."""
    present = [i for i, line in enumerate(lines) if line]
    found: dict[int, str] = {}
    head = [i for i in present[:40] if _is_navigation(lines[i].text)]  # type: ignore[union-attr]
    body_start = next((n for n, i in enumerate(present) if _opens_body(lines[i].text)), len(present))  # type: ignore[union-attr]
    head = [i for i in head if present.index(i) < body_start]
    if len(head) >= 2:
        # menu words that no list knows stand between the ones it knows
        for i in present[: present.index(head[-1]) + 1]:
            if _is_navigation(lines[i].text) or not is_title(lines[i].text):  # type: ignore[union-attr]
                found[i] = "navigation"
    tail = _tail_navigation(lines, present[-60:])
    found.update(dict.fromkeys(tail, "navigation"))
    return found


def _is_navigation(text: str) -> bool:
    return len(text) <= 80 and bool(_NAVIGATION.search(text))


def _opens_body(text: str) -> bool:
    if _is_navigation(text):
        return False
    mark = find_mark(text)
    return bool(mark and mark.type not in ("bracket", "letter")) or (len(text) >= 25 and bool(_SENTENCE_END.search(text)))


def _tail_navigation(lines: Lines, tail: list[int]) -> list[int]:
    """From the first known word of navigation on, if only short lines and no heading follow it."""
    hits = [i for i in tail if _is_navigation(lines[i].text)]  # type: ignore[union-attr]
    if len(hits) < 2:
        return []
    for start in hits:
        rest = [lines[i].text for i in tail if i >= start]  # type: ignore[union-attr]
        if not any(_is_body_sentence(text) for text in rest):
            return [i for i in tail if i >= start]
    return []


def _is_body_sentence(text: str) -> bool:
    if _is_navigation(text):
        return False
    mark = find_mark(text)
    return (len(text) >= 30 and bool(_SENTENCE_END.search(text))) or bool(
        mark and mark.type in ("chapter", "section", "paren", "circled") and mark.rest
    )


def _contents(lines: Lines) -> dict[int, str]:
    """A contents page: after 目次 or with dot leaders, until the first heading it named comes again."""
    found: dict[int, str] = {}
    keys = Counter(_heading_key(line.text) for line in lines if line)
    index = 0
    while index < len(lines):
        line = lines[index]
        if line and (_CONTENTS_HEAD.match(line.text) or _leaders_ahead(lines, index)):
            end = _contents_end(lines, index, keys)
            found.update({i: "contents" for i in range(index, end) if (row := lines[i]) and not _PAGE_FOOT.match(row.text)})
            index = max(end, index + 1)
        else:
            if line and _LEADER.search(line.text) and len(line.text) > 4 and re.search(r"[0-9０-９][)）]?$", line.text):
                found[index] = "contents"
            index += 1
    return found


def _leaders_ahead(lines: Lines, index: int) -> bool:
    ahead = [line for line in lines[index : index + 3] if line]
    return len(ahead) == 3 and all(_LEADER.search(line.text) for line in ahead)


def _heading_key(text: str) -> str:
    return fold(_TRAILING_PAGE.sub("", _LEADER.sub("", text)))


def _contents_end(lines: Lines, start: int, keys: Counter[str]) -> int:
    seen: set[str] = set()
    index = start + 1 if _CONTENTS_HEAD.match(lines[start].text) else start  # type: ignore[union-attr]
    while index < len(lines):
        line = lines[index]
        if line is None:
            index += 1
            continue
        key = _heading_key(line.text)
        listed = bool(_LEADER.search(line.text) or _TRAILING_PAGE.search(line.text) or _NUMBER_ONLY.match(line.text))
        if key in seen and not _NUMBER_ONLY.match(line.text):
            return index
        if not listed and (keys[key] < 2 or _SENTENCE_END.search(line.text)) and not _wraps_into_contents(lines, index):
            return index
        if not _NUMBER_ONLY.match(line.text):
            seen.add(key)
        index += 1
    return index


def _wraps_into_contents(lines: Lines, index: int) -> bool:
    """A contents line broken in two: the next line ends in a leader."""
    following = next((line for line in lines[index + 1 : index + 3] if line), None)
    return bool(following and _LEADER.search(following.text)) and not _SENTENCE_END.search(lines[index].text)  # type: ignore[union-attr]


def _page_numbers(lines: Lines) -> dict[int, str]:
    """Lines of nothing but a page number."""
    return {i: "page_number" for i, line in enumerate(lines) if line and _NUMBER_ONLY.match(line.text) and not line.glue}


def _numbered_feet(lines: Lines) -> dict[int, str]:
    """「○○計画　12」: the same words again and again, each time with a higher page number."""
    places: dict[str, list[int]] = defaultdict(list)
    for i, line in enumerate(lines):
        if line and width(line.text) <= 80 and _has_page_number(line.text) and not _SENTENCE_END.search(line.text):
            places[_page_digits_off(line.text)].append(i)
    found: dict[int, str] = {}
    for key, at in places.items():
        numbers = [_page_number(lines[i].text) for i in at]  # type: ignore[union-attr]
        if len(at) >= 2 and len(key) >= 4 and all(a < b for a, b in pairwise(numbers)):
            found.update(dict.fromkeys(at, "running_head"))
    return found


def _page_number(text: str) -> int:
    plain = unicodedata.normalize("NFKC", text)
    match = re.search(r"^[-\s]*(\d{1,4})[-\s]+(?=\D)", plain) or re.search(r"[-\s]+(\d{1,4})[-\s]*$", plain)
    return int(match[1]) if match else 0


def _running_heads(lines: Lines) -> dict[int, str]:
    """Short lines that come again and again beside a page's edge (digits may differ). A heading's first coming is kept."""
    places: dict[str, list[int]] = defaultdict(list)
    edges = _edges(lines)
    for i, line in enumerate(lines):
        if line and width(line.text) <= 80 and not _SENTENCE_END.search(line.text):
            places[re.sub(r"[0-9]+", "#", _page_digits_off(line.text))].append(i)
    found: dict[int, str] = {}
    top = next((i for i, line in enumerate(lines) if line), 0)
    for at in places.values():
        if len(at) < 2:
            continue
        first = lines[at[0]].text  # type: ignore[union-attr]
        marked = None if _has_page_number(first) else find_mark(first)
        first_kept = bool(marked and marked.type not in ("bracket",)) or at[0] == top
        rest = at[1:] if first_kept else at
        near = [i for i in rest if i in edges]
        found.update({i: "running_head" for i in near if _has_page_number(lines[i].text)})  # type: ignore[union-attr]
        if (
            rest
            and len(near) >= max(1, 0.6 * len(rest))
            and (len(at) >= 3 or (len(near) == len(rest) and not first_kept) or _same_text(lines, at))
        ):
            found.update(dict.fromkeys(near, "running_head"))
    return found


def _same_text(lines: Lines, at: list[int]) -> bool:
    return len({lines[i].text for i in at}) == 1  # type: ignore[union-attr]


def _has_page_number(text: str) -> bool:
    return _page_digits_off(text) != fold(text)


def _page_digits_off(text: str) -> str:
    """The line without a page number at either end, folded. Digits inside a mark (第１章) stay."""
    plain = unicodedata.normalize("NFKC", text)
    plain = re.sub(r"^[-\s]*\d{1,4}[-\s]+(?=\D)|[-\s]+\d{1,4}[-\s]*$", "", plain)
    return fold(plain)


def _edges(lines: Lines) -> set[int]:
    """Indexes of lines at the top or bottom of a page: beside a form feed, a page top, or a page number."""
    edges: set[int] = set()
    for i, line in enumerate(lines):
        after_number = i > 0 and lines[i - 1] is None
        before_number = i + 1 < len(lines) and lines[i + 1] is None
        if line and (line.page_top or after_number or before_number):
            edges.add(i)
            if line.page_top and i > 0:
                edges.add(i - 1)
    edges.add(len(lines) - 1)
    return edges


def _ruby(lines: Lines) -> dict[int, str]:
    """A line of short hiragana runs above (or below) kanji it reads."""
    found: dict[int, str] = {}
    whole = "\n".join(line.text for line in lines if line)[:200_000]
    for i, line in enumerate(lines):
        if not line or not _HIRAGANA_RUNS.match(line.text) or len(line.text) > 30 or find_mark(line.text):
            continue
        below = next((x for x in lines[i + 1 : i + 3] if x), None)
        above = next((x for x in reversed(lines[max(0, i - 2) : i]) if x), None)
        reads_below = bool(below and len(_KANJI.findall(below.text)) >= 2)
        open_above = bool(
            above
            and not _SENTENCE_END.search(above.text)
            and width(above.text) > 40
            and " " not in line.text
            and "\u3000" not in line.text
        )
        spoken = whole.count(line.text) > 1  # the same words stand in the text: no reading of other words
        if reads_below and not open_above and not spoken:
            found[i] = "ruby"
    return found
