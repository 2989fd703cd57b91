"""Numbers in digits and in words."""

from __future__ import annotations

import pytest

from neo.agent.understanding import numerals

NUMBERS = {
    "7": [7], "1,500": [1500], "1 500": [1500], "0,8": [0.8], ".9": [0.9], "2e-4": [2e-4], "3×10^-4": [3e-4],
    "20k": [20000], "20 K": [20000], "20 thousand": [20000], "1.5 million": [1.5e6], "5 grand": [5000],
    "twenty-five": [25], "ninety nine point nine": [99.9], "two hundred and fifty": [250], "fifteen hundred": [1500],
    "a hundred": [100], "a dozen": [12], "two dozen": [24], "half a dozen": [6],
    "a couple of weeks": [2], "half a second": [0.5], "one and a half": [1.5], "2 and a half": [2.5], "1 1/2": [1.5],
    "½": [0.5], "2½": [2.5], "four fifths": [0.8], "two-thirds": [2 / 3], "three quarters": [0.75], "9/10": [0.9],
    "one or two": [1, 2], "ninty": [90], "fourty": [40], "5/0": [], "first": [], "twenty-second": [20],
    "one 2 three": [1, 2, 3], "word2": [], "": [],
}  # fmt: skip


@pytest.mark.parametrize(("text", "values"), NUMBERS.items())
def test_a_number_is_found_however_it_is_written(text: str, values: list[float]) -> None:
    found = numerals.find(text)
    assert [one.value for one in found] == pytest.approx(values)
    assert all(0 <= one.start < one.end <= len(text) for one in found)
