"""What changed between two snapshots: one row a clause (TextChange), and the whole comparison as computed (Comparison)."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from plans.enums import ChangeKind

from .clauses import ClauseAddress
from .editions import Snapshot


class TextChangeQuerySet(models.QuerySet["TextChange"]):
    def visible_to(self, user: Any, at: dt.datetime | None = None) -> TextChangeQuerySet:
        """Changes between snapshots of which a person may see both."""
        snapshots = Snapshot.objects.visible_to(user, at)
        return self.filter(older__in=snapshots, newer__in=snapshots)


class TextChange(models.Model):
    """What a published snapshot made of one clause of the one before. Written at publication, and then for good.

    ``before`` and ``after`` are the official words (label, title, body as one text); a merge or a split is several rows.
    """

    older = models.ForeignKey(Snapshot, verbose_name=_("前の段階"), on_delete=models.PROTECT, related_name="changes_after")
    newer = models.ForeignKey(Snapshot, verbose_name=_("後の段階"), on_delete=models.PROTECT, related_name="changes")
    old = models.ForeignKey(
        ClauseAddress, verbose_name=_("前"), null=True, blank=True, on_delete=models.PROTECT, related_name="changes_out"
    )
    new = models.ForeignKey(
        ClauseAddress, verbose_name=_("後"), null=True, blank=True, on_delete=models.PROTECT, related_name="changes_in"
    )
    kind = models.CharField(_("種類"), max_length=10, choices=ChangeKind.choices)
    before = models.TextField(_("前の文"), blank=True)
    after = models.TextField(_("後の文"), blank=True)
    reason = models.TextField(_("理由"), blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("直した人"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    position = models.PositiveIntegerField(_("順番"), default=0)

    objects = TextChangeQuerySet.as_manager()

    class Meta:
        verbose_name = _("文の変更")
        verbose_name_plural = _("文の変更")
        ordering = ["newer", "position", "id"]
        default_permissions = ("view",)
        constraints = [
            models.CheckConstraint(
                condition=models.Q(old__isnull=False) | models.Q(new__isnull=False), name="text_change_some_end"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.old or '－'} → {self.new or '－'}（{ChangeKind(self.kind).label}）"


class ComparisonQuerySet(models.QuerySet["Comparison"]):
    def visible_to(self, user: Any, at: dt.datetime | None = None) -> ComparisonQuerySet:
        """Comparisons of snapshots of which a person may see both."""
        snapshots = Snapshot.objects.visible_to(user, at)
        return self.filter(older__in=snapshots, newer__in=snapshots)


class Comparison(models.Model):
    """A comparison of two frozen snapshots as computed: good while both still hash to what it was made from."""

    older = models.ForeignKey(Snapshot, verbose_name=_("前の段階"), on_delete=models.PROTECT, related_name="+")
    newer = models.ForeignKey(Snapshot, verbose_name=_("後の段階"), on_delete=models.PROTECT, related_name="+")
    older_hash = models.CharField(max_length=64)
    newer_hash = models.CharField(max_length=64)
    rows = models.JSONField(default=list)
    made_at = models.DateTimeField(auto_now=True)

    objects = ComparisonQuerySet.as_manager()

    class Meta:
        verbose_name = _("新旧対照")
        verbose_name_plural = _("新旧対照")
        ordering = ["older", "newer"]
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["older", "newer"], name="comparison_pair")]

    def __str__(self) -> str:
        return f"{self.older} → {self.newer}"
