"""A snapshot as plan-json/1: nothing official is lost on the way out and in again."""

from __future__ import annotations

import json
from typing import Any

from plans import models
from plans.actions.contents import document_of


def snapshot_json(snapshot: models.Snapshot, *, reader: Any) -> dict[str, Any]:
    """The plan-json object. ``snapshot`` comes from a ``visible_to(reader)`` queryset; ties show what the reader may see."""
    return document_of(snapshot, reader=reader).as_json()


def json_bytes(content: dict[str, Any]) -> bytes:
    """Canonical bytes: the same content gives the same file."""
    return (json.dumps(content, ensure_ascii=False, indent=2) + "\n").encode()


def export_json(snapshot: models.Snapshot, *, reader: Any) -> bytes:
    return json_bytes(snapshot_json(snapshot, reader=reader))
