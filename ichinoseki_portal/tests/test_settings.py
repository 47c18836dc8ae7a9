"""What is unset is safe; what can be set is explained."""

import os
import re
import subprocess
import sys

from ichinoseki_portal.tests.tree import ROOT

SHOW = """
import django; django.setup()
from django.conf import settings as s
print(s.DEBUG, s.SECURE_SSL_REDIRECT, s.SESSION_COOKIE_SECURE, s.SECURE_HSTS_SECONDS > 0, len(s.SECRET_KEY))
"""


def start(code=SHOW, **environment):
    """A process with nothing but these settings in its environment, and no .env."""
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={
            "PATH": os.environ["PATH"],
            "DJANGO_SETTINGS_MODULE": "ichinoseki_portal.settings",
            "READ_DOT_ENV": "False",
            "PYTHONIOENCODING": "utf-8",
            **environment,
        },
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        timeout=60,
    )


def test_without_a_secret_nothing_starts_and_the_error_says_what_to_do():
    for environment in ({}, {"SECRET_KEY": ""}):
        result = start(**environment)
        assert result.returncode != 0
        assert "ImproperlyConfigured: SECRET_KEY がありません" in result.stderr
        assert ".env.example" in result.stderr


def test_unset_means_no_debug_and_https():
    result = start(SECRET_KEY="x" * 60)
    assert result.stdout.split() == ["False", "True", "True", "True", "60"], result.stderr


def test_https_off_turns_it_all_off():
    result = start(SECRET_KEY="x" * 60, HTTPS="False")
    assert result.stdout.split()[1:4] == ["False", "False", "False"], result.stderr


def test_no_secret_stands_in_the_settings_file():
    source = (ROOT / "ichinoseki_portal/settings.py").read_text(encoding="utf-8")
    assert re.findall(r'SECRET_KEY = "([^"]*)"', source) == ["messages-only"]
    assert 'env.str("SECRET_KEY", default="")' in source


def test_every_variable_is_explained():
    source = (ROOT / "ichinoseki_portal/settings.py").read_text(encoding="utf-8")
    read = set(re.findall(r'\benv(?:\.\w+)?\("([A-Z_]+)"', source)) - {"READ_DOT_ENV"}
    lines = (ROOT / ".env.example").read_text(encoding="utf-8").splitlines()
    explained = {match[1] for line in lines if (match := re.match(r"#? ?([A-Z_]+)=", line))}
    assert read == explained
