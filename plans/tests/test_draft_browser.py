"""The tree in a real browser, by keyboard and by drag: focus returns, a line says what happened; buttons need no script."""

import pytest

from plans.tests.factories import take_in
from plans.tests.test_trees import START, shape, tree_document

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def draft(person):
    return take_in(tree_document(), by=person("editor", email="maker@x.invalid")).snapshot


def sign_in(page, live_server):
    page.goto(live_server.url + "/admin/")
    page.fill("#id_username", "maker@x.invalid")
    page.fill("#id_password", "a-password-for-tests")
    page.click("[type=submit]")
    page.wait_for_url("**/admin/")


def open_tree(page, live_server, draft):
    sign_in(page, live_server)
    page.goto(f"{live_server.url}/admin/plans/snapshot/{draft.pk}/tree/")


def row(draft, code):
    return f"#c{draft.clauses.get(code=code).pk}"


def said(page, words):
    page.wait_for_function("words => document.querySelector('#tree-said').textContent.includes(words)", arg=words)


def test_it_moves_by_keyboard(live_server, page, draft):
    refused = []
    page.on("console", lambda message: refused.append(message.text) if "Content Security Policy" in message.text else None)
    page.on("pageerror", lambda error: refused.append(str(error)))
    open_tree(page, live_server, draft)
    handle = page.locator(f"{row(draft, '1.1.1')} > .tree-row .tree-handle")
    handle.focus()
    page.keyboard.press("ArrowDown")
    said(page, "「ねらい」の下の2番目（全部で2）")
    assert shape(draft)[0][1] == ["1.1", ["1.1.2"], ["1.1.1"]]
    page.wait_for_function("document.activeElement.classList.contains('tree-handle')")
    assert page.evaluate("document.activeElement.closest('li').id") == row(draft, "1.1.1")[1:]
    page.keyboard.press("ArrowDown")
    said(page, "これより先へは動かせません")
    page.keyboard.press("ArrowLeft")
    said(page, "「一つめ」の下の2番目（全部で3）")
    assert shape(draft)[0] == ["1", ["1.1", ["1.1.2"]], ["1.1.1"], START[0][2]]
    page.wait_for_function("document.activeElement.classList.contains('tree-handle')")
    page.keyboard.press("ArrowRight")
    said(page, "「ねらい」の下の2番目（全部で2）")
    assert shape(draft)[0][1] == ["1.1", ["1.1.2"], ["1.1.1"]]
    assert refused == []


def drag(page, draft, code, onto, part):
    start = page.locator(f"{row(draft, code)} > .tree-row .tree-handle").bounding_box()
    end = page.locator(f"{row(draft, onto)} > .tree-row").bounding_box()
    page.mouse.move(start["x"] + start["width"] / 2, start["y"] + start["height"] / 2)
    page.mouse.down()
    page.mouse.move(end["x"] + 200, end["y"] + end["height"] * 0.5, steps=4)
    page.mouse.move(end["x"] + 200, end["y"] + end["height"] * part, steps=4)
    shown = page.locator(".drop-before, .drop-after, .drop-inside").count()
    page.mouse.up()
    return shown


def test_it_moves_by_drag(live_server, page, draft):
    page.set_viewport_size({"width": 1280, "height": 1400})
    open_tree(page, live_server, draft)
    assert drag(page, draft, "2.1", "1.1", 0.1) == 1
    said(page, "「一つめ」の下の1番目（全部で3）")
    assert shape(draft) == [["1", ["2.1"], START[0][1], START[0][2]], ["2"]]
    assert drag(page, draft, "1.2", "2", 0.5) == 1
    said(page, "「二つめ」の下の1番目（全部で1）")
    assert shape(draft) == [["1", ["2.1"], START[0][1]], ["2", START[0][2]]]
    assert drag(page, draft, "1.2.p1", "1.1", 0.5) == 0  # a paragraph does not leave its clause
    assert drag(page, draft, "1.1", "1.1.1", 0.5) == 0  # nor does anything go below itself
    assert shape(draft) == [["1", ["2.1"], START[0][1]], ["2", START[0][2]]]


def test_it_stays_within_a_phone(live_server, page, draft):
    page.set_viewport_size({"width": 360, "height": 800})
    open_tree(page, live_server, draft)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    small = page.evaluate(
        """() => [...document.querySelectorAll('.tree button, .tree a, .tree summary')]
          .filter(one => one.getClientRects().length && one.getBoundingClientRect().height < 43.5).map(one => one.textContent)"""
    )
    assert small == []


def test_the_buttons_do_it_without_scripts(live_server, browser, draft):
    context = browser.new_context(java_script_enabled=False, locale="ja-JP")
    page = context.new_page()
    open_tree(page, live_server, draft)
    assert not page.locator(".tree-handle").first.is_visible()
    page.locator(f"{row(draft, '2')} > .tree-row").get_by_text("上へ", exact=True).click()
    page.wait_for_url("**/tree/?at=*")
    assert "「二つめ」を動かしました。" in page.locator(".messagelist").text_content()
    assert shape(draft) == [START[1], START[0]]
    page.locator(f"{row(draft, '1.1')} > .tree-row summary").click()
    page.locator(f"{row(draft, '1.1')} > .tree-row").get_by_text("はずす").click()
    page.get_by_role("button", name="はずす").click()
    page.wait_for_url("**/tree/?at=*")
    assert shape(draft) == [START[1], ["1", START[0][2]]]
    context.close()
