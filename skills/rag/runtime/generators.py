"""From hits to answers: quoting the best sentences, or asking a language model that sees the hits."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from .answers import NOT_FOUND, Answer, Complete, Embed, Hit, source_of
from .lexical import LexicalIndex
from .prompts import PROMPTS, passage
from .room import ask_within, beginning, count_tokens, fitted
from .sentences import Sentence, sentences_of

PRESELECTED = 8  # sentences of a question that are embedded; embedding all would take a second
RANK_WEIGHT = 0.1  # how much a sentence of the first hit is ahead of one of the last
_CITED = re.compile(r"\s*\[(\d{1,2})\]")


@dataclass(frozen=True)
class Tools:
    """What a generator may use; ``embed`` and ``complete`` are None where there is none."""

    lexical: LexicalIndex
    embed: Embed | None
    complete: Complete | None


Questions = Sequence[str]
Hits = Sequence[Sequence[Hit]]
Generate = Callable[[Questions, Hits, Mapping[str, Any], Tools], list[Answer]]


def extract(questions: Questions, hits: Hits, config: Mapping[str, Any], tools: Tools) -> list[Answer]:
    """Quote the one to three sentences that fit a question best.

    A sentence's support is a mix of two numbers in [0, 1]: the share of the question's terms that it has, each
    weighed by its rarity, and the cosine of the two embeddings. ``lexical_weight`` 1 needs no embedder.
    """
    chosen = [_preselected(question, found, tools.lexical) for question, found in zip(questions, hits, strict=True)]
    cosines = _cosines(questions, chosen, config["lexical_weight"], tools.embed)
    answers = []
    for sentences, near in zip(chosen, cosines, strict=True):
        weight = config["lexical_weight"] if near is not None else 1.0
        values = near if near is not None else [0.0] * len(sentences)
        support = [weight * item.overlap + (1 - weight) * value for item, value in zip(sentences, values, strict=True)]
        answers.append(_quoted(sentences, support, config))
    return answers


def ask_model(questions: Questions, hits: Hits, config: Mapping[str, Any], tools: Tools) -> list[Answer]:
    """Let a language model answer from the hits; what it cites becomes the sources.

    Raises:
        ValueError: there is no language model.
    """
    if tools.complete is None:
        raise ValueError("The generator 'llm' needs a language model, and none was given: pass `complete`.")
    return [
        _asked(question, found, config, tools, tools.complete) for question, found in zip(questions, hits, strict=True)
    ]


@dataclass(frozen=True)
class _Candidate:
    sentence: Sentence
    overlap: float
    prior: float


def _preselected(question: str, hits: Sequence[Hit], lexical: LexicalIndex) -> list[_Candidate]:
    seen: set[tuple[str, int]] = set()
    found = []
    for rank, hit in enumerate(hits):
        for sentence in sentences_of(hit.chunk):
            place = (sentence.chunk.document, sentence.end)
            if place not in seen:  # overlapping chunks share sentences
                seen.add(place)
                prior = RANK_WEIGHT * (1 - rank / len(hits))
                found.append(_Candidate(sentence, _overlap(question, sentence.text, lexical), prior))
    found.sort(key=lambda item: -(item.overlap + item.prior))
    return found[:PRESELECTED]


def _overlap(question: str, sentence: str, lexical: LexicalIndex) -> float:
    """Share of the question's terms that the sentence has, each weighed by its rarity; in [0, 1]."""
    asked = set(lexical.terms(question))
    total = sum(lexical.rarity(term) for term in asked)
    if not total:
        return 0.0
    return sum(lexical.rarity(term) for term in asked & set(lexical.terms(sentence))) / total


def _cosines(
    questions: Questions, chosen: Sequence[Sequence[_Candidate]], lexical_weight: float, embed: Embed | None
) -> list[list[float] | None]:
    """Cosine of each preselected sentence with its question, all questions in one call; None without an embedder."""
    if embed is None or lexical_weight >= 1:
        return [None] * len(questions)
    texts = list(dict.fromkeys([*questions, *(item.sentence.words for row in chosen for item in row)]))
    place = {text: row for row, text in enumerate(texts)}
    vectors = embed(texts)
    rows: list[list[float] | None] = []
    for question, row in zip(questions, chosen, strict=True):
        found = vectors[[place[item.sentence.words] for item in row]] @ vectors[place[question]]
        rows.append([float(value) for value in np.clip(found, 0, 1)])
    return rows


def _quoted(candidates: Sequence[_Candidate], support: Sequence[float], config: Mapping[str, Any]) -> Answer:
    if not candidates or max(support) < config["refuse_below"]:
        return Answer(NOT_FOUND, (), False)
    order = sorted(range(len(candidates)), key=lambda i: -(support[i] + candidates[i].prior))
    best = order[: config["answer_sentences"]]
    text = " ".join(candidates[i].sentence.words for i in best)
    return Answer(text, tuple(source_of(candidates[i].sentence, support[i]) for i in best), True)


def _asked(question: str, hits: Sequence[Hit], config: Mapping[str, Any], tools: Tools, complete: Complete) -> Answer:
    chosen = _within(hits, config["context_chars"])
    if not chosen:
        return Answer(NOT_FOUND, (), False)
    prompt = PROMPTS[config["prompt"]]

    def worded(most_tokens: int) -> tuple[str, list[Hit]]:
        left = most_tokens - count_tokens(prompt.user(question, []))
        shown = CONTEXT_ORDERS[config["context_order"]](fitted(chosen, left, passage))
        return prompt.user(question, [hit.chunk for hit in shown]), shown

    reply, shown = ask_within(complete, prompt.system, worded)
    text = prompt.read(reply.text)
    if text is None:
        return Answer(NOT_FOUND, (), False, cost_usd=reply.cost_usd)
    cited = sorted({int(number) for number in _CITED.findall(text)} & set(range(1, len(shown) + 1)))
    used = [shown[number - 1] for number in cited] or shown
    quotes = [best for hit in used if (best := _best_sentence(text, hit, tools.lexical)) is not None]
    sources = tuple(source_of(item.sentence, item.overlap) for item in quotes)
    return Answer(_CITED.sub("", text).strip(), sources, True, cost_usd=reply.cost_usd)


def _within(hits: Sequence[Hit], most_chars: int) -> list[Hit]:
    """The first hits that fit into the context; a first one that does not alone, such as merged ones, is cut."""
    shown: list[Hit] = []
    used = 0
    if hits and len(hits[0].chunk.text) > most_chars:
        at_word = hits[0].chunk.text.rfind(" ", most_chars // 2, most_chars)
        return [Hit(beginning(hits[0].chunk, at_word if at_word > 0 else most_chars), hits[0].score)]
    for hit in hits:
        used += len(hit.chunk.text)
        if shown and used > most_chars:
            break
        shown.append(hit)
    return shown


def _by_position(hits: list[Hit]) -> list[Hit]:
    """As in the documents, the document of the best hit first."""
    documents = list(dict.fromkeys(hit.chunk.document for hit in hits))
    return sorted(hits, key=lambda hit: (documents.index(hit.chunk.document), hit.chunk.start))


def _best_at_ends(hits: list[Hit]) -> list[Hit]:
    """The best first, the second last, and so on inwards: what stands in the middle is read least."""
    return hits[::2] + hits[1::2][::-1]


Order = Callable[[list[Hit]], list[Hit]]
CONTEXT_ORDERS: Mapping[str, Order] = {"score": list, "position": _by_position, "ends": _best_at_ends}


def _best_sentence(answer: str, hit: Hit, lexical: LexicalIndex) -> _Candidate | None:
    return next(iter(_preselected(answer, [hit], lexical)), None)


@dataclass(frozen=True)
class Generator:
    """How answers are made, and whether a language model is needed."""

    generate: Generate
    needs_model: bool


GENERATORS: Mapping[str, Generator] = {"extractive": Generator(extract, False), "llm": Generator(ask_model, True)}
