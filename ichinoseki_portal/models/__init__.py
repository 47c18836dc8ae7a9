from .accounts import Department, User
from .approvals import ApprovalRoute, PostHolding, RouteStep, Signature, StepKind
from .audit import AuditRow
from .moves import Move
from .outbox import OutboxMail
from .search import SearchDocument, SearchPassage

__all__ = [
    "ApprovalRoute",
    "AuditRow",
    "Department",
    "Move",
    "OutboxMail",
    "PostHolding",
    "RouteStep",
    "SearchDocument",
    "SearchPassage",
    "Signature",
    "StepKind",
    "User",
]
