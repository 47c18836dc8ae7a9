"""Two people bring a plan from its file to the public pages, and a third may not. Only their logins are made by code.

Nothing of the official texts stands here: what is looked for is read from the files at run time.
"""

from __future__ import annotations

from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.utils import timezone

from ichinoseki_portal import fiscal
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
        with self.page.expect_navigation():
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


# --- a draft is released, changed, adopted and compared -----------------------------------------------------------------------

SAMPLE = "/plans/sample/2028/"
CHANGED = "市民活動の相談窓口を、各地区に一つずつ置きます。"
ADOPTED = "市民活動の相談窓口を、各地区に一つずつ置き、夜も開きます。"


def start_next(desk: Desk, pk: int, stage: str) -> int:
    """The editor begins the next stage from what stands, at its desk. Returns the new snapshot's number."""
    desk.page.goto(f"{desk.base}/admin/plans/snapshot/{pk}/change/")
    desk.follow("次の段階をはじめる")
    desk.page.get_by_label("段階", exact=False).first.select_option(label=stage)
    desk.press("はじめる")
    assert desk.says("をはじめました") and desk.says("いまここ")
    return int(desk.page.url.split("/snapshot/")[1].split("/")[0])


def rewrite(desk: Desk, pk: int, heading: str, body: str, why: str) -> None:
    """The editor changes the words of one clause, found in the list."""
    desk.page.goto(f"{desk.base}/admin/plans/snapshot/{pk}/change/")
    desk.follow("項目の一覧")
    desk.follow(heading)
    desk.page.get_by_label("本文（正文）").fill(body)
    desk.page.get_by_label("直した理由").fill(why)
    desk.press("保存")
    assert not desk.page.locator(".errornote").count()


def date_decision(desk: Desk, pk: int, title: str) -> None:
    """The adopted text has a name without （素案）, and was decided today."""
    day = fiscal.today(timezone.now()).isoformat()
    desk.page.goto(f"{desk.base}/admin/plans/snapshot/{pk}/change/")
    desk.follow("期間・策定日などの事実を直す")
    desk.page.get_by_label("名称").fill(title)
    desk.page.get_by_label("策定・議決の日", exact=True).fill(day)
    desk.press("保存する")
    assert desk.says("事実を保存しました")


def newest_of(desk: Desk) -> int:
    """From the list to the desk of the sample's released 素案."""
    desk.page.goto(f"{desk.base}/admin/")
    desk.page.locator("#content-main").get_by_role("link", name="版の段階（素案・成案など）", exact=True).click()
    desk.page.get_by_role("link", name="素案1").first.click()
    desk.page.wait_for_url("**/snapshot/*/change/")
    return int(desk.page.url.split("/snapshot/")[1].split("/")[0])


def test_a_draft_is_released_changed_adopted_and_compared(live_server, page, person):
    call_command("load_demo", stdout=StringIO())
    editor, approver = person("editor", name="編集 花子"), person("approver", name="決裁 太郎")
    desk = Desk(page, live_server.url)
    heading = models.Clause.objects.filter(snapshot__edition__key="2028").exclude(title="").exclude(body="").first().title

    desk.sit(editor)
    second = start_next(desk, newest_of(desk), "素案")
    rewrite(desk, second, heading, CHANGED, "寄せられた意見による")
    page.goto(f"{live_server.url}/admin/plans/snapshot/{second}/change/")
    hand_in(desk)
    desk.sit(approver)
    decide_and_publish(desk, second, CHANGED)
    page.context.clear_cookies()
    page.goto(live_server.url + SAMPLE)
    assert "案（決定前）" in page.locator("main").inner_text()
    assert page.locator("meta[name=robots][content*=noindex]").count() == 1

    desk.sit(editor)
    final = start_next(desk, second, "成案")
    rewrite(desk, final, heading, ADOPTED, "夜にも相談したいという声による")
    date_decision(desk, final, "第３次 架空のみなも市 協働のまちづくり計画")
    page.goto(f"{live_server.url}/admin/plans/snapshot/{final}/change/")
    hand_in(desk)
    may_not(desk, editor, final)
    desk.sit(approver)
    decide_and_publish(desk, final, ADOPTED)

    page.context.clear_cookies()
    page.goto(live_server.url + SAMPLE)
    assert "案（決定前）" not in page.locator("main .head").inner_text()
    assert "（素案）" not in page.locator("h1").inner_text()
    page.goto(f"{live_server.url}/plans/sample/compare/")
    for label, pk in (("前の文", second), ("後の文", final)):
        page.get_by_label(label).select_option(f"sample/2028/v{models.Snapshot.objects.get(pk=pk).sequence}")
    desk.press("くらべる")
    changed = page.locator("main").inner_text()
    assert "夜も開" in "".join(page.locator("ins").all_inner_texts()) and heading in changed
    assert "夜にも相談したいという声による" in changed
    assert [line for line in desk.told if "403" not in line] == []
