"""What a number counts, or what it is the value of."""

from __future__ import annotations

import re

# What is given a number after its name: "rank 16", "alpha of 32".
_SETTINGS = (
    r"learning[\s_-]?rate|lr|lora[\s_-]?(?:rank|alpha|r|dropout)|rank|alpha|dropout|"
    r"(?:num(?:ber)?[\s_]?(?:of[\s_])?)?epochs?|"
    r"batch(?:[\s_-]?size)?|(?:max(?:imum)?[\s_-]?)?(?:seq(?:uence)?[\s_-]?)?length|temperature|seed|warm-?up|"
    r"weight[\s_-]?decay|momentum|top[\s_]?[kp]|folds?|chunk[\s_-]?size|r|α"
)
# The same, where nothing that is counted follows: "threshold 10 people" counts people.
_MEASURED = (
    r"threshold|limit|headcount|(?:persons?|people|crowd|visitors?|guests?|customers?)(?:\s+count)?|"
    r"occupancy|capacity|passes|rounds"
)
_LINK = (
    r"\s*(?:\(\w+\)\s*)?(?:=|:|of|is|are|to|at|was|be|should be|must be|set to|set at|about|around|~|[<>≤≥]=?|"
    r"\b(?:above|over|below|under|exceeds?|reaches|hits|max|min|up to|at most|at least|more than)\b|[rα]\s*=|"
    r"\s){0,5}\s*$"
)
_SETTING_BEFORE = re.compile(rf"(?<!\w)(?P<noun>{_SETTINGS}){_LINK}", re.IGNORECASE)
_MEASURED_BEFORE = re.compile(rf"(?<!\w)(?P<noun>{_MEASURED}){_LINK}", re.IGNORECASE)
_FILLER = (
    r"(?:(?:or\s+(?:more|less|fewer)|full|whole|more|training|different|individual|other|adult|real|distinct|"
    r"single|extra|"
    r"complete|wrong|right|correct|incorrect|bad|of\s+(?:the\s+)?|human|such|visible|simultaneous|actual|live|"
    r"total|new|additional|good|unseen)\s+){0,2}"
)
_AFTER = re.compile(rf"(?:\s+|\s*\+\s+|-(?=[A-Za-z]))[\"'*_(]?{_FILLER}(?P<noun>[A-Za-z][A-Za-z]+)", re.IGNORECASE)
_NO_NOUN = frozenset({
    "a", "about", "above", "after", "all", "also", "am", "an", "and", "any", "anyone", "anything", "are", "around",
    "as", "at", "bad", "be", "because", "been", "before", "below", "best", "better", "between", "both", "but", "by",
    "can", "correct", "cost", "could", "day", "did", "do", "does", "down", "during", "each", "either", "else",
    "enough", "even", "every", "everything", "false", "faster", "few", "for", "from", "good", "had", "has", "have",
    "he", "here", "high", "higher", "his", "how", "however", "i", "ideally", "if", "in", "incorrect", "inside",
    "into", "is", "it", "its", "just", "keep", "less", "let", "like", "longer", "low", "lower", "make", "many",
    "max", "maximum", "may", "maybe", "me", "means", "might", "min", "minimum", "more", "most", "much", "must", "my",
    "near", "need", "never", "no", "nor", "not", "now", "of", "off", "on", "once", "one", "only", "or", "otherwise",
    "our", "out", "over", "overall", "pay", "per", "perhaps", "please", "preferably", "rather", "really", "right",
    "same", "set", "shall", "she", "should", "since", "so", "some", "somewhere", "still", "such", "sure", "take",
    "than", "thanks", "that", "the", "their", "them", "then", "there", "these", "they", "thing", "things", "this",
    "those", "though", "thus", "till", "times", "to", "today", "together", "tomorrow", "too", "tops", "total",
    "true", "under", "until", "up", "use", "very", "want", "was", "we", "well", "were", "what", "when", "where",
    "whether", "which", "while", "who", "will", "with", "within", "without", "would", "wrong", "yes", "you", "your",
})  # fmt: skip


def named(text: str, start: int, since: int = 0) -> str:
    """The setting that a number at *start* is given to, or nothing; names that stand before *since* are taken.

    >>> named("LoRA with rank of 16", 18), named("I saw 3", 6)
    ('rank', '')
    """
    return _name(_SETTING_BEFORE.search(text, max(since, start - 40), start))


def noun_before(text: str, start: int, since: int = 0) -> str:
    """What a number at *start* measures, by the words before it, or nothing.

    >>> noun_before("the number of people is above 10", 30)
    'people'
    """
    return _name(_MEASURED_BEFORE.search(text, max(since, start - 40), start))


def _name(match: re.Match[str] | None) -> str:
    return re.sub(r"[\s_]+", " ", match["noun"].lower()) if match else ""


def noun_after(text: str, end: int) -> tuple[str, int]:
    """What is counted by a number that ends at *end*, or nothing; and where that word ends.

    >>> noun_after("10 more people", 2), noun_after("10 and more", 2)
    (('people', 14), ('', 2))
    """
    match = _AFTER.match(text, end)
    if match is None or match["noun"].lower() in _NO_NOUN:
        return "", end
    return match["noun"].lower(), match.end()
