"""Plan (計画) → Edition (第n次) → Snapshot (a numbered, frozen state of an edition's text)."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Case, F, Q, Value, When
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ichinoseki_portal import fiscal
from ichinoseki_portal.models import ApprovalRoute
from plans import permissions
from plans.enums import DECIDED_STAGES, RESERVED_KEYS, UNDECIDED_STAGES, PlanKind, Stage, State

KEY_PATTERN = r"[a-z0-9][a-z0-9-]{0,39}"
_key = RegexValidator(rf"^{KEY_PATTERN}\Z", _("小文字の英数字とハイフンだけで書いてください。"))
_VERSION = re.compile(r"^v\d+\Z")
_partial_date = RegexValidator(
    r"^(\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?)?\Z", _("年-月-日で書いてください（月・日は省けます）。")
)


def is_reserved(value: str) -> bool:
    """Whether a key, or a part of a code, is a word or a v<n> that means something in addresses."""
    return bool(RESERVED_KEYS & set(value.split(".")) or _VERSION.search(value))


def refuse_reserved(value: str) -> None:
    if is_reserved(value):
        raise ValidationError(_("「%(value)s」はアドレスで使う言葉なので、キーにできません。"), params={"value": value})


class PlanQuerySet(models.QuerySet["Plan"]):
    def visible_to(self, user: Any, at: dt.datetime | None = None) -> PlanQuerySet:
        """Plans a person may see: for the public those with an edition that is listed."""
        if permissions.sees_drafts(user):
            return self
        return self.filter(editions__listed_at__lte=at or timezone.now()).distinct()


class Plan(models.Model):
    """計画: what has editions. Owned by the city or another body named in ``owner``."""

    key = models.CharField(_("キー"), max_length=40, unique=True, validators=[_key, refuse_reserved])
    title = models.CharField(_("名称"), max_length=200)
    owner = models.CharField(_("策定した団体"), max_length=100, blank=True)
    kind = models.CharField(_("種類"), max_length=20, choices=PlanKind.choices, default=PlanKind.OTHER)
    fictional = models.BooleanField(_("架空"), default=False)
    position = models.PositiveIntegerField(_("並び順"), default=100)

    objects = PlanQuerySet.as_manager()

    class Meta:
        verbose_name = _("計画")
        verbose_name_plural = _("計画")
        ordering = ["position", "key"]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return f"/plans/{self.key}/"


class EditionQuerySet(models.QuerySet["Edition"]):
    def visible_to(self, user: Any, at: dt.datetime | None = None) -> EditionQuerySet:
        """Editions a person may see: for the public the listed ones."""
        if permissions.sees_drafts(user):
            return self
        return self.filter(listed_at__lte=at or timezone.now())


class Edition(models.Model):
    """第n次. Whether it is in force, ended or superseded follows from its dates and the day asked about; none of it is stored."""

    plan = models.ForeignKey(Plan, verbose_name=_("計画"), on_delete=models.PROTECT, related_name="editions")
    key = models.CharField(
        _("キー"), max_length=40, validators=[_key, refuse_reserved], help_text=_("ふつうは計画期間の最初の年度（例 2022）")
    )
    title = models.CharField(_("名称"), max_length=200)
    ordinal = models.CharField(_("次数"), max_length=20, blank=True, help_text=_("例 第２次"))
    first_fiscal_year = models.PositiveSmallIntegerField(_("最初の年度（西暦）"), null=True, blank=True)
    last_fiscal_year = models.PositiveSmallIntegerField(_("最後の年度（西暦）"), null=True, blank=True)
    period_words = models.CharField(_("計画期間（書かれたとおり）"), max_length=120, blank=True)
    decided_date = models.CharField(
        _("策定・議決の日"), max_length=10, blank=True, validators=[_partial_date], help_text=_("分かるところまで。例 2022-03")
    )
    decided_words = models.CharField(_("策定・議決の日（書かれたとおり）"), max_length=60, blank=True)
    text_held = models.BooleanField(_("原典を収載"), default=True, help_text=_("外すと「原典未収載」と表示します"))
    source_title = models.CharField(_("原典"), max_length=200, blank=True)
    source_publisher = models.CharField(_("原典の発行者"), max_length=100, blank=True)
    source_url = models.URLField(_("原典の場所"), blank=True)
    source_note = models.CharField(_("原典についての注"), max_length=300, blank=True)
    listed_at = models.DateTimeField(_("公開一覧に載せた日時"), null=True, blank=True, editable=False)

    objects = EditionQuerySet.as_manager()

    class Meta:
        verbose_name = _("版（第n次）")
        verbose_name_plural = _("版（第n次）")
        ordering = ["plan", "-first_fiscal_year", "-key"]
        constraints = [
            models.UniqueConstraint(
                fields=["plan", "key"], name="edition_key", violation_error_message=_("この計画には同じキーの版があります。")
            ),
            models.CheckConstraint(
                condition=Q(first_fiscal_year__isnull=True)
                | Q(last_fiscal_year__isnull=True)
                | Q(first_fiscal_year__lte=models.F("last_fiscal_year")),
                name="edition_period",
                violation_error_message=_("計画期間の最後の年度が、最初の年度より前です。"),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return f"/plans/{self.plan.key}/{self.key}/"

    def is_decided(self, on: dt.date) -> bool:
        """Whether the edition was decided (策定・議決) by the day. A date known only to the month counts from its first day."""
        return bool(self.decided_date) and self.decided_date <= on.isoformat()

    def has_begun(self, on: dt.date) -> bool:
        return self.first_fiscal_year is not None and fiscal.first_day(self.first_fiscal_year) <= on

    def has_ended(self, on: dt.date) -> bool:
        return self.last_fiscal_year is not None and fiscal.last_day(self.last_fiscal_year) < on

    def in_force(self, on: dt.date) -> bool:
        return self.is_decided(on) and self.has_begun(on) and not self.has_ended(on)

    def is_final_year(self, on: dt.date) -> bool:
        return self.in_force(on) and self.last_fiscal_year == fiscal.fiscal_year_of(on)


def newest_first(prefix: str = "") -> list[Case | str]:
    """The order in which the first row is the text that counts; ``prefix`` leads to the snapshot ("snapshot__")."""
    decided_first = Case(
        When(**{f"{prefix}stage": Stage.OUTLINE, "then": Value(2)}),
        When(**{f"{prefix}stage__in": UNDECIDED_STAGES, "then": Value(1)}),
        default=Value(0),
        output_field=models.IntegerField(),
    )
    return [decided_first, f"-{prefix}sequence"]


class SnapshotQuerySet(models.QuerySet["Snapshot"]):
    def visible_to(self, user: Any, at: dt.datetime | None = None) -> SnapshotQuerySet:
        """Snapshots a person may see: for the public the published ones, from their moment on."""
        if permissions.sees_drafts(user):
            return self
        return self.filter(state=State.PUBLISHED, published_at__lte=at or timezone.now())

    def public(self, at: dt.datetime) -> SnapshotQuerySet:
        """Published, and the moment has come; the text that counts first: decided ones, then drafts, then the outline."""
        return self.filter(state=State.PUBLISHED, published_at__lte=at).order_by(*newest_first())

    def taken_back(self, at: dt.datetime) -> SnapshotQuerySet:
        """Those that had been public and are so no more: anyone may learn that, when and why, but not read them."""
        return self.filter(state=State.WITHDRAWN, published_at__lte=F("withdrawn_at"), withdrawn_at__lte=at)

    def unfrozen(self) -> SnapshotQuerySet:
        return self.filter(state=State.DRAFT)


class Snapshot(models.Model):
    """One state of an edition's text. Once published it is locked; ``content_hash`` covers what is official."""

    edition = models.ForeignKey(Edition, verbose_name=_("版"), on_delete=models.PROTECT, related_name="snapshots")
    sequence = models.PositiveIntegerField(_("通し番号"))  # 0 is the outline; v<n> in addresses
    stage = models.CharField(_("段階"), max_length=20, choices=Stage.choices, default=Stage.FINAL)
    number = models.PositiveIntegerField(_("段階の中の番号"), default=1)
    date = models.CharField(_("日付"), max_length=10, blank=True, validators=[_partial_date])
    facts = models.JSONField(
        _("この段階の版の事実"), default=dict, blank=True, editable=False
    )  # plan-json's "edition"; reaches the Edition on publishing
    state = models.CharField(_("状態"), max_length=20, choices=State.choices, default=State.DRAFT, editable=False)
    content_hash = models.CharField(_("内容の要約値"), max_length=64, blank=True, editable=False)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("起案者"),
        null=True,
        blank=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="+",
    )
    approver = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("決裁者"),
        null=True,
        blank=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="+",
    )
    approved_hash = models.CharField(_("決裁した内容の要約値"), max_length=64, blank=True, editable=False)
    published_at = models.DateTimeField(_("公開日時"), null=True, blank=True, editable=False)
    withdrawn_at = models.DateTimeField(_("公開を取りやめた日時"), null=True, blank=True, editable=False)
    withdrawn_why = models.TextField(_("公開を取りやめた理由（公開されます）"), blank=True, editable=False)
    based_on = models.ForeignKey(
        "self",
        verbose_name=_("もとにした段階"),
        null=True,
        blank=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="followers",
    )
    note = models.TextField(_("この段階についての説明（公開されます）"), blank=True, max_length=2000)
    effects = models.JSONField(
        _("版の事実のうち、公開とともに変わるもの"), default=dict, blank=True, editable=False
    )  # columns of Edition, until they are written there (``actions.settling``)
    settled = models.BooleanField(default=True, editable=False)  # False from a scheduling until the job has run
    tree_version = models.PositiveIntegerField(default=1, editable=False)  # grows with each change of the tree
    route = models.ForeignKey(
        ApprovalRoute,
        verbose_name=_("決裁の順路"),
        null=True,
        blank=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="+",
    )
    import_job = models.ForeignKey(
        "plans.ImportJob",
        verbose_name=_("取り込み"),
        null=True,
        blank=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="snapshots",
    )

    objects = SnapshotQuerySet.as_manager()

    class Meta:
        verbose_name = _("版の段階（素案・成案など）")
        verbose_name_plural = _("版の段階（素案・成案など）")
        ordering = ["edition", "-sequence"]
        permissions = [
            ("submit_snapshot", _("決裁に回せる")),
            ("approve_snapshot", _("決裁できる")),
            ("publish_snapshot", _("公開できる")),
            ("override_snapshot", _("自分の作ったものを、理由を残して決裁できる")),
        ]
        constraints = [
            models.UniqueConstraint(fields=["edition", "sequence"], name="snapshot_sequence"),
            models.UniqueConstraint(
                fields=["edition", "stage", "number"],
                name="snapshot_number",
                violation_error_message=_("同じ段階・番号のものがあります。"),
            ),
            models.CheckConstraint(
                condition=~Q(state=State.PUBLISHED) | (Q(published_at__isnull=False) & ~Q(content_hash="")),
                name="snapshot_published_stamped",
            ),
            models.CheckConstraint(
                condition=~Q(state=State.APPROVED) | (Q(approver__isnull=False) & ~Q(approved_hash="")),
                name="snapshot_approved_stamped",
            ),
            models.CheckConstraint(
                condition=~Q(state=State.WITHDRAWN) | (Q(withdrawn_at__isnull=False) & ~Q(withdrawn_why="")),
                name="snapshot_withdrawn_stamped",
            ),
        ]

    def __str__(self) -> str:
        number = str(self.number) if self.stage not in (Stage.OUTLINE, Stage.FINAL, Stage.PROPOSAL) else ""
        return f"{self.edition} {Stage(self.stage).label}{number}"

    def get_absolute_url(self) -> str:
        """The stated snapshot: v<n> for good."""
        return f"{self.edition.get_absolute_url()}v{self.sequence}/"

    @property
    def is_outline(self) -> bool:
        return self.stage == Stage.OUTLINE

    @property
    def is_locked(self) -> bool:
        """Only a draft may be edited."""
        return self.state != State.DRAFT

    def is_scheduled(self, at: dt.datetime) -> bool:
        """Approved for a set time that has not come yet."""
        return self.state == State.PUBLISHED and self.published_at is not None and self.published_at > at

    @property
    def before_decision(self) -> bool:
        """案（決定前）: a released draft, never in force."""
        return self.stage in UNDECIDED_STAGES

    @property
    def is_decided_text(self) -> bool:
        return self.stage in DECIDED_STAGES
