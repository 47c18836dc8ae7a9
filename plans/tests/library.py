"""The shelf the page tests read from: the outlines and records the portal ships with, and the fictional sample."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import timezone

from ichinoseki_portal.fiscal import JST
from plans import models
from plans.actions.imports import import_document
from plans.importers.json_reader import read_json
from plans.tests import factories

DATA = Path(models.__file__).resolve().parents[1] / "data"
LONG_AGO = "2016-01-01 09:00"


def freeze(monkeypatch: pytest.MonkeyPatch, words: str) -> dt.datetime:
    """Stop the clock at a moment in Japan."""
    moment = dt.datetime.fromisoformat(words).replace(tzinfo=JST)
    monkeypatch.setattr(timezone, "now", lambda: moment)
    return moment


def fill(person: Any) -> None:
    """Outlines, recorded editions and the sample's three editions, all published now."""
    call_command("load_outline", verbosity=0)
    author, approver = person("editor"), person("approver")
    for name in ("sample-2018", "sample-2023", "sample-2028-draft1"):
        data = (DATA / "sample" / f"{name}.json").read_bytes()
        document = read_json(data)
        taken = import_document(
            document=document,
            plan_key=document.plan.key,
            edition_key=document.edition.key,
            file_name=f"{name}.json",
            sha256=hashlib.sha256(data).hexdigest(),
            by=author,
            shipped=True,
        )
        factories.publish(taken.snapshot, author=author, approver=approver)


def text_of(answer: Any) -> str:
    """The page's words without tags, so that a test reads what a person reads."""
    body = re.sub(r"<[^>]+>", "", answer.content.decode())
    return re.sub(r"\s+", "", body)
