"""The repository as a whole: nothing of one machine in it, everything pinned, and words for its nouns."""

import re
import tomllib

import pytest
from django.apps import apps
from django.db import models

from ichinoseki_portal.tests.tree import APPS, ROOT, name, tracked

# Put together here so that this file does not find itself.
MACHINE_PATH = re.compile(r"(?<![\w./$}-])/(?:" + "|".join(["work", "root", "farm", "Users", r"home/\w+"]) + r")/[\w.]")
REGISTRY = re.compile(r"--(extra-)?index-" + r"url|--find-" + r"links|python" + r"hosted\.org|registry\.npm" + r"js\.org")
PINNED = re.compile(r"[A-Za-z0-9_.-]+(\[[a-z,]+\])?==[0-9][0-9A-Za-z.]*\Z")


def texts():
    for path in tracked():
        try:
            yield name(path), path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue


def test_nothing_of_one_machine_is_in_it():
    for pattern in (MACHINE_PATH, REGISTRY):
        assert [f"{file}: {match[0]}" for file, text in texts() for match in pattern.finditer(text)] == []


def test_planted_paths_are_found():
    for planted in ("cd /wor" + "k/main", "open('/ro" + "ot/x')", "/hom" + "e/someone/.venv"):
        assert MACHINE_PATH.search(planted), planted
    for innocent in (
        f"{before}/{folder}/x" for before, folder in (("https://example.jp", "work"), ("docs", "root"), ("$HOME", "root"))
    ):
        assert not MACHINE_PATH.search(innocent), innocent


@pytest.mark.parametrize("file", ["requirements.txt", "requirements-dev.txt"])
def test_requirements_are_pinned(file):
    lines = [line.split("#")[0].strip() for line in (ROOT / file).read_text(encoding="utf-8").splitlines()]
    assert [line for line in lines if line and not PINNED.match(line) and line != "-r requirements.txt"] == []


def own_models() -> list[type[models.Model]]:
    return [model for model in apps.get_models() if model.__module__.split(".")[0] in APPS]


def test_every_model_and_closed_list_stands_in_the_glossary():
    glossary = (ROOT / "docs/glossary.md").read_text(encoding="utf-8")
    lists = [match for path in ROOT.glob("*/enums.py") for match in re.findall(r"^class (\w+)\(models\.", path.read_text(), re.M)]
    wanted = {model.__name__ for model in own_models()} | set(lists)
    assert {noun for noun in wanted if f"`{noun}`" not in glossary} == set()


def test_the_data_policy_names_every_table_with_addresses_of_people():
    policy = tomllib.loads((ROOT / "docs/data-policy.toml").read_text(encoding="utf-8"))["tables"]
    known = {model._meta.label: model for model in own_models()}
    personal = {label for label, model in known.items() if any(isinstance(f, models.EmailField) for f in model._meta.fields)}
    assert personal <= policy.keys()
    assert policy.keys() <= known.keys(), "a table that is gone"
    for label, row in policy.items():
        assert row.keys() == {"label", "fields", "purpose", "retention", "seen_by"}, label
        assert set(row["fields"]) <= {field.name for field in known[label]._meta.fields}, label
