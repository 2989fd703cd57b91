"""How much of the field a person knows, as far as their words and touches show; they see it, and correct it.

The estimate changes wording alone. It starts in the middle, and moves only on evidence.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """For whom Neo writes."""

    NOVICE = "novice"
    PRACTITIONER = "practitioner"
    EXPERT = "expert"


# Words, and how far one of them moves the estimate: the field's own words up, words of not knowing the field down.
WORDS: tuple[tuple[str, float], ...] = (
    (
        r"ndcg|mrr|recall@\d+|bm25|cross-?encoder|re-?rank\w*|hybrid (?:search|retrieval)|chunk(?:ing|er)s?|top[- "
        r"_]?k|hyde",
        1.0,
    ),
    (
        r"lora|qlora|learning rate|\blr\b|warm-?up|hyper-?parameters?|hold-?out|k-?fold|ablation|bootstrap|faiss|hnsw",
        1.0,
    ),
    (r"mAP|\biou\b|\bnms\b|yolo\w*|bounding box(?:es)?|rtsp|onnx|fp16|int8|quanti[sz]\w+|inference|tokeni[sz]\w+", 0.8),
    (
        r"embeddings?|vector (?:store|db|database)|retriev\w+|\brag\b|fine-?tun\w+|epochs?|p9[059]|latency|\bf1\b|"
        r"precision",
        0.5,
    ),
    (r"api|endpoint|json\w*|csv|docker|gpu|deploy\w*|tokens?|dataset|llm", 0.2),
    (
        r"not (?:very |at all |really )?technical|no (?:technical|programming) (?:background|skills?)|for dummies|"
        r"layman",
        -1.5,
    ),
    (
        r"i (?:really )?(?:don['’]?t|do not) (?:understand|get)|no idea what|what does .{1,30} mean|in (?:plain|"
        r"simple) words",
        -0.8,
    ),
    (
        r"(?:the )?(?:ai|computer|robot|machine|system) thing|some kind of (?:ai|robot)|you (?:guys|people) know "
        r"better",
        -0.5,
    ),
)
# What a person does, and how far it moves the estimate.
TOUCHES: Mapping[str, tuple[float, str]] = {
    "asked_meaning": (-0.6, "asked what a word means"),
    "took_all": (-0.2, "took all recommendations at once"),
    "corrected": (0.3, "corrected a technical value"),
    "opened_space": (0.4, "asked for the figures behind a document"),
}
NOVICE_BELOW, EXPERT_FROM = -0.5, 1.5
MOST_EVIDENCE = 12


@dataclass(frozen=True)
class Estimate:
    """A level and what it rests on; *said* when the person named it themselves."""

    level: Level
    evidence: tuple[str, ...] = ()
    said: bool = False


def signs(text: str) -> list[tuple[str, float]]:
    """The words of a message that tell something, each with how far it moves the estimate.

    >>> signs("hybrid retrieval with a reranker")[0]
    ('hybrid retrieval', 1.0)
    """
    found: dict[str, float] = {}
    for pattern, weight in WORDS:
        for match in re.finditer(rf"(?<!\w)(?:{pattern})(?!\w)", text, re.IGNORECASE):
            found.setdefault(match[0].lower(), weight)
    return list(found.items())


def estimate(evidence: Sequence[tuple[str, float]], said: str = "") -> Estimate:
    """The level that evidence speaks for; what the person says of themselves decides.

    Args:
        evidence: Words or touches with their weights, oldest first; the same one counts once.
        said: The level that the person named; empty when they named none.
    """
    once = dict(evidence)
    shown = tuple(list(once)[-MOST_EVIDENCE:])
    if said:
        return Estimate(Level(said), shown, said=True)
    total = sum(once.values())
    level = Level.NOVICE if total <= NOVICE_BELOW else Level.EXPERT if total >= EXPERT_FROM else Level.PRACTITIONER
    return Estimate(level, shown)


def in_words(one: Estimate) -> str:
    """The estimate as its person reads it."""
    if one.said:
        return f"I write for a *{one.level}*, as you told me."
    because = f"; I noticed: {', '.join(one.evidence)}" if one.evidence else "; you have shown me nothing else yet"
    return (
        f"I write for a *{one.level}*{because}. It changes my wording alone. "
        "Say _I am a beginner_, _I am a practitioner_ or _I am an expert_ to change it."
    )
