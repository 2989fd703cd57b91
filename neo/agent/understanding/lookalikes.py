"""What has digits in it and is no quantity: addresses, dates, times of day, versions, names of models, ordinals."""

from __future__ import annotations

import re

from neo.agent.understanding.dates import IN_DAYS, ON_DAY
from neo.agent.understanding.names import ANY_NAME

# A sign that is neither of a word nor white, so that nothing is read across a hidden part.
HIDDEN = "\ufffc"

_NUMBERED_THING = (
    r"version|release|section|chapter|figure|fig|table|page|step|question|rule|level|phase|line|item|article|"
    r"paragraph|"
    r"clause|appendix|room|floor|building|camera|cam|channel|gate|door|hall|warehouse|lane|track|zone|bay|dock|aisle|till|platform|unit|store|shop|block|sector|entrance|iso|din|rfc|option|number|no\.|nr\.|ticket"
)
_PRODUCT = (
    r"gpt|chatgpt|llama|qwen|phi|gemma|mistral|claude|gemini|deepseek|python|cuda|windows|ubuntu|debian|java|node|"
    r"rtx|"
    r"office|word|usb|http|ipv|covid|tls|postgres"
)
_LOOKALIKES = (
    ANY_NAME,
    r"<[@#!][^<>\n]{1,200}>",  # Slack's mentions of people and channels
    ON_DAY,
    IN_DAYS,  # a deadline, and no duration
    r"\b\d{4}-\d\d-\d\d\b|\b\d{1,2}([./-])\d{1,2}\1(?:19|20)?\d\d\b|\b(?:0?[1-9]|[12]\d|3[01])\.(?:0?[1-9]|1[0-2])\.(?=\s|$)",
    r"(?<=\bby )\d{1,2}/\d{1,2}\b|(?<=\bon )\d{1,2}/\d{1,2}\b|(?<=\bbefore )\d{1,2}/\d{1,2}\b|\b24/7\b",
    # Times of day; "from 8 to 6 pm" too.
    r"\b(?:\d{1,2}\s*(?:-|–|to|and|until|till)\s*)?\d{1,2}(?::\d\d)?\s*(?:[ap]\.m\.|[ap]m\b|o['’]?clock\b|uhr\b)",
    r"\b\d{1,2}:\d\d(?::\d\d)?\b(?:\s*(?:-|–|to)\s*\d{1,2}:\d\d\b)?",
    # Telephone numbers.
    r"(?<!\w)\+\d[\d ()./-]{6,18}\d\b|\b0\d{2,5}[ /-]\d[\d -]{4,14}\d\b|(?<![\w$])\(?\d{3}\)?[ .-]\d{3}[ .-]\d{4}\b",
    r"(?<![\w-])\d{3}-\d{4}\b",
    r"\b\d+\.\d+\.\d+[\w.-]*|\bv\.?\s?\d+(?:\.\d+)*\b",
    rf"\b(?:{_PRODUCT})[\s-]?v?\d[\w.]*(?:[-\s]\d+b\b)?",
    rf"\b(?:{_NUMBERED_THING})\s*(?:#\s*)?\d+(?:\.\d+)*\b(?!\s*(?:%|percent|seconds?\b))|[#§]\s?\d+(?:\.\d+)*|"
    rf"(?<=\w)@\d+\b",
    # A tolerance is no count.
    r"\b(?:within|give or take|plus or minus|up to|off by)\s+(?:one|1|a single)(?:\s+(?:person|head|"
    r"guest))?\b"
    r"(?!\s*(?:[.,]\d|and a|s\b|ms\b|h\b|sec|min|hour|%|day|week|month|per\s?cent|cents?\b|ct\b|¢|penny|dollar|"
    r"buck|euro))|±\s?1\b",
    r"\btop[\s_-]?(?:k\s*=?\s*)?\d+\b",
    r"\b\d{1,3}(?:st|nd|rd|th)\b(?:\s*-?\s*percentiles?)?|\b\d{1,2}\.?\d?\s*-?percentiles?\b|\bp\s?\d\d(?:\.\d)?\b",
    # A word of letters and digits: GPT-4o, Q9, int8, Qwen2.5-0.5B; not "sub-2s", nor "USD40".
    r"\b(?!(?:sub|under|max|min|about|over|non|usd|eur|us)-?\d)[A-Za-z][A-Za-z_]*-?\d[\w.]*(?:-[\w.]*\w)*",
    r"\b\d+(?:\.\d+)?\s?(?:[kmgt]i?b|mb/s|fps|px|mp|hz|khz|mhz|ghz|bits?|b|mm|cm|km|kg|p|x|v)\b",  # other units
    r"\s{9,}",  # a gap; and no pattern has to walk it twice
    r"(?m:^)[ \t]*(?:\d{1,2}[.)]|\d:)(?=[ \t]+\S)",  # a list's numbers
)
# Each row is tried by itself, so that a row may refer back to a group of its own.
_PATTERNS = tuple(re.compile(row, re.IGNORECASE) for row in _LOOKALIKES)


def hide(text: str) -> str:
    """The text, as long as before, with each such part written over.

    >>> hide("Python 3.11 in 2 s").replace(HIDDEN, "-")
    '----------- in 2 s'
    """
    for pattern in _PATTERNS:
        text = pattern.sub(lambda match: HIDDEN * len(match[0]), text)
    return text
