"""What a message says about the slots: numbered, labelled, by unit, in the person's own words, or not at all."""

from __future__ import annotations

import pytest

from neo.agent.understanding.rules import read, recommended
from neo.domain.brief import SlotValue
from skills.rag.slots import SLOTS

LIMITS = ("accuracy", "latency", "cost")
LAST = ("users", "privacy", "where", "deadline", "success")
SLOT = {slot.name: slot for slot in SLOTS}


def values(text: str, asked: tuple[str, ...] = LIMITS) -> dict[str, object]:
    return {name: value.value for name, value in read(text, SLOTS, asked, "U1").items()}


@pytest.mark.parametrize(
    "text",
    [
        "1. 90 %\n2. two seconds\n3. 2 cents",
        "1) 90%\n2) 2000 ms\n3) $0.02",
        "1: nine in ten\n2: 2 s\n3: two cents",
        "Accuracy: 0.9\nLatency: 2 s\nCost: 2 ct",
        "- accuracy: 90 %\n- latency (p95): 2 s\n- cost per question: 2 cents",
        "*Accuracy*: 90 %\n**Cost** = $0.02\nfast: 2 seconds",
        "90 % of the answers right, within 2 seconds, 2 cents each",
        "We need 90 percent accuracy. An answer may take 2 seconds and cost 2 cents.",
        "2 cents, 2 s, 90 %",
    ],
)
def test_the_same_three_limits_in_many_forms(text: str) -> None:
    assert values(text) == {"accuracy": 0.9, "latency": 2.0, "cost": 0.02}


def test_a_number_belongs_to_the_question_that_was_asked() -> None:
    assert values("2. 3 seconds", ("cost", "latency")) == {"latency": 3.0}
    assert values("7. 3 seconds", ("cost", "latency")) == {"latency": 3.0}  # no seventh question: by its unit


def test_the_persons_own_words_and_name_are_kept() -> None:
    found = read("1. about 90 % would be good", SLOTS, LIMITS, "U7")
    assert found["accuracy"] == SlotValue(0.9, "about 90 % would be good", "said", "U7")


@pytest.mark.parametrize("words", ["as you recommend", "your call", "take the defaults", "you decide", "fine with me"])
def test_what_is_left_to_neo_is_recommended_for_what_is_still_open(words: str) -> None:
    found = read(f"90 %, the rest {words}", SLOTS, LIMITS, "U1")
    assert {name: (value.value, value.source) for name, value in found.items()} == {
        "accuracy": (0.9, "said"),
        "latency": (SLOT["latency"].recommended, "recommended"),
        "cost": (SLOT["cost"].recommended, "recommended"),
    }


UNKNOWN = [
    "I don't know",
    "I don’t know.",
    "no idea",
    "not sure",
    "dunno",
    "we can't say yet",
    "I do not really know",
    "idk",
]


@pytest.mark.parametrize("words", UNKNOWN)
def test_i_dont_know_is_an_assumption_that_names_who_said_so(words: str) -> None:
    found = read(words, SLOTS, LIMITS, "U1")
    assert set(found) == set(LIMITS)
    for name, value in found.items():
        assert value == SlotValue(SLOT[name].recommended, SLOT[name].recommended_words, "assumed", "U1")


@pytest.mark.parametrize("words", UNKNOWN)
def test_i_dont_know_is_never_taken_for_words_of_an_answer(words: str) -> None:
    found = read(f"1. {words}\n5. our team lead tries it", SLOTS, LAST, "U1")
    assert (found["users"].value, found["users"].source) == (SLOT["users"].recommended, "assumed")
    assert (found["success"].value, found["success"].source) == ("our team lead tries it", "said")
    only = read(words, SLOTS, ("success",), "U1")
    assert only["success"].source == "assumed"


@pytest.mark.parametrize(
    "text", ["We don't want answers from the internet", "don't forget the appendix", "do not guess, please"]
)
def test_not_every_dont_is_a_dont_know(text: str) -> None:
    assert values(text) == {}


def test_words_alone_answer_the_one_open_text_question() -> None:
    assert values("the night shift", ("users",)) == {"users": "the night shift"}
    assert values("the night shift", ("users", "success")) == {}  # for which of the two?
    assert values("  \n ", ("users",)) == {}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2. everything stays here", SLOT["privacy"].recommended),
        ("privacy: nothing may be sent to OpenAI", SLOT["privacy"].recommended),
        ("nothing leaves this machine", SLOT["privacy"].recommended),
    ],
)
def test_privacy_is_kept_when_it_is_asked_for(text: str, value: str) -> None:
    assert values(text, LAST)["privacy"] == value


def test_a_cloud_that_is_refused_is_never_chosen() -> None:
    assert values("no cloud, never OpenAI", LAST)["privacy"] == SLOT["privacy"].recommended
    assert "privacy" not in values("never OpenAI", LAST)  # another endpoint is not refused by that


def test_a_choice_in_passing_needs_its_cue() -> None:
    assert "privacy" not in values("our cloud documents are about local rules", ())
    assert values("for privacy: it must stay in-house", ())["privacy"] == SLOT["privacy"].recommended


def test_nothing_is_read_for_files() -> None:
    assert not {"documents", "golden"} & set(values("documents: see the attachment\ngolden questions: 30", ()))


def test_recommended_values_of_named_slots() -> None:
    found = recommended(SLOTS, ("accuracy", "purpose"), "U1")  # nothing is recommended for a purpose
    assert found == {"accuracy": SlotValue(0.6, "60 % for a first version", "recommended", "U1")}
