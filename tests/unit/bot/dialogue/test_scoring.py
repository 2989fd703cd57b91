"""Each score moves for the right reason, and for no other."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bot.dialogue.person import AskedRow, Played
from bot.dialogue.profiles import Contradiction, Fact, Opening, Profile
from bot.dialogue.scoring import Score, judged, right, summary
from neo.domain.brief import Brief, SlotValue

PROFILE = Profile(
    id="p",
    skill="rag",
    opening=Opening(say=("a bot", "bot")),
    facts={
        "latency": Fact(value=2.0, say=("2 s", "two seconds")),
        "users": Fact(contains=("night nurses",), say=("the night nurses", "night nurses")),
    },
    unknown={"cost": ("no idea what it may cost",)},
    contradictions=(
        Contradiction(slot="latency", say=("5 s are fine",), settle=Fact(value=2.0, say=("2 s", "two seconds"))),
    ),
)


def held(**values: SlotValue) -> Brief:
    good = {
        "latency": SlotValue(2.0, "2 s"),
        "users": SlotValue("The night nurses will.", "x"),
        "cost": SlotValue(0.01, "1 cent", "assumed"),
    }
    return Brief("rag", "a bot", {**good, **values})


def played(**more: Any) -> Played:
    return Played(asked=[AskedRow(("latency",), False, False)], surfaced={"latency"}, reached=True, acts=7, **more)


def score(
    brief: Brief | None = None, one: Played | None = None, violations: tuple[str, ...] = (), found: tuple[str, ...] = ()
) -> Score:
    return judged(PROFILE, 0, one or played(), brief or held(), violations, found)


def test_a_right_conversation_has_no_fault() -> None:
    one = score()
    assert one.passed, one.faults
    assert (one.recalled, one.exact) == ({"latency": True, "users": True}, {"latency": True, "users": True})


@pytest.mark.parametrize(
    ("brief", "one", "violations", "found", "words"),
    [
        (held(latency=SlotValue(3.0, "3 s")), None, (), (), "latency: is 3.0, want 2.0"),
        (held(latency=SlotValue(9.0, "x", "assumed")), None, (), (), "latency: not taken"),
        (held(users=SlotValue("somebody", "x")), None, (), (), "users: is 'somebody'"),
        (held(cost=SlotValue(0.5, "x", "said")), None, (), (), "cost: not said to be an assumption"),
        (None, replace(played(), asked=[AskedRow(("latency",), True, False)]), (), (), "asked again: latency"),
        (None, replace(played(), surfaced=set()), (), (), "contradiction about latency not shown"),
        (None, replace(played(), reached=False), (), (), "did not reach its end"),
        (None, replace(played(), replies_missing=["no 'emoji'"]), (), (), "no 'emoji'"),
        (None, None, ("tune without an approval",), (), "gate: tune"),
        (None, None, (), ("hunter2",), "stored: 'hunter2'"),
    ],
)
def test_each_fault_is_named(brief: Any, one: Any, violations: Any, found: Any, words: str) -> None:
    faults = score(brief, one, violations, found).faults
    assert len(faults) == 1 and words in faults[0]


@pytest.mark.parametrize(
    ("fact", "value", "is_right"),
    [
        (Fact(value=2.0, say=("a", "b")), 2.019, True),  # within a hundredth
        (Fact(value=2.0, say=("a", "b")), 2.03, False),
        (Fact(value=0.0, say=("a", "b")), 0.0, True),
        (Fact(value="ndcg", say=("a", "b")), "nDCG", True),
        (Fact(value="ndcg", say=("a", "b")), "mrr", False),
        (Fact(contains=("end of march",), say=("a", "b")), "by the end of March", True),
        (Fact(contains=("end of march",), say=("a", "b")), "in May", False),
        (Fact(contains=("technicians",), say=("a", "b")), "our techncians", True),  # a slip
        (Fact(value=1.0, accept=(2.0,), say=("a", "b")), 2.0, True),
    ],
)
def test_what_is_right(fact: Fact, value: Any, is_right: bool) -> None:
    assert right(fact, value) is is_right


def test_the_summary_counts_runs_profiles_and_the_form() -> None:
    good, bad = score(), replace(score(), run=1, faults=["x"], redundant=1)
    other = replace(score(), profile="q")
    found = summary([good, bad, other, replace(other, run=1)], {"p": 10, "q": 10}, {"p": 10, "q": 10}, 0)
    scores = found["scores"]
    assert (scores["pass1"], scores["pass5"]) == (0.75, 0.5)
    assert scores["redundant_per_conversation"] == 0.25
    assert scores["questions_vs_form"] == 0.1
    assert scores["contradictions_surfaced"] == 1.0
    assert found["intervals"]["pass5"][0] < 0.5 < found["intervals"]["pass5"][1]
