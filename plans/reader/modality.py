"""How far each predicate of a sentence binds, and whose predicate it is.

Japanese puts the predicate last, so a sentence is read from its breaks: the final predicate, and before it each one that ends
in a joining form (…に努めるとともに、 …を行い、 …を促進し、). An effort must never be shown as a promise, nor the
other way round.
"""

from __future__ import annotations

import re

from .document import Predicate

_SENTENCES = re.compile(r"[^。]+。?")
# Ending of a predicate → modality; the first that fits decides.
_FORMS: tuple[tuple[str, re.Pattern[str]], ...] = (
    (
        "effort",
        re.compile(
            r"(?:努め(?:ます|ていきます|てまいります|るものとします|る(?:こと|とともに|ほか)?|、|て、?)?|努力(?:します|"
            r"し、?)|心がけ(?:ます|、))$"
        ),
    ),
    ("aim", re.compile(r"(?:目指し(?:ます|ていきます|て(?:いき|まいり)ます)|めざします|目標と(?:します|し、?)|目指すものです)$")),
    (
        "promote",
        re.compile(
            r"(?:(?:推進|促進)(?:します|していきます|してまいります|を図ります|し、?|を図り、?|するとともに|するほか)|"
            r"(?:を|に)?進め(?:ます|ていきます|てまいります|、|るとともに|るほか)|後押しします|促します|促し、)$"
        ),
    ),
    (
        "view",
        re.compile(
            r"(?:(?:考え(?:ます|ています|られます)|思います|大切です|重要です|必要です|不可欠です|必要があります|"
            r"求められ(?:ます|ています)|期待(?:されます|できます|しています)|(?:なりません|望まれます)))$"
        ),
    ),
    (
        "do",
        re.compile(
            r"(?:行います|行っていきます|します|図ります|取り組みます|取組みます|講じます|設けます|整えます|定めます|"
            r"つなげます|生かします|活かします|広げます|支えます|高めます|増やします|減らします|開きます|配ります|"
            r"育てます|伝えます|聞きます|答えます|見直します|受けます|集めます|届けます|まとめます|続けます|始めます|"
            r"置きます|作ります|つくります|助けます|改めます|整備します|いきます|まいります|与えます|出します|結びます|"
            r"守ります|築きます|掲げます|用います|使います|加えます|決めます|改善します)$"
        ),
    ),
)
# The plain style (である調) of outlines and rules.
_PLAIN_FORMS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("effort", re.compile(r"(?:努める(?:ものとする|こととする)?|努めていく|努力する|心がける)$")),
    ("aim", re.compile(r"(?:目指す|めざす|目標とする)(?:ものとする|ものである)?$")),
    (
        "promote",
        re.compile(r"(?:(?:推進|促進)(?:する|していく|を図る)|進める|進めていく|促す|後押しする)(?:ものとする|こととする)?$"),
    ),
    (
        "view",
        re.compile(
            r"(?:考える|考えられる|必要である|重要である|大切である|不可欠である|必要がある|求められる|期待される|なければならない)$"
        ),
    ),
    (
        "do",
        re.compile(
            r"(?:行う|図る|取り組む|取組む|講じる|設ける|整える|定める|つなげる|生かす|活かす|広げる|支える|高める|増やす|減らす|"
            r"開く|育てる|伝える|聞く|答える|見直す|届ける|まとめる|続ける|始める|置く|改める|加える|[一-龠]{2}する)"
            r"(?:ものとする|こととする)?$"
        ),
    ),
)
_JOINS = re.compile(
    r"(?:るとともに|するとともに|とともに|るほか)、|(?:行い|図り|講じ|設け|整え|定め|努め|進め|めざし|目指し|"
    r"取り組み|改め|位置付け|位置づけ|活用し|支援し|実施し|推進し|促進し|整備し|提供し|確保し|開催し|公表し|"
    r"確認し|作成し|検討し|充実し|強化し)、"
)
_ENDINGS = re.compile(r"(?:ます|です|ません|る|う|く|す|む|ない)$")
_PHRASE = re.compile(r"(?:[^、。をにがはへでとの「」]+[をにが])?(?P<verb>[^、。をにがはへで「」]+)$")
_SUBJECT = re.compile(
    r"^(?:(?:また|さらに|そのため|このため|そこで|一方で|特に|なお|加えて|併せて|あわせて|引き続き|今後|"
    r"今後は)、)?(?P<who>[^、。「」]{1,24}?)(?:は|も)、?"
)
WHO = re.compile(
    r"(?:市民|町民|村民|住民|行政|市|町|村|市役所|役場|本市|当市|本町|私たち|企業|事業者|団体|組織|自治会|町内会|"
    r"地域|家庭|学校|会議|協議会|委員会|協働体|センター|機関|議会|職員|個人|ＮＰＯ|NPO|担い手|主体|誰も)(?:等|"
    r"など|たち)?$"
)
_SETS = re.compile(r"(?<!目標)(?<!もの)(?<!こと)と(?:します|する)$")  # 「期間は５年間とします」 sets a fact, it promises nothing
_JOINED_DO = re.compile(r"(?:行い|図り|講じ|設け|整え|定め|取り組み|改め|位置付け|位置づけ|\w{2}し)、$")


def predicates(body: str) -> list[Predicate]:
    """The predicates of a clause's sentences that promise, promote, try, aim or hold a view, in order."""
    found: list[Predicate] = []
    for paragraph in body.split("\n"):
        for sentence in _SENTENCES.findall(paragraph):
            found.extend(_sentence(sentence.strip()))
    return found


def _sentence(sentence: str) -> list[Predicate]:
    if not sentence.endswith("。"):
        return []
    text = re.sub(r"[」』）)]+$", "", sentence[:-1])
    final = "" if _SETS.search(text) else _modality(text)
    if not final or not _ENDINGS.search(text):
        return []
    found: list[Predicate] = []
    who = ""
    start = 0
    for match in _JOINS.finditer(text):
        part = text[start : match.end()]
        who = _subject(part) or who
        modality = _joined(part)
        if modality and match.end() < len(text):
            found.append(Predicate(who, bool(who), _words(part.rstrip("、")), modality))
        start = match.end()
    part = text[start:]
    who = _subject(part) or who
    found.append(Predicate(who, bool(who), _words(part), final))
    return found


def _modality(text: str) -> str:
    polite = next((name for name, form in _FORMS if form.search(text)), "")
    return polite or next((name for name, form in _PLAIN_FORMS if form.search(text)), "")


def _joined(part: str) -> str:
    """The modality of a predicate in a joining form."""
    stem = re.sub(r"(?:とともに|るほか)、$", "", part).rstrip("、")
    if re.search(r"努め(?:る)?$", stem):
        return "effort"
    if re.search(r"(?:推進|促進)(?:し|する)$|進め(?:る)?$", stem):
        return "promote"
    if re.search(r"(?:目指し|目指す|めざし)$", stem):
        return "aim"
    return "do" if _JOINED_DO.search(part) or re.search(r"(?:行う|する|図る|取り組む)$", stem) else ""


def _words(part: str) -> str:
    """The predicate's own words: the verb with what it acts on."""
    plain = re.sub(r"(?:とともに|ほか)$", "", part.rstrip("、"))
    match = _PHRASE.search(plain)
    if match is None:
        return plain[-20:]
    words = match["verb"] if len(match["verb"]) > 10 else match[0]
    return re.sub(r"^[ぁ-ん]+(?=[一-龯々ァ-ヶ])", "", words)


def _subject(part: str) -> str:
    """Who a predicate binds, if the text says so: 「市民と行政は、…」; also 「…について、行政等は…」."""
    for piece in re.split(r"(?<=[、])", part):
        match = _SUBJECT.match(piece)
        if match and WHO.search(match["who"]) and not re.search(r"(?:について|に対して|において)$", match["who"]):
            return match["who"]
    return ""
