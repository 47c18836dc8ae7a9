"""What the records say, in people's words: deeds of the audit trail, moves and states."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from plans.enums import MOVES, State

DEEDS: dict[str, Any] = {
    "snapshot.submitted": _("決裁に回した"),
    "snapshot.pulled_back": _("引き戻した"),
    "snapshot.returned": _("差し戻した"),
    "snapshot.signed": _("印を押した"),
    "snapshot.approved": _("決裁した"),
    "snapshot.approval_overridden": _("例外として決裁した（作った人・順路のきまりを外した）"),
    "snapshot.published": _("公開した"),
    "snapshot.scheduled": _("公開を予約した"),
    "snapshot.unscheduled": _("公開の予約を取り消した"),
    "snapshot.withdrawn": _("公開を取りやめた"),
    "snapshot.settled": _("公開にあわせて版の記録を改めた"),
    "decision.recorded": _("ほかで決裁したことを記録した"),
    "draft.started": _("下書きをはじめた"),
    "draft.discarded": _("下書きを捨てた"),
    "edition.started": _("次の版をはじめた"),
    "edition.discarded": _("はじめた版をやめた"),
    "edition.recorded": _("原典未収載の版を記録した"),
    "plan.imported": _("文書を取り込んだ"),
    "plan.completed": _("取り込みで、足りないものを補った"),
    "sheet.imported": _("Excel を取り込んだ"),
    "outline.refreshed": _("要約を改めた"),
    "clause.edited": _("正文を直した"),
    "tree.changed": _("本文の構成を変えた"),
    "facts.edited": _("期間・策定日などの事実を直した"),
    "succession.edited": _("前の版からの変化を書いた"),
    "term.edited": _("用語を直した"),
    "indicator.edited": _("指標を直した"),
    "departments.set": _("所管課を決めた"),
    "text.saved": _("正文ではない文を書いた"),
    "text.removal_proposed": _("正文ではない文を公開からはずすよう求めた"),
    "text.approved": _("正文ではない文を確かめた"),
    "text.rejected": _("正文ではない文を戻した"),
    "link.added": _("関係をつなげた"),
    "link.changed": _("関係を直した"),
    "link.confirmed": _("関係を確かめた"),
    "link.dropped": _("関係を外した"),
    "remark.added": _("指摘を書いた"),
    "remark.settled": _("指摘を対応済みにした"),
    "approvalroute.steps": _("決裁の順路の段を決めた"),
    "user.password_set": _("利用者のパスワードを決め直した"),
}

MOVE_OF = {
    "snapshot.submitted": "submit",
    "snapshot.pulled_back": "pull_back",
    "snapshot.returned": "return",
    "snapshot.approved": "approve",
    "snapshot.approval_overridden": "approve",
    "snapshot.published": "publish",
    "snapshot.scheduled": "publish",
    "snapshot.unscheduled": "unschedule",
    "snapshot.withdrawn": "withdraw",
}
"""The move whose reason tells why a deed was done: the trail itself holds no words of people."""


def deed(action: str) -> str:
    """「利用者を直した」; an action that nobody has named stays as it is."""
    if action in DEEDS:
        return str(DEEDS[action])
    name, _dot, verb = action.partition(".")
    model = next((model for model in apps.get_models() if model._meta.model_name == name), None)
    if model is not None and verb == "added":
        return gettext("%(what)sを足した") % {"what": model._meta.verbose_name}
    if model is not None and verb == "changed":
        return gettext("%(what)sを直した") % {"what": model._meta.verbose_name}
    return action


def move(name: str) -> str:
    return str(MOVES[name].label) if name in MOVES else name


def state(value: str) -> str:
    return str(State(value).label) if value in State.values else value


def kind(label: str) -> str:
    """What "plans.Snapshot" is called, without what its name explains in brackets."""
    try:
        return str(apps.get_model(label)._meta.verbose_name).partition("（")[0]
    except (LookupError, ValueError):
        return label
