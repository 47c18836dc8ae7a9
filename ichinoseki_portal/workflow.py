"""The only setter of a workflow state.

A workflow is a table of moves (see an app's ``enums``). ``move`` updates the row *where it still has the state that was
read*; nought rows changed means someone was first. Each move leaves a ``Move`` row.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import models, transaction
from django.utils.translation import gettext as _

from .models import Move, User


@dataclass(frozen=True)
class Step:
    """One allowed move: the states it may start from, the state it ends in, and what people call it."""

    sources: frozenset[str]
    target: str
    label: Any


class MoveRefused(Exception):
    """The move is not allowed from the present state, or someone else moved first. The text is shown to people."""


def move(
    obj: models.Model,
    name: str,
    *,
    moves: Mapping[str, Step],
    by: User | None,
    why: str = "",
    **stamps: Any,
) -> Move:
    """Carry out ``name`` on ``obj``: set its state and ``stamps`` (other columns), and write the ``Move`` row.

    Raises MoveRefused when the state read is not a source of the move, or is no longer the row's state.
    """
    step = moves[name]
    before: str = obj.state  # type: ignore[attr-defined]
    if before not in step.sources:
        words = {"state": _shown(obj), "move": step.label}
        raise MoveRefused(_("いまの状態（%(state)s）からは「%(move)s」はできません。") % words)
    model = type(obj)
    with transaction.atomic():
        changed = model._default_manager.filter(pk=obj.pk, state=before).update(state=step.target, **stamps)
        if changed == 0:
            raise MoveRefused(_("ほかの人が先に状態を変えました。画面を読み直してください。"))
        row = Move.objects.create(
            subject_type=model._meta.label, subject_id=obj.pk, name=name, from_state=before, to_state=step.target, by=by, why=why
        )
    for field, value in {"state": step.target, **stamps}.items():
        setattr(obj, field, value)
    return row


def _shown(obj: models.Model) -> str:
    """The state in people's words."""
    return str(obj.get_state_display())  # type: ignore[attr-defined]


def moves_of(obj: models.Model) -> models.QuerySet[Move]:
    """The moves of one object, newest first."""
    return Move.objects.filter(subject_type=type(obj)._meta.label, subject_id=obj.pk).select_related("by")
