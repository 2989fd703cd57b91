"""Labelled sayings: messages of people, with marks at the words that say something of a slot.

One message a line of a skill's ``sayings.txt``. A mark is ``{label|words}``, or ``{label=value|words}`` where the words
give a value:

| label | what the words do |
| --- | --- |
| a slot's name | say something of it |
| ``unknown:`` and a slot's name | say that it is not known, or does not matter |
| ``talk`` | need no answer |
| ``ask`` | ask Neo something |

Words without a mark tell what the system is for, or how things are. A line that begins with ``#`` is a comment.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from neo.agent.understanding.clauses import sentences

UNKNOWN, TALK, ASK, NONE, ABOUT = "unknown", "talk", "ask", "none", "about:"
_MARK = re.compile(r"\{([^{}|]+)\|([^{}|]*)\}")


@dataclass(frozen=True)
class Mark:
    """A stretch of a text, from *start* to *end*, and its labels."""

    labels: tuple[str, ...]
    start: int
    end: int


@dataclass(frozen=True)
class Labelled:
    """A sentence with its marks, in order, that cover all of it."""

    text: str
    marks: tuple[Mark, ...]


def labels_of(label: str, value: str) -> tuple[str, ...]:
    """All that a mark says: the slot, its value, and what it is about even where no value is known.

    >>> labels_of("privacy", "here"), labels_of("unknown:users", ""), labels_of("talk", "")
    (('privacy', 'privacy=here', 'about:privacy'), ('unknown', 'about:users'), ('talk',))
    """
    kind, _, about = label.partition(":")
    if about:
        return (kind, f"{ABOUT}{about}")
    if kind in (TALK, ASK, NONE, UNKNOWN):
        return (kind,)
    return (kind, f"{kind}={value}", f"{ABOUT}{kind}") if value else (kind, f"{ABOUT}{kind}")


def saying(line: str) -> Labelled:
    """Read one line.

    >>> [(mark.labels[0], mark.start, mark.end) for mark in saying("within {latency=2|two seconds}").marks]
    [('none', 0, 7), ('latency', 7, 18)]
    """
    text, marks, last = "", [], 0
    for match in _MARK.finditer(line):
        before = line[last : match.start()]
        if before:
            marks.append(Mark((NONE,), len(text), len(text) + len(before)))
        text += before
        label, _, value = match[1].partition("=")
        marks.append(Mark(labels_of(label.strip(), value.strip()), len(text), len(text) + len(match[2])))
        text += match[2]
        last = match.end()
    if rest := line[last:]:
        marks.append(Mark((NONE,), len(text), len(text) + len(rest)))
    return Labelled(text + rest, tuple(marks))


def sayings(text: str) -> list[Labelled]:
    """The sentences of a file's text."""
    lines = (line.strip() for line in text.splitlines())
    return [one for line in lines if line and not line.startswith("#") for one in _sentences(saying(line))]


def under_headings(text: str) -> dict[str, list[str]]:
    """The lines of a file by the first words of the comment above them, up to a colon."""
    found: dict[str, list[str]] = {}
    heading = ""
    for line in filter(None, map(str.strip, text.splitlines())):
        if line.startswith("#"):
            heading = line.strip("# ").partition(":")[0]
        else:
            found.setdefault(heading, []).append(line)
    return found


def openings(text: str) -> list[str]:
    """The first messages of projects that a file of sayings holds, as people write them."""
    return [saying(line).text for line in under_headings(text).get("openings", [])]


def whole(text: str, *labels: str) -> Labelled:
    """A sentence that has the same labels from end to end."""
    return Labelled(text, (Mark(labels, 0, len(text)),))


def _sentences(one: Labelled) -> list[Labelled]:
    found = []
    for part in sentences(one.text):
        end = part.start + len(part.text)
        marks = [
            Mark(mark.labels, max(mark.start, part.start) - part.start, min(mark.end, end) - part.start)
            for mark in one.marks
            if mark.start < end and mark.end > part.start
        ]
        found.append(Labelled(part.text, tuple(marks)))
    return found
