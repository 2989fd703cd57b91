"""Which kind of system a person wants, by the meaning of their words."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from neo.agent.understanding.clauses import readable, sentences
from neo.agent.understanding.encoder import Encoder, Vectors, by_words, learned
from neo.agent.understanding.encoder import known as known_vectors
from neo.agent.understanding.intents import Labels
from neo.agent.understanding.marks import corrects
from neo.agent.understanding.phrases import PHRASES
from neo.agent.understanding.ridge import ridge
from neo.agent.understanding.sayings import openings, under_headings
from neo.agent.understanding.spelling import Spelling
from neo.skill import Skill

ELSE, TALK = "else", "talk"
NEAR = 0.5  # weight of the nearest phrases beside what was learned from whole messages
MARGIN = 0.1  # by which another system, or talk, must be more likely: a wrong guess is soon corrected
RIDGE = 2.0  # what large weights cost
WORDS = 0.7  # weight of a message's words beside what it means
PLACES = 1024  # of hashed words
VERSION = 1  # of what is learned here; kept weights of another one are not used
MOST_SENTENCES = 12
MOST_CHARS = 800
OTHER_WISHES = Path(__file__).with_name("other_wishes.txt")


@dataclass(frozen=True)
class Route:
    """What an opening asks for.

    Attributes:
        skill: The skill that is meant; None when it is small talk, or nothing that Neo knows.
        because: Words of the message, or what they sound like, in a phrase for the person.
        nearest: What would be nearest when a system is wanted that Neo does not build.
    """

    skill: Skill | None
    because: str = ""
    nearest: Skill | None = None


class Router:
    """Compares a message with what people say of each skill, of other systems, and in talk.

    A ridge regression on whole first messages is weighed with the nearest phrases.

    Args:
        encoder: Sentences to vectors.
        skills: By name; their sayings' openings are learned from.
    """

    def __init__(self, encoder: Encoder, skills: Mapping[str, Skill]) -> None:
        self._encoder, self._skills = encoder, skills
        others = under_headings(OTHER_WISHES.read_text(encoding="utf-8"))
        talk = [*PHRASES["small_talk"], *PHRASES["off_topic"], *PHRASES["question:able"]]
        said = {name: [*skill.phrases, skill.title, *openings(skill.sayings)] for name, skill in skills.items()}
        said |= {ELSE: others.get("other systems", []), TALK: [*talk, *others.get("talk", [])]}
        self._names = tuple(said)
        self._spelling = Spelling([phrase for name in skills for phrase in said[name]])
        near = {name: (*skill.phrases, skill.title) for name, skill in skills.items()}
        self._near = Labels(encoder, {**near, ELSE: said[ELSE], TALK: talk})
        self._weights = learned(encoder, "router", f"{VERSION} {said!r}", lambda: self._fitted(said))

    def __call__(self, text: str) -> Route:
        """The skill that a message asks for; one named outright wins."""
        text = self._spelling.mended(text)
        if named := self._named(text):
            return Route(named, f"you said: {named.name.replace('_', ' ')}")
        said = _sentences(text)
        if not said or not self._skills:
            return Route(None)
        vectors = self._encoder(said)
        whole = _together(vectors, said)
        nearness = self._near.nearness(np.vstack([whole[None], vectors]))
        near = dict(zip(self._near.names, 0.5 * nearness.max(axis=0) + 0.5 * nearness[0], strict=True))
        learned = dict(zip(self._names, (_inputs([text], whole[None]) @ self._weights)[0], strict=True))
        score = {name: float(learned[name] + NEAR * near[name]) for name in self._names}
        best = max(self._skills, key=lambda name: score[name])
        first = self._skills[best]
        if score[TALK] > max(score[best] + MARGIN, score[ELSE]):
            return Route(None)
        if score[ELSE] > score[best] + MARGIN:
            return Route(None, nearest=first)
        row = int(nearness[1:, self._near.names.index(best)].argmax())
        return Route(first, f'you said: "{_short(said[row])}"')

    def _fitted(self, said: Mapping[str, Sequence[str]]) -> Vectors:
        """Weights of shape (inputs, names); a name's messages weigh by the root of how rare they are."""
        owner = np.array([place for place, name in enumerate(said) for _ in said[name]], dtype=np.int64)
        texts = [text for name in said for text in said[name]]
        inputs = _inputs(texts, self._known(texts)).astype(np.float64)
        counts = np.maximum(np.bincount(owner, minlength=len(said)), 1)
        weight = np.sqrt(len(owner) / (len(said) * counts))[owner]
        return ridge(inputs, np.eye(len(said))[owner], RIDGE, weight)

    def _known(self, texts: Sequence[str]) -> Vectors:
        """What each of many messages means; kept, since they do not change."""
        said = [_sentences(text) or [text] for text in texts]
        vectors = known_vectors(self._encoder, tuple(one for each in said for one in each))
        ends = np.cumsum([len(each) for each in said])
        return np.stack([_together(own, each) for own, each in zip(np.split(vectors, ends[:-1]), said, strict=True)])

    def correction(self, text: str, now: str) -> Skill | None:
        """Another skill that the words correct to: 'no, I meant people counting'."""
        if not corrects(text) and not re.search(r"\b(?:rather|meant|want(?:ed)?|not a|wrong)\b", text, re.IGNORECASE):
            return None
        named = self._named(text)
        if named is not None:
            return named if named.name != now else None
        if len(text.split()) > 25:
            return None
        skill = self(text).skill if re.search(r"\b(?:meant|wrong|not what|misunderst)", text, re.IGNORECASE) else None
        return skill if skill is not None and skill.name != now else None

    def _named(self, text: str) -> Skill | None:
        words = re.sub(r"[^a-z]+", " ", text.lower())
        for skill in self._skills.values():
            name = skill.name.replace("_", " ")
            if re.search(rf"\b(?:{name}|{name}ing|{name.replace('finetune', 'fine tun(?:e|ing)')})\b", words):
                return skill
        return None


def _sentences(text: str) -> list[str]:
    """The message's sentences, without those that hold no word."""
    found = [one.text for one in sentences(readable(text)[:MOST_CHARS])]
    return [one for one in found[:MOST_SENTENCES] if any(map(str.isalpha, one))]


def _together(vectors: Vectors, said: Sequence[str]) -> Vectors:
    """What a message means, shape (d,): its sentences' vectors, each of them by its length."""
    mean = np.array([len(one) for one in said], dtype=np.float32) @ vectors
    return np.asarray(mean / max(float(np.linalg.norm(mean)), 1e-9), dtype=np.float32)


def _inputs(texts: Sequence[str], vectors: Vectors) -> Vectors:
    """What is learned from: what each message means, and its words."""
    words = by_words(texts).reshape(len(texts), -1, PLACES).sum(axis=1)
    return np.hstack([vectors, WORDS * words, np.ones((len(texts), 1))]).astype(np.float32)


def _short(text: str, most: int = 90) -> str:
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"
