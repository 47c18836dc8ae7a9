"""The two service accounts of unattended imports: one brings, the other checks. Nobody can sign in as either."""

from __future__ import annotations

from ichinoseki_portal.models import User

IMPORT = "import@portal.invalid"
CHECK = "import-check@portal.invalid"


def service_accounts() -> tuple[User, User]:
    """(author, approver), made where missing, without password or rights."""
    return _account(IMPORT, "取り込み（自動）"), _account(CHECK, "取り込み確認（自動）")


def _account(email: str, name: str) -> User:
    user = User.objects.filter(email=email).first()
    return user or User.objects.create_user(email, None, name=name)
