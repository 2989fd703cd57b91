"""All that reads people's words, made once: the reader of messages, and the router of openings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from neo.agent.router import Router
from neo.agent.understanding.context import Reader
from neo.agent.understanding.embedded import EmbeddedReader
from neo.agent.understanding.encoder import Encoder
from neo.agent.understanding.senses import Senses
from neo.agent.understanding.structured import Heard, StructuredReader
from neo.agent.understanding.units import seconds_in
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
    """

    read: Reader
    route: Router


TIMEOUT_S = 20.0  # a person waits for it
MAX_TOKENS = 1200


def language(encoder: Encoder, skills: Mapping[str, Skill], endpoint: Endpoint | None) -> Language:
    """Messages read by the endpoint's model where there is one; the rest, and openings, in this process."""
    alone = embedded(encoder, skills)
    if endpoint is None:
        return alone
    model = OpenAIModel(endpoint, MAX_TOKENS, schema=schema_of(Heard), timeout_s=TIMEOUT_S, retries=1)
    return Language(StructuredReader(model, alone.read, endpoint.is_local), alone.route)


def embedded(encoder: Encoder, skills: Mapping[str, Skill]) -> Language:
    """Everything read in this process."""
    senses = Senses(encoder)
    seconds_in("second")  # units take half a second to load, which nobody shall wait for in a thread
    for skill in skills.values():
        senses.warm(skill.slots, skill.sayings)
    _ = senses.chooser
    return Language(EmbeddedReader(senses), Router(encoder, skills))
