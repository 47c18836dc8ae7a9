"""Which stage an edition may begin next: asked by whoever begins a draft, from the text before or from a file."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils import timezone
from django.utils.translation import gettext as _

from plans import models
from plans.enums import DECIDED_STAGES, Stage, State

from .locks import EditRefused

ON_ITS_WAY = (State.IN_REVIEW, State.APPROVED)


def refuse_second(rows: Iterable[models.Snapshot], *, beside: tuple[State, ...] = (State.DRAFT, *ON_ITS_WAY)) -> None:
    """One at a time: raises EditRefused while another stage is in one of these states, or waits for its moment."""
    for row in rows:
        if row.is_outline:
            continue
        if row.state in beside:
            words = _("「%(draft)s」がまだ途中（%(state)s）です。それを公開するか、捨ててから、次の段階を作ってください。")
            raise EditRefused(words % {"draft": row, "state": State(row.state).label})
        if row.is_scheduled(timezone.now()):
            words = _("「%(draft)s」の公開を予約しています。公開されてから、次の段階を作ってください。")
            raise EditRefused(words % {"draft": row})


def checked_stage(stage: str, others: Iterable[models.Snapshot]) -> str:
    """A stage that may follow the others. Raises EditRefused."""
    if stage not in Stage.values or stage == Stage.OUTLINE:
        raise EditRefused(_("段階を選んでください。"))
    decided = any(row.stage in DECIDED_STAGES and row.state == State.PUBLISHED for row in others)
    if stage in (Stage.ERRATUM, Stage.AMENDMENT) and not decided:
        raise EditRefused(_("正誤と一部改訂は、成案を公開したあとで作ります。"))
    return stage
