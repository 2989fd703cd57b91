"""Runs differ by their seed, and never in what is said."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from bot.dialogue.variation import Variation

SENTENCE = (
    "Please answer within 2.5 seconds, cost $0.02, mail desk@lobby.example, twelve people, rtsp://cam.example/live"
)


def test_a_run_is_the_same_whenever_it_is_made() -> None:
    one, again, other = (Variation(0, "p", run) for run in (3, 3, 4))
    made = [
        [v.choose("abcdefgh"), v.order("abcdefgh"), v.typed(SENTENCE * 9), v.restart_after] for v in (one, again, other)
    ]
    assert made[0] == made[1] != made[2]


def test_the_first_run_says_everything_as_it_is_written() -> None:
    plain = Variation(0, "p", 0)
    assert plain.choose(["first", "second"]) == "first"
    assert plain.order("abc") == ["a", "b", "c"]
    assert plain.typed(SENTENCE) == SENTENCE
    assert plain.messages(["One", "Two"]) == ["One. Two."]
    assert plain.restart_after == 0


@given(st.integers(0, 500))
def test_typos_never_touch_numbers_units_names_or_addresses(run: int) -> None:
    typed = Variation(7, "p", run + 1).typed(SENTENCE)
    for kept in ("2.5", "seconds", "$0.02", "desk@lobby.example", "twelve people", "rtsp://cam.example/live"):
        assert kept in typed


def test_there_are_typos_and_they_are_slips_of_one_letter() -> None:
    words = ["please", "maintenance", "technicians", "question", "handbook", "everything"]
    typed = [Variation(1, "p", run).typed(" ".join(words)).split() for run in range(1, 60)]
    slips = [(word, made) for line in typed for word, made in zip(words, line, strict=True) if word != made]
    assert slips
    for word, made in slips:
        assert len(made) == len(word) - 1 or sorted(made) == sorted(word)


@given(st.integers(1, 200), st.lists(st.sampled_from(["a b", "c", "d?"]), min_size=1, max_size=6))
def test_splitting_and_order_lose_nothing(run: int, sentences: list[str]) -> None:
    vary = Variation(3, "p", run)
    sent = " ".join(vary.messages(vary.order(sentences)))
    assert sorted(re.findall(r"[a-d ?]+", sent.replace(".", " ").replace(" ", ""))) is not None
    assert sorted(sent.replace(".", "").replace(" ", "")) == sorted("".join(sentences).replace(" ", ""))
