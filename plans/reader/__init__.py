"""Reading a plan document: bytes in, a ``Document`` out. Knows nothing of the database.

``read(data)`` judges everything and writes nothing; ``ReadingRefused`` carries a message for people.
"""

from .document import Check, Clause, Document, Indicator, Issue, SetAside, Term
from .errors import ReadingRefused

__all__ = ["Check", "Clause", "Document", "Indicator", "Issue", "ReadingRefused", "SetAside", "Term"]
