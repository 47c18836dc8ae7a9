"""Text: what may be stored, and the one table of folding for comparison and search.

Stored text is NFC and otherwise as it came. NFKC belongs in keys only: it turns ① into 1, ㍻ into 平成, and would spoil every
citation.
"""

import hashlib
import re
import unicodedata

from django.utils.translation import gettext as _

# Radicals that NFKC leaves alone although they stand for a common character (CJK Radicals Supplement).
RADICALS = str.maketrans(
    {
        "⺠": "民", "⻑": "長", "⻄": "西", "⻘": "青", "⻝": "食", "⻤": "鬼", "⻨": "麦", "⻩": "黄", "⻫": "斉", "⻭": "歯",
        "⻯": "竜", "⻲": "亀", "⺟": "母", "⺝": "月", "⺞": "歹", "⺡": "氵", "⺢": "水", "⺣": "灬", "⺤": "爫", "⺥": "爪",
        "⻁": "虎", "⻂": "衤", "⻃": "覀", "⻆": "角", "⻉": "貝", "⻋": "車", "⻌": "辶", "⻍": "辶", "⻎": "辶", "⻏": "阝",
        "⻐": "阝", "⻓": "長", "⻔": "門", "⻖": "阝", "⻗": "雨", "⻙": "韋", "⻚": "頁", "⻛": "風", "⻜": "飛", "⻞": "食",
        "⻟": "食", "⻠": "食", "⻡": "首", "⻢": "馬", "⻣": "骨", "⻥": "魚", "⻦": "鳥", "⻧": "鹵", "⻬": "斉", "⻮": "歯",
        "⻰": "竜", "⺀": "冫", "⺅": "亻", "⺉": "刂", "⺌": "小", "⺍": "小", "⺗": "心", "⺘": "扌", "⺙": "攵", "⺫": "目",
        "⺬": "示", "⺭": "礻", "⺮": "竹", "⺯": "糸", "⺱": "网", "⺶": "羊", "⺹": "耂", "⺻": "聿", "⺼": "肉", "⺾": "艹",
    }
)  # fmt: skip
RADICAL_RE = re.compile("[\u2e80-\u2fdf]")

# Wrong glyphs that character maps of PDF files put for common characters. Flagged, never mended on their own.
SUSPECT_GLYPHS = {"尐": "少", "徔": "得", "栺": "格", "⼾": "戸", "戾": "戻", "⾒": "見"}
SUSPECT_RE = re.compile("[尐徔栺戾]")

_REFUSED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_COMBINING_RUN = re.compile("[\u0300-\u036f\u1ab0-\u1aff\u20d0-\u20ff\u3099\u309a]{21,}")
BIDI_RE = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


class RefusedText(ValueError):
    """Text that must not be stored. The message is shown to people."""


def clean(text: str) -> str:
    """NFC, line ends as LF. Raises RefusedText for NUL, other control characters, lone surrogates, and heaps of marks."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if match := _REFUSED.search(text):
        raise RefusedText(
            _("使えない文字（U+%(code)s）が%(place)s文字目にあります。")
            % {"code": f"{ord(match[0]):04X}", "place": match.start() + 1}
        )
    if _COMBINING_RUN.search(text):
        raise RefusedText(_("重なった記号が多すぎる文字があります。"))
    return unicodedata.normalize("NFC", text)


def clean_name(text: str) -> str:
    """As ``clean``, and without characters that turn the direction of writing: for names, titles and file names."""
    if BIDI_RE.search(text):
        raise RefusedText(_("文字の向きを変える記号は、名前や見出しには使えません。"))
    return clean(text)


def fold(text: str) -> str:
    """The comparison key: NFKC, casefold, radicals repaired, white space dropped."""
    return "".join(unicodedata.normalize("NFKC", text.translate(RADICALS)).casefold().split())


def solid(text: str) -> str:
    """The text without any white space: what a reading must not lose a character of."""
    return "".join(text.split())


def digest(*parts: str) -> str:
    """SHA-256 (hex) of parts, kept apart by a separator that stored text cannot hold."""
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()
