"""All that reads people's words, made once: the reader of messages, and the router of openings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from neo.agent.router import Router
from neo.agent.understanding.context import Reader
from neo.agent.understanding.embedded import EmbeddedReader
from neo.agent.understanding.encoder import Encoder
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


def embedded(encoder: Encoder, skills: Mapping[str, Skill]) -> Language:
    """Everything read in this process."""
    return Language(EmbeddedReader(encoder), Router(encoder, skills))
