"""The search index: documents, and their passages as neutral bigram tokens.

SQLite keeps the tokens of a passage in an FTS5 table of the same row numbers; PostgreSQL in a ``tsvector`` column with a
GIN index. Both are made by the migration ``search_index`` because Django has no portable field for them.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _


class SearchDocument(models.Model):
    """One findable thing. ``key`` is its stable name ("clause:kyodo/2022/7.1"), ``url`` where it is read."""

    key = models.CharField(max_length=200, unique=True)
    kind = models.CharField(max_length=40)
    plan = models.CharField(max_length=60, blank=True)
    edition = models.CharField(max_length=60, blank=True)
    title = models.CharField(max_length=500)
    url = models.CharField(max_length=300)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("検索の見出し")
        verbose_name_plural = _("検索の見出し")
        indexes = [models.Index(fields=["plan", "edition", "kind"], name="search_facets")]

    def __str__(self) -> str:
        return self.key


class SearchPassage(models.Model):
    """At most 4,000 characters of a document, overlapping its neighbours. ``text`` is as stored, ``folded`` the search key."""

    document = models.ForeignKey(SearchDocument, on_delete=models.CASCADE, related_name="passages")
    start = models.PositiveIntegerField()
    text = models.TextField()
    folded = models.TextField()
    tokens = models.TextField()

    class Meta:
        verbose_name = _("検索の本文")
        verbose_name_plural = _("検索の本文")
        constraints = [models.UniqueConstraint(fields=["document", "start"], name="search_passage_start")]

    def __str__(self) -> str:
        return f"{self.document_id}@{self.start}"
