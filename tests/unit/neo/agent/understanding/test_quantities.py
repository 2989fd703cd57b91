"""Quantities: their nouns, bounds, wishes and rates, what is none, and that every text ends."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from neo.agent.understanding.quantities import find

NOUNS = [
    ("10 people", 10, "people"),
    ("a dozen people", 12, "people"),
    ("half a dozen guests", 6, "guests"),
    ("two dozen persons", 24, "persons"),
    ("ten more people", 10, "people"),
    ("3 full epochs", 3, "epochs"),
    ("3 epochs", 3, "epochs"),
    ("epochs: 3", 3, "epochs"),
    ("rank 8", 8, "rank"),
    ("rank r=16", 16, "rank"),
    ("r = 8", 8, "r"),
    ("alpha of 32", 32, "alpha"),
    ("learning rate 2e-4", 2e-4, "learning rate"),
    ("learning_rate=0.0002", 2e-4, "learning rate"),
    ("the learning rate is 5e-5", 5e-5, "learning rate"),
    ("lr 2e-4", 2e-4, "lr"),
    ("dropout of 0.05", 0.05, "dropout"),  # no share, although a bare decimal
    ("200 pages", 200, "pages"),
    ("20.000 questions", 20000, "questions"),  # a count is whole
    ("20 000 questions", 20000, "questions"),
    ("1.5 million rows", 1.5e6, "rows"),
    ("number of people above 10", 10, "people"),
    ("headcount > 12", 12, "headcount"),
    ("more than ten", 10, ""),
    ("8 to 10 people", 10, "people"),
    ("16", 16, ""),
]
BOUNDS = [
    ("under 2 s", "at most"),
    ("no more than 2 s", "at most"),
    ("not more than 2 s", "at most"),
    ("max. 2 s", "at most"),
    ("max 2 s", "at most"),
    ("2 s max", "at most"),
    ("within 2 s", "at most"),
    ("up to 2 s", "at most"),
    ("2 s or less", "at most"),
    ("2 s or faster", "at most"),
    ("2 s at most", "at most"),
    ("2 s tops", "at most"),
    ("< 2 s", "at most"),
    ("<=2 s", "at most"),
    ("it never takes longer than 2 s", "at most"),
    ("it must not exceed 2 s", "at most"),
    ("don't let it go over 2 s", "at most"),
    ("not above 2 s", "at most"),
    ("the limit of 2 s", "at most"),
    ("a maximum of about 2 s", "at most"),
    ("2 s is the maximum", "at most"),
    ("at least 2 s", "at least"),
    ("at the very least 2 s", "at least"),
    ("min 2 s", "at least"),
    ("a minimum of 2 s", "at least"),
    ("above 2 s", "at least"),
    ("over 2 s", "at least"),
    ("more than 2 s", "at least"),
    (">= 2 s", "at least"),
    ("2 s or more", "at least"),
    ("2 s and up", "at least"),
    ("not less than 2 s", "at least"),
    ("never below 2 s", "at least"),
    ("no shorter than 2 s", "at least"),
    ("2 s", ""),
    ("about 2 s", ""),
    ("more or less 2 s", ""),
    ("I'm not sure; over 2 s", "at least"),  # the denial is of another thing
]
RATES = [
    ("2 cents", 0.02, ""),
    ("2 cents a question", 0.02, "answer"),
    ("2 cents per answer", 0.02, "answer"),
    ("$0.02/query", 0.02, "answer"),
    ("2 cents each", 0.02, "answer"),
    ("per answer 2 cents", 0.02, "answer"),
    ("$200 a month", 200, "month"),
    ("200 USD/mo", 200, "month"),
    ("$200 monthly", 200, "month"),
    ("a monthly budget of $200", 200, "month"),
    ("$2,400 a year", 200, "month"),
    ("$20-30 a month", 30, "month"),
    ("$2 an hour", 2, "hour"),
    ("2 dollars per GPU hour", 2, "hour"),
    ("$50 in total", 50, "total"),
    ("$50 for the whole training", 50, "total"),
    ("a total of $50", 50, "total"),
    ("$40 a month for 20k questions", 0.002, "answer"),
    ("20k questions a month for $40", 0.002, "answer"),
    ("$40/month at 20k questions/month", 0.002, "answer"),
    ("20,000 questions a month, $40 per month", 0.002, "answer"),
    ("a dollar per thousand answers", 0.001, "answer"),
    ("five bucks per thousand questions", 0.005, "answer"),
    ("20 cents per 10 answers", 0.02, "answer"),
    ("$480 a year for 240k questions", 0.002, "answer"),  # a year of both
    ("$480 a year for 20k questions a month", 0.002, "answer"),
    ("$1 a day for 500 questions a day", 0.002, "answer"),
]
WISHES = [
    ("ideally 1 s", [True]),
    ("ideally, 1 s", [True]),
    ("1 s, ideally", [True]),
    ("preferably under 1 s", [True]),
    ("1 s would be nice", [True]),
    ("1 s, that would be great", [True]),
    ("hopefully within 1 s", [True]),
    ("1 s if possible, but 2 s at most", [True, False]),
    ("ideally 1 s, at most 2 s", [True, False]),
    ("ideally under a second, at most two", [True, False]),
    ("it must be 2 s; 1 s would be lovely", [False, True]),
    ("within 2 s", [False]),
]
NOTHING = [
    "by Friday", "on 3 March", "March 3rd", "2026-12-15", "15.3.2027", "in two weeks",  # dates
    "8 am", "from 8 to 6 pm", "at 17:30", "9 o'clock",  # times of day
    "+49 30 1234567", "call 555-0199",  # telephones
    "python 3.11", "version 2", "v1.2.3", "0.9.1", "section 4.2",  # versions and sections
    "GPT-4", "Qwen2.5-0.5B", "llama 3", "Q9", "H.264", "int8",  # names
    "top 5", "top-5", "recall@5", "the 3rd", "21st", "the second floor",  # ranks
    "p95", "the 95th percentile", "95 percentile",
    "150 %", "20 % faster", "20% cheaper", "5 percentage points", "reduce it by 20 %",  # no share of a whole
    "a few seconds", "several people", "wait a second", "no one", "this one", "one of them",
    "feel free to ask", "nothing leaves this machine", "the form is free text", "cents matter",
    "rtsp://10.0.0.5:554/stream1", "/dev/video0", "desk9@example.com", "train_2.jsonl", "<@U12345> 's", "25 fps",
    "8 GB",
]  # fmt: skip


@pytest.mark.parametrize(("text", "value", "noun"), NOUNS)
def test_a_number_has_what_it_counts(text: str, value: float, noun: str) -> None:
    (one,) = find(text)
    assert (one.kind, one.value, one.noun) == ("number", pytest.approx(value), noun)


@pytest.mark.parametrize(("text", "bound"), BOUNDS)
def test_the_words_around_make_a_least_or_a_most(text: str, bound: str) -> None:
    (one,) = find(text)
    assert (one.kind, one.value, one.bound) == ("seconds", 2.0, bound)


@pytest.mark.parametrize(("text", "value", "per"), RATES)
def test_a_sum_is_told_from_a_price(text: str, value: float, per: str) -> None:
    (one,) = find(text)
    assert (one.kind, one.value, one.per) == ("dollars", pytest.approx(value), per)


@pytest.mark.parametrize(("text", "soft"), WISHES)
def test_a_wish_is_no_limit(text: str, soft: list[bool]) -> None:
    found = find(text)
    assert [one.kind for one in found] == ["seconds"] * len(soft)
    assert [one.soft for one in found] == soft


@pytest.mark.parametrize("text", NOTHING)
def test_what_is_no_quantity_is_not_read(text: str) -> None:
    assert find(text) == []


def test_a_count_of_questions_beside_a_price_is_no_price_of_many() -> None:
    assert [(one.kind, one.value) for one in find("20k questions and 2 cents")] == [
        ("number", 20000),
        ("dollars", 0.02),
    ]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("1-2 seconds", [("seconds", 2.0)]),
        ("1 – 2 s", [("seconds", 2.0)]),
        ("1 s to 2 s", [("seconds", 2.0)]),
        ("one or two seconds", [("seconds", 2.0)]),
        ("10-20 ms", [("seconds", 0.02)]),
        ("between 80 and 85 %", [("share", 0.8)]),  # the laxer end of what must at least be right
        ("$0.01-0.02", [("dollars", 0.02)]),
        ("0.5-1.5 s", [("seconds", 1.5)]),
        ("0.5 to 1 second", [("seconds", 1.0)]),
        ("0.8-0.9", [("share", 0.8)]),
        ("2 seconds or 90", [("seconds", 2.0), ("number", 90.0)]),  # a unit stands at the end of a range
        ("2 seconds and 3 people", [("seconds", 2.0), ("number", 3.0)]),
        ("3 people in 10 rooms", [("number", 3.0), ("number", 10.0)]),  # no share
        ("95 % of the answers within 2 s", [("seconds", 2.0)]),  # a percentile
        ("95 % of the answers right within 2 s", [("share", 0.95), ("seconds", 2.0)]),
    ],
)
def test_neighbours_are_joined_where_they_belong_together(text: str, found: list[tuple[str, float]]) -> None:
    assert [(one.kind, pytest.approx(one.value)) for one in find(text)] == found


LONG = 40_000
UNITS = [
    "1 ", "a", "under ", "one ", "9,", "$", "a@", "1-", "/a", " ", "not ", "<", "a.b", "1.", "two seconds ", "half ",
    "\n", "1 000 ", "ideally, ", "$5 a month ", "5 % of the answers ", "1/", "ninety ", "20 people and ",
]  # fmt: skip


@pytest.mark.parametrize("unit", UNITS)
def test_a_long_text_ends(unit: str) -> None:
    text = (unit * LONG)[:LONG]
    begun = time.process_time()
    find(text)
    find("1" + text + "s")
    assert time.process_time() - begun < 15  # linear is 1 to 3 seconds on a slow machine, quadratic minutes


@settings(max_examples=300, deadline=None)
@given(
    st.text(alphabet=st.sampled_from("0123456789 .,-/%$€sm cent a half one two ten of in under @<>|:\n½"), max_size=80)
)
def test_any_text_is_read_without_a_fault_and_in_order(text: str) -> None:
    end = 0
    for one in find(text):
        assert one.said == text[one.start : one.end]
        assert end <= one.start < one.end
        assert one.kind != "share" or 0 <= one.value <= 1
        end = one.end
