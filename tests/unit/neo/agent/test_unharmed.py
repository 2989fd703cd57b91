"""What a translation must leave as it is, and what is told of one that did not."""

from __future__ import annotations

import time

import pytest

from neo.agent.unharmed import harm, kept_in, says_much

TITLE = "Ein Bot für unsere Handbücher"
WISH = "bitte immer mit Quelle und Seite"


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("<@U1> and <#C1>, see <https://a.example/x|the page>.", ("<@U1>", "<#C1>", "<https://a.example/x|the page>")),
        ("It is up, at http://127.0.0.1:8850/ask.", ("http://127.0.0.1:8850/ask",)),
        ("Mail ann.lee@example.com or :bell: :+1:", ("ann.lee@example.com", ":bell:", ":+1:")),
        ("Send `golden.csv`, or returns.md", ("`golden.csv`", "returns.md")),
        ("Say *status* or *Start over*, or press *Approve*.", ("*status*", "*Start over*", "*Approve*")),
        ("Say _keep 1-5, 8_, or _change R7 to 3 seconds_.", ("_keep 1-5, 8_", "_change R7 to 3 seconds_")),
        ("R3 and M2 and B-money, by NEO_GRACE_S", ("R3", "M2", "B-money", "NEO_GRACE_S")),
        ("1. *How accurate must it be?* _I recommend 90 %._", ("1", "90")),
        ('You said: "bis zu 2 s" and “nie mehr”', ("bis zu 2 s", "nie mehr")),
        (f"*{TITLE}* is in the stage _intake_.", (f"*{TITLE}*",)),
        (f"<@U2> wishes: _{WISH}_ It is kept.", (f"_{WISH}_", WISH)),
        ("A few questions; answer in your own words.", ()),
    ],
)
def test_what_must_stand_as_it_stands(text: str, kept: tuple[str, ...]) -> None:
    found = kept_in(text, (TITLE, WISH), {"status", "start over", "approve"})
    assert set(kept) <= set(found)
    if not kept:
        assert found == ()


@pytest.mark.parametrize(
    ("text", "translated", "wrong"),
    [
        ("<@U1>, 2 s", "<@U1>, 2 Sekunden", ""),
        ("<@U1>, hello", "Hallo", "it lost '<@U1>'"),
        ("hello", "Hallo <@U9>", "'<@U9>' is made up"),
        ("hello", "siehe https://evil.example", "'https://evil.example' is made up"),
        ("0.9 of them", "0,9 davon", "the number '0,9' and not '0.9'"),
        ("two things", "2 Dinge", "the number '2' is made up"),
        ("1. and 1.", "1. und", "it lost the number '1'"),
        (":bell: hello", "Hallo", "it lost ':bell:'"),
        ("say *cancel*", "sag *abbrechen*", "it lost '*cancel*'"),
        ("2 of them", "其中2个", ""),  # letters of another alphabet may stand beside digits
        ("<@U1>说 R3", "R3<@U1>", ""),
        ("hello", " ", "it is empty"),
    ],
)
def test_a_translation_that_lost_something_is_told_what(text: str, translated: str, wrong: str) -> None:
    told = harm(text, translated, kept_in(text, (), {"cancel"}))
    assert told == wrong if not wrong else wrong in told


@pytest.mark.parametrize("part", ["a", "a-", "a.", "a_", "`", "<@", ":a", "*a ", '"', "1.", "http://", "a@"])
def test_a_long_text_ends(part: str) -> None:
    text = part * 20_000
    start = time.perf_counter()
    kept_in(text, (TITLE,), {"status"})
    says_much(text)
    assert time.perf_counter() - start < 2.0


@pytest.mark.parametrize(
    ("text", "much"),
    [
        ("Bitte antworte in zwei Sekunden", True),
        ("我们需要一个机器人", True),
        ("好的", False),
        ("ok danke", False),
        ("ann@example.com", False),
        ("`SELECT name FROM users WHERE x`", False),
        ("90 %, 2 s", False),
        ("<https://a.example/some/long/path>", False),
    ],
)
def test_only_several_words_tell_a_language(text: str, much: bool) -> None:
    assert says_much(text) is much
