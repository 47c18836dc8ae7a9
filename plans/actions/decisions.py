"""決裁の記録: a decision made outside the portal, with what the city's rules ask to be kept of it."""

from __future__ import annotations

import datetime as dt
from typing import Any, TypedDict

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from ichinoseki_portal import audit, fiscal
from ichinoseki_portal.models import User
from ichinoseki_portal.text import clean
from ichinoseki_portal.workflow import MoveRefused
from plans import models
from plans.enums import CouncilResult, DecisionCategory


class Facts(TypedDict, total=False):
    """Fields of ``Decision`` as a person writes them."""

    decided_on: dt.date
    document_number: str
    category: str
    bill_number: str
    council_date: dt.date | None
    council_result: str
    amendments: str
    opinion: str


@transaction.atomic
def record_decision(*, snapshot: models.Snapshot, by: User, content_hash: str, **facts: Any) -> models.Decision:
    """Keep what was decided elsewhere beside the approval it stands for. Raises MoveRefused for what cannot be."""
    values = {name: clean(value).strip() if isinstance(value, str) else value for name, value in facts.items()}
    row = models.Decision(snapshot=snapshot, recorded_by=by, content_hash=content_hash, **values)
    try:
        row.full_clean(exclude=["snapshot", "recorded_by"])
    except ValidationError as error:
        words = {field.name: field.verbose_name for field in models.Decision._meta.fields}
        told = [f"{words.get(name, name)}：{texts[0]}" for name, texts in error.message_dict.items()]
        raise MoveRefused("　".join(told)) from error
    _refuse_impossible(row)
    row.save()
    audit.record(action="decision.recorded", subject=snapshot, by=by, category=row.category, hash=content_hash)
    return row


def take_back_decision(snapshot: models.Snapshot) -> str:
    """Take the recorded decision away from a snapshot that is sent back. Returns its facts in words, to be kept with the move."""
    row = models.Decision.objects.filter(snapshot=snapshot).first()
    if row is None:
        return ""
    names = (
        "decided_on",
        "document_number",
        "category",
        "bill_number",
        "council_date",
        "council_result",
        "amendments",
        "opinion",
    )
    labels = {field.name: field.verbose_name for field in row._meta.fields}
    shown = {name: getattr(row, f"get_{name}_display", lambda name=name: getattr(row, name))() for name in names}
    facts = "、".join(f"{labels[name]} {value}" for name, value in shown.items() if value)
    row.delete()
    return "\n" + _("取り消した決裁の記録：%(facts)s") % {"facts": facts}


def _refuse_impossible(row: models.Decision) -> None:
    today = fiscal.today(timezone.now())
    if row.decided_on > today or (row.council_date and row.council_date > today):
        raise MoveRefused(_("決裁日・議決日が、きょうより後になっています。"))
    council = [row.bill_number, row.council_date, row.council_result]
    if row.category == DecisionCategory.COUNCIL and not all(council):
        raise MoveRefused(_("議会の議決のときは、議案番号・議決日・議決の結果を書いてください。"))
    if row.council_result == CouncilResult.REJECTED:
        raise MoveRefused(_("否決されたものは、決裁済みにできません。差し戻してください。"))
    if row.council_result == CouncilResult.AMENDED and not row.amendments:
        raise MoveRefused(_("修正可決のときは、議会での修正の内容を書いてください。"))
    stated = row.snapshot.facts.get("decided", {}).get("date", "") if row.snapshot.facts else ""
    if row.council_date and stated and not row.council_date.isoformat().startswith(stated):
        raise MoveRefused(
            _("この段階の「策定・議決の日」（%(stated)s）と、議決日が合いません。どちらかを直してください。") % {"stated": stated}
        )
