"""The commands: what they write, what they say, and that bad input leaves nothing behind."""

import hashlib
import json
import re
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.core.management import CommandError, call_command

from ichinoseki_portal.models import Department, Move, OutboxMail, User
from plans import models
from plans.importers.json_reader import read_json
from plans.reader import accounting
from plans.reader.document import Clause, Document, SetAside
from plans.tests.factories import all_rows, list_document, take_in

pytestmark = pytest.mark.django_db

TEXT = """見本市 見本計画

第１章 目的
市は、地域の活動を支えます。

第２章 取組
（１） 話し合いの場づくり
① 市民と市は、互いに話し合います。
② 市は、話し合いの場を設けます。
（２） 情報の共有
① 市は、情報をわかりやすく伝えます。
"""


@pytest.fixture
def run(capsys):
    """Run a command: (what it said, what it told on stderr)."""

    def call(*words, **options):
        call_command(*map(str, words), **options)
        return capsys.readouterr()

    return call


@pytest.fixture
def text_file(tmp_path):
    path = tmp_path / "mihon.txt"
    path.write_text(TEXT, encoding="utf-8")
    return path


@pytest.fixture
def json_file(tmp_path):
    path = tmp_path / "mihon.json"
    path.write_text(json.dumps(list_document("市は支えます。", "互いに話し合います。").as_json()), encoding="utf-8")
    return path


KEYS = ("--plan", "mihon", "--edition", "2022")


def test_text_and_json_are_told_apart_by_content(run, text_file, json_file):
    said = run("import_plan", text_file, *KEYS).out
    assert "章：2" in said and "下書き（v1）に取り込みました" in said
    codes = list(models.Clause.objects.order_by("position").values_list("code", flat=True))
    assert codes == ["1", "2", "2.1", "2.1.1", "2.1.2", "2.2", "2.2.1"]
    renamed = json_file.rename(json_file.with_suffix(".dat"))
    assert "節：1" in run("import_plan", renamed, "--plan", "betsu", "--edition", "2022").out


def test_the_same_file_again_changes_nothing(run, text_file):
    run("import_plan", text_file, *KEYS)
    before = all_rows()
    assert "何も変えていません" in run("import_plan", text_file, *KEYS).out
    assert all_rows() == before


def test_a_changed_file_tells_the_difference(run, text_file):
    run("import_plan", text_file, *KEYS)
    text_file.write_text(TEXT.replace("② 市は、話し合いの場を設けます。\n", ""), encoding="utf-8")
    said = run("import_plan", text_file, *KEYS).out
    assert "なくなった 1" in said and "なくなった 2.1.2 ② 市は、話し合いの場を設けます。" in said


@pytest.mark.parametrize("published", [False, True])
def test_a_dry_run_says_all_and_writes_nothing(run, text_file, tmp_path, person, published):
    options = ["--dry-run", "--report", tmp_path / "out.json"]
    if published:
        options += ["--publish", "--author", person("editor").email, "--approver", person("approver").email]
    before = all_rows()
    said = run("import_plan", text_file, *KEYS, *options).out
    assert "試しの実行なので、何も書いていません" in said
    assert all_rows() == before
    assert len(json.loads((tmp_path / "out.json").read_text())["clauses"]) == 7


def test_the_report_is_plan_json(run, text_file, tmp_path):
    run("import_plan", text_file, *KEYS, "--title", "よい題名", "--report", tmp_path / "out.json")
    report = read_json((tmp_path / "out.json").read_bytes())
    assert (report.plan.key, report.edition.title, len(report.clauses)) == ("mihon", "よい題名", 7)


def test_publish_goes_through_author_and_approver(run, text_file, person):
    author, approver = person("editor"), person("approver")
    options = ("--publish", "--author", author.email.upper(), "--approver", approver.email)
    assert "公開しました" in run("import_plan", text_file, *KEYS, *options).out
    snapshot = models.Snapshot.objects.get()
    assert (snapshot.state, snapshot.author, snapshot.approver) == ("published", author, approver)
    assert list(Move.objects.order_by("id").values_list("name", flat=True)) == ["submit", "approve", "publish"]
    before = all_rows()
    assert "もう公開されています" in run("import_plan", text_file, *KEYS, *options).out
    assert all_rows() == before


@pytest.mark.parametrize(
    ("author", "approver", "says"),
    [
        ("editor", "editor", "別の人"),
        ("editor", "", "両方が必要"),
        ("", "approver", "両方が必要"),
        ("nobody", "approver", "という利用者はいません"),
        ("editor", "auditor", "決裁と公開の権限がありません"),
        ("auditor", "approver", "決裁に回す権限がありません"),
        ("left", "approver", "という利用者はいません"),
    ],
)
def test_who_may_not_publish_is_refused(run, text_file, person, author, approver, says):
    people = {key: person(key).email for key in ("editor", "approver", "auditor")}
    people |= {"left": person("editor", is_active=False).email, "nobody": "nobody@example.invalid", "": ""}
    before = all_rows()
    with pytest.raises(CommandError, match=says):
        run("import_plan", text_file, *KEYS, "--publish", "--author", people[author], "--approver", people[approver])
    assert all_rows() == before


BAD = {
    "empty": (b"", "空"),
    "blank": (b" \n\n", "空"),
    "binary": (b"\x00\x01\x02" * 50, "文字のファイルではありません"),
    "pdf": (b"%PDF-1.7\n", "PDF"),
    "utf16": ("第１章 目的".encode("utf-16"), "UTF-16"),
    "broken": ("第１章 目的の文を長く書いておきます。市は支えます。".encode()[:-2] + b"\xff\xfe\xfd", "壊れています"),
    "big": (b"a" * (25 * 1024 * 1024 + 1), "25 MB"),
    "long": (b"a\n" * 1_000_001, "1,000,000行"),
    "prose": (("ただの文です。見出しはありません。\n" * 3).encode(), "見出し"),
    "many": (("第１章 目的\n" + "".join(f"●{number}番目の取組\n" for number in range(20_001))).encode(), "項目が多すぎます"),
    "json": (b'{"format": "plan-json/1", "clauses": [{"code": "A"}]}', r"clauses\[0\].code"),
    "no clauses": (b'{"format": "plan-json/1"}', "見出しも項目も"),
}


@pytest.mark.parametrize("name", sorted(BAD))
def test_a_bad_file_is_refused_in_words_and_leaves_nothing(run, tmp_path, name):
    data, says = BAD[name]
    path = tmp_path / "bad.txt"
    path.write_bytes(data)
    before = all_rows()
    with pytest.raises(CommandError, match=says) as refusal:
        run("import_plan", path, *KEYS, "--report", tmp_path / "out.json")
    assert refusal.value.returncode == 1
    assert all_rows() == before and not (tmp_path / "out.json").exists()


def test_missing_files_folders_and_keys_are_refused(run, text_file, tmp_path):
    before = all_rows()
    for words, says in (
        ((tmp_path / "no.txt", *KEYS), "見つかりません"),
        ((tmp_path, *KEYS), "フォルダー"),
        ((text_file, "--plan", "new", "--edition", "2022"), "アドレスで使う言葉"),
        ((text_file, "--plan", "mihon", "--edition", "２０２２"), "キーにできません"),
        ((text_file, *KEYS, "--report", tmp_path / "no" / "out.json"), "書けません"),
        ((text_file, *KEYS, "--approver", "a@example.invalid"), "--publish"),
        ((text_file, *KEYS, "--title", "逆\u202e"), "文字の向き"),
    ):
        with pytest.raises(CommandError, match=says):
            run("import_plan", *words)
    assert all_rows() == before


def test_a_reading_that_loses_a_character_is_not_taken_in(run, text_file, monkeypatch):
    def careless(data, *, progress=None):
        return Document(clauses=[Clause("1", None, 0, "chapter", "第１章", "目的", lines=[[3, 3]])])

    monkeypatch.setattr("plans.importers.files.read_text", careless)
    before = all_rows()
    with pytest.raises(CommandError, match="原典の文字が失われる") as refusal:
        run("import_plan", text_file, *KEYS)
    assert "4行目" in str(refusal.value) and all_rows() == before
    monkeypatch.setattr("plans.importers.files.lost", lambda document, text: [])
    run("import_plan", text_file, *KEYS)  # the guard off: it would be taken in


def test_every_character_is_accounted_for():
    source = "表題\n\n第１章 目的\n市は支え\nます。\n"
    row = Clause("1", None, 0, "chapter", "第１章", "目的", body="市は支えます。", lines=[[3, 5]])
    whole = Document(clauses=[row], set_aside=[SetAside(1, "表題", "title")])
    assert accounting.lost(whole, source) == []
    assert [(loss.line, loss.text) for loss in accounting.lost(Document(clauses=[row]), source)] == [(0, "表題"), (1, "表題")]
    doubled = Document(clauses=[row, row], set_aside=whole.set_aside)
    assert [loss.line for loss in accounting.lost(doubled, source)] == [0]
    elsewhere = Document(clauses=whole.clauses, set_aside=[SetAside(2, "表題", "title")])
    assert [loss.line for loss in accounting.lost(elsewhere, source)] == [1]
    decomposed = accounting.lost(Document(clauses=[Clause("1", None, 0, "item", body="が", lines=[[1, 1]])]), "か\u3099")
    assert decomposed == []


@pytest.mark.parametrize(
    ("form", "begins"), [("json", b'{\n  "format"'), ("text", "第２次".encode()), ("csv", b'\xef\xbb\xbf"plan"')]
)
def test_export_writes_a_file_and_says_when_it_is_a_draft(run, tmp_path, form, begins):
    take_in(list_document("市は支えます。"))
    path = tmp_path / "out"
    told = run("export_plan", "mihon", "--edition", "2022", "--format", form, "--output", path)
    assert path.read_bytes().startswith(begins)
    assert "公開中のものがない" in told.err and told.out == ""


def test_export_prefers_what_is_public_and_obeys_a_number(run, text_file, person, tmp_path):
    options = ("--publish", "--author", person("editor").email, "--approver", person("approver").email)
    run("import_plan", text_file, *KEYS, *options)
    take_in(list_document("新しい案です。"), stage="amendment")
    told = run("export_plan", "mihon", "--edition", "2022", "--format", "json")
    assert told.err == "" and json.loads(told.out)["snapshot"]["sequence"] == 1
    told = run("export_plan", "mihon", "--edition", "2022", "--format", "json", "--snapshot", "2")
    assert json.loads(told.out)["snapshot"]["stage"] == "amendment"
    for words in (("no", "--edition", "2022"), ("mihon", "--edition", "1999"), ("mihon", "--edition", "2022", "--snapshot", "9")):
        with pytest.raises(CommandError, match="書き出せるものがありません"):
            run("export_plan", *words, "--format", "json")


def test_a_folder_of_sources_is_taken_in_once(run, caplog, tmp_path, text_file):
    text_file.rename(tmp_path / "mihon-2022.txt")
    (tmp_path / "readme.md").write_text("説明")
    said, err = run("import_sources", tmp_path)
    assert err == "" and not caplog.records  # a log line would stand on the clerk's screen, in English
    assert "7項目を公開しました" in said and "readme.md" in said
    snapshot = models.Snapshot.objects.get()
    assert (snapshot.state, snapshot.author.name, snapshot.approver.name) == (
        "published",
        "取り込み（自動）",
        "取り込み確認（自動）",
    )
    assert not any(user.has_usable_password() or user.is_staff for user in User.objects.all())
    assert not OutboxMail.objects.exists()
    before = all_rows()
    assert "もう取り込んであります" in run("import_sources", tmp_path).out
    assert all_rows() == before


def test_a_bad_source_does_not_stop_the_others(run, tmp_path, text_file):
    text_file.rename(tmp_path / "mihon-2022.txt")
    (tmp_path / "akan-2022.txt").write_bytes(b"\x00\x00")
    with pytest.raises(CommandError, match="1件のファイル"):
        run("import_sources", tmp_path)
    assert models.Plan.objects.get().key == "mihon"
    for folder, says in ((tmp_path / "no", "フォルダーはありません"), (tmp_path / "mihon-2022.txt", "フォルダーはありません")):
        with pytest.raises(CommandError, match=says):
            run("import_sources", folder)


def test_the_shipped_outline_loads_once(run):
    assert "公開しました（75項目）" in run("load_outline").out
    assert models.Snapshot.objects.exclude(state="published").count() == 0
    assert set(models.Snapshot.objects.values_list("sequence", "stage")) == {(0, "outline")}
    assert models.Edition.objects.filter(listed_at=None).count() == 0
    assert models.ClauseLink.objects.count() == 22 and models.Actor.objects.get(aliases__name="NPO").key == "activity-groups"
    before = all_rows()
    assert "何も変えていません" in run("load_outline").out
    assert all_rows() == before


def test_the_sample_comes_and_goes_without_a_trace(run, roles, tmp_path):
    run("load_outline")
    before = all_rows(without=("portal.AuditRow",))
    logins = tmp_path / "demo-logins.txt"
    said = run("load_demo", logins=str(logins)).out
    assert "【架空】" in said and logins.stat().st_mode & 0o777 == 0o600
    editor = User.objects.get(email="editor@example.invalid")
    assert editor.fictional and editor.has_perm("plans.submit_snapshot")
    assert editor.check_password(dict(line.split("\t") for line in logins.read_text().splitlines()[1:])[editor.email])
    assert Department.objects.filter(fictional=True).count() == 4
    assert (
        list(models.Snapshot.objects.filter(edition__plan__fictional=True).values_list("state", flat=True)) == ["published"] * 3
    )
    loaded = all_rows()
    assert "何も変えていません" in run("load_demo", logins=str(logins)).out
    assert all_rows() == loaded
    said = run("remove_demo", logins=str(logins)).out
    assert "消しました" in said and "検索の見出し：" in said and not re.search("[A-Za-z]", said.replace("第n次", ""))
    assert all_rows(without=("portal.AuditRow",)) == before
    assert not logins.exists()
    assert "架空の見本データはありません" in run("remove_demo", logins=str(logins)).out


def test_a_sample_person_who_worked_on_a_real_plan_is_kept_but_shut_out(run, roles, tmp_path):
    run("load_demo", logins=str(tmp_path / "logins"))
    take_in(list_document("市は支えます。"), by=User.objects.get(email="editor@example.invalid"))
    run("remove_demo", logins=str(tmp_path / "logins"))
    left = User.objects.get(email="editor@example.invalid")
    assert not left.is_active and not left.has_usable_password()
    assert models.Plan.objects.get().key == "mihon"


def test_a_file_that_is_not_fictional_is_no_sample(run, roles, tmp_path, settings):
    folder = tmp_path / "sample"
    folder.mkdir()
    (folder / "honmono.json").write_text(json.dumps(list_document("市は支えます。").as_json()))
    settings.OUTLINE_DIR = tmp_path
    before = all_rows()
    with pytest.raises(CommandError, match="架空"):
        run("load_demo", logins=str(tmp_path / "logins"))
    assert all_rows() == before and not (tmp_path / "logins").exists()


def test_the_official_texts_replace_the_outline(run, plan_sources):
    run("load_outline")
    run("import_sources", plan_sources)
    for plan, edition, number in (("kyodo", "2022", 75), ("sogo", "2016", 18)):
        outline, official = models.Snapshot.objects.filter(edition__plan__key=plan, edition__key=edition).order_by("sequence")
        assert (outline.stage, official.stage, official.clauses.count()) == ("outline", "final", number)
        addresses = [set(row.clauses.values_list("address", flat=True)) for row in (outline, official)]
        assert addresses[0] == addresses[1]
    names = sorted(path.name for path in Path(plan_sources).glob("*.txt"))
    digests = {hashlib.sha256((Path(plan_sources) / name).read_bytes()).hexdigest() for name in names}
    assert digests <= set(models.ImportJob.objects.values_list("sha256", flat=True))
    before = all_rows()
    for name in names:
        plan, edition = name.removesuffix(".txt").split("-")
        said = run("import_plan", Path(plan_sources) / name, "--plan", plan, "--edition", edition)
        assert "何も変えていません" in said.out
    assert all_rows() == before
    assert django_settings.TESTING
