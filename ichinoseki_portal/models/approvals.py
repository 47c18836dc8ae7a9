"""決裁の順路: who signs by post, in what order, and the signatures given. Routes are data; ``approval.py`` walks them."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from .accounts import Department
from .moves import Move


class StepKind(models.TextChoices):
    APPROVE = "approve", _("承認")
    CONCUR = "concur", _("合議")
    DECIDE = "decide", _("決裁")


class ApprovalRoute(models.Model):
    """A way a draft goes from post to post; the last step decides."""

    name = models.CharField(_("名称"), max_length=80, unique=True)
    note = models.CharField(_("使うとき"), max_length=200, blank=True)
    is_active = models.BooleanField(_("使っている"), default=True)

    class Meta:
        verbose_name = _("決裁の順路")
        verbose_name_plural = _("決裁の順路")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class RouteStep(models.Model):
    """One seal on the way: a post (職) of a department; without a department, that of whoever drafted."""

    route = models.ForeignKey(ApprovalRoute, verbose_name=_("順路"), on_delete=models.CASCADE, related_name="steps")
    position = models.PositiveSmallIntegerField(_("順番"))
    kind = models.CharField(_("種類"), max_length=10, choices=StepKind.choices, default=StepKind.APPROVE)
    post = models.CharField(_("職"), max_length=40, help_text=_("例 係長、課長、部長"))
    department = models.ForeignKey(
        Department,
        verbose_name=_("課"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text=_("空けておくと、起案した人の課"),
    )
    deputy_post = models.CharField(_("代決できる職"), max_length=40, blank=True)

    class Meta:
        verbose_name = _("順路の段")
        verbose_name_plural = _("順路の段")
        ordering = ["route", "position"]
        constraints = [
            models.UniqueConstraint(
                fields=["route", "position"], name="route_step_position", violation_error_message=_("同じ順番の段があります。")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.position} {self.post}（{StepKind(self.kind).label}）"


class PostHoldingQuerySet(models.QuerySet["PostHolding"]):
    def on(self, day: dt.date) -> PostHoldingQuerySet:
        """Who holds what on a day: a change of post takes effect on its first day, and ends with the last."""
        return self.filter(first_day__lte=day).filter(Q(last_day=None) | Q(last_day__gte=day))


class PostHolding(models.Model):
    """A person in a post of a department, from a day to a day."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, verbose_name=_("職員"), on_delete=models.PROTECT, related_name="posts")
    post = models.CharField(_("職"), max_length=40)
    department = models.ForeignKey(
        Department, verbose_name=_("課"), null=True, blank=True, on_delete=models.PROTECT, related_name="posts"
    )
    first_day = models.DateField(_("就いた日"))
    last_day = models.DateField(_("最後の日"), null=True, blank=True)

    objects = PostHoldingQuerySet.as_manager()

    class Meta:
        verbose_name = _("職（だれが就いているか）")
        verbose_name_plural = _("職（だれが就いているか）")
        ordering = ["department", "post", "-first_day"]
        constraints = [
            models.CheckConstraint(
                condition=Q(last_day=None) | Q(last_day__gte=F("first_day")),
                name="post_holding_days",
                violation_error_message=_("最後の日が、就いた日より前です。"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.department or ''}{self.post} {self.user}"


class Signature(models.Model):
    """One seal given for one submission (the ``Move`` that handed it in), for the content whose hash is kept."""

    submission = models.ForeignKey(Move, verbose_name=_("起案"), on_delete=models.PROTECT, related_name="signatures")
    position = models.PositiveSmallIntegerField(_("順番"))
    kind = models.CharField(_("種類"), max_length=10, choices=StepKind.choices)
    post = models.CharField(_("職"), max_length=40)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, verbose_name=_("だれが"), on_delete=models.PROTECT, related_name="+")
    as_deputy = models.BooleanField(_("代決"), default=False)
    for_post = models.CharField(_("代わられた職"), max_length=40, blank=True)
    absence = models.CharField(_("代決する理由"), max_length=200, blank=True)
    comment = models.TextField(_("意見"), blank=True)
    content_hash = models.CharField(_("内容の要約値"), max_length=64)
    at = models.DateTimeField(_("日時"), auto_now_add=True)

    class Meta:
        verbose_name = _("決裁の印")
        verbose_name_plural = _("決裁の印")
        ordering = ["submission", "position"]
        constraints = [models.UniqueConstraint(fields=["submission", "position"], name="signature_once")]

    def __str__(self) -> str:
        return f"{self.post} {self.by}"
