"""The audit trail: append-only (triggers refuse UPDATE and DELETE), chained by HMAC, ids and hashes only."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class AuditRow(models.Model):
    """One deed. ``actor_id`` is a number, not a key: the trail must outlive the people in it and hold no personal text."""

    at = models.DateTimeField(_("日時"))
    actor_id = models.BigIntegerField(_("行った人の番号"), null=True)
    action = models.CharField(_("行為"), max_length=60)
    subject = models.CharField(_("対象"), max_length=100)  # "plans.Snapshot:12"
    detail = models.JSONField(_("内容"), default=dict)
    previous_mac = models.CharField(max_length=64)
    mac = models.CharField(max_length=64, unique=True)

    class Meta:
        verbose_name = _("監査記録")
        verbose_name_plural = _("監査記録")
        ordering = ["-id"]
        default_permissions = ("view",)

    def __str__(self) -> str:
        return f"{self.action} {self.subject}"
