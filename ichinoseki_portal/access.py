"""Who may call what. Roles are data; a view's decorator is the one declaration, read by the guard, the tests and the docs.

A view without a declaration is refused: 404 for people, an error in tests. Third-party routes that cannot carry our decorator
stand in FOREIGN with their reason.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ImproperlyConfigured
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _

ANYONE = AnonymousUser()
"""The public reader: what reading pages show, whoever looks."""


@dataclass(frozen=True)
class Role:
    """A role as data: ``permissions`` are Django's ``app.codename``; ``sync_roles`` makes a group of each role."""

    key: str
    label: Any
    permissions: tuple[str, ...]


_PLAN_MODELS = (
    "plan",
    "edition",
    "snapshot",
    "clause",
    "clausetext",
    "clauselink",
    "succession",
    "term",
    "indicator",
    "reviewrule",
    "actor",
    "importjob",
    "decision",
    "remark",
    "textchange",
)
_VIEW_PLANS = tuple(f"plans.view_{name}" for name in _PLAN_MODELS)
_EDITABLE = ("plan", "edition", "clause", "clausetext", "clauselink", "succession", "term", "indicator", "reviewrule", "actor")

ROLES = (
    Role(
        "editor",
        _("編集者"),
        (
            *_VIEW_PLANS,
            *(f"plans.{verb}_{name}" for name in _EDITABLE for verb in ("add", "change")),
            *("plans.import_document", "plans.submit_snapshot"),
        ),
    ),
    Role(
        "approver",
        _("決裁者"),
        (*_VIEW_PLANS, "plans.approve_snapshot", "plans.publish_snapshot", "plans.approve_clausetext"),
    ),
    Role("auditor", _("監査（閲覧のみ）"), (*_VIEW_PLANS, "portal.view_auditrow", "portal.view_move")),
)


@dataclass(frozen=True)
class Rule:
    """Who may call a route, by which methods, and what kind of object it shows."""

    who: str  # "public", "staff", or "system" (machines: health checks)
    methods: frozenset[str]
    object: str = ""
    writes: bool = False
    personal: bool = False


# name of the namespace or route → reason why it carries no decorator of ours
FOREIGN = {
    "admin": "Django's admin asks each ModelAdmin for its permissions itself; staff only",
}


def access(
    who: str, *, methods: tuple[str, ...] = ("GET", "HEAD"), object: str = "", writes: bool = False, personal: bool = False
) -> Callable[[Callable[..., HttpResponse]], Callable[..., HttpResponse]]:
    """Declare a view's rule and hold it to its methods."""
    rule = Rule(who, frozenset(methods), object, writes, personal)

    def decorate(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if request.method not in rule.methods:
                return HttpResponseNotAllowed(sorted(rule.methods), render_to_string("405.html"))
            if rule.who == "staff" and not (request.user.is_active and request.user.is_staff):
                raise Http404
            return view(request, *args, **kwargs)

        guarded.access_rule = rule  # type: ignore[attr-defined]
        if "POST" not in rule.methods:
            guarded.csrf_exempt = True  # type: ignore[attr-defined]  # nothing can be sent to it: say so, not that a token is missing
        return guarded

    return decorate


def rule_of(view: Callable[..., Any]) -> Rule | None:
    """The declared rule of a view, if it has one."""
    return getattr(view, "access_rule", None)


class AccessGuard:
    """The second wall: a resolved view with neither a rule nor a FOREIGN entry is not served."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any) -> None:
        match = request.resolver_match
        if rule_of(view) or (match and FOREIGN.keys() & {*match.namespaces, match.view_name}):
            return
        if settings.DEBUG or getattr(settings, "TESTING", False):
            raise ImproperlyConfigured(f"{request.path}: この画面には、だれが使えるかの宣言（access）がありません。")
        raise Http404
