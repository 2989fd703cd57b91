"""Asking a person for labels: the list that Neo posts, and the numbers that a person answers."""

from __future__ import annotations

import re
from collections.abc import Sequence

from text_to_num import alpha2digit

from neo.domain.posts import Attachment, Button, Post

# "1: 4, 2 = 7, #3 is 0, 4) 12", whatever stands between the pairs; and bare numbers in the order of the list.
_PAIR = re.compile(r"#?(\d{1,3})\s*(?:[:=)]|is|has|shows|->|→)\s*(\d{1,6}\b|\?|(?:none|nobody|skip)\b)", re.IGNORECASE)
_BARE = re.compile(r"^\s*(?:\d{1,6}|\?)(?:[\s,;]+(?:\d{1,6}|\?))+\s*[.!]?\s*$")
_BETWEEN = re.compile(r"[\s,;.&!]+|\band\b|\bpictures?\b|\bimages?\b|\bframes?\b|\bno\b\.?", re.IGNORECASE)
_NOTHING = {"none": 0, "nobody": 0}
_UNSURE = ("?", "skip")
_SUCH = "_1: 4, 2: 7_"
CHOOSING = "is looking for the pictures that tell most; where there is no recording it makes one first…"


def values_in(text: str, count: int) -> dict[int, int] | None:
    """The number for each item of a list of *count* that a message gives; None when it says nothing of the kind.

    An item that is left out, or answered with "?" or "skip", has no label.

    >>> values_in("1: 4, 2: 7 and 3: nobody", 3)
    {1: 4, 2: 7, 3: 0}
    >>> values_in("1: 4, 2: ?", 3)
    {1: 4}
    >>> values_in("4 7 0", 3)
    {1: 4, 2: 7, 3: 0}
    >>> values_in("it must hold for 3 seconds", 3) is None
    True
    """
    words = alpha2digit(text, "en")
    if pairs := _PAIR.findall(words):
        rest = _BETWEEN.sub("", _PAIR.sub("", words))
        if rest:
            return None
        told = {int(place): said.lower() for place, said in pairs}
    elif _BARE.match(words):
        row = re.findall(r"\d{1,6}|\?", words)
        if len(row) != count:
            return None
        told = dict(enumerate(row, 1))
    else:
        return None
    return {
        place: _NOTHING.get(one, int(one) if one.isdigit() else 0) for place, one in told.items() if one not in _UNSURE
    }


def misread(text: str, count: int) -> str:
    """What is wrong with a message that looks like labels of *count* items and is none; empty when it looks like none.

    >>> misread("4 7 0", 12)
    'That is 3 numbers for 12 pictures. Give one for each, or say which is which, such as _1: 4, 2: 7_.'
    >>> misread("1: 4, 2: many", 3)
    'I cannot read "2:many" as a count. Nothing is changed; write it such as _1: 4, 2: 7_.'
    >>> misread("what is a golden set?", 3)
    ''
    """
    words = alpha2digit(text, "en")
    if _BARE.match(words):
        told = len(re.findall(r"\d{1,6}|\?", words))
        return (
            f"That is {told} numbers for {count} pictures. Give one for each, or say which is which, such as {_SUCH}."
        )
    if _PAIR.match(words.strip()):
        rest = _BETWEEN.sub("", _PAIR.sub("", words))
        return f'I cannot read "{rest[:60]}" as a count. Nothing is changed; write it such as {_SUCH}.' if rest else ""
    return ""


def offer(questions: Sequence[str], pictures: Sequence[Attachment], batch: str) -> Post:
    """The list with its pictures, numbered in the order in which they are attached."""
    lines = [
        f"To judge by I need your count of these {len(questions)} pictures; I chose those that tell most.",
        *(f"{number}. {question}" for number, question in enumerate(questions, 1)),
        HOW,
    ]
    buttons = (Button("Show other pictures", "other_pictures", batch),)
    return Post("question", "\n".join(lines), buttons=buttons, attachments=tuple(pictures))


WAITING = "I wait for your counts of the pictures above. "
HOW = (
    "Answer with the numbers in their order, such as _4 7 0 ..._, or by picture, such as _1: 4, 2: 7_; "
    "_?_ leaves one out. What you answer is the golden set."
)


def taken(labels: int, count: int) -> str:
    """What Neo says of a person's labels."""
    left = count - labels
    tail = f"; {left} left out" if left else ""
    return f"Thank you: {labels} of {count} counted{tail}. They are the golden set; I go on with it."
