"""The plans as data: files of each published snapshot, the feed, figures. Read as the public: what one may not see is missing."""

from __future__ import annotations

import datetime as dt
from urllib.parse import quote

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import conditional_page

from ichinoseki_portal import fiscal
from ichinoseki_portal.access import ANYONE, access
from plans.enums import UNDECIDED_STAGES
from plans.exports.csv_export import export_csv
from plans.exports.json_export import export_json
from plans.exports.text_export import export_text
from plans.feeds import PublicationFeed
from plans.models import Snapshot
from plans.selectors.publications import (
    public_figure,
    published_snapshot,
    stage_of,
    stated_period,
    stated_title,
    status_then,
    taken_back_snapshot,
)

from .pages import keep_out

TYPES = {"json": "application/json", "txt": "text/plain; charset=utf-8", "csv": "text/csv; charset=utf-8"}


@access("public", object="snapshot")
@conditional_page
def snapshot_file(request: HttpRequest, plan: str, edition: str, sequence: int, form: str) -> HttpResponse:
    """One snapshot as JSON, text or CSV: the whole of it, at most some megabytes (``judging.MAX_CLAUSES``)."""
    at = timezone.now()
    snapshot = published_snapshot(plan, edition, sequence, at)
    if snapshot is None:
        return _taken_back(plan, edition, sequence, at)
    answer = HttpResponse(_content(snapshot, form, at), content_type=TYPES[form])
    answer["Content-Disposition"] = _file_name(snapshot, form)
    answer["Cache-Control"] = "no-cache"  # kept, but asked again each time: a snapshot may be taken back
    answer["Link"] = f'<{settings.PUBLIC_BASE_URL}{snapshot.get_absolute_url()}>; rel="describedby"'
    if snapshot.is_outline and (url := settings.CITY["license_url"]):  # ours to give; the official text is the city's
        answer["Link"] += f', <{url}>; rel="license"'
    return keep_out(answer) if snapshot.before_decision else answer


def _taken_back(plan: str, edition: str, sequence: int, at: dt.datetime) -> HttpResponse:
    """410 with when and why, for a snapshot that had been public; else 404."""
    snapshot = taken_back_snapshot(plan, edition, sequence, at)
    if snapshot is None or snapshot.withdrawn_at is None:
        raise Http404
    day = fiscal.day_words(fiscal.today(snapshot.withdrawn_at))
    words = _("%(name)s は、%(day)sに公開を取りやめました。\n理由：%(why)s\n")
    name = f"{stated_title(snapshot)}　{stage_of(snapshot)}"
    words = words % {"name": name, "day": day, "why": snapshot.withdrawn_why}
    return keep_out(HttpResponse(words, status=410, content_type=TYPES["txt"], headers={"Cache-Control": "no-cache"}))


def _content(snapshot: Snapshot, form: str, at: dt.datetime) -> bytes:
    if form == "json":
        return export_json(snapshot, reader=ANYONE)
    return export_csv(snapshot) if form == "csv" else export_text(snapshot, _head(snapshot, at))


def _head(snapshot: Snapshot, at: dt.datetime) -> list[str]:
    """What a reader of the bare text must know: whether it is made up, a draft, of when, from where, and how it may be used."""
    today = fiscal.day_words(fiscal.today(at))
    lines = [
        _("計画期間：%(period)s") % {"period": stated_period(snapshot) or _("未確認")},
        _("状態：%(status)s（%(day)s現在）") % {"status": status_then(snapshot, at).label, "day": today},
        _("アドレス：%(url)s") % {"url": f"{settings.PUBLIC_BASE_URL}{snapshot.get_absolute_url()}"},
        _("内容の要約値（SHA-256）：%(hash)s") % {"hash": snapshot.content_hash},
    ]
    if snapshot.before_decision:
        lines.insert(0, _("案（決定前）です。まだ決まっていないので、これから変わることがあります。"))
    if snapshot.edition.plan.fictional:
        lines.insert(0, _("【架空】見本として作った計画です。実在の市・団体・人とは関係がありません。"))
    if name := settings.CITY["license"]:
        use = _("使い方：このサイトの要約は、出典を示せば自由に使えます（%(license)s）。計画の正文は、市の原本をご覧ください。")
        lines.append(use % {"license": name})
    return lines


def _file_name(snapshot: Snapshot, form: str) -> str:
    """Two names: plain letters for old programs, the plan's own for all others."""
    edition = snapshot.edition
    plain = f"{edition.plan.key}-{edition.key}-v{snapshot.sequence}.{form}"
    own = f"{stated_title(snapshot)}_{stage_of(snapshot)}_v{snapshot.sequence}.{form}"
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(own, safe='')}"


@access("public", object="clause")
@conditional_page
def figure(request: HttpRequest, plan: str, edition: str, code: str) -> HttpResponse:
    """A figure redrawn by us, as a picture: nothing in it may run or be loaded, whatever once got past ``clean_svg``."""
    drawn = public_figure(plan, edition, code, timezone.now())
    if drawn is None:
        raise Http404
    text, stage = drawn
    answer = HttpResponse(text, content_type="image/svg+xml")
    answer["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Cache-Control"] = "no-cache"
    return keep_out(answer) if stage in UNDECIDED_STAGES else answer


@access("public")
@conditional_page
def feed(request: HttpRequest) -> HttpResponse:
    """Made anew each time, so that nothing is in it a second early; the tag of its bytes answers 304."""
    answer: HttpResponse = PublicationFeed()(request)
    answer["Cache-Control"] = "no-cache"
    return answer
