"""Tables out and in: what a spreadsheet would run is guarded both ways, and what cannot be read is named."""

import datetime as dt
import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from ichinoseki_portal import spreadsheets
from ichinoseki_portal.spreadsheets import Column, Formula, RefusedSheet, csv_bytes, guard, read_table, unguard, xlsx_bytes

COLUMNS = [Column("項目", 20), Column("文", 40, editable=True)]
RISKY = ["=1+1", "+81", "-3", "@cmd", "＝SUM(A1)", "－３", "＠x", "\tx", "'=x", "''+y", "'普通", "普通", "=cmd|' /C calc'!A0"]


def cells(data):
    return [line.cells for line in read_table(data)]


def workbook(*rows, **more):
    book = Workbook()
    for row in rows:
        book.active.append(row)
    for title in more.get("sheets", []):
        book.create_sheet(title).append(["ほかのシート"])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@given(st.text(max_size=20) | st.sampled_from(RISKY))
def test_a_guard_comes_off_exactly(text):
    assert unguard(guard(text)) == text
    assert not guard(text).startswith(("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n"))


def test_without_the_second_guard_a_guarded_word_would_lose_its_apostrophe():
    assert guard("'=x") == "''=x" and unguard("''=x") == "'=x"
    assert guard("'普通") == "'普通" == unguard("'普通")


@pytest.mark.parametrize("make", [lambda rows: csv_bytes(["項目", "文"], rows), lambda rows: xlsx_bytes("表", COLUMNS, rows)])
def test_what_goes_out_comes_in_again(make):
    rows = [(f"k{number}", text) for number, text in enumerate(RISKY)] + [("k", "二行の\n文"), ("x", '"引用"、,;')]
    found = cells(make(rows))
    assert found[0] == ("項目", "文") and found[1:] == [tuple(row) for row in rows]


def test_an_excel_sheet_is_text_protected_and_frozen():
    data = xlsx_bytes("表/1", COLUMNS, [("a", "=1+1"), ("b", "0123")])
    sheet = load_workbook(io.BytesIO(data)).active
    assert sheet.title == "表1" and sheet.freeze_panes == "B2" and sheet.protection.sheet
    assert sheet["B2"].value == "'=1+1" and sheet["B2"].data_type == "s" and sheet["B3"].value == "0123"
    assert sheet["B2"].number_format == "@" and not sheet["B2"].protection.locked and sheet["A2"].protection.locked
    assert sheet.column_dimensions["B"].width == 40
    assert b"<f>" not in zipfile.ZipFile(io.BytesIO(data)).read("xl/worksheets/sheet1.xml")


def test_numbers_dates_and_further_sheets():
    data = workbook(["項目", "値"], ["a", 12], ["b", 1.5], ["c", dt.date(2026, 4, 1)], [], ["d", True], ["e", 3.0], sheets=["別"])
    lines = read_table(data)
    assert [line.cells for line in lines][1:] == [("a", "12"), ("b", "1.5"), ("c", "2026-04-01"), ("d", "TRUE"), ("e", "3")]
    assert [line.number for line in lines] == [1, 2, 3, 4, 6, 7]
    assert not any("ほか" in cell for line in lines for cell in line.cells)


def test_a_formula_is_named_and_never_run():
    found = cells(workbook(["a"], ["=1+1"], ['=HYPERLINK("https://x.invalid")']))
    assert isinstance(found[1][0], Formula) and found[1][0] == "=1+1" and isinstance(found[2][0], Formula)


def test_both_encodings_of_csv():
    words = "項目,文\r\na,市は、支えます。\r\n"
    for encoding in ("utf-8", "utf-8-sig", "cp932"):
        assert cells(words.encode(encoding)) == [("項目", "文"), ("a", "市は、支えます。")]


def bomb():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * (spreadsheets.MAX_UNPACKED + 1))
    return out.getvalue()


def with_part(name, text):
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook(["a"], ["b"]))) as old, zipfile.ZipFile(out, "w") as new:
        for part in old.namelist():
            new.writestr(part, text if part == name else old.read(part))
    return out.getvalue()


ENTITY = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "あ">]><sst>&a;</sst>'


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "空"),
        (b" \r\n", "何も"),
        (b"x" * (spreadsheets.MAX_BYTES + 1), "大きすぎ"),
        (b"\xd0\xcf\x11\xe0old", "xls"),
        ("項目".encode("utf-16"), "UTF-16"),
        (b"\x81\xff\xff", "文字コード"),
        (b"a,\x00b", "CSV でも"),
        (b'a,"b\r\n', "引用符"),
        (b"PK\x03\x04broken", "壊れて"),
        (workbook(["a"])[:400], "壊れて"),
        (with_part("xl/workbook.xml", "<not-xml"), "壊れて"),
        (with_part("[Content_Types].xml", "<x/>"), "壊れて"),
        (with_part("xl/styles.xml", ENTITY), "ENTITY"),
        (with_part("xl/styles.xml", ENTITY.encode("utf-16")), "ENTITY"),
        (bomb(), "広げると"),
        ("\r\n".join("x" for _ in range(spreadsheets.MAX_ROWS + 2)).encode(), "行が多すぎ"),
    ],
)
def test_what_cannot_be_read_is_said(data, words):
    with pytest.raises(RefusedSheet, match=words):
        read_table(data)


def test_a_row_far_below_is_not_walked_to():
    row = '<row r="1048576"><c r="A1048576" t="inlineStr"><is><t>x</t></is></c></row>'
    sheet = (
        f'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{row}</sheetData></worksheet>'
    )
    with pytest.raises(RefusedSheet):
        read_table(with_part("xl/worksheets/sheet1.xml", sheet))


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(data):
    for content in (data, b"PK\x03\x04" + data):
        try:
            read_table(content)
        except RefusedSheet as error:
            assert str(error)
