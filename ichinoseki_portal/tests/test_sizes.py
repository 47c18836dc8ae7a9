"""The hard stops of size: what grows past them is to be parted, not excused."""

import ast

from ichinoseki_portal.tests.tree import name, python_files, templates

FILE, FUNCTION, TEMPLATE = 400, 50, 150


def long_functions(source: str) -> list[tuple[str, int]]:
    return [
        (node.name, lines)
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (lines := (node.end_lineno or node.lineno) - node.lineno + 1) > FUNCTION
    ]


def test_python():
    sources = {name(path): path.read_text(encoding="utf-8") for path in python_files()}
    assert {file: lines for file, source in sources.items() if (lines := source.count("\n")) > FILE} == {}
    assert {file: found for file, source in sources.items() if (found := long_functions(source))} == {}


def test_templates():
    assert {name(path): lines for path in templates() if (lines := path.read_text().count("\n")) > TEMPLATE} == {}


def test_a_long_function_is_found():
    assert long_functions("def f():\n" + "    x = 1\n" * FUNCTION) == [("f", FUNCTION + 1)]
    assert long_functions("def f():\n" + "    x = 1\n" * (FUNCTION - 1)) == []
