"""English is complete: no entry is empty or unsure, and the compiled file is the one of the text file."""

import ast
import gettext
import re

from ichinoseki_portal.tests.tree import ROOT

PO = ROOT / "locale/en/LC_MESSAGES/django.po"


def entries() -> list[tuple[set[str], dict[str, str]]]:
    """Flags and fields of each entry of the text file."""
    found = []
    for block in re.split(r"\n{2,}", PO.read_text(encoding="utf-8")):
        flags = {flag.strip() for line in block.splitlines() if line.startswith("#,") for flag in line[2:].split(",")}
        fields: dict[str, str] = {}
        for line in block.splitlines():
            if match := re.match(r'(msg\w+(?:\[\d\])?) (".*")', line):
                key = match[1]
                fields[key] = ast.literal_eval(match[2])
            elif line.startswith('"'):
                fields[key] += ast.literal_eval(line)
        if fields:
            found.append((flags, fields))
    return found


def test_every_entry_is_translated():
    flagged = [fields["msgid"] for flags, fields in entries() if "fuzzy" in flags]
    empty = [fields["msgid"] for _, fields in entries() for key, text in fields.items() if key.startswith("msgstr") and not text]
    assert (flagged, empty) == ([], [])
    assert len(entries()) > 50


def test_the_compiled_file_is_up_to_date():
    with PO.with_suffix(".mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)
    for _, fields in entries():
        context = f"{fields['msgctxt']}\x04" if "msgctxt" in fields else ""
        if fields["msgid"] and "msgstr" in fields:
            assert compiled.gettext(context + fields["msgid"]) == fields["msgstr"]
        elif fields["msgid"]:
            assert compiled.ngettext(context + fields["msgid"], fields["msgid_plural"], 1) == fields["msgstr[0]"]
            assert compiled.ngettext(context + fields["msgid"], fields["msgid_plural"], 2) == fields["msgstr[1]"]


def test_placeholders_survive():
    for _, fields in entries():
        wanted = set(re.findall(r"%\(\w+\)[sd]|\{\w*\}", fields["msgid"]))
        for key, text in fields.items():
            if key.startswith("msgstr") and fields["msgid"]:
                assert set(re.findall(r"%\(\w+\)[sd]|\{\w*\}", text)) == wanted, fields["msgid"]
