from . import clauses, links, parts, relations, shelf, texts

__all__ = ["clauses", "links", "parts", "relations", "shelf", "texts"]
