"""How much a language model can be shown: prompts that fit it, and what is done when its server says that one did not.

No tokenizer of the model is at hand (an endpoint's is not even known), so tokens are counted from above: a prompt that
is too short loses a line, one that is too long loses the answer.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeVar

from .answers import Complete, Completion, Hit
from .documents import Chunk

UNTOLD_TOKENS = 4_096 - 300  # of a model that does not say: what small servers allow by default, less an answer
TEMPLATE_TOKENS = 48  # what a chat template puts around two messages
LEAST_TOKENS = 24  # a piece that would be cut to less says nothing, and is dropped
MARGIN = 1.05  # so that 360 pieces of six papers had at most .97 of it in tokens of SmolLM2, .74 on average
LETTERS, CAPITALS = 4, 2  # letters a token in words, and in words of capitals

_PART = re.compile(r"[A-Z]{2,}(?![a-z])|[A-Za-z]+| {2,}| (?=\d)|[^A-Za-z ]")
_TOO_LONG = re.compile(
    r"context[ _-](?:size|length|window)|maximum (?:model |input )?length|too many tokens|prompt is too long"
    r"|input tokens exceed",
    re.IGNORECASE,
)

Shown = TypeVar("Shown")


def prompt_tokens(complete: Complete) -> int:
    """Most tokens of a prompt: what the model says in its attribute ``prompt_tokens``, else UNTOLD_TOKENS."""
    return int(getattr(complete, "prompt_tokens", UNTOLD_TOKENS))


def count_tokens(text: str) -> int:
    """How many tokens a text has, counted from above: digits, marks, and bytes of other letters are one each.

    >>> count_tokens("Take the international train at 10.30!")
    15
    """
    return int(MARGIN * sum(_size(match.group()) for match in _PART.finditer(text)) + 0.999)


def shortened(text: str, most_tokens: int) -> str:
    """The longest beginning of a text that has at most so many tokens, up to the end of a word where it has one."""
    if count_tokens(text) <= most_tokens:
        return text
    total, end = 0, 0
    for match in _PART.finditer(text):
        total += _size(match.group())
        if MARGIN * total + 0.999 > most_tokens:
            end = match.start()
            break
    at_word = text[:end].rfind(" ")
    return text[: at_word if at_word > end // 2 else end].rstrip()


def fitted(hits: Sequence[Hit], most_tokens: int, dressed: Callable[[int, Chunk], str]) -> list[Hit]:
    """The first hits that have room, the last of them cut to what is left.

    Args:
        hits: Best first.
        most_tokens: Room for all of them.
        dressed: How a piece stands in the prompt, by its number and itself.
    """
    shown: list[Hit] = []
    left = most_tokens
    for number, hit in enumerate(hits, 1):
        needed = count_tokens(dressed(number, hit.chunk))
        if needed > left:
            frame = count_tokens(dressed(number, replace(hit.chunk, text="")))
            chunk = _cut_short(hit.chunk, left - frame)
            return [*shown, Hit(chunk, hit.score)] if chunk is not None else shown
        shown.append(hit)
        left -= needed
    return shown


def beginning(chunk: Chunk, length: int) -> Chunk:
    """The first *length* characters of a chunk, as a chunk."""
    end = chunk.start + length
    pages = tuple(page for page in chunk.page_starts if page < end)
    name = f"{chunk.document}:{chunk.start}-{end}"
    return replace(chunk, id=name, end=end, text=chunk.text[:length], page_starts=pages)


def ask_within(complete: Complete, system: str, worded: Callable[[int], tuple[str, Shown]]) -> tuple[Completion, Shown]:
    """Ask with a prompt that fits the model; once more with half of it where the server finds it too long.

    Args:
        complete: The model.
        system: Standing orders.
        worded: Takes the tokens that the user text may have; gives the text, and what of it the caller needs.

    Raises:
        Exception: whatever the model raises, also for a prompt that is too long even then.
    """
    text, shown = worded(prompt_tokens(complete) - count_tokens(system) - TEMPLATE_TOKENS)
    try:
        return complete(system, text), shown
    except Exception as error:
        if not is_too_long(error):
            raise
    text, shown = worded(count_tokens(text) // 2)
    return complete(system, text), shown


def is_too_long(error: Exception) -> bool:
    """Whether a server refused a prompt for its length; each kind of server has its own words for it.

    >>> is_too_long(ValueError("request (5355 tokens) exceeds the available context size (4096 tokens)"))
    True
    """
    return _TOO_LONG.search(str(error)) is not None


def _size(part: str) -> int:
    if not part.isascii():
        return len(part.encode("utf-8", "surrogatepass"))
    if part[0].isalpha():
        return -(-len(part) // (CAPITALS if len(part) > 1 and part.isupper() else LETTERS))
    return 1


def _cut_short(chunk: Chunk, most_tokens: int) -> Chunk | None:
    if most_tokens < LEAST_TOKENS:
        return None
    text = shortened(chunk.text, most_tokens)
    return beginning(chunk, len(text)) if text else None
