"""What ties clauses and editions together: links, succession, terms, review rules."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from plans import permissions
from plans.enums import Basis, LinkType, SuccessionKind

from .clauses import Clause, ClauseAddress
from .editions import Edition, Snapshot


class ClauseLinkQuerySet(models.QuerySet["ClauseLink"]):
    def visible_to(self, user: Any, at: dt.datetime | None = None) -> ClauseLinkQuerySet:
        """Links whose both ends a person may see; for the public those that someone has confirmed, between clauses that stand in
        some public text: the code of one that does not is as secret as its words."""
        editions = Edition.objects.visible_to(user, at)
        rows = self.filter(origin__edition__in=editions, target__edition__in=editions)
        if permissions.sees_drafts(user):
            return rows
        return rows.filter(_stands("origin", user, at), _stands("target", user, at), confirmed_at__isnull=False)


def _stands(end: str, user: Any, at: dt.datetime | None) -> Q:
    """The end is an edition as a whole, or a clause in a text that the person may see."""
    return Q(**{f"{end}__code": ""}) | Q(Exists(Clause.objects.visible_to(user, at).filter(address=OuterRef(end))))


class ClauseLink(models.Model):
    """A typed tie between two addresses, with its evidence and the snapshots in which both ends were read."""

    origin = models.ForeignKey(ClauseAddress, verbose_name=_("もと"), on_delete=models.PROTECT, related_name="links_out")
    target = models.ForeignKey(ClauseAddress, verbose_name=_("先"), on_delete=models.PROTECT, related_name="links_in")
    origin_snapshot = models.ForeignKey(
        Snapshot, null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("もとを読んだ段階")
    )
    target_snapshot = models.ForeignKey(
        Snapshot, null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("先を読んだ段階")
    )
    type = models.CharField(_("関係"), max_length=20, choices=LinkType.choices)
    basis = models.CharField(_("よりどころ"), max_length=10, choices=Basis.choices, default=Basis.EDITOR)
    quote_lines = models.JSONField(_("よりどころの行"), default=list, blank=True)
    note = models.CharField(_("説明"), max_length=300, blank=True)
    author_name = models.CharField(_("つなげた人（表示名）"), max_length=80, blank=True)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("つなげた人"),
    )
    confirmed_at = models.DateTimeField(_("確かめた日時"), null=True, blank=True, editable=False)
    approver = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("確かめた人")
    )

    objects = ClauseLinkQuerySet.as_manager()

    class Meta:
        verbose_name = _("関係")
        verbose_name_plural = _("関係")
        ordering = ["origin", "type", "target"]
        constraints = [
            models.UniqueConstraint(
                fields=["origin", "target", "type"], name="clause_link", violation_error_message=_("同じ関係がもうあります。")
            ),
            models.CheckConstraint(
                condition=~Q(origin=models.F("target")),
                name="clause_link_not_self",
                violation_error_message=_("自分自身とはつなげません。"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.origin} → {self.target}（{LinkType(self.type).label}）"


class SuccessionQuerySet(models.QuerySet["Succession"]):
    def visible_to(self, user: Any, at: dt.datetime | None = None) -> SuccessionQuerySet:
        """Successions whose named ends, and the snapshot that states them, a person may see."""
        editions = Edition.objects.visible_to(user, at)
        stated = Q(snapshot=None) | Q(snapshot__in=Snapshot.objects.visible_to(user, at))
        return self.filter(stated, Q(old=None) | Q(old__edition__in=editions), Q(new=None) | Q(new__edition__in=editions))


class Succession(models.Model):
    """What became of a clause in the next edition. A merge or a split is several rows.

    ``snapshot`` is the one of the newer edition that states it, so that a draft's succession is no more public than its text;
    none for what is merely recorded of editions.
    """

    old = models.ForeignKey(
        ClauseAddress, verbose_name=_("前"), null=True, blank=True, on_delete=models.PROTECT, related_name="successors"
    )
    new = models.ForeignKey(
        ClauseAddress, verbose_name=_("後"), null=True, blank=True, on_delete=models.PROTECT, related_name="predecessors"
    )
    edition = models.ForeignKey(Edition, verbose_name=_("後の版"), on_delete=models.PROTECT, related_name="successions")
    snapshot = models.ForeignKey(
        Snapshot, verbose_name=_("後の版の段階"), null=True, blank=True, on_delete=models.PROTECT, related_name="successions"
    )
    kind = models.CharField(_("種類"), max_length=10, choices=SuccessionKind.choices)
    reason = models.TextField(_("理由"), blank=True)

    objects = SuccessionQuerySet.as_manager()

    class Meta:
        verbose_name = _("前の版からの変化")
        verbose_name_plural = _("前の版からの変化")
        ordering = ["edition", "id"]
        constraints = [
            # Six, because SQLite cannot make one constraint in which an empty end counts as equal.
            models.UniqueConstraint(fields=["snapshot", "old", "new"], name="succession_pair"),
            models.UniqueConstraint(fields=["snapshot", "old"], condition=Q(new=None), name="succession_dropped_once"),
            models.UniqueConstraint(fields=["snapshot", "new"], condition=Q(old=None), name="succession_added_once"),
            models.UniqueConstraint(fields=["edition", "old", "new"], condition=Q(snapshot=None), name="succession_recorded"),
            models.UniqueConstraint(
                fields=["edition", "old"], condition=Q(snapshot=None, new=None), name="succession_recorded_dropped"
            ),
            models.UniqueConstraint(
                fields=["edition", "new"], condition=Q(snapshot=None, old=None), name="succession_recorded_added"
            ),
            models.CheckConstraint(condition=Q(old__isnull=False) | Q(kind=SuccessionKind.ADDED), name="succession_old"),
            models.CheckConstraint(condition=Q(new__isnull=False) | Q(kind=SuccessionKind.DROPPED), name="succession_new"),
            models.CheckConstraint(condition=Q(old__isnull=False) | Q(new__isnull=False), name="succession_some_end"),
        ]

    def __str__(self) -> str:
        return f"{self.old or '－'} → {self.new or '－'}（{SuccessionKind(self.kind).label}）"


class TermQuerySet(models.QuerySet["Term"]):
    def visible_to(self, user: Any, at: dt.datetime | None = None) -> TermQuerySet:
        return self.filter(snapshot__in=Snapshot.objects.visible_to(user, at))


class Term(models.Model):
    """用語: a word a plan defines, with the definition's own time. One word may have several."""

    snapshot = models.ForeignKey(Snapshot, verbose_name=_("版の段階"), on_delete=models.PROTECT, related_name="terms")
    address = models.ForeignKey(
        ClauseAddress, verbose_name=_("番地"), null=True, blank=True, on_delete=models.PROTECT, related_name="terms"
    )
    term = models.CharField(_("用語"), max_length=80)
    reading = models.CharField(_("読み"), max_length=120, blank=True)
    definition = models.TextField(_("定義"))
    as_of_words = models.CharField(_("いつの定義か"), max_length=60, blank=True)
    position = models.PositiveSmallIntegerField(_("順番"), default=0)

    objects = TermQuerySet.as_manager()

    class Meta:
        verbose_name = _("用語")
        verbose_name_plural = _("用語")
        ordering = ["snapshot", "position", "id"]

    def __str__(self) -> str:
        return self.term


class ReviewRuleQuerySet(models.QuerySet["ReviewRule"]):
    def visible_to(self, user: Any, at: dt.datetime | None = None) -> ReviewRuleQuerySet:
        return self.filter(address__edition__in=Edition.objects.visible_to(user, at))


class ReviewRule(models.Model):
    """見直しのきまり: due so many fiscal years after a trigger event. The due year is computed, never stored."""

    READINGS = [("decision", _("策定・議決の日の年度から数える")), ("first_year", _("計画期間の最初の年度から数える"))]

    address = models.ForeignKey(
        ClauseAddress, verbose_name=_("きまりのある項目"), on_delete=models.PROTECT, related_name="review_rules"
    )
    trigger = models.CharField(_("きっかけ"), max_length=120)
    trigger_edition = models.ForeignKey(
        Edition,
        verbose_name=_("きっかけになった版"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="triggered_reviews",
    )
    offset_fiscal_years = models.PositiveSmallIntegerField(_("何年度後か"), default=1)
    reading = models.CharField(_("数え方"), max_length=12, choices=READINGS, default="decision")
    chosen_by = models.CharField(_("数え方を決めた人"), max_length=80, blank=True)

    objects = ReviewRuleQuerySet.as_manager()

    class Meta:
        verbose_name = _("見直しのきまり")
        verbose_name_plural = _("見直しのきまり")
        ordering = ["address", "id"]

    def __str__(self) -> str:
        return gettext("%(trigger)s（%(years)s年度後）") % {"trigger": self.trigger, "years": self.offset_fiscal_years}


class ReviewExplanation(models.Model):
    """The city's dated word on a review whose year has come or passed."""

    rule = models.ForeignKey(ReviewRule, verbose_name=_("きまり"), on_delete=models.CASCADE, related_name="explanations")
    date = models.DateField(_("日付"))
    text = models.TextField(_("説明"))

    class Meta:
        verbose_name = _("見直しについての市の説明")
        verbose_name_plural = _("見直しについての市の説明")
        ordering = ["rule", "date", "id"]

    def __str__(self) -> str:
        return f"{self.date} {self.text[:30]}"
