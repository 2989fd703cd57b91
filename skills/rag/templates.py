"""Questions from sentences without any model: few forms, each sure to be grammatical and answered by the sentence."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from pathlib import PurePath

from skills.rag.passages import Passage
from skills.rag.runtime.lexical import terms_of

BLANK = "____"
MOST_SUBJECT_WORDS = 7
_VERB = (
    r"(?:is|are|was|were|must|may|can|cannot|shall|should|will|needs?|has|have|takes?|costs?|goes|go|gets?|stays?|"
    r"applies|apply|requires?)"
)
_SUBJECT = re.compile(rf"^(?P<subject>[^,;:()]+?)\s+{_VERB}\b")
# A subject that begins like this says when or how much, not of what.
_NO_SUBJECT = re.compile(
    r"^(?:if|when|while|where|after|before|until|once|since|because|for|with|without|in|on|at|from|to|by|as|nobody|"
    r"nothing|everyone|everybody|who|whoever|what|which|only|no|not|please|do|we|you|i|each of|all of|both|either)\b",
    re.IGNORECASE,
)
_UNITS = (
    r"(?:%|per ?cent|euros?|dollars?|eur|usd|kg|kilograms?|kilometres?|km|metres?|m|cm|mm|hours?|minutes?|seconds?|"
    r"(?:working |calendar )?days?|weeks?|months?|years?|degrees?|pieces?|pallets?|times)"
)
# What may be left blank, the surest first: a quantity, a code, words in quotes.
_BLANKS = tuple(
    re.compile(pattern)
    for pattern in (
        rf"(?:[$\u20ac]\s?)?\b\d[\d,.:]*(?<![,.:])(?:\s?{_UNITS}\b)?",
        r"(?<=\s)[A-Z]{1,4}-?\d+\b",
        r"(?<=[\"\u201c])[^\"\u201c\u201d]{3,40}(?=[\"\u201d])",
    )
)


def question_of(passage: Passage, others: Sequence[Passage]) -> tuple[str, str] | None:
    """A question and its answer from one sentence; None when no form fits.

    Args:
        passage: The sentence.
        others: All sentences of the corpus: a question that another sentence answers too is none.
    """
    return _about(passage, others) or _cloze(passage)


def title_of(name: str) -> str:
    """A document's name as words.

    >>> title_of("returns-handbook.docx")
    'returns handbook'
    """
    return re.sub(r"[-_.\s]+", " ", PurePath(name).stem).strip()


def _about(passage: Passage, others: Sequence[Passage]) -> tuple[str, str] | None:
    """What is said of the sentence's subject, where no other sentence of the document speaks of it first."""
    subject = _subject(passage)
    if subject is None:
        return None
    key = _key(subject)
    same = [one for one in others if one.document.name == passage.document.name and _key(_subject(one) or "") == key]
    if not key or len(same) > 1:
        return None
    first = subject.split()[0]
    is_code = len(first) > 1 and first.isupper()
    lowered = subject if is_code else subject[0].lower() + subject[1:]
    return f"What does the document \u201c{title_of(passage.document.name)}\u201d say about {lowered}?", passage.line


def _subject(passage: Passage) -> str | None:
    match = _SUBJECT.match(passage.line)
    if match is None or _NO_SUBJECT.match(match["subject"]):
        return None
    words = match["subject"].split()
    # "The area" means one that was named before; one word alone, such as "Trucks", is spoken of in too many places.
    means_another = words[0].lower() == "the" and len(terms_of(match["subject"])) < 2
    return match["subject"] if 2 <= len(words) <= MOST_SUBJECT_WORDS and not means_another else None


def _cloze(passage: Passage) -> tuple[str, str] | None:
    """The sentence with a gap; only what stands in it once is left out, else the rest would give it away."""
    for pattern in _BLANKS:
        for match in pattern.finditer(passage.line):
            answer = match[0].strip()
            if answer and Counter(re.findall(r"\w+", passage.line))[answer.split()[0]] <= 1:
                gapped = passage.line[: match.start()] + BLANK + passage.line[match.end() :]
                return f"What belongs into the gap: \u201c{gapped}\u201d", answer
    return None


def _key(text: str) -> tuple[str, ...]:
    return tuple(sorted(terms_of(text)))
