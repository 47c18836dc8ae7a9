"""取り込み: one reading of one file, with everything it found."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from .editions import Edition, Snapshot


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
        permissions = [("import_document", _("文書を取り込める"))]

    def __str__(self) -> str:
        return f"{self.file_name}（{self.edition}）"


class PendingUpload(models.Model):
    """取り込みの途中: a file that was read and shown to who brought it, and waits for a yes. Emptied by it, thrown away when old.

    ``chosen`` is what the form said, ``found`` what the preview shows, ``base`` the state of the edition then.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, verbose_name=_("取り込む人"), on_delete=models.CASCADE, related_name="+")
    name = models.CharField(_("ファイル名"), max_length=255)
    sha256 = models.CharField(_("ファイルの要約値"), max_length=64)
    data = models.BinaryField(_("ファイル"), blank=True)
    chosen = models.JSONField(default=dict)
    found = models.JSONField(default=dict)
    base = models.CharField(max_length=64, blank=True)
    at = models.DateTimeField(_("日時"), auto_now_add=True)
    expires = models.DateTimeField(_("捨てる日時"))
    done_at = models.DateTimeField(_("取り込んだ日時"), null=True, blank=True)
    snapshot = models.ForeignKey(Snapshot, verbose_name=_("取り込んだ先"), null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        verbose_name = _("取り込みの途中")
        verbose_name_plural = _("取り込みの途中")
        ordering = ["-id"]
        default_permissions = ()

    def __str__(self) -> str:
        return self.name
