"""The project's own files, as the tests that read source text see them."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
APPS = ("ichinoseki_portal", "plans", "kyodo", "evaluations")


def tracked() -> list[Path]:
    """Files in git, and new ones not ignored."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
        text=True,
    ).stdout
    return [path for name in listed.split("\0") if name and (path := ROOT / name).is_file()]


def python_files(*, tests: bool = True) -> Iterator[Path]:
    """Python written by hand: no migrations and no data."""
    for path in tracked():
        parts = path.relative_to(ROOT).parts
        if path.suffix == ".py" and not {"migrations", "data"} & set(parts) and (tests or "tests" not in parts):
            yield path


def templates() -> list[Path]:
    return [path for path in tracked() if path.is_relative_to(ROOT / "templates") and path.suffix in {".html", ".txt", ".xml"}]


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()
