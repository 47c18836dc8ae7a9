"""指標: a figure a plan sets itself."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from plans.enums import Direction, IndicatorKind

from .clauses import ClauseAddress
from .editions import Snapshot


class IndicatorQuerySet(models.QuerySet["Indicator"]):
    def visible_to(self, user: Any, at: dt.datetime | None = None) -> IndicatorQuerySet:
        return self.filter(snapshot__in=Snapshot.objects.visible_to(user, at))


class Indicator(models.Model):
    """Values are decimal strings as printed ("95.0" stays "95.0"), "" where the plan has none; years are fiscal years."""

    snapshot = models.ForeignKey(Snapshot, verbose_name=_("版の段階"), on_delete=models.PROTECT, related_name="indicators")
    address = models.ForeignKey(
        ClauseAddress, verbose_name=_("番地"), null=True, blank=True, on_delete=models.PROTECT, related_name="indicators"
    )
    position = models.PositiveSmallIntegerField(_("順番"), default=0)
    name = models.CharField(_("指標名"), max_length=200)
    unit = models.CharField(_("単位"), max_length=40, blank=True)
    baseline_value = models.CharField(_("現状値"), max_length=40, blank=True)
    baseline_year = models.PositiveSmallIntegerField(_("現状値の年度"), null=True, blank=True)
    baseline_words = models.CharField(_("現状値（書かれたとおり）"), max_length=80, blank=True)
    target_value = models.CharField(_("目標値"), max_length=40, blank=True)
    target_year = models.PositiveSmallIntegerField(_("目標値の年度"), null=True, blank=True)
    target_words = models.CharField(_("目標値（書かれたとおり）"), max_length=80, blank=True)
    direction = models.CharField(_("向き"), max_length=10, choices=Direction.choices, default=Direction.HIGHER)
    kind = models.CharField(_("種類"), max_length=12, choices=IndicatorKind.choices, default=IndicatorKind.LEVEL)
    lines = models.JSONField(_("原典の行"), default=list, blank=True)

    objects = IndicatorQuerySet.as_manager()

    class Meta:
        verbose_name = _("指標")
        verbose_name_plural = _("指標")
        ordering = ["snapshot", "position", "id"]

    def __str__(self) -> str:
        return self.name
