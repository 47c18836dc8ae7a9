"""What goes with a snapshot on its road: the decision as recorded, and remarks of those who looked at it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from plans.enums import CouncilResult, DecisionCategory

from .clauses import ClauseAddress
from .editions import Snapshot


class Decision(models.Model):
    """決裁の記録: a decision made outside the portal (on paper, in the city's document system, by the council)."""

    snapshot = models.OneToOneField(Snapshot, verbose_name=_("版の段階"), on_delete=models.PROTECT, related_name="decision")
    decided_on = models.DateField(_("決裁日"))
    document_number = models.CharField(_("文書番号"), max_length=60, help_text=_("例 一ま第123号"))
    category = models.CharField(_("決裁区分"), max_length=20, choices=DecisionCategory.choices)
    bill_number = models.CharField(_("議案番号"), max_length=60, blank=True)
    council_date = models.DateField(_("議決日"), null=True, blank=True)
    council_result = models.CharField(_("議決の結果"), max_length=12, choices=CouncilResult.choices, blank=True)
    amendments = models.TextField(_("議会での修正"), blank=True)
    opinion = models.TextField(_("附帯意見"), blank=True)
    content_hash = models.CharField(_("決裁した内容の要約値"), max_length=64, editable=False)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("記録した人"), editable=False, on_delete=models.PROTECT, related_name="+"
    )
    recorded_at = models.DateTimeField(_("記録した日時"), auto_now_add=True)

    class Meta:
        verbose_name = _("決裁の記録")
        verbose_name_plural = _("決裁の記録")
        ordering = ["-decided_on", "id"]
        default_permissions = ("view",)

    def __str__(self) -> str:
        return f"{self.document_number}（{DecisionCategory(self.category).label}）"


class Remark(models.Model):
    """指摘: what somebody who looked at a draft wants to see mended, at one clause or as a whole."""

    snapshot = models.ForeignKey(Snapshot, verbose_name=_("版の段階"), on_delete=models.PROTECT, related_name="remarks")
    address = models.ForeignKey(
        ClauseAddress, verbose_name=_("項目"), null=True, blank=True, on_delete=models.PROTECT, related_name="remarks"
    )
    text = models.TextField(_("指摘"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, verbose_name=_("だれが"), on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(_("日時"), auto_now_add=True)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("対応した人"),
        null=True,
        blank=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="+",
    )
    done_at = models.DateTimeField(_("対応した日時"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("指摘")
        verbose_name_plural = _("指摘")
        ordering = ["snapshot", "id"]
        default_permissions = ("view",)

    def __str__(self) -> str:
        return self.text[:40]
