from .clauses import Actor, ActorAlias, Clause, ClauseActor, ClauseAddress, ClauseDepartment, ClauseText
from .editions import Edition, Plan, Snapshot
from .imports import ImportJob
from .indicators import Indicator
from .relations import ClauseLink, ReviewExplanation, ReviewRule, Succession, Term

__all__ = [
    "Actor",
    "ActorAlias",
    "Clause",
    "ClauseActor",
    "ClauseAddress",
    "ClauseDepartment",
    "ClauseLink",
    "ClauseText",
    "Edition",
    "ImportJob",
    "Indicator",
    "Plan",
    "ReviewExplanation",
    "ReviewRule",
    "Snapshot",
    "Succession",
    "Term",
]
