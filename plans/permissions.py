"""Who may do what with plans: predicates the querysets, views and admin share."""

from typing import Any


def sees_drafts(user: Any) -> bool:
    """Whether a person sees what is not public: staff with the right to look at snapshots."""
    return bool(getattr(user, "is_active", False) and getattr(user, "is_staff", False) and user.has_perm("plans.view_snapshot"))


def can_publish_snapshot(user: Any) -> bool:
    return bool(user.is_active and user.has_perm("plans.publish_snapshot"))


def can_submit_snapshot(user: Any) -> bool:
    return bool(user.is_active and user.has_perm("plans.submit_snapshot"))


def can_approve_snapshot(user: Any) -> bool:
    return bool(user.is_active and user.has_perm("plans.approve_snapshot"))
