"""Walking a route of seals: whose turn it is, who may sign, and the signature itself.

A route is data (``models.approvals``). A submission is the ``Move`` that handed the thing in; its signatures count for it alone,
so that a thing sent back starts anew.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from .models import ApprovalRoute, Move, PostHolding, RouteStep, Signature, StepKind, User
from .workflow import MoveRefused

ABSENCE = 200


@dataclass(frozen=True)
class Seal:
    """One step of a route with what became of it."""

    step: RouteStep
    signature: Signature | None
    is_next: bool


def check_route(route: ApprovalRoute) -> None:
    """Raises MoveRefused unless the route can be walked: in use, with steps, the last of which decides."""
    steps = list(route.steps.all())
    if not route.is_active:
        raise MoveRefused(_("この順路は、いまは使われていません。ほかの順路を選んでください。"))
    if not steps or steps[-1].kind != StepKind.DECIDE:
        raise MoveRefused(_("この順路は、最後の段が決裁になっていません。順路を直してから使ってください。"))
    if any(step.kind == StepKind.DECIDE for step in steps[:-1]):
        raise MoveRefused(_("この順路は、途中に決裁の段があります。順路を直してから使ってください。"))


def seals(route: ApprovalRoute, submission: Move) -> list[Seal]:
    """The steps in order, each with its signature. Two queries."""
    given = {row.position: row for row in submission.signatures.select_related("by")}
    steps = list(route.steps.select_related("department"))
    first_open = next((step.pk for step in steps if step.position not in given), None)
    return [Seal(step, given.get(step.position), step.pk == first_open) for step in steps]


def may_sign(step: RouteStep, user: User, *, author: User | None, day: dt.date) -> str:
    """'holder', 'deputy' (代決), or '' when the person holds neither post on that day."""
    return seal_by(step, posts_of(user, day), author=author)


def posts_of(user: User, day: dt.date) -> set[tuple[int | None, str]]:
    """The posts a person holds on a day: (department, post)."""
    return set(PostHolding.objects.on(day).filter(user=user).values_list("department", "post"))


def seal_by(step: RouteStep, held: set[tuple[int | None, str]], *, author: User | None) -> str:
    """As ``may_sign``, of posts already read."""
    department = step.department_id or (author.department_id if author else None)
    if (department, step.post) in held:
        return "holder"
    return "deputy" if step.deputy_post and (department, step.deputy_post) in held else ""


def step_token(submission: Move, step: RouteStep) -> str:
    """Says which step of which submission a person was shown, so that a form sent twice is not taken for the next step."""
    return f"{submission.pk}-{step.position}"


@dataclass(frozen=True)
class Deputy:
    """That somebody signs for another knowingly, and why the other does not."""

    absence: str


@transaction.atomic
def sign(
    *,
    route: ApprovalRoute,
    submission: Move,
    by: User,
    author: User | None,
    day: dt.date,
    content_hash: str,
    comment: str = "",
    seen_step: str = "",
    deputy: Deputy | None = None,
) -> Signature:
    """Give the next seal. Raises MoveRefused when it is not this person's turn, or somebody was first.

    ``seen_step``: the ``step_token`` of what the person was shown. One person gives one seal for a submission; a further one is
    given only for somebody else, with ``deputy``.
    """
    step = next((seal.step for seal in seals(route, submission) if seal.is_next), None)
    if step is None:
        raise MoveRefused(_("この順路の印は、もうそろっています。"))
    refuse_other_step(submission, step, seen_step)
    how = may_sign(step, by, author=author, day=day)
    if not how:
        raise MoveRefused(_("いまは「%(step)s」の番です。その職に就いている人だけが印を押せます。") % {"step": step})
    if how == "deputy" and (deputy is None or not deputy.absence):
        raise MoveRefused(_("「%(step)s」の代決をするときは、「代決する」を選び、理由を書いてください。") % {"step": step})
    if deputy and len(deputy.absence) > ABSENCE:
        raise MoveRefused(_("代決する理由は%(limit)s字までにしてください。") % {"limit": ABSENCE})
    if how == "holder":
        refuse_second_seal(submission, by)
    for_other = {"for_post": step.post, "absence": deputy.absence} if how == "deputy" and deputy else {}
    try:
        with transaction.atomic():
            return Signature.objects.create(
                submission=submission,
                position=step.position,
                kind=step.kind,
                post=step.deputy_post if how == "deputy" else step.post,
                by=by,
                as_deputy=how == "deputy",
                comment=comment,
                content_hash=content_hash,
                **for_other,
            )
    except IntegrityError as error:
        raise MoveRefused(_("ほかの人が先に印を押しました。画面を読み直してください。")) from error


def refuse_other_step(submission: Move, step: RouteStep, seen_step: str) -> None:
    if seen_step and seen_step != step_token(submission, step):
        raise MoveRefused(_("いまは別の段の番です（「%(step)s」）。画面を読み直して、確かめてください。") % {"step": step})


def refuse_second_seal(submission: Move, by: User) -> None:
    given = submission.signatures.filter(by=by).order_by("position").first()
    if given is not None:
        words = _("この起案には、あなたの印（%(post)s）がもうあります。一人が押せる印は一つです。ほかの人に頼んでください。")
        raise MoveRefused(words % {"post": given.post})
