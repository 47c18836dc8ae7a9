"""Two people bring a plan from its file to the public pages, and a third may not. Only their logins are made by code.

Nothing of the official texts stands here: what is looked for is read from the files at run time.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from plans import models
from plans.importers.files import read_file

PASSWORD = "a-password-for-tests"  # what the fixture ``person`` gives


@dataclass(frozen=True)
class Brought:
    """A document as somebody brings it. ``code``: the clause whose public page is looked at."""

    file: str
    key: str
    plan: str
    kind: str
    edition: str
    title: str
    code: str


BROUGHT = [
    Brought("kyodo-2022.txt", "kyodo", "協働の計画", "協働の計画", "2022", "", "7.2"),
    Brought("sogo-2016.txt", "sogo", "総合計画", "総合計画", "2016", "総合計画（はじめの版）", "4.1"),
]


class Desk:
    """One browser at the admin; who sits there changes."""

    def __init__(self, page: Any, base: str) -> None:
        self.page, self.base = page, base
        self.told: list[str] = []
        page.on("console", lambda message: self.told.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: self.told.append(str(error)))

    def sit(self, user: Any) -> None:
        self.page.context.clear_cookies()
        self.page.goto(f"{self.base}/admin/login/?next=/admin/")
        self.page.fill("#id_username", user.email)
        self.page.fill("#id_password", PASSWORD)
        self.page.click("[type=submit]")

    def press(self, name: str) -> None:
        with self.page.expect_navigation():
            self.page.get_by_role("button", name=name, exact=True).first.click()

    def follow(self, name: str) -> None:
        self.page.get_by_role("link", name=name, exact=True).first.click()

    def says(self, words: str) -> bool:
        return words in self.page.locator("body").inner_text()

    def refused(self, path: str) -> bool:
        """Whether the page is answered with 403, opened and posted to."""
        opened = self.page.goto(self.base + path).status
        token = next((cookie["value"] for cookie in self.page.context.cookies() if cookie["name"] == "csrftoken"), "")
        headers = {"X-CSRFToken": token, "Referer": self.base + path}
        posted = self.page.request.post(self.base + path, headers=headers, form={"why": "ためし", "when": "now"}).status
        return (opened, posted) == (403, 403)


def take_in(desk: Desk, brought: Brought, folder: Path) -> int:
    """The editor's part up to the draft. Returns the snapshot's number in its address."""
    page = desk.page
    page.goto(f"{desk.base}/admin/")
    page.locator("#content-main").get_by_role("link", name="取り込み", exact=True).click()
    desk.follow("文書を取り込む")
    page.get_by_label("ファイル").set_input_files(folder / brought.file)
    page.get_by_label("新しい計画のキー").fill(brought.key)
    page.get_by_label("新しい計画の名称").fill(brought.plan)
    page.get_by_label("策定した団体").fill("一関市")
    page.get_by_label("計画の種類").select_option(label=brought.kind)
    page.get_by_label("版のキー").fill(brought.edition)
    page.get_by_label("版の名称").fill(brought.title)
    desk.press("読んで下見する")
    read = read_file(folder / brought.file).document
    assert desk.says("まだ何も書いていません") and desk.says(f"項目は {len(read.clauses)} です")
    assert desk.says("人が見ること") and desk.says("数の照らし合わせ") and desk.says("本文にしなかった行")
    chosen = next(clause for clause in read.clauses if clause.code == brought.code)
    assert desk.says(chosen.title)
    assert not models.Snapshot.objects.filter(edition__plan__key=brought.key).exists()
    desk.press("この内容で取り込む")
    assert desk.says("の下書きに取り込みました") and desk.says("いまここ")
    return int(page.url.split("/snapshot/")[1].split("/")[0])


def hand_in(desk: Desk) -> None:
    desk.follow("決裁に回す")
    desk.press("決裁に回す")
    assert desk.says("決裁に回しました")


def may_not(desk: Desk, user: Any, pk: int) -> None:
    """Neither approve nor publish: no button, and no way past it."""
    desk.sit(user)
    desk.page.goto(f"{desk.base}/admin/plans/snapshot/{pk}/change/")
    for name in ("決裁する", "公開する"):
        assert desk.page.get_by_role("link", name=name, exact=True).count() == 0
    for name in ("approve", "publish", "record", "override", "sign"):
        assert desk.refused(f"/admin/plans/snapshot/{pk}/{name}/"), name


def decide_and_publish(desk: Desk, pk: int, words: str) -> None:
    """The approver's part: read the whole, approve, publish."""
    desk.page.goto(f"{desk.base}/admin/plans/snapshot/{pk}/change/")
    desk.follow("全文を読む・指摘を書く")
    assert desk.says(words)
    desk.follow("決裁する")
    desk.press("決裁する")
    assert desk.says("決裁しました")
    desk.follow("公開する")
    assert desk.page.get_by_label("いますぐ").is_checked()
    desk.press("公開する")
    assert desk.says("公開しました")


def test_two_people_bring_both_documents_and_a_third_may_not(live_server, page, person, plan_sources):
    editor, approver, auditor = person("editor", name="編集 花子"), person("approver", name="決裁 太郎"), person("auditor")
    desk = Desk(page, live_server.url)
    for brought in BROUGHT:
        read = read_file(plan_sources / brought.file).document
        clause = next(row for row in read.clauses if row.code == brought.code)
        words = clause.body.split("\n")[0] or clause.title
        desk.sit(editor)
        pk = take_in(desk, brought, plan_sources)
        hand_in(desk)
        public = f"{live_server.url}/plans/{brought.key}/{brought.edition}/{brought.code}/"
        assert page.request.get(public).status == 404
        for third in (auditor, editor):
            may_not(desk, third, pk)
        desk.sit(approver)
        decide_and_publish(desk, pk, words)
        desk.follow("公開のページで見る")
        assert f"/plans/{brought.key}/{brought.edition}/" in page.url
        page.context.clear_cookies()
        assert page.goto(public).status == 200
        assert clause.title in page.locator("h1").inner_text()
        assert words in page.locator("main").inner_text()
    assert [line for line in desk.told if "403" not in line and "404" not in line] == []
