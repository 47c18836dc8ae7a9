"""Both databases refuse the same things: Django's own checks say nothing is left out, and models and migrations agree."""

from io import StringIO

import pytest
from django.core import checks
from django.core.management import call_command


def test_no_constraint_is_left_out():
    """A constraint one database cannot make would hold on the other alone (models.W…)."""
    assert [str(message) for message in checks.run_checks()] == []


@pytest.mark.django_db
def test_models_and_migrations_agree():
    out = StringIO()
    call_command("makemigrations", check=True, dry_run=True, stdout=out)
    assert "No changes detected" in out.getvalue() or "検出されませんでした" in out.getvalue()
