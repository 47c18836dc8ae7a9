"""What the repository ships of the two real plans and of the fictional one: complete, our own words, and true to its source."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from plans.enums import REAL_PLANS, Basis, LinkType, SuccessionKind
from plans.models.clauses import official_hash
from plans.reader.text import read_text

DATA = Path(__file__).resolve().parents[1] / "data"
OUTLINES = sorted((DATA / "outline").glob("*.json"))
SAMPLES = sorted((DATA / "sample").glob("*.json"))


def _load(path: Path) -> dict[str, Any]:
    return json.loads(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", OUTLINES, ids=lambda path: path.stem)
def test_every_item_has_short_title_plain_and_english(path: Path) -> None:
    for row in _load(path)["clauses"]:
        texts = {text["kind"]: text["text"].strip() for text in row["texts"]}
        assert {"short_title", "plain", "en"} <= texts.keys(), row["code"]
        for kind in ("short_title", "plain", "en"):
            assert texts[kind], (row["code"], kind)
            assert texts[kind] not in (row["title"], row["label"] + row["title"]), (row["code"], kind)
        assert len(texts["plain"]) <= 120, row["code"]
        assert len(texts["short_title"]) <= 20, row["code"]
        assert texts["en"].isascii() or all(ord(char) < 0x3000 for char in texts["en"]), row["code"]


@pytest.mark.parametrize(
    ("stem", "counts"),
    [
        ("sogo-2016", {"vision": 1, "principle": 4, "goal": 5, "section": 3}),
        ("kyodo-2022", {"vision": 1, "standard": 3, "principle": 5, "effect": 15, "policy": 3, "measure": 10, "action": 17}),
    ],
)
def test_the_outlines_have_every_item(stem: str, counts: dict[str, int]) -> None:
    rows = _load(DATA / "outline" / f"{stem}.json")["clauses"]
    assert {kind: sum(row["kind"] == kind for row in rows) for kind in counts} == counts


@pytest.mark.parametrize("path", OUTLINES, ids=lambda path: path.stem)
def test_no_official_sentence_is_shipped(path: Path) -> None:
    data = _load(path)
    assert all(row["body"] == "" for row in data["clauses"])
    assert data["terms"] == []
    assert data["snapshot"]["stage"] == "outline"


@pytest.mark.parametrize("path", OUTLINES, ids=lambda path: path.stem)
def test_the_outline_is_the_plan_in_short(plan_sources: Path, path: Path) -> None:
    """Codes, kinds, labels and titles are those read from the city's file, and the texts were written for its words."""
    read = read_text(next(plan_sources.glob(f"{path.stem}.*")).read_bytes())
    rows = _load(path)["clauses"]
    assert [(c.code, c.parent, c.kind, c.label, c.title, c.key_word) for c in read.clauses] == [
        (row["code"], row["parent"], row["kind"], row["label"], row["title"], row["key_word"]) for row in rows
    ]
    words = {c.code: official_hash(c.label, c.title, c.body) for c in read.clauses}
    assert all(text["written_for"] == words[row["code"]] for row in rows for text in row["texts"])


RUN = 28  # longer than any heading of the plans: a run of so many characters is a sentence carried over


def _first_run(text: str, runs: set[str]) -> str:
    solid = "".join(text.split())
    return next((solid[at : at + RUN] for at in range(len(solid) - RUN + 1) if solid[at : at + RUN] in runs), "")


def test_no_sentence_of_the_city_stands_in_the_repository(plan_sources: Path) -> None:
    runs: set[str] = set()
    for source in plan_sources.glob("*.txt"):
        solid = "".join(source.read_text(encoding="utf-8").split())
        runs.update(solid[at : at + RUN] for at in range(len(solid) - RUN + 1))
    assert _first_run(f"前置き {next(iter(runs))}", runs)  # the search itself finds what it looks for
    root = DATA.parents[1]
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=root, capture_output=True, check=True).stdout.decode()
    for name in filter(None, listed.split("\0")):
        content = (root / name).read_bytes()
        text = content.decode("cp932" if "cp932" in name else "utf-8", errors="ignore")
        assert not _first_run(text, runs), name


def test_the_sample_has_every_kind_of_link_and_succession() -> None:
    documents = [_load(path) for path in SAMPLES]
    assert {link["type"] for data in documents for link in data["links"]} == set(LinkType.values)
    assert {link["basis"] for data in documents for link in data["links"]} == set(Basis.values)
    assert {row["kind"] for data in documents for row in data["succession"]} == set(SuccessionKind.values)
    assert sorted((data["snapshot"]["stage"], bool(data["edition"]["decided"]["date"])) for data in documents) == [
        ("draft", False),
        ("final", True),
        ("final", True),
    ]


def test_nothing_invented_is_in_the_real_plans() -> None:
    for path in [*OUTLINES, *sorted((DATA / "recorded").glob("*.json"))]:
        data = _load(path)
        assert data["plan"]["fictional"] is False
        assert "架空" not in path.read_text(encoding="utf-8")
        ends = [link[end] for link in data["links"] for end in ("from", "to")]
        assert all(end["plan"] != "sample" for end in ends)
    assert all(_load(path)["plan"]["fictional"] and _load(path)["plan"]["key"] == "sample" for path in SAMPLES)


def test_kept_clauses_of_the_sample_are_word_for_word_the_same() -> None:
    rows = {(d["edition"]["key"], row["code"]): row for d in map(_load, SAMPLES) for row in d["clauses"]}
    kept = [row for data in map(_load, SAMPLES) for row in data["succession"] if row["kind"] == "kept"]
    assert kept
    for row in kept:
        old = rows[row["from"]["edition"], row["from"]["code"]]
        new = rows[row["to"]["edition"], row["to"]["code"]]
        assert (old["title"], old["body"]) == (new["title"], new["body"]), row


def test_the_sample_as_a_text_file_reads_to_the_same_clauses() -> None:
    read = read_text((DATA / "sample" / "sample-2023.txt").read_bytes())
    rows = _load(DATA / "sample" / "sample-2023.json")["clauses"]
    assert [(c.code, c.label, c.title, c.body) for c in read.clauses] == [
        (row["code"], row["label"], row["title"], row["body"]) for row in rows
    ]
    assert all(check.ok for check in read.checks)


def test_the_keys_of_the_real_plans_are_known() -> None:
    shipped = {_load(path)["plan"]["key"] for folder in ("outline", "recorded") for path in (DATA / folder).glob("*.json")}
    assert shipped == REAL_PLANS
