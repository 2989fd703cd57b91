"""Proposed golden questions in words: the list that Neo posts, and what a person answers to it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from neo.domain.posts import Button, Post
from neo.skill import Proposal

SHOWN_CHARS = 220
MOST_NUMBERS = 999  # that one range names
_POLITE = re.compile(r"^(?:please|ok|okay|yes|neo)[\s,:]+|[.!\s]+$|\s+please$", re.IGNORECASE)
_NONE = re.compile(r"(?:keep |take |use )?(?:none|nothing)(?: of (?:them|these))?|(?:drop|remove) (?:all|them all)")
# A choice is words of these kinds and no others; each alternative's name is its kind.
_TOKEN = re.compile(
    r"(?P<range>\d{1,6}\s*(?:-|\u2013|to)\s*\d{1,6}(?!\d))|(?P<one>\d{1,6}(?!\d))|(?P<keep>(?:keep|take|use)\b)"
    r"|(?P<drop>(?:drop|remove|delete|without|discard|except|but not|but)\b)"
    r"|(?P<all>(?:all of them|them all|all|everything|the rest|the others)\b)"
    r"|(?P<between>[\s,;.&]+|(?:and|then|questions?|numbers?)\b)"
)


def selection(text: str, count: int) -> frozenset[int] | None:
    """The numbers that a message keeps of a list of *count*; None when it says nothing of the kind.

    Only what is dropped: all others are kept. Numbers beyond the list stay in, so that the caller can name them.

    >>> sorted(selection("keep 1-5, 8, drop 3", 9)), sorted(selection("Drop 2 please.", 3))
    ([1, 2, 4, 5, 8], [1, 3])
    >>> selection("keep it under 2 seconds", 9) is None
    True
    """
    bare = text.strip().lower()
    for _ in range(3):
        bare = _POLITE.sub("", bare)
    if _NONE.fullmatch(bare):
        return frozenset()
    parts = _parts(bare, count)
    if parts is None:
        return None
    kept = frozenset().union(*(numbers for keeps, numbers in parts if keeps))
    dropped = frozenset().union(*(numbers for keeps, numbers in parts if not keeps))
    everything = frozenset(range(1, count + 1))
    return (kept if any(keeps for keeps, _ in parts) else everything) - dropped | (dropped - everything)


def offer(proposals: Sequence[Proposal], batch: str, own: int) -> Post:
    """The numbered list.

    Args:
        batch: The list's id, which the buttons carry.
        own: How many golden questions the person gave.
    """
    have = f"Your golden set has {own} questions; more would tell configurations apart better." if own else NO_OWN
    lines = [
        f"{have} From your documents I propose these {len(proposals)}:",
        *(_line(number, one) for number, one in enumerate(proposals, 1)),
        HOW.format(method=METHODS["model" if any(one.method == "model" for one in proposals) else "template"]),
    ]
    buttons = (
        Button("Keep all", "keep_questions", batch, style="primary"),
        Button("None", "drop_questions", batch),
    )
    return Post("question", "\n".join(lines), buttons=buttons)


NO_OWN = "There are no golden questions yet."
METHODS = {
    "template": "made by rule from single sentences, in the documents' own words, which flatters searching by words",
    "model": "written by the language model, each checked to be quoted from your documents",
}
HOW = (
    "They are {method}; questions that people really ask are better, and you can send such a file at any time.\n"
    "Say for example _keep 1-5, 8_ or _drop 3_, or press a button; only what you keep counts, and it is called "
    "synthetic wherever it is counted."
)


def taken(kept: int, count: int) -> str:
    """What Neo says of a person's choice."""
    if not kept:
        return "None of them counts. Please send golden questions of your own, or say which to keep after all."
    noun = "question" if kept == 1 else "questions"
    return f"Kept {kept} of {count}: they join the golden set as synthetic {noun}. I read everything again."


def _line(number: int, one: Proposal) -> str:
    evidence = " ".join(one.evidence.split())
    answer = "" if one.answer == evidence else f" *{one.answer}*"
    shown = evidence if len(evidence) <= SHOWN_CHARS else evidence[: SHOWN_CHARS - 1] + "\u2026"
    return f"{number}. {one.question}{answer}\n   _{shown}_ ({one.document})"


Part = tuple[bool, frozenset[int]]


def _parts(bare: str, count: int) -> list[Part] | None:
    """Each verb with its numbers, True for one that keeps; None when the text is anything but verbs and numbers."""
    parts: list[Part] = []
    at = 0
    while at < len(bare):
        match = _TOKEN.match(bare, at)
        if match is None or (not parts and match.lastgroup not in ("keep", "drop")):
            return None
        at = match.end()
        if match.lastgroup in ("keep", "drop"):
            parts.append((match.lastgroup == "keep", frozenset()))
        elif match.lastgroup != "between":
            parts[-1] = (parts[-1][0], parts[-1][1] | _numbers(match, count))
    return parts if parts and all(numbers for _, numbers in parts) else None


def _numbers(match: re.Match[str], count: int) -> frozenset[int]:
    if match["all"]:
        return frozenset(range(1, count + 1))
    edges = [int(number) for number in re.findall(r"\d+", match[0])]
    low, high = min(edges), max(edges)
    return frozenset(range(low, min(high, low + MOST_NUMBERS) + 1))
