"""`make bench`: what grows and what must not, as ratios measured in one run (machines differ; ratios stay).

A temporary SQLite database; documents are made up here. Ends with 1 when an aim is missed.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

IMPORT_GROWTH = 12.0  # ten times the lines may take at most so many times as long
IMPORT_MEMORY = 300  # MB, for a text of 20 MB
# A page of 5,000 clauses against one of 107. The edition's shows its two upper levels, seven times as many; a clause's only what
# is round it.
PAGE_GROWTH = {"edition": 7.0, "clause": 4.0}
LINES = (4_000, 40_000)
CLAUSES = (107, 5_000)
COMPARED = 500
COMPARISON = 3.0  # so many times as long as the edition page of that size may a comparison take

_LEAD = "　町の人が集まり、季節の行事や困りごとについて話し合い、次の年の計画に生かしていくことができるよう"
_TAIL = "に、職員が記録を作り、集まった意見を分かりやすくまとめて配ります。"
_DIGITS = "０１２３４５６７８９"


def plan_text(*, lines: int = 0, clauses: int = 0, paragraphs: int = 3) -> str:
    """A made-up plan of so many lines, or of so many clauses."""
    out: list[str] = []
    count = 0
    for line, is_clause in _plan_lines(paragraphs):
        if (lines and len(out) >= lines) or (clauses and is_clause and count >= clauses):
            return "\n".join(out)
        out.append(line)
        count += is_clause
    raise AssertionError("the plan has no end")


def _plan_lines(paragraphs: int) -> Iterator[tuple[str, bool]]:
    chapter = 0
    while True:
        chapter += 1
        yield f"第{chapter}章 みどりの町の取組その{chapter}", True
        for section in range(1, 4):
            yield f"{_DIGITS[section]}　暮らしを支える仕組み{section}", True
            for item in range(1, 4):
                yield f"（{_DIGITS[item]}）話し合いの場{item}", True
                for _ in range(paragraphs):
                    yield _LEAD, False
                    yield _TAIL, False


def seconds(work: Callable[[], object], times: int = 1) -> float:
    taken = []
    for _ in range(times):
        start = time.process_time()  # our own work, whatever else the machine does meanwhile
        work()
        taken.append(time.process_time() - start)
    return min(taken)  # what it takes; more is the machine's


def set_up(folder: str) -> None:
    """Django on a fresh database of its own."""
    os.environ.update(
        DJANGO_SETTINGS_MODULE="ichinoseki_portal.settings",
        READ_DOT_ENV="False",
        SECRET_KEY="bench-only",  # noqa: S106 - signs nothing that lasts
        HTTPS="False",
        DEBUG="False",
        ALLOWED_HOSTS="testserver",
        DATABASE_URL=f"sqlite:///{folder}/bench.sqlite3",
    )
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    call_command("sync_roles", verbosity=0)


def bring_in(text: str, plan: str, stage: str = "final") -> None:
    """Read, store and publish a text, as two people would."""
    from django.contrib.auth.models import Group

    from ichinoseki_portal.models import User
    from plans.actions.imports import import_document
    from plans.actions.snapshots import approve_snapshot, publish_snapshot, submit_snapshot
    from plans.reader.text import read_text

    people = []
    for role in ("editor", "approver"):
        email = f"{role}@example.invalid"
        person = User.objects.filter(email=email).first() or User.objects.create_user(email, name=role, is_staff=True)
        person.groups.set(Group.objects.filter(name=role))
        people.append(person)
    result = import_document(
        document=read_text(text.encode()),
        plan_key=plan,
        edition_key="2022",
        title=plan,
        file_name="bench",
        sha256=plan + stage,
        stage=stage,
        by=people[0],
    )
    submit_snapshot(snapshot=result.snapshot, by=people[0])
    approve_snapshot(snapshot=result.snapshot, by=people[1])
    publish_snapshot(snapshot=result.snapshot, by=people[1])


def measure_pages() -> list[tuple[str, str, bool]]:
    """Queries and time of the edition and a clause page, at 107 and at 5,000 clauses."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    client = Client()
    found: dict[str, list[tuple[int, float]]] = {"edition": [], "clause": []}
    for size in CLAUSES:
        plan = f"bench{size}"
        bring_in(plan_text(clauses=size), plan)
        for name, path in (("edition", f"/plans/{plan}/2022/"), ("clause", f"/plans/{plan}/2022/2.2/")):
            if client.get(path).status_code != 200:
                raise SystemExit(f"{path} does not answer")
            with CaptureQueriesContext(connection) as queries:
                client.get(path)
            found[name].append((len(queries), seconds(lambda path=path: client.get(path), 9)))
    rows = []
    for name, ((few, quick), (many, slow)) in found.items():
        rows.append((f"{name} page, queries at {CLAUSES[0]} and {CLAUSES[1]:,} clauses", f"{few} and {many}", few == many))
        growth = slow / quick
        note = f"{growth:.1f} × ({quick * 1000:.0f} → {slow * 1000:.0f} ms)"
        rows.append((f"{name} page, time at {CLAUSES[1]:,} clauses against {CLAUSES[0]}", note, growth < PAGE_GROWTH[name]))
    return rows


def measure_comparison() -> list[tuple[str, str, bool]]:
    """Two texts of one edition, most bodies changed: their comparison against the edition's page."""
    from django.test import Client

    client = Client()
    text = plan_text(clauses=COMPARED)
    bring_in(text, "compared", "draft")
    bring_in(text.replace("困りごと", "心配ごと").replace("分かりやすく", "短く"), "compared")
    pages = [f"/plans/compared/{path}" for path in ("2022/", "compare/2022/v1/2022/v2/")]
    for page in pages:
        answer = client.get(page)
        if answer.status_code != 200:
            raise SystemExit(f"{page} does not answer")
    if answer.content.count(b"<ins>") < COMPARED / 2:
        raise SystemExit("the comparison shows too few changes to be measured by")
    edition, comparison = (seconds(lambda page=page: client.get(page), 9) for page in pages)
    note = f"{comparison / edition:.1f} × ({edition * 1000:.0f} and {comparison * 1000:.0f} ms)"
    name = f"comparison of two texts of {COMPARED} clauses, time against the edition page"
    return [(name, note, comparison / edition <= COMPARISON)]


def measure_import() -> list[tuple[str, str, bool]]:
    """Reading and storing: ten times the lines."""
    from plans.reader.text import read_text

    small, large = (plan_text(lines=count, paragraphs=12) for count in LINES)
    read = [seconds(lambda text=text: read_text(text.encode()), 3) for text in (small, large)]
    whole = [
        seconds(lambda text=text, size=size: bring_in(text, f"lines{size}"))
        for text, size in zip((small, large), LINES, strict=True)
    ]
    return [
        (
            f"reading {LINES[1]:,} lines against {LINES[0]:,}",
            f"{read[1] / read[0]:.1f} × ({read[1]:.2f} s)",
            read[1] / read[0] <= IMPORT_GROWTH,
        ),
        (
            f"import and publication of {LINES[1]:,} lines against {LINES[0]:,}",
            f"{whole[1] / whole[0]:.1f} × ({whole[1]:.2f} s)",
            whole[1] / whole[0] <= IMPORT_GROWTH,
        ),
    ]


def measure_memory(folder: str) -> list[tuple[str, str, bool]]:
    """A text of 20 MB through the command, in a process of its own."""
    path = Path(folder) / "large.txt"
    text = plan_text(lines=158_000, paragraphs=60)
    path.write_text(text, encoding="utf-8")
    size = path.stat().st_size / 1e6
    command = [sys.executable, str(ROOT / "manage.py"), "import_plan", str(path), "--plan", "large", "--edition", "2022"]
    start = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True)  # noqa: S603 - our own command
    taken = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    return [(f"memory of an import of {size:.0f} MB ({taken:.0f} s)", f"{peak:.0f} MB", peak < IMPORT_MEMORY)]


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        set_up(folder)
        rows = [*measure_pages(), *measure_comparison(), *measure_import(), *measure_memory(folder)]
    for name, figure, good in rows:
        print(f"{'ok  ' if good else 'MISS'} {name}: {figure}")
    return 0 if all(good for *_, good in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
