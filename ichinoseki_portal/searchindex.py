"""Writing to the search index, in the transaction that changes the text.

A text is folded (``text.fold``), cut into overlapping passages, and each two neighbouring characters become one neutral token,
the hex of their code points: an index that strips punctuation from raw bigrams would find 「評価、検証」 for 「評価・検証」.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from django.utils import timezone

from .models import SearchDocument, SearchPassage
from .text import fold

PASSAGE = 4000  # characters; PostgreSQL loses positions past 16,383 and a token's 257th occurrence
OVERLAP = 200
BATCH = 500  # rows a statement


@dataclass(frozen=True)
class Entry:
    """One document for ``put_many``; the fields are those of ``put``."""

    key: str
    kind: str
    title: str
    url: str
    text: str
    plan: str = ""
    edition: str = ""


def tokens(folded: str) -> str:
    """The bigram tokens of folded text, in order, parted by blanks: 'まち' → 'x307e3061'.

    The letter in front keeps a token whole: PostgreSQL's parser reads 5e745ea6 as the number 5e745 and a word ea6.
    """
    points = [f"{ord(char):04x}" for char in folded]
    return " ".join(["x" + a + b for a, b in pairwise(points)])


def put(*, key: str, kind: str, title: str, url: str, text: str, plan: str = "", edition: str = "") -> SearchDocument:
    """Index (or index again) one document under its stable key."""
    document, _ = SearchDocument.objects.update_or_create(
        key=key, defaults={"kind": kind, "title": title[:500], "url": url, "plan": plan, "edition": edition}
    )
    SearchPassage.objects.filter(document=document).delete()
    SearchPassage.objects.bulk_create(_passages(document, text))
    return document


def put_many(entries: Sequence[Entry]) -> None:
    """As ``put``, for thousands at once: a few statements in batches instead of several for each."""
    at = timezone.now()
    for start in range(0, len(entries), BATCH):
        batch = {entry.key: entry for entry in entries[start : start + BATCH]}
        rows = [
            SearchDocument(key=key, kind=e.kind, title=e.title[:500], url=e.url, plan=e.plan, edition=e.edition, updated_at=at)
            for key, e in batch.items()
        ]
        SearchDocument.objects.bulk_create(
            rows,
            update_conflicts=True,
            unique_fields=["key"],
            update_fields=["kind", "title", "url", "plan", "edition", "updated_at"],
        )
        documents = {row.key: row for row in SearchDocument.objects.filter(key__in=batch)}
        SearchPassage.objects.filter(document__in=documents.values()).delete()
        SearchPassage.objects.bulk_create(
            [passage for key, entry in batch.items() for passage in _passages(documents[key], entry.text)], batch_size=BATCH
        )


def remove(keys: list[str]) -> None:
    for start in range(0, len(keys), BATCH):
        SearchDocument.objects.filter(key__in=keys[start : start + BATCH]).delete()


def _passages(document: SearchDocument, text: str) -> list[SearchPassage]:
    step = PASSAGE - OVERLAP
    starts = range(0, max(len(text) - OVERLAP, 1), step)
    return [
        SearchPassage(document=document, start=start, text=piece, folded=(key := fold(piece)), tokens=tokens(key))
        for start in starts
        if (piece := text[start : start + PASSAGE])
    ]
