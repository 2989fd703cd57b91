"""All that reads people's words, made once: the reader of messages, and the router of openings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from neo.agent.router import Router
from neo.agent.tongues import MAX_TOKENS as MOST_TRANSLATED
from neo.agent.tongues import Translated, Translator
from neo.agent.understanding.context import Reader
from neo.agent.understanding.embedded import EmbeddedReader
from neo.agent.understanding.encoder import Encoder
from neo.agent.understanding.senses import Senses
from neo.agent.understanding.structured import Heard, StructuredReader
from neo.agent.understanding.units import seconds_in
from neo.automl.stage_cache import cache_at
from neo.llm.base import Endpoint
from neo.llm.openai_model import OpenAIModel
from neo.llm.structured import schema_of
from neo.skill import Skill


@dataclass(frozen=True)
class Language:
    """How words are read.

    Attributes:
        read: A message in its context to what it says.
        route: An opening to the skill that it asks for.
        translate: What Neo says to other languages; None where no model is set.
    """

    read: Reader
    route: Router
    translate: Translator | None = None


TIMEOUT_S = 20.0  # a person waits for it
MAX_TOKENS = 1200


def language(encoder: Encoder, skills: Mapping[str, Skill], endpoint: Endpoint | None, cache_dir: Path) -> Language:
    """Messages read by the endpoint's model where there is one; the rest, and openings, in this process.

    Args:
        cache_dir: Where translations are kept.
    """
    alone = embedded(encoder, skills)
    if endpoint is None:
        return alone
    model = OpenAIModel(endpoint, MAX_TOKENS, schema=schema_of(Heard), timeout_s=TIMEOUT_S, retries=1)
    return Language(
        StructuredReader(model, alone.read, endpoint.is_local), alone.route, translator(endpoint, cache_dir)
    )


def translator(endpoint: Endpoint, cache_dir: Path) -> Translator:
    """What Neo says, translated by the endpoint's model."""
    model = OpenAIModel(endpoint, MOST_TRANSLATED, schema=schema_of(Translated), timeout_s=TIMEOUT_S, retries=1)
    return Translator(model, cache_at(cache_dir), endpoint.base_url or "", endpoint.is_local, timeout_s=TIMEOUT_S)


def embedded(encoder: Encoder, skills: Mapping[str, Skill]) -> Language:
    """Everything read in this process."""
    senses = Senses(encoder)
    seconds_in("second")  # units take half a second to load, which nobody shall wait for in a thread
    for skill in skills.values():
        senses.warm(skill.slots, skill.sayings)
    _ = senses.chooser
    return Language(EmbeddedReader(senses), Router(encoder, skills))
