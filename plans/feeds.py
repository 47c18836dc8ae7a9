"""The feed of publications (Atom): what came out, what was mended, what was taken back. Read as the public, like any page."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.conf import settings
from django.contrib.syndication.views import Feed
from django.http import HttpRequest
from django.template.defaultfilters import linebreaksbr
from django.utils import timezone
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import gettext as _

from plans.enums import Stage
from plans.selectors.publications import Publication, publications, stated_period

_NOTHING_YET = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)


class _Atom(Atom1Feed):
    def latest_post_date(self) -> dt.datetime:
        """Of an empty feed a fixed moment, so that the same feed is the same bytes."""
        return super().latest_post_date() if self.items else _NOTHING_YET


class PublicationFeed(Feed):
    """Newest first. An entry's id is the address of its snapshot for good; a withdrawal has one of its own."""

    feed_type = _Atom

    def __init__(self) -> None:
        self.link = f"{settings.PUBLIC_BASE_URL}/plans/"
        self.feed_url = self.feed_guid = f"{settings.PUBLIC_BASE_URL}/plans/feed/"

    def title(self) -> str:
        return _("%(portal)s：計画の公開のお知らせ") % {"portal": settings.CITY["portal_name"]}

    def subtitle(self) -> str:
        return _("計画の公開・正誤・公開の取りやめを、新しいものから順に知らせます。")

    def author_name(self) -> str:
        return str(settings.CITY["department"])

    def get_object(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dt.datetime:
        return timezone.now()

    def items(self, at: dt.datetime) -> list[Publication]:
        return publications(at)

    def item_title(self, item: Publication) -> str:
        if item.taken_back:
            return _("%(name)s の公開を取りやめました") % {"name": item.name}
        if item.snapshot.stage == Stage.ERRATUM:
            return _("%(name)s を公開しました（文のまちがいを直しました）") % {"name": item.name}
        return _("%(name)s を公開しました") % {"name": item.name}

    def item_description(self, item: Publication) -> str:
        snapshot = item.snapshot
        if item.taken_back:
            return _paragraphs(_("理由：%(why)s") % {"why": snapshot.withdrawn_why})
        period = stated_period(snapshot) or _("未確認")
        lines = [_("計画期間：%(period)s") % {"period": period}]
        if snapshot.before_decision:
            lines.append(_("案（決定前）です。まだ決まっていないので、これから変わることがあります。"))
        return _paragraphs("\n".join([*lines, *([snapshot.note] if snapshot.note else [])]))

    def item_link(self, item: Publication) -> str:
        return f"{settings.PUBLIC_BASE_URL}{item.url}"

    def item_guid(self, item: Publication) -> str:
        return self.item_link(item) + ("#withdrawn" if item.taken_back else "")

    def item_pubdate(self, item: Publication) -> dt.datetime:
        return item.at

    def item_updateddate(self, item: Publication) -> dt.datetime:
        return item.at


def _paragraphs(words: str) -> str:
    """A summary is read as HTML: what people wrote is escaped, their line ends are kept."""
    return linebreaksbr(words, autoescape=True)
