"""取り込み: one reading of one file, with everything it found."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from .editions import Edition


class ImportJob(models.Model):
    """The record of an import: which bytes, by whom, the issues, checks and words set aside. It is the text's first history."""

    edition = models.ForeignKey(Edition, verbose_name=_("版"), on_delete=models.PROTECT, related_name="import_jobs")
    file_name = models.CharField(_("ファイル名"), max_length=255)
    sha256 = models.CharField(_("ファイルの要約値"), max_length=64, db_index=True)
    encoding = models.CharField(_("文字コード"), max_length=20)
    line_count = models.PositiveIntegerField(_("行数"))
    issues = models.JSONField(_("人が見ること"), default=list)
    set_aside = models.JSONField(_("本文にしなかった行"), default=list)
    checks = models.JSONField(_("数の照らし合わせ"), default=list)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("行った人"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField(_("日時"), auto_now_add=True)

    class Meta:
        verbose_name = _("取り込み")
        verbose_name_plural = _("取り込み")
        ordering = ["-id"]
        default_permissions = ("view",)

    def __str__(self) -> str:
        return f"{self.file_name}（{self.edition}）"
