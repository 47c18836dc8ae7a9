"""The clause (項目), its address for good, and what is said about it.

``ClauseAddress`` is one code of one edition: it never goes away, and everything that speaks of a clause (texts, links, voices,
projects) points to it. ``Clause`` is what stands at that address in one snapshot.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from ichinoseki_portal.models import Department
from ichinoseki_portal.text import digest
from plans import permissions
from plans.enums import ActorRole, ClauseKind, TextKind

from .editions import Edition, Snapshot, refuse_reserved

CODE_PATTERN = r"[a-z0-9]+(?:[.-][a-z0-9]+)*"
_code = RegexValidator(rf"^({CODE_PATTERN})?\Z", _("コードは 7.2.1 のように、小文字の英数字を点でつないで書いてください。"))


class ClauseAddressQuerySet(models.QuerySet["ClauseAddress"]):
    def visible_to(self, user: Any, at: dt.datetime | None = None) -> ClauseAddressQuerySet:
        """Addresses in editions a person may see; what stands there is asked of the clauses."""
        return self.filter(edition__in=Edition.objects.visible_to(user, at))


class ClauseAddress(models.Model):
    """One code of one edition; code "" is the edition as a whole."""

    edition = models.ForeignKey(Edition, verbose_name=_("版"), on_delete=models.PROTECT, related_name="addresses")
    code = models.CharField(_("コード"), max_length=80, blank=True, validators=[_code, refuse_reserved])
    last_words = models.CharField(
        _("最後にあった文の要約値"), max_length=64, blank=True, editable=False
    )  # set when its clause is dropped

    objects = ClauseAddressQuerySet.as_manager()

    class Meta:
        verbose_name = _("項目の番地")
        verbose_name_plural = _("項目の番地")
        ordering = ["edition", "code"]
        constraints = [models.UniqueConstraint(fields=["edition", "code"], name="clause_address")]

    def __str__(self) -> str:
        return f"{self.edition.plan.key}/{self.edition.key}/{self.code}".rstrip("/")

    def get_absolute_url(self) -> str:
        base = self.edition.get_absolute_url()
        return f"{base}{self.code}/" if self.code else base


class ClauseQuerySet(models.QuerySet["Clause"]):
    def visible_to(self, user: Any, at: dt.datetime | None = None) -> ClauseQuerySet:
        """Clauses of the snapshots a person may see."""
        return self.filter(snapshot__in=Snapshot.objects.visible_to(user, at))


class Clause(models.Model):
    """項目: what stands at an address in one snapshot.

    ``position`` is the 0-based place in reading order, ``last`` the position of the last clause below it, ``depth`` 0 at the
    top: ancestors, subtree and contents are each one query. ``body`` is the official text, paragraphs parted by LF, NFC,
    otherwise as printed.
    """

    snapshot = models.ForeignKey(Snapshot, verbose_name=_("版の段階"), on_delete=models.PROTECT, related_name="clauses")
    address = models.ForeignKey(ClauseAddress, verbose_name=_("番地"), on_delete=models.PROTECT, related_name="clauses")
    parent = models.ForeignKey(
        "self", verbose_name=_("親"), null=True, blank=True, on_delete=models.PROTECT, related_name="children"
    )
    code = models.CharField(_("コード"), max_length=80, validators=[_code])
    position = models.PositiveIntegerField(_("順番"), editable=False)
    last = models.PositiveIntegerField(_("下の最後の順番"), editable=False)
    depth = models.PositiveSmallIntegerField(_("深さ"), editable=False)
    kind = models.CharField(_("種類"), max_length=20, choices=ClauseKind.choices, default=ClauseKind.ITEM)
    label = models.CharField(_("番号・記号（印刷のとおり）"), max_length=60, blank=True)
    title = models.CharField(_("見出し（印刷のとおり）"), max_length=500, blank=True)
    key_word = models.CharField(_("キーワード"), max_length=100, blank=True)
    body = models.TextField(_("本文（正文）"), blank=True)
    modality = models.JSONField(_("述語の強さ"), default=list, blank=True)
    lines = models.JSONField(_("原典の行"), default=list, blank=True)
    confidence = models.CharField(
        _("読み取りの確かさ"), max_length=10, default="high", choices=[("high", _("高い")), ("low", _("低い"))]
    )
    change_reason = models.CharField(_("直した理由（公開されます）"), max_length=500, blank=True)
    frozen = models.JSONField(
        default=dict, blank=True, editable=False
    )  # what a page shows with it, put down at publication: see ``actions.freezing``
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = ClauseQuerySet.as_manager()
    history = HistoricalRecords(excluded_fields=["frozen", "lines", "position", "last", "depth", "parent"])

    class Meta:
        verbose_name = _("項目")
        verbose_name_plural = _("項目")
        ordering = ["snapshot", "position"]
        constraints = [
            models.UniqueConstraint(
                fields=["snapshot", "code"], name="clause_code", violation_error_message=_("同じコードの項目があります。")
            ),
            models.CheckConstraint(condition=Q(last__gte=models.F("position")), name="clause_span"),
        ]
        indexes = [models.Index(fields=["snapshot", "position"], name="clause_order")]

    def __str__(self) -> str:
        return f"{self.code} {self.label}{self.title}".strip()

    def get_absolute_url(self) -> str:
        if self.kind == ClauseKind.PARAGRAPH:
            above, _dot, anchor = self.address.get_absolute_url().rstrip("/").rpartition(".")
            return f"{above}/#{anchor}"
        return self.address.get_absolute_url()

    @property
    def is_sentence(self) -> bool:
        """A numbered sentence: it has no heading of its own."""
        return not self.title

    @property
    def official_hash(self) -> str:
        """What a plain, English or other text is written for."""
        return official_hash(self.label, self.title, self.body)


def official_hash(label: str, title: str, body: str) -> str:
    """The hash of a clause's official words; "" while there are none but label and title."""
    return digest(label, title, body)


class ClauseTextQuerySet(models.QuerySet["ClauseText"]):
    def visible_to(self, user: Any, at: dt.datetime | None = None) -> ClauseTextQuerySet:
        """Texts about the clauses of editions a person may see; for the public those that someone has confirmed."""
        rows = self.filter(address__edition__in=Edition.objects.visible_to(user, at))
        return rows if permissions.sees_drafts(user) else rows.exclude(text="")

    def waiting(self) -> ClauseTextQuerySet:
        """What another person is asked to confirm: new words, or that the public ones be taken away."""
        return self.exclude(proposed="", proposed_by=None).filter(held_for=None)


class ClauseText(models.Model):
    """A text about a clause that is not official: short title, plain Japanese, English, reading, alt text."""

    address = models.ForeignKey(ClauseAddress, verbose_name=_("番地"), on_delete=models.PROTECT, related_name="texts")
    kind = models.CharField(_("種類"), max_length=20, choices=TextKind.choices)
    text = models.TextField(_("文（公開）"), blank=True)  # "" while nobody has confirmed a first one
    written_for = models.CharField(_("もとにした正文の要約値"), max_length=64, blank=True, editable=False)
    proposed = models.TextField(_("書き直した文（確かめる前）"), blank=True)
    proposed_for = models.CharField(_("書き直したときの正文の要約値"), max_length=64, blank=True, editable=False)
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("書き直した人"),
        null=True,
        blank=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="+",
    )
    held_for = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("確かめて、公開を待たせている人"),
        null=True,
        blank=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="+",
    )  # who confirmed words about a text that is not public yet; they go out with it
    author_name = models.CharField(_("書いた人（表示名）"), max_length=80, blank=True)
    approver_name = models.CharField(_("確かめた人（表示名）"), max_length=80, blank=True)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("書いた人"),
        null=True,
        blank=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="+",
    )
    approver = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("確かめた人"),
        null=True,
        blank=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="+",
    )
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = ClauseTextQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("要約・英語など")
        verbose_name_plural = _("要約・英語など")
        ordering = ["address", "kind"]
        permissions = [("approve_clausetext", _("要約・英語などを確かめられる"))]
        constraints = [
            models.UniqueConstraint(
                fields=["address", "kind"],
                name="clause_text_kind",
                violation_error_message=_("この項目には同じ種類の文があります。"),
            ),
        ]

    def __str__(self) -> str:
        return f"{TextKind(self.kind).label}: {self.text[:30]}"

    @property
    def asks_removal(self) -> bool:
        """Whether somebody asks that the public words be taken away: a proposal of no words."""
        return bool(self.text and not self.proposed and self.proposed_by_id)

    def is_stale(self, clause: Clause) -> bool:
        """Whether the official text has changed since this was written."""
        return bool(self.written_for) and self.written_for != clause.official_hash


class Actor(models.Model):
    """主体: the kind of actor a plan names (個人, 自治会等, 企業 …)."""

    key = models.SlugField(_("キー"), max_length=40, unique=True)
    name = models.CharField(_("名称"), max_length=80, unique=True)
    broader = models.ForeignKey(
        "self", verbose_name=_("上のまとまり"), null=True, blank=True, on_delete=models.PROTECT, related_name="narrower"
    )
    note = models.CharField(_("注"), max_length=300, blank=True)
    position = models.PositiveIntegerField(_("並び順"), default=100)
    fictional = models.BooleanField(_("架空"), default=False)

    class Meta:
        verbose_name = _("主体")
        verbose_name_plural = _("主体")
        ordering = ["position", "key"]

    def __str__(self) -> str:
        return self.name


class ActorAlias(models.Model):
    """Another word a text uses for an actor."""

    actor = models.ForeignKey(Actor, verbose_name=_("主体"), on_delete=models.CASCADE, related_name="aliases")
    name = models.CharField(_("別の書き方"), max_length=80, unique=True)

    class Meta:
        verbose_name = _("主体の別名")
        verbose_name_plural = _("主体の別名")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class ClauseActor(models.Model):
    """An actor named by a clause, and in what role.

    ``name`` is the word of the text; ``actor`` is unset while nobody has matched it.
    """

    clause = models.ForeignKey(Clause, verbose_name=_("項目"), on_delete=models.CASCADE, related_name="actors")
    name = models.CharField(_("本文での名前"), max_length=80)
    actor = models.ForeignKey(
        Actor, verbose_name=_("主体"), null=True, blank=True, on_delete=models.PROTECT, related_name="mentions"
    )
    role = models.CharField(_("役割"), max_length=20, choices=ActorRole.choices, default=ActorRole.MENTIONED)
    position = models.PositiveSmallIntegerField(_("順番"), default=0)

    class Meta:
        verbose_name = _("項目に出る主体")
        verbose_name_plural = _("項目に出る主体")
        ordering = ["clause", "position"]
        constraints = [models.UniqueConstraint(fields=["clause", "name", "role"], name="clause_actor")]

    def __str__(self) -> str:
        return f"{self.name}（{ActorRole(self.role).label}）"


class ClauseDepartmentQuerySet(models.QuerySet["ClauseDepartment"]):
    def visible_to(self, user: Any, at: dt.datetime | None = None) -> ClauseDepartmentQuerySet:
        return self.filter(address__edition__in=Edition.objects.visible_to(user, at))


class ClauseDepartment(models.Model):
    """所管課 of a clause in one fiscal year."""

    address = models.ForeignKey(ClauseAddress, verbose_name=_("番地"), on_delete=models.PROTECT, related_name="departments")
    fiscal_year = models.PositiveSmallIntegerField(_("年度（西暦）"))
    name = models.CharField(_("課の名（その年度の呼び方）"), max_length=80)
    department = models.ForeignKey(
        Department, verbose_name=_("所管課"), null=True, blank=True, on_delete=models.PROTECT, related_name="clauses"
    )

    objects = ClauseDepartmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("所管課（年度別）")
        verbose_name_plural = _("所管課（年度別）")
        ordering = ["address", "fiscal_year", "name"]
        constraints = [models.UniqueConstraint(fields=["address", "fiscal_year", "name"], name="clause_department")]

    def __str__(self) -> str:
        return f"{self.fiscal_year} {self.name}"
