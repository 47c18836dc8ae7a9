"""What every test may use: people with roles, a clock, the official texts, a browser."""

from __future__ import annotations

import datetime as dt
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings as hypothesis_settings

# Playwright runs an event loop in the test's thread; Django would refuse database calls there.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

IN_CI = os.environ.get("CI", "").lower() == "true"
BROWSER_REQUIRED = IN_CI or os.environ.get("REQUIRE_BROWSER") == "1"
# A shared machine is slow now and then; that is no fault of the code. CI looks at the same examples each time.
hypothesis_settings.register_profile("portal", deadline=None, derandomize=IN_CI)
hypothesis_settings.load_profile("portal")
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
CHROMIUM_ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-quic",
]
BROWSER_FIXTURES = {"page", "context", "browser", "new_context"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        fixtures = set(getattr(item, "fixturenames", ()))
        if fixtures & BROWSER_FIXTURES:
            item.add_marker(pytest.mark.browser)
        if "plan_sources" in fixtures:
            item.add_marker(pytest.mark.sources)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Any:
    """Where the texts or the browser are promised, a test that skips itself has failed."""
    report = yield
    promised = (os.environ.get("PLAN_SOURCES") and item.get_closest_marker("sources")) or (
        BROWSER_REQUIRED and item.get_closest_marker("browser")
    )
    if promised and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped although required: {report.longrepr}"
    return report


def _absent(reason: str, *, required: bool) -> None:
    """Skip with a reason; where the thing is required, fail with it."""
    if required:
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


# --- the database -----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session", autouse=True)
def _flush_passes_the_audit_triggers() -> Iterator[None]:
    """Let transactional tests empty the database.

    They end with a flush: on SQLite a DELETE of every table, which the trail's triggers refuse as they should (PostgreSQL
    truncates, which fires no row trigger). The triggers are taken down for the flush alone and made again from their own text.
    """
    from django.db.backends.sqlite3.base import DatabaseWrapper

    operations = DatabaseWrapper.ops_class
    flush = operations.execute_sql_flush

    def flush_without_triggers(self: Any, statements: list[str]) -> None:
        with self.connection.cursor() as cursor:
            cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'portal_auditrow'")
            triggers = cursor.fetchall()
            try:
                for name, _ in triggers:
                    cursor.execute(f'DROP TRIGGER "{name}"')
                flush(self, statements)
            finally:
                for _, sql in triggers:
                    cursor.execute(sql)

    operations.execute_sql_flush = flush_without_triggers  # type: ignore[method-assign, assignment]
    yield
    operations.execute_sql_flush = flush  # type: ignore[method-assign]


# --- people and time --------------------------------------------------------------------------------------------------------


@pytest.fixture
def roles(db: None) -> None:
    """The groups of ``access.ROLES``, as ``sync_roles`` makes them."""
    from django.core.management import call_command

    call_command("sync_roles", verbosity=0)


@pytest.fixture
def person(roles: None) -> Callable[..., Any]:
    """Make a person: ``person("editor")`` has that role, ``person()`` is staff without any."""
    from django.contrib.auth.models import Group

    from ichinoseki_portal.models import User

    def make(*keys: str, email: str = "", **fields: Any) -> User:
        email = email or f"{'-'.join(keys) or 'staff'}-{User.objects.count()}@example.invalid"
        user = User.objects.create_user(email, "a-password-for-tests", **{"name": email, "is_staff": True, **fields})
        user.groups.set(Group.objects.filter(name__in=keys))
        return user

    return make


@pytest.fixture
def staff(person: Callable[..., Any]) -> Any:
    return person()


@pytest.fixture
def editor(person: Callable[..., Any]) -> Any:
    return person("editor")


@pytest.fixture
def approver(person: Callable[..., Any]) -> Any:
    return person("approver")


@pytest.fixture
def auditor(person: Callable[..., Any]) -> Any:
    return person("auditor")


@pytest.fixture
def at() -> Callable[[str], dt.datetime]:
    """A moment in Japan: ``at("2022-04-01")`` is 00:00, ``at("2022-03-31 23:59:59")`` a second before."""
    from ichinoseki_portal.fiscal import JST

    return lambda words: dt.datetime.fromisoformat(words).replace(tzinfo=JST)


# --- the official texts -----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def plan_sources() -> Path:
    """The folder with the official texts, which are not in this repository. Named by the environment: PLAN_SOURCES."""
    named = os.environ.get("PLAN_SOURCES", "")
    if not named:
        _absent("PLAN_SOURCES が設定されていないので、正文を使う試験は行いません。", required=IN_CI)
    folder = Path(named)
    if not any(folder.glob("*.txt")):
        pytest.fail(f"PLAN_SOURCES={named} に .txt のファイルがありません。", pytrace=False)
    return folder


# --- the browser ------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    """The system's Chromium; Playwright's own download is never used."""
    found = shutil.which(CHROMIUM)
    if not found:
        _absent(
            f"{CHROMIUM} がないので、ブラウザの試験は行いません（sudo apt-get install chromium）。",
            required=BROWSER_REQUIRED,
        )
    return {"executable_path": found, "args": CHROMIUM_ARGS, "headless": True}


@pytest.fixture(scope="session")
def browser_context_args() -> dict[str, Any]:
    return {"locale": "ja-JP", "timezone_id": "Asia/Tokyo"}
