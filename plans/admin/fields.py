"""Fields as people write them: predicates one a line, line numbers in a row."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from plans.enums import Modality

_NUMBERS = re.compile(r"[\s,、，]+")
_BAR = re.compile(r"[|｜]")


class LinesField(forms.CharField):
    """Line numbers: 12、13."""

    def prepare_value(self, value: Any) -> Any:
        return "、".join(map(str, value)) if isinstance(value, list) else value

    def clean(self, value: Any) -> list[int]:
        words = super().clean(value) or ""
        numbers = [one for one in _NUMBERS.split(words.strip("[]")) if one]
        if not all(one.isdecimal() and len(one) < 8 for one in numbers):
            raise ValidationError(_("行の番号は、12、13 のように書いてください。"))
        return [int(one) for one in numbers]

    def has_changed(self, initial: Any, data: Any) -> bool:
        return self.prepare_value(initial) != data


class PredicatesField(forms.CharField):
    """How far each predicate binds, one a line: 主語｜述語｜強さ. An empty subject: the text names none."""

    def prepare_value(self, value: Any) -> Any:
        if not isinstance(value, list):
            return value
        return "\n".join(f"{row['subject']}｜{row['predicate']}｜{Modality(row['modality']).label}" for row in value)

    def clean(self, value: Any) -> list[dict[str, Any]]:
        words = super().clean(value) or ""
        return [_predicate(line) for line in words.splitlines() if line.strip()]

    def has_changed(self, initial: Any, data: Any) -> bool:
        return self.prepare_value(initial) != (data or "").replace("\r\n", "\n")


def _predicate(line: str) -> dict[str, Any]:
    named = {str(one.label): one.value for one in Modality}
    parts = [part.strip() for part in _BAR.split(line)]
    if len(parts) != 3 or not parts[1]:
        raise ValidationError(_("「%(line)s」は、主語｜述語｜強さ の順に「｜」で区切ってください。"), params={"line": line[:60]})
    if parts[2] not in named:
        words = _("強さ「%(word)s」はありません。%(words)s から選んでください。")
        raise ValidationError(words, params={"word": parts[2][:20], "words": "、".join(named)})
    return {"subject": parts[0], "stated": bool(parts[0]), "predicate": parts[1], "modality": named[parts[2]]}
