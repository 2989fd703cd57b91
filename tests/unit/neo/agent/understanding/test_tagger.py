"""What words say, learned from a few sentences; by words alone, so that it needs no model."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from neo.agent.understanding.encoder import by_words
from neo.agent.understanding.keeping import kept
from neo.agent.understanding.sayings import sayings
from neo.agent.understanding.spelling import Spelling, places_in
from neo.agent.understanding.tagger import Tagger

LINES = """
{users|The nurses ask} where the gowns are.
{users|The nurses ask} for forms all day.
Every day {users|the nurses ask} about rules.
{users|The nurses ask} it, and {latency|two seconds} are enough.
{latency|two seconds} at most.
An answer takes {latency|two seconds}.
It may take {latency|two seconds}, no more.
{latency|two seconds} please.
We sell shoes and boots.
Our handbook has many pages.
"""


def test_the_words_of_a_mark_are_found_in_a_new_sentence() -> None:
    tagger = Tagger(by_words, sayings(LINES))
    text = "On the ward the nurses ask us, within two seconds."
    (tagged,) = tagger([text])
    nurses, seconds = text.index("the nurses"), text.index("two seconds")
    at_nurses, at_seconds = tagged.of(nurses, nurses + 14), tagged.of(seconds, seconds + 11)
    assert at_nurses["users"] > 2 * at_seconds["users"]
    assert at_seconds["latency"] > 2 * at_nurses["latency"]
    start, end = tagged.stretch("latency", 0, len(text), 0.3) or (0, 0)
    assert "two seconds" in text[start:end]


def test_nothing_is_learned_of_a_label_with_few_examples() -> None:
    assert "users" not in Tagger(by_words, sayings("{users|The nurses ask}.")).names


def test_no_sentence_and_no_words_have_no_tokens() -> None:
    tagger = Tagger(by_words, sayings(LINES))
    assert tagger([]) == []
    (tagged,) = tagger([" "])
    assert tagged.of(0, 1) == {}
    assert tagged.stretch("users", 0, 1, 0.5) is None


@pytest.mark.parametrize("text", ["an asnwer within two seconds", "answer", "the answr, then"])
def test_places_in_a_mended_text_lead_back_to_the_words_that_were_written(text: str) -> None:
    mended = Spelling(["answer"]).mended(text)
    at = mended.index("answer")
    (place,) = places_in(text, mended, np.array([[at, at + len("answer")]]))
    assert text[place[0] : place[1]] in ("asnwer", "answer", "answr")


def test_an_array_is_made_once_and_a_spoilt_file_is_made_again(tmp_path: Path) -> None:
    made: list[int] = []

    def make() -> np.ndarray:
        made.append(1)
        return np.ones((2, 3), dtype=np.float32)

    path = tmp_path / "folder" / "one.npy"
    assert kept(path, make).shape == kept(path, make).shape == (2, 3)
    assert len(made) == 1
    path.write_bytes(path.read_bytes()[:20])
    assert kept(path, make).sum() == 6
    assert len(made) == 2


def test_a_folder_that_cannot_be_written_costs_nothing_but_time(tmp_path: Path) -> None:
    (tmp_path / "folder").write_text("a file is in the way")
    assert kept(tmp_path / "folder" / "one.npy", lambda: np.zeros(3, dtype=np.float32)).shape == (3,)


def test_who_starts_at_the_same_time_waits_and_makes_nothing(tmp_path: Path) -> None:
    made: list[int] = []

    def slow() -> np.ndarray:
        made.append(1)
        time.sleep(0.2)
        return np.ones(3, dtype=np.float32)

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: kept(tmp_path / "new" / "a.npy", slow), range(4)))
    assert len(made) == 1 and all(one.tolist() == [1, 1, 1] for one in found)
