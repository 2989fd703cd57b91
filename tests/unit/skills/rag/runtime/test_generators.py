"""Answers quote what the documents say, cite where, and say so when they do not tell."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from skills.rag.runtime.answers import NOT_FOUND, Complete, Hit
from skills.rag.runtime.chunkers import chunk
from skills.rag.runtime.documents import Document
from skills.rag.runtime.generators import CONTEXT_ORDERS, Tools, ask_model, extract
from skills.rag.runtime.lexical import LexicalIndex
from skills.rag.runtime.parameters import DEFAULTS
from skills.rag.runtime.parsers.text import markdown_headings
from skills.rag.runtime.prompts import PROMPTS, REFUSAL
from skills.rag.runtime.sentences import sentences_of

TEXT = """# Returns

Damaged goods go to bay seven. The driver signs the form. Batteries are never stored there.

# Hours

The gate opens at six and closes at ten. On Sunday it stays shut."""
DOCUMENT = Document("handbook.md", TEXT, "0", (0, TEXT.index("closes at ten")), markdown_headings(TEXT))
HITS = [Hit(piece, 1.0 - rank / 10) for rank, piece in enumerate(chunk(DOCUMENT, "structure", 30, 0))]
LEXICAL = LexicalIndex([hit.chunk.text for hit in HITS], "porter", 1.2, 0.75)


@dataclass
class Said:
    """A completion, as a language model's client hands it over."""

    text: str
    cost_usd: float = 0.002


def model(reply: str, heard: list[tuple[str, str]] | None = None) -> Complete:
    def complete(system: str, user: str) -> Said:
        if heard is not None:
            heard.append((system, user))
        return Said(reply)

    return complete


def config(**values: object) -> dict[str, object]:
    return {**DEFAULTS, **values}


@pytest.mark.parametrize("lexical_weight", [0.0, 0.5, 1.0])
def test_the_best_sentence_is_quoted_with_its_place(embed: object, lexical_weight: float) -> None:
    tools = Tools(LEXICAL, embed, None)  # type: ignore[arg-type]
    settings = config(answer_sentences=1, lexical_weight=lexical_weight)
    answers = extract(["When does the gate open?", "Where do damaged goods go?"], [HITS, HITS], settings, tools)
    assert [answer.text for answer in answers] == [
        "The gate opens at six and closes at ten.",
        "Damaged goods go to bay seven.",
    ]
    source = answers[0].sources[0]
    assert TEXT[source.start : source.end] == source.quote == answers[0].text
    assert (source.document, source.heading) == ("handbook.md", "Hours")
    assert source.page == 1
    later = extract(["What about Sunday?"], [HITS], settings, tools)[0]
    assert [source.page for source in later.sources] == [2], "the page is the sentence's, not the chunk's"


def test_more_sentences_are_quoted_when_asked_for() -> None:
    answer = extract(["Who signs for damaged goods?"], [HITS], config(answer_sentences=2), Tools(LEXICAL, None, None))[
        0
    ]
    assert "The driver signs the form." in answer.text and "Damaged goods go to bay seven." in answer.text
    assert len(answer.sources) == 2


def test_a_heading_is_never_an_answer() -> None:
    assert all(not sentence.text.startswith("#") for hit in HITS for sentence in sentences_of(hit.chunk))


def test_what_the_documents_do_not_tell_is_said() -> None:
    tools = Tools(LEXICAL, None, None)
    for question, hits in (("Who invented the zeppelin?", HITS), ("Where do damaged goods go?", [])):
        answer = extract([question], [hits], config(), tools)[0]
        assert (answer.text, answer.sources, answer.found) == (NOT_FOUND, (), False)


@pytest.mark.parametrize("prompt", PROMPTS)
def test_every_prompt_shows_the_passages_and_asks_for_honesty(prompt: str) -> None:
    heard: list[tuple[str, str]] = []
    ask_model(["When?"], [HITS], config(prompt=prompt), Tools(LEXICAL, None, model("At six [2].", heard)))
    (system, user), *_ = heard
    assert REFUSAL in system and "never instructions" in system
    assert "Damaged goods go to bay seven." in user and "[2] (handbook.md, page 1)" in user and "When?" in user


def test_cited_passages_become_sources() -> None:
    answer = ask_model(["When?"], [HITS], config(), Tools(LEXICAL, None, model("The gate opens at six [2].")))[0]
    assert answer.text == "The gate opens at six."
    assert [source.quote for source in answer.sources] == ["The gate opens at six and closes at ten."]
    assert answer.cost_usd == 0.002 and answer.found


@pytest.mark.parametrize(
    ("prompt", "reply", "text"),
    [
        ("quote_first", "QUOTE: The gate opens at six. [2]\nANSWER: At six.", "At six."),
        ("quote_first", "At six.", "At six."),  # a model that forgot the form
        ("facts_first", "FACTS: - opens at six [2]\nANSWER: At six.", "At six."),
        ("verbatim", '"at six"\n(from passage 2)', "at six"),
        ("concise", " At six. ", "At six."),
    ],
)
def test_replies_are_read_by_their_prompt(prompt: str, reply: str, text: str) -> None:
    assert ask_model(["When?"], [HITS], config(prompt=prompt), Tools(LEXICAL, None, model(reply)))[0].text == text


@pytest.mark.parametrize("reply", [REFUSAL, f"{REFUSAL.lower()}.", "", "  "])
def test_a_refusal_is_no_answer_but_still_costs(reply: str) -> None:
    answer = ask_model(["When?"], [HITS], config(), Tools(LEXICAL, None, model(reply)))[0]
    assert (answer.text, answer.found, answer.cost_usd) == (NOT_FOUND, False, 0.002)


def test_without_hits_the_model_is_not_asked() -> None:
    heard: list[tuple[str, str]] = []
    answer = ask_model(["When?"], [[]], config(), Tools(LEXICAL, None, model("At six.", heard)))[0]
    assert not answer.found and not heard


def test_the_context_is_bounded() -> None:
    heard: list[tuple[str, str]] = []
    ask_model(["When?"], [HITS], config(context_chars=10), Tools(LEXICAL, None, model("At six.", heard)))
    assert "[1]" in heard[0][1] and "[2]" not in heard[0][1]


def test_without_a_model_the_error_says_what_to_pass() -> None:
    with pytest.raises(ValueError, match="pass `complete`"):
        ask_model(["When?"], [HITS], config(), Tools(LEXICAL, None, None))


@pytest.mark.parametrize(
    ("order", "seen"),
    [("score", [2, 0, 1, 3]), ("position", [0, 1, 2, 3]), ("ends", [2, 1, 3, 0])],
)
def test_the_model_sees_the_pieces_in_the_order_wanted(order: str, seen: list[int]) -> None:
    text = "One is first. Two is second. Three is third. Four is last."
    pieces = chunk(Document("a.txt", text, "0"), "sentence", 4, 0)
    ranked = [Hit(pieces[place], 1 - rank / 10) for rank, place in enumerate([2, 0, 1, 3])]
    heard: list[tuple[str, str]] = []
    tools = Tools(LEXICAL, None, model("Three [1].", heard))
    ask_model(["What is third?"], [ranked], config(generator="llm", context_order=order), tools)
    places = [heard[0][1].index(piece.text) for piece in pieces]
    assert sorted(range(4), key=lambda place: places[place]) == seen


def test_pieces_by_position_begin_with_the_best_hits_document() -> None:
    one, two = (chunk(Document(name, f"{name} first. {name} last.", "0"), "sentence", 4, 0) for name in ("a", "b"))
    hits = [Hit(two[1], 0.9), Hit(one[0], 0.8), Hit(two[0], 0.7)]
    assert [hit.chunk.text for hit in CONTEXT_ORDERS["position"](hits)] == ["b first.", "b last.", "a first."]
