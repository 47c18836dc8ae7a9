from .changes import Comparison, TextChange
from .clauses import Actor, ActorAlias, Clause, ClauseActor, ClauseAddress, ClauseDepartment, ClauseText
from .editions import Edition, Plan, Snapshot
from .imports import ImportJob, PendingUpload
from .indicators import Indicator
from .relations import ClauseLink, ReviewExplanation, ReviewRule, Succession, Term
from .roads import Decision, Remark

__all__ = [
    "Actor",
    "ActorAlias",
    "Clause",
    "ClauseActor",
    "ClauseAddress",
    "ClauseDepartment",
    "ClauseLink",
    "ClauseText",
    "Comparison",
    "Decision",
    "Edition",
    "ImportJob",
    "Indicator",
    "PendingUpload",
    "Plan",
    "Remark",
    "ReviewExplanation",
    "ReviewRule",
    "Snapshot",
    "Succession",
    "Term",
    "TextChange",
]
