"""Who may do what with plans: predicates the querysets, views and admin share."""

from typing import Any


def sees_drafts(user: Any) -> bool:
    """Whether a person sees what is not public: staff with the right to look at snapshots."""
    return bool(getattr(user, "is_active", False) and getattr(user, "is_staff", False) and user.has_perm("plans.view_snapshot"))


def can_publish_snapshot(user: Any) -> bool:
    return bool(user.is_active and user.has_perm("plans.publish_snapshot"))


def can_import(user: Any) -> bool:
    return bool(user.is_active and user.has_perm("plans.import_document"))


def can_submit_snapshot(user: Any) -> bool:
    return bool(user.is_active and user.has_perm("plans.submit_snapshot"))


def can_approve_snapshot(user: Any) -> bool:
    return bool(user.is_active and user.has_perm("plans.approve_snapshot"))


def can_sign_snapshot(user: Any) -> bool:
    """Whether a person may give a seal on a route: the post decides which one (``ichinoseki_portal.approval``)."""
    return sees_drafts(user)


def can_override_approval(user: Any) -> bool:
    """Whether a person may approve what they made themselves, with a logged reason. In no role: given by name, or a superuser."""
    return bool(user.is_active and user.has_perm("plans.override_snapshot"))


def can_remark(user: Any) -> bool:
    return sees_drafts(user)


def can_approve_text(user: Any) -> bool:
    return bool(user.is_active and user.has_perm("plans.approve_clausetext"))


class SystemReader:
    """Whoever runs a command on the server: sees everything, is nobody. Never given to a view.

    Commands pass ``SYSTEM`` to ``visible_to`` and to exports; pages pass ``ANYONE`` or the person who asks.
    """

    is_active = is_staff = True
    is_authenticated = is_superuser = False

    def has_perm(self, permission: str, obj: Any = None) -> bool:
        return permission.startswith("plans.view_")


SYSTEM = SystemReader()
