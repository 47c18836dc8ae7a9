"""Every change of a decided state is a row: who, when, from, to, why."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Move(models.Model):
    """One step of a workflow. Written by ``workflow.move`` alone."""

    subject_type = models.CharField(_("対象の種類"), max_length=60)  # app label and model, "plans.Snapshot"
    subject_id = models.BigIntegerField(_("対象の番号"))
    name = models.CharField(_("動き"), max_length=40)
    from_state = models.CharField(_("前の状態"), max_length=40)
    to_state = models.CharField(_("後の状態"), max_length=40)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("行った人"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField(_("日時"), auto_now_add=True)
    why = models.TextField(_("理由"), blank=True)

    class Meta:
        verbose_name = _("状態の動き")
        verbose_name_plural = _("状態の動き")
        ordering = ["-id"]
        indexes = [models.Index(fields=["subject_type", "subject_id"], name="move_subject")]

    def __str__(self) -> str:
        return f"{self.from_state} → {self.to_state}"
