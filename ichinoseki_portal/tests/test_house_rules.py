"""Rules of the house that a reader of source text can hold: who may see, no raw HTML, no signals. Each finds a planted case."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from ichinoseki_portal.tests.tree import ROOT, name, python_files, templates

READING_LAYERS = {"selectors", "views", "exports", "feeds", "api", "templatetags", "sitemaps"}
# Models without anything to hide: vocabularies whose every row may be read by anyone.
OPEN_MODELS = {"Actor", "ActorAlias"}
# What a person may see, and what anyone may learn of it after it was taken back (when and why, never the text).
GUARDS = {"visible_to", "taken_back"}

MARKUP = re.compile(r"\b(mark_safe|SafeString|SafeText|html_safe)\b|format_html\(\s*f[\"']")
MARKUP_IN_TEMPLATES = re.compile(r"\|\s*safe(seq)?\b|{%\s*autoescape\s+off")
SIGNALS = re.compile(r"@receiver\b|\b(?:pre|post)_(?:save|delete|init|migrate)\.connect\b|\bm2m_changed\.connect\b|\bSignal\(")
STYLE_IN_TEMPLATES = re.compile(r"\sstyle\s*=|<style\b|\son[a-z]+\s*=\s*[\"']|<script(?![^>]*\ssrc=)[^>]*>(?!\s*</script>)", re.I)


def is_reading_layer(path: Path) -> bool:
    return bool(READING_LAYERS & {path.stem, *path.relative_to(ROOT).parts[:-1]})


def unguarded(source: str) -> Iterator[int]:
    """Lines that reach into a model past ``visible_to``."""
    tree = ast.parse(source)
    guarded = {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr in GUARDS and isinstance(node.value, ast.Attribute)
    }
    for node in ast.walk(tree):
        match node:
            case ast.Attribute(value=owner, attr="objects" | "_default_manager" | "_base_manager"):
                if id(node) not in guarded and not (isinstance(owner, ast.Name) and owner.id in OPEN_MODELS):
                    yield node.lineno
            case ast.Call(func=ast.Name(id="get_object_or_404" | "get_list_or_404"), args=[ast.Name(id=model), *_]):
                if model[:1].isupper():
                    yield node.lineno


def test_pages_reach_models_through_visible_to_alone():
    found = [
        f"{name(path)}:{line}"
        for path in python_files(tests=False)
        if is_reading_layer(path)
        for line in unguarded(path.read_text(encoding="utf-8"))
    ]
    assert found == []


def test_a_planted_side_door_is_found():
    assert list(unguarded("Plan.objects.visible_to(user).get(key=key)")) == []
    assert list(unguarded("Actor.objects.all()")) == []
    planted = "Plan.objects.filter(key=key)\nPlan._default_manager.get()\nget_object_or_404(Plan, pk=1)\nx = Plan.objects\n"
    assert sorted(unguarded(planted)) == [1, 2, 3, 4]


def offences(pattern: re.Pattern[str], paths) -> list[str]:
    return [
        f"{name(path)}: {match[0].strip()}"
        for path in paths
        if path.name != Path(__file__).name
        for match in pattern.finditer(path.read_text(encoding="utf-8"))
    ]


def test_no_markup_goes_unescaped():
    assert offences(MARKUP, python_files()) == []
    assert offences(MARKUP_IN_TEMPLATES, templates()) == []


def test_no_inline_scripts_or_styles():
    assert offences(STYLE_IN_TEMPLATES, [path for path in templates() if path.suffix == ".html"]) == []


def test_no_signals_of_our_own():
    assert offences(SIGNALS, python_files()) == []


def test_planted_markup_and_signals_are_found():
    for planted in ("mark_safe(x)", 'format_html(f"<b>{x}</b>")', "SafeString('x')"):
        assert MARKUP.search(planted), planted
    for planted in ("{{ body|safe }}", "{{ body | safe }}", "{% autoescape off %}"):
        assert MARKUP_IN_TEMPLATES.search(planted), planted
    for planted in ("@receiver(post_save)", "post_save.connect(f)", "m2m_changed.connect(f)"):
        assert SIGNALS.search(planted), planted
    for planted in ('<p style="x">', "<style>", '<a onclick="x()">', "<script>alert(1)</script>"):
        assert STYLE_IN_TEMPLATES.search(planted), planted
    assert not STYLE_IN_TEMPLATES.search('<script src="/static/js/portal.js" defer></script><link rel="stylesheet">')


def test_all_code_stands_in_a_known_layer():
    """Leaves and roots of the ground are listed for import-linter; a new module must choose where it stands."""
    settings = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    modules = {
        f"ichinoseki_portal.{path.relative_to(ROOT / 'ichinoseki_portal').parts[0].removesuffix('.py')}"
        for path in python_files(tests=False)
        if path.is_relative_to(ROOT / "ichinoseki_portal") and path.name != "__init__.py"
    }
    assert {module for module in modules if f'"{module}"' not in settings} == set()
