"""Every kind of public page in a real browser, on a phone and on a desk: nothing spills, nothing fails, all can read it."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from plans.tests.library import fill

PATHS = [
    *("/", "/plans/", "/plans/sogo/", "/plans/kyodo/2022/", "/plans/sogo/2026/", "/plans/sample/2023/", "/plans/sample/2028/"),
    *("/plans/kyodo/2022/7.2/", "/plans/kyodo/2022/7.2.2.1/", "/plans/kyodo/2022/6.box1.fig1/", "/plans/kyodo/2022/8.3/"),
    *("/plans/sogo/2016/4.1/", "/plans/sample/2023/5.1/", "/plans/sample/2023/8.4/", "/nothing/"),
    *("/plans/sogo/latest/", "/plans/sample/2023/5.1/latest/", "/plans/sample/2028/v1/", "/plans/sample/2028/v1/7.1/"),
    *("/plans/kyodo/2022/?asof=2024-05-01", "/plans/family/", "/plans/relations/", "/plans/terms/"),
    *("/plans/matrix/sample/2023/sample/2018/", "/plans/sample/compare/2018/v1/2023/v1/"),
]


@pytest.mark.parametrize("width", [320, 360, 1280])
def test_every_kind_of_page(live_server, page, person, width):
    fill(person)
    told = []
    page.on("console", lambda message: told.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: told.append(str(error)))
    page.set_viewport_size({"width": width, "height": 900})
    axe = Axe()
    for path in PATHS:
        page.goto(live_server.url + path)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
        assert page.locator("h1").count() == 1, path
        for fold in page.locator("details > summary").all():
            if fold.is_visible():
                fold.click()
        found = axe.run(page, options={"rules": {"target-size": {"enabled": True}, "color-contrast-enhanced": {"enabled": True}}})
        assert found.violations_count == 0, f"{path} {width}: {found.generate_report()}"
        small = page.evaluate(SMALL_TARGETS)
        assert small == [], f"{path} {width}: {small}"
    assert [line for line in told if "404" not in line] == []


# Links and folds that stand by themselves (not within a sentence) must be 44 px high.
SMALL_TARGETS = """() => [...document.querySelectorAll(`.bar a, .toc a, .crumbs a, .btn, .more, summary, .turn a, .foot li a,
    main :is(h2, h3) a, .eyebrow a, .ties li > a, .meanings a, .ends a, .tied-to a, .compare a`)]
  .filter(one => one.getClientRects().length && one.getBoundingClientRect().height < 43.5)
  .map(one => one.textContent.trim() + ' ' + one.getBoundingClientRect().height)"""


def test_the_keyboard_reaches_the_text_first(live_server, page, person):
    fill(person)
    page.goto(live_server.url + "/plans/kyodo/2022/7.2/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "本文へ進む"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def test_the_citation_is_copied_and_said(live_server, page, person):
    fill(person)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(live_server.url + "/plans/kyodo/2022/7.2/")
    page.click(".cite summary")
    words = page.locator("#cite-words").text_content()
    page.click("[data-copy] button")
    page.wait_for_function("document.querySelector('.copy-told').textContent === '写しました'")
    assert page.evaluate("navigator.clipboard.readText()") == words and "/plans/kyodo/2022/v0/7.2/" in words
    assert page.locator("[data-copy] button").bounding_box()["height"] >= 44
    page.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject(new Error('refused')) }")
    page.click("[data-copy] button")  # an older browser: by hand
    page.wait_for_function("document.querySelector('.copy-told').textContent === '写しました'")


def test_without_scripts_there_is_no_button(live_server, new_context, person):
    fill(person)
    quiet = new_context(java_script_enabled=False).new_page()
    quiet.goto(live_server.url + "/plans/kyodo/2022/7.2/")
    quiet.click(".cite summary")
    assert not quiet.locator("[data-copy] button").is_visible() and quiet.locator("#cite-words").is_visible()


def test_the_desk_works_under_the_strict_policy(live_server, page, person):
    from ichinoseki_portal.models import User

    fill(person)
    user = User.objects.create_superuser("root@x.invalid", "a-password-for-tests", name="見る人")
    refused = []
    page.on("console", lambda message: refused.append(message.text) if "Content Security Policy" in message.text else None)
    page.goto(live_server.url + "/admin/")
    page.fill("#id_username", user.email)
    page.fill("#id_password", "a-password-for-tests")
    page.click("[type=submit]")
    for path in ("plans/snapshot/", "plans/clause/", "plans/importjob/", "plans/clauselink/add/", "portal/user/add/"):
        page.goto(f"{live_server.url}/admin/{path}")
    page.goto(f"{live_server.url}/admin/plans/clauselink/add/")
    page.locator(".field-origin .select2-selection").click()
    page.locator(".select2-search__field").fill("7.2.1")
    page.locator(".select2-results__option", has_text="kyodo/2022/7.2.1").first.click()
    assert "kyodo/2022/7.2.1" in page.locator(".field-origin .select2-selection__rendered").text_content()
    assert refused == []
