"""Mail waits here, written in the same transaction as the deed it tells of."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class OutboxMail(models.Model):
    to = models.EmailField(_("宛先"))
    subject = models.CharField(_("件名"), max_length=120)
    body = models.TextField(_("本文"))
    message_id = models.CharField(max_length=120, unique=True)
    created_at = models.DateTimeField(_("作成"), auto_now_add=True)
    sent_at = models.DateTimeField(_("送信"), null=True, blank=True)
    tries = models.PositiveSmallIntegerField(_("試行"), default=0)
    last_error = models.CharField(_("最後の失敗"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("送信メール")
        verbose_name_plural = _("送信メール")
        ordering = ["id"]
        default_permissions = ("view",)

    def __str__(self) -> str:
        return self.message_id
