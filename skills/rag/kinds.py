"""What type a question is, so that a report can say which types fail."""

from __future__ import annotations

import re
from collections.abc import Mapping

OTHER = "other"

# The first that matches counts: "how many" goes before "how".
_KINDS: Mapping[str, re.Pattern[str]] = {
    name: re.compile(pattern, re.IGNORECASE)
    for name, pattern in {
        "number": r"\bhow (many|much|long|often|far|old|large|big|high|fast)\b|\bwhat (percentage|share|number)\b",
        "when": r"\bwhen\b|\b(what|which) (year|date|day|month|time)\b",
        "who": r"\bwho(m|se)?\b",
        "where": r"\bwhere\b|\b(what|which) (place|country|city|location)\b",
        "why": r"\bwhy\b|\bfor what reason\b",
        "how": r"\bhow\b",
        "which": r"\bwhich\b",
        "what": r"\bwhat\b",
        "yes or no": r"^(is|are|was|were|do|does|did|can|could|may|must|should|has|have|had|will|would)\b",
    }.items()
}


def kind_of(question: str) -> str:
    """The type of an English question by its asking word; ``other`` for everything else.

    >>> kind_of("By how many hours must it be booked?"), kind_of("Is it insured?"), kind_of("Wie lange?")
    ('number', 'yes or no', 'other')
    """
    return next((name for name, pattern in _KINDS.items() if pattern.search(question.strip())), OTHER)
