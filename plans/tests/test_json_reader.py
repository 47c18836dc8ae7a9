"""Reading plan-json: a Document, or a refusal that names the key. Never anything else."""

import contextlib
import copy
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plans.exports.json_export import json_bytes
from plans.importers.files import read_file
from plans.importers.json_reader import read_json
from plans.reader.document import Document
from plans.reader.errors import ReadingRefused
from plans.tests.factories import clause, document

DATA = Path(__file__).parent.parent / "data"
FILES = sorted(DATA.glob("*/*.json"))


def rich() -> dict[str, Any]:
    """A plan-json object in which every list has an entry."""
    end = {"plan": "mihon", "edition": "2022", "code": "1"}
    return {
        "format": "plan-json/1",
        "plan": {"key": "mihon", "title": "見本計画", "owner": "見本市", "kind": "collaboration", "fictional": True},
        "edition": {
            "key": "2022",
            "title": "第２次見本計画",
            "ordinal": "第２次",
            "period": {"first_fiscal_year": 2022, "last_fiscal_year": 2026, "words": "令和４年度から"},
            "decided": {"date": "2022-03", "words": "令和４年３月"},
            "text_held": True,
            "source": {"title": "概要", "publisher": "見本市", "url": "https://example.jp/", "note": ""},
        },
        "snapshot": {"sequence": 1, "stage": "final", "number": 1, "date": "2022-03-25", "hash": ""},
        "clauses": [
            {"code": "1", "parent": None, "position": 0, "kind": "section", "label": "１", "title": "目的", "texts": []},
            {
                "code": "1.1",
                "parent": "1",
                "position": 1,
                "kind": "action",
                "label": "①",
                "body": "市は、地域の活動を支えます。",
                "modality": [{"subject": "市", "stated": True, "predicate": "支えます", "modality": "do"}],
                "actors": [{"name": "市", "role": "performer"}],
                "departments": [{"fiscal_year": 2024, "name": "協働係"}],
                "lines": [[1, 3]],
                "confidence": "low",
                "texts": [{"kind": "en", "text": "The city supports.", "written_for": "", "author": "甲", "approver": "乙"}],
            },
        ],
        "links": [{"from": end, "to": {**end, "code": "1.1"}, "type": "explains", "basis": "stated", "quote_lines": [1, 2]}],
        "succession": [{"from": {**end, "edition": "2017"}, "to": end, "kind": "kept", "reason": "同じ"}],
        "terms": [{"term": "協働", "reading": "きょうどう", "definition": "力を合わせること", "code": "1", "as_of": ""}],
        "indicators": [
            {"code": "1.1", "name": "参加者", "baseline": {"value": "1200", "year": 2021, "words": "1,200"}, "kind": "level"}
        ],
        "review_rules": [{"code": "1", "trigger": "策定", "explanations": [{"date": "2024-05-01", "text": "見直します"}]}],
        "issues": [{"kind": "radical", "line": 2, "text": "⺠"}],
        "set_aside": [{"line": 9, "text": "1", "reason": "page_number"}],
        "checks": [{"text": "次の２つ", "declared": 2, "found": 2, "ok": True}],
    }


def read(value: Any) -> Document:
    return read_json(json.dumps(value).encode())


def put(path: str, value: Any) -> dict[str, Any]:
    """The rich object with one value replaced: "clauses.1.code"."""
    whole = copy.deepcopy(rich())
    *steps, last = [int(part) if part.isdigit() else part for part in path.split(".")]
    inner: Any = whole
    for step in steps:
        inner = inner[step]
    inner[last] = value
    return whole


def test_everything_is_read():
    found = read(rich())
    assert [row.code for row in found.clauses] == ["1", "1.1"]
    assert found.clauses[1].modality[0].predicate == "支えます"
    assert found.clauses[1].texts[0].author == "甲"
    assert found.links[0].origin.code == "1" and found.links[0].quote_lines == [1, 2]
    assert found.succession[0].old is not None and found.succession[0].old.edition == "2017"
    assert found.indicators[0].baseline.value == "1200" and found.indicators[0].target.value is None
    assert found.review_rules[0].explanations[0].date == "2024-05-01"
    assert (found.issues[0].line, found.set_aside[0].reason, found.checks[0].ok) == (2, "page_number", True)


def test_missing_optional_keys_and_null_take_their_defaults():
    found = read({"format": "plan-json/1", "clauses": [{"code": "1"}, {"code": "2", "parent": None, "title": None}]})
    assert [(row.position, row.kind, row.confidence) for row in found.clauses] == [(0, "item", "high"), (1, "item", "high")]
    assert (found.snapshot.stage, found.snapshot.sequence, found.edition.text_held) == ("final", None, True)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_shipped_files_are_read_and_written_the_same(path):
    assert json_bytes(read_json(path.read_bytes()).as_json()) == path.read_bytes()


REFUSED = [
    ("format", "plan-json/9", "format"),
    ("plan.key", "Ｋ", "plan.key"),
    ("plan.key", "new", "アドレスで使う言葉"),
    ("plan.kind", "novel", "plan.kind"),
    ("plan.title", 5, "文字列"),
    ("plan.title", "逆\u202e向き", "文字の向き"),
    ("plan.fictional", "yes", "true か false"),
    ("edition.period.first_fiscal_year", "2022", "整数"),
    ("edition.period.first_fiscal_year", True, "整数"),
    ("edition.period.first_fiscal_year", 2030, "最初の年度"),
    ("edition.period.last_fiscal_year", 99999, "年度（西暦）"),
    ("edition.decided.date", "令和4年", "日付として読めません"),
    ("edition.decided.date", "2022-02-30", "日付として読めません"),
    ("edition.source.url", "javascript:alert(1)", "edition.source.url"),
    ("snapshot.stage", "maybe", "snapshot.stage"),
    ("snapshot.sequence", -1, "snapshot.sequence"),
    ("clauses", {}, "リスト"),
    ("clauses.0", [], "clauses[0]"),
    ("clauses.1.code", "1", "clauses[1].code：コード「1」が clauses[0] と重なっています"),
    ("clauses.1.code", "7..2", "clauses[1].code"),
    ("clauses.1.code", "feed", "アドレスで使う言葉"),
    ("clauses.1.code", "1" * 81, "clauses[1].code"),
    ("clauses.1.parent", "9", "clauses[1].parent"),
    ("clauses.0.parent", "1.1", "より前にありません"),
    ("clauses.1.position", 7, "clauses[1].position"),
    ("clauses.1.kind", "poem", "clauses[1].kind"),
    ("clauses.1.body", "だめ\u0000", "U+0000"),
    ("clauses.1.body", "だめ\ud800", "U+D800"),
    ("clauses.1.title", "長" * 501, "長すぎます"),
    ("clauses.1.colour", "red", "clauses[1].colour：知らないキー"),
    ("clauses.1.modality.0.modality", "swear", "clauses[1].modality[0].modality"),
    ("clauses.1.actors.0.name", "", "空にはできません"),
    ("clauses.1.lines", [[3, 1]], "clauses[1].lines[0]"),
    ("clauses.1.texts.0.kind", "haiku", "clauses[1].texts[0].kind"),
    ("links.0.type", "loves", "links[0].type"),
    ("links.0.to.code", "1", "from と to が同じ"),
    ("links.0.to.plan", "No Good", "links[0].to.plan"),
    ("succession.0.from", None, "added"),
    ("terms.0.code", "9.9", "terms[0].code"),
    ("indicators.0.direction", "sideways", "indicators[0].direction"),
    ("review_rules.0.explanations.0.date", "2024", "日付として読めません"),
    ("review_rules.0.offset_fiscal_years", 1.5, "整数"),
    ("issues.0.kind", "boredom", "issues[0].kind"),
    ("set_aside.0.reason", "mood", "set_aside[0].reason"),
    ("checks.0.declared", "二", "checks[0].declared"),
]


@pytest.mark.parametrize(("path", "value", "says"), REFUSED, ids=lambda value: str(value)[:30])
def test_what_is_wrong_is_refused_with_its_path(path, value, says):
    with pytest.raises(ReadingRefused) as refusal:
        read(put(path, value))
    assert says in str(refusal.value)


def test_a_child_away_from_its_parent_is_refused():
    doc = document(clause("1"), clause("2"), clause("1.1", parent="1"))
    with pytest.raises(ReadingRefused, match="続けて並んでいません"):
        read(doc.as_json())


def test_a_missing_format_is_ours():
    given = document(clause("1", title="目的")).as_json()
    without = {key: value for key, value in given.items() if key != "format"}
    assert read(without).as_json() == read(given).as_json()
    with pytest.raises(ReadingRefused, match=r"^format："):
        read({**given, "format": None})


@pytest.mark.parametrize("data", ["[]", '[{"code": "1"}]', "null", '"計画"', "12", "true", "{}", '{"type": "FeatureCollection"}'])
def test_json_that_is_not_ours_is_called_so(tmp_path, data):
    path = tmp_path / "file.json"
    path.write_text(data, encoding="utf-8")
    with pytest.raises(ReadingRefused, match=r"このポータルの JSON（plan-json）ではありません"):
        read_file(path)


@pytest.mark.parametrize("text", ["１ 目的\n市は支えます。\n", "[目的]\n市は支えます。\n", "- 市は支えます。\n", "2022年\n"])
def test_text_that_begins_like_json_is_text(tmp_path, text):
    path = tmp_path / "file.txt"
    path.write_text(text, encoding="utf-8")
    try:
        assert not read_file(path).is_json
    except ReadingRefused as refusal:
        assert "JSON" not in str(refusal)


def test_files_that_are_no_plan_json_are_refused():
    for data in (b"", b"{", b"[]", b"null", b'"x"', b"\xff\xfe{}", b"{}", b'{"format": NaN}', b"[" * 100_000, b"1" * 5000):
        with pytest.raises(ReadingRefused):
            read_json(data)
    with pytest.raises(ReadingRefused, match="二度"):
        read_json(b'{"format": "plan-json/1", "format": "plan-json/1"}')


def test_the_number_and_size_of_a_plan_are_limited():
    many = {"format": "plan-json/1", "clauses": [{"code": str(n)} for n in range(20_001)]}
    with pytest.raises(ReadingRefused, match="20,001"):
        read(many)
    many["clauses"].pop()
    assert len(read(many).clauses) == 20_000
    with pytest.raises(ReadingRefused, match="25 MB"):
        read_json(b" " * (25 * 1024 * 1024 + 1))
    deep = {
        "format": "plan-json/1",
        "clauses": [{"code": "1" + ".1" * n, "parent": "1" + ".1" * (n - 1) if n else None} for n in range(40)],
    }
    with pytest.raises(ReadingRefused):
        read({**deep, "clauses": [*deep["clauses"], {"code": "z", "parent": "1" + ".1" * 39}]})


def test_text_is_stored_in_nfc():
    assert read(put("clauses.1.body", "か\u3099")).clauses[1].body == "が"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


def paths(value: Any, prefix: str = "") -> list[str]:
    """The path of every value in an object."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [p for key, inner in items for p in (f"{prefix}{key}", *paths(inner, f"{prefix}{key}."))]


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(paths(rich())), JSON)
def test_any_value_anywhere_is_read_or_refused(path, value):
    try:
        found = read(put(path, value))
    except ReadingRefused:
        return
    assert read_json(json_bytes(found.as_json())).as_json() == found.as_json()


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=300) | st.text(max_size=200).map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_any_bytes_are_refused_or_read(data):
    with contextlib.suppress(ReadingRefused):
        read_json(data)


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_a_damaged_file_is_refused_or_read(data):
    good = json_bytes(rich())
    at = data.draw(st.integers(0, len(good) - 1))
    with contextlib.suppress(ReadingRefused):
        read_json(good[:at] + data.draw(st.binary(max_size=3)) + good[at + data.draw(st.integers(0, 5)) :])
