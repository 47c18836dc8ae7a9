"""A file on disk → bytes, name, hash, Document: text or plan-json, told apart by content."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from plans.reader.accounting import Loss, lost
from plans.reader.decode import MAX_BYTES, decode
from plans.reader.document import Document
from plans.reader.errors import ReadingRefused
from plans.reader.text import read_text

from .json_reader import read_json

_OTHER_JSON = re.compile(rb'[\[",0-9tfn-]')


@dataclass
class Reading:
    """A file, read. ``lost``: words of a text file that the reading would lose or double (must be empty)."""

    file_name: str
    sha256: str
    document: Document
    is_json: bool
    lost: list[Loss]


def read_file(path: Path, *, progress: Callable[[str, int], None] | None = None) -> Reading:
    """Raises ReadingRefused for anything that is not a readable plan, a missing file and a folder included."""
    return read_bytes(path.name, _bytes(path), progress=progress)


def read_bytes(name: str, data: bytes, *, progress: Callable[[str, int], None] | None = None) -> Reading:
    """As ``read_file``, of bytes that are here already."""
    is_json = _is_json(data)
    if is_json:
        document, losses = read_json(data), []
    else:
        document = read_text(data, progress=progress)
        losses = lost(document, decode(data)[0])
    return Reading(name, hashlib.sha256(data).hexdigest(), document, is_json, losses)


def refuse_loss(reading: Reading) -> None:
    """A reading that loses or doubles a single character is not taken in, nor one without any clause. Raises ReadingRefused."""
    if not reading.document.clauses:
        raise ReadingRefused("見出しも項目も見つかりません。計画の本文のファイルか、確かめてください。")
    if reading.lost:
        shown = [f"  {f'{loss.line}行目' if loss.line else '全体'}：{loss.why}「{loss.text}」" for loss in reading.lost[:20]]
        raise ReadingRefused("\n".join(["原典の文字が失われるか重なるので、取り込みません。", *shown]))


def _is_json(data: bytes) -> bool:
    """Whether to read it as JSON: an object even when it is broken, a list or a lone value only when it is whole."""
    body = data.removeprefix(b"\xef\xbb\xbf").strip()
    if body[:1] == b"{":
        return not body.startswith(b"{\\rtf")
    if not _OTHER_JSON.match(body):
        return False
    try:
        json.loads(body)
    except (ValueError, RecursionError):
        return False
    return True


def _bytes(path: Path) -> bytes:
    try:
        if path.is_dir():
            raise ReadingRefused(f"{path} はフォルダーです。ファイルを一つ指定してください。")
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)  # no more than that, whatever the file is
    except ReadingRefused:
        raise
    except FileNotFoundError as error:
        raise ReadingRefused(f"{path} が見つかりません。") from error
    except (OSError, ValueError) as error:
        raise ReadingRefused(f"{path} を開けません。") from error
    if len(data) > MAX_BYTES:
        raise ReadingRefused("ファイルが大きすぎます。25 MB までにしてください。")
    if not data.strip():
        raise ReadingRefused(f"{path} は空のファイルです。")
    return data
