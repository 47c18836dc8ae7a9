"""Settings of the test run: the portal's own, safe defaults for what a fresh clone has no ``.env`` for, and quick hashing.

``.env`` is not read: a test must not depend on what stands on one machine. ``DATABASE_URL`` is, to run on PostgreSQL.
"""

import os
import tempfile
from pathlib import Path

os.environ.update(READ_DOT_ENV="False", DEBUG="False", HTTPS="False", EMAIL_URL="memorymail://")
os.environ["SECRET_KEY"] = "only-for-tests-" + "0123456789" * 5

from ichinoseki_portal.settings import *  # noqa: F403
from ichinoseki_portal.settings import DATABASES

TESTING = True  # the access guard raises instead of answering 404
ALLOWED_HOSTS = ["*"]
PUBLIC_BASE_URL = "https://portal.example.jp"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
TASKS = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend"}}

if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # A file, because threads cannot race for an in-memory database; one per process, because several runs may share a machine.
    DATABASES["default"]["TEST"] = {"NAME": str(Path(tempfile.gettempdir()) / f"portal-test-{os.getpid()}.sqlite3")}
    DATABASES["default"]["OPTIONS"]["init_command"] = "PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF; PRAGMA foreign_keys=ON;"
