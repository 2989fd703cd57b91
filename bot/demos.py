"""The demos, by skill."""

from __future__ import annotations

from collections.abc import Mapping

from bot.demo import Play
from bot.demo_people import PeoplePlay
from bot.demo_rag import RagPlay

PLAYS: Mapping[str, type[Play]] = {"rag": RagPlay, "people_count": PeoplePlay}
