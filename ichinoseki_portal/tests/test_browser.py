"""The system's Chromium meets the staff's door: it renders, and the content security policy has nothing to say."""

import pytest


@pytest.fixture
def complaints(page):
    found = []

    def hear(message):
        if message.type in {"error", "warning"} and not message.location["url"].endswith("/favicon.ico"):
            found.append(message.text)

    page.on("console", hear)
    page.on("pageerror", lambda error: found.append(str(error)))
    return found


@pytest.mark.django_db(transaction=True)
def test_an_editor_signs_in(page, live_server, editor, complaints):
    page.goto(f"{live_server.url}/admin/")
    page.get_by_label("メールアドレス").fill(editor.email)
    page.get_by_label("パスワード").fill("a-password-for-tests")
    page.get_by_role("button", name="ログイン").click()
    page.wait_for_url(f"{live_server.url}/admin/")
    assert page.locator("#user-tools").inner_text().strip()
    assert complaints == []
