"""Scripted people talk to the real thing: embedded, and through an endpoint that answers well, badly, or not at all."""

from __future__ import annotations

import itertools
import json
from pathlib import Path
from typing import Any

import pytest
from world import language_here

from bot import bootstrap
from bot.dialogue.profiles import Profile, load_profiles
from bot.dialogue.run import converse
from neo.agent.language import Language
from neo.agent.understanding.structured import Heard, StructuredReader
from neo.llm.openai_model import OpenAIModel
from neo.llm.structured import schema_of
from tests.chat_server import STALL, serving, texts_of

PRACTICE = {one.id: one for one in load_profiles(Path(__file__).parents[1] / "dialogue" / "practice")}
SOME = ("rag-field-geology", "count-lobby", "tune-tone", "rag-vineyard", "count-factory", "rag-secret")


@pytest.mark.parametrize("name", SOME)
@pytest.mark.parametrize("run", [0, 1])
def test_a_scripted_person_reaches_the_end_with_everything_right(tmp_path: Path, name: str, run: int) -> None:
    folder = tmp_path / "own"
    folder.mkdir()
    done = converse(PRACTICE[name], run, 0, language_here(), folder)
    assert done.score.faults == [], "\n".join(f"{line.who}: {line.text}" for line in done.lines)


def answer_by(profile: Profile) -> Any:
    """What a model that reads well would say of this person's messages: the values whose sayings stand in them."""

    def reply(body: dict[str, Any]) -> str:
        message = json.loads(texts_of(body)[1].split("\n\nYour last reply")[0])["message"]
        values = []
        for name, fact in profile.facts.items():
            said = next((way for way in fact.say if way.lower().rstrip(".") in message.lower()), None)
            if said is not None and fact.value is not None:
                at = message.lower().index(said.lower().rstrip("."))
                quote = message[at : at + len(said.rstrip("."))]
                values.append(
                    {"slot": name, "quote": quote, "value": str(fact.value), "corrects": False, "kind": "said"}
                )
        return json.dumps(
            {"intent": "answer", "values": values, "questions": [], "order": None, "approval": "none", "wishes": [],
             "language": "en"}
        )  # fmt: skip

    return reply


def test_a_conversation_through_an_endpoint_survives_all_that_it_does(tmp_path: Path) -> None:
    profile = PRACTICE["count-lobby"].model_copy(update={"asks": (), "changes": (), "talk": (), "unknown": {}})
    good = answer_by(profile)
    bad: Any = itertools.cycle(
        ["good", '{"cut": ', "good", (429, {"error": {"message": "slow"}}), '{"other": 1}', STALL]
    )

    def misbehaving(body: dict[str, Any]) -> Any:
        kind = next(bad)
        return good(body) if kind == "good" else kind

    class Hasty:
        """A clock that is always past the pause after a failure, so that every message is tried."""

        now = 0.0

        def __call__(self) -> float:
            self.now += 1000.0
            return self.now

    with serving(misbehaving) as server:
        model = OpenAIModel(server.endpoint(), 800, schema=schema_of(Heard), timeout_s=0.5, retries=0)
        alone = language_here()
        language = Language(StructuredReader(model, alone.read, True, Hasty()), alone.route)
        folder = tmp_path / "own"
        folder.mkdir()
        done = converse(profile, 0, 0, language, folder)
        assert len(server.asked) > 3
    assert done.score.violations == [] and done.score.reached
    assert done.score.recalled and all(done.score.recalled.values()), done.score.faults
    said = "\n".join(line.text for line in done.lines)
    assert "Read without the language model" in said, "a fallback was not declared in the thread"


def test_the_skills_of_the_evaluation_are_those_of_the_product() -> None:
    assert {one.skill for one in PRACTICE.values()} == set(bootstrap.skills())
