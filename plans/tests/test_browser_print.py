"""On paper: what goes to a meeting says where it is from, stands side by side, and a wide table lies across the sheet."""

import re

import pytest

from plans.tests.library import fill

A4 = {"width": 658, "height": 900}  # what stands between the margins of an upright sheet, in CSS pixels


@pytest.fixture
def paper(live_server, page, person):
    fill(person)
    page.set_viewport_size(A4)
    page.emulate_media(media="print")
    return lambda path: page.goto(live_server.url + path)


def test_old_and_new_stand_side_by_side(paper, page):
    paper("/plans/sample/compare/2018/v1/2023/v1/")
    for row in page.locator(".compare tr.changed").all()[:5]:
        old, new = (cell.bounding_box() for cell in row.locator("td").all())
        assert old["y"] == new["y"] and old["x"] + old["width"] <= new["x"] + 1 and min(old["width"], new["width"]) > 200
    assert page.evaluate("document.documentElement.scrollWidth") <= A4["width"]


def test_a_printed_page_says_where_it_is_from(paper, page):
    paper("/plans/sample/2023/5.1/")
    printed = page.locator(".on-paper")
    assert printed.is_visible() and "/plans/sample/2023/v1/5.1/" in printed.text_content()
    assert not page.locator(".cite").is_visible()
    paper("/plans/terms/")
    assert page.locator(".on-paper").is_visible() and page.locator(".on-paper").text_content().strip().endswith("/plans/terms/")
    page.emulate_media(media="screen")
    assert not page.locator(".on-paper").is_visible()


def test_two_plans_lie_across_the_sheet(paper, page):
    paper("/plans/matrix/sample/2023/sample/2018/")
    assert page.locator(".matrix").is_visible() and not page.locator(".matrix-cards").is_visible()
    sheets = re.findall(rb"/MediaBox \[0 0 ([0-9.]+) ([0-9.]+)\]", page.pdf(prefer_css_page_size=True))
    assert {float(wide) > float(tall) for wide, tall in sheets} == {True, False}
    page.emulate_media(media="screen")
    page.set_viewport_size({"width": 360, "height": 900})
    assert not page.locator(".matrix").is_visible() and page.locator(".matrix-cards").is_visible()
