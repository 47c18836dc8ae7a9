from . import clauses, relations, shelf

__all__ = ["clauses", "relations", "shelf"]
