"""Whether facts that a person writes of an edition can be stored."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.utils.translation import gettext as _

from ichinoseki_portal.text import RefusedText, clean_name
from plans import models

from .judging import YEARS, judge_date
from .locks import EditRefused


def checked_facts(facts: dict[str, Any]) -> dict[str, Any]:
    """Facts as they are stored. Raises EditRefused, or RefusedText."""
    period, decided, source = facts["period"], facts["decided"], facts["source"]
    places = ((facts, "title", "title"), (facts, "ordinal", "ordinal"), (period, "words", "period_words"))
    sources = ((source, name, f"source_{name}") for name in ("title", "publisher", "url", "note"))
    for holder, name, field in (*places, (decided, "words", "decided_words"), *sources):
        holder[name] = clean_name(holder[name]).strip()
        limit = models.Edition._meta.get_field(field).max_length or 0  # type: ignore[union-attr]
        if len(holder[name]) > limit:
            raise RefusedText(_("長すぎます。%(limit)s字までにしてください。") % {"limit": limit})
    if not facts["title"]:
        raise EditRefused(_("名称を書いてください。"))
    first, last = period["first_fiscal_year"], period["last_fiscal_year"]
    if any(year is not None and year not in YEARS for year in (first, last)):
        raise EditRefused(_("年度は、西暦で書いてください。例 2027"))
    if first is not None and last is not None and first > last:
        raise EditRefused(_("計画期間の最後の年度が、最初の年度より前です。"))
    decided["date"] = checked_date(decided["date"])
    if source["url"]:
        _refuse_address(source["url"])
    return facts


def _refuse_address(url: str) -> None:
    try:
        URLValidator(schemes=["http", "https"])(url)
    except ValidationError:
        raise EditRefused(_("原典の場所は、https:// で始まるアドレスで書いてください。")) from None


def checked_date(words: str) -> str:
    words = words.strip()
    try:
        judge_date("", words)
    except ValueError:
        raise EditRefused(_("日付は、年-月-日で書いてください（月・日は省けます）。例 2027-03")) from None
    return words
