from .accounts import Department, User
from .audit import AuditRow
from .moves import Move
from .outbox import OutboxMail
from .search import SearchDocument, SearchPassage

__all__ = ["AuditRow", "Department", "Move", "OutboxMail", "SearchDocument", "SearchPassage", "User"]
