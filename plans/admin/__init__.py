from . import clauses, links, parts, relations, shelf, texts, turns

__all__ = ["clauses", "links", "parts", "relations", "shelf", "texts", "turns"]
