"""Questions from documents: sound sentences, sound forms, spread over the documents, evidence to the letter."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest

from neo.automl.problem import Context, InputFile, Resources
from neo.evals.golden_set import load_golden
from skills.rag.intake import Read, read_inputs
from skills.rag.passages import Passage, passages, spread_out
from skills.rag.proposing import propose
from skills.rag.runtime.documents import Document
from skills.rag.skill import RagSkill
from skills.rag.templates import question_of, title_of

SAMPLE = Path(__file__).resolve().parents[4] / "skills" / "rag" / "sample"


def documents(*texts: str) -> list[Document]:
    return [Document(f"doc-{number}.md", text, str(number)) for number, text in enumerate(texts)]


def lines(found: Sequence[Passage]) -> list[str]:
    return [one.line for one in found]


@pytest.fixture(scope="module")
def sample() -> Read:
    files = [
        InputFile("document", path.name, path, path.name)
        for path in sorted((SAMPLE / "documents").iterdir())
        if path.suffix in (".md", ".txt", ".html")
    ]
    return read_inputs(files)


def context(tmp_path: Path) -> Context:
    return Context((), tmp_path / "cache", Resources(tmp_path / "models"))


@pytest.mark.parametrize(
    "sentence",
    [
        "It is parked on shelf Q9 until the label is found.",  # leans on the sentence before
        "Such goods are refused at the gate by the guard.",
        "Is the parcel parked on shelf Q9 over night?",
        "Refused goods go back.",
        "| Hall 1 | is kept at minus 20 degrees at all times. |",
        "and the rest of the goods is kept in the yard.",
        "The rest of this sentence was cut off by the page and",
        " ".join(["word"] * 41) + ".",
    ],
)
def test_sentences_that_do_not_stand_alone_are_not_asked_about(sentence: str) -> None:
    good = "A parcel without a label is parked on shelf Q9."
    assert lines(passages(documents(f"{good}\n\n{sentence}"))) == [good]


def test_a_sentence_that_stands_twice_is_one() -> None:
    text = "A parcel without a label is parked on shelf Q9."
    assert len(passages(documents(text, text))) == 1


@pytest.mark.parametrize(
    ("sentence", "question", "answer"),
    [
        (
            "A parcel without a label is parked on shelf Q9.",
            "What does the document “doc 0” say about a parcel without a label?",
            "A parcel without a label is parked on shelf Q9.",
        ),
        (
            "If it rains, the gate is closed for 20 minutes.",
            "What belongs into the gap: “If it rains, the gate is closed for ____.”",
            "20 minutes",
        ),
        (
            "After a refusal the guard writes form RF-12 at once.",
            "What belongs into the gap: “After a refusal the guard writes form RF-____ at once.”",
            "12",
        ),
    ],
)
def test_forms(sentence: str, question: str, answer: str) -> None:
    (one,) = passages(documents(sentence))
    assert question_of(one, [one]) == (question, answer)


@pytest.mark.parametrize(
    "sentence",
    [
        "Nobody goes into the yard without a bright jacket.",  # no figure, and no subject to ask about
        "The area is closed to all visitors from outside.",  # 'the area' means one that was named before
        "From 20 to 20 people work there in a shift.",  # the gap would be given away
    ],
)
def test_where_no_form_is_sound_there_is_no_question(sentence: str) -> None:
    (one,) = passages(documents(sentence))
    assert question_of(one, [one]) is None


def test_a_subject_that_two_sentences_speak_of_is_ambiguous() -> None:
    found = passages(documents("A red parcel is parked on a shelf. A red parcel must be opened by two people."))
    assert len(found) == 2
    assert [question_of(one, found) for one in found] == [None, None]


def test_names() -> None:
    assert title_of("goods_in-Handbook.v2.pdf") == "goods in Handbook v2"


def test_proposals_are_spread_and_their_evidence_is_the_documents_own(sample: Read, tmp_path: Path) -> None:
    made = propose(sample, context(tmp_path), 20)
    texts = {document.name: document.text for document in sample.documents}
    assert len(made) == 20 == len({one.question for one in made})
    assert all(texts[one.document][one.start : one.end] == one.evidence for one in made)
    assert all(one.answer in " ".join(one.evidence.split()) for one in made)
    each = Counter(one.document for one in made)
    assert set(each) == set(texts) and max(each.values()) <= 2 * min(each.values()) + 1
    assert propose(sample, context(tmp_path), 20) == made  # and the same each time


def test_a_spread_choice_repeats_itself_less_than_the_first_sentences_do(sample: Read) -> None:
    candidates = passages(sample.documents)
    chosen, first = spread_out(candidates, 15), candidates[:15]

    def shared(found: Sequence[Passage]) -> int:
        words = [{word for word in one.line.lower().split() if len(word) > 5} for one in found]
        return sum(len(a & b) for place, a in enumerate(words) for b in words[:place])

    assert shared(chosen) < shared(first)


def test_what_the_golden_set_asks_already_is_left_alone() -> None:
    known = "A parcel without a label is parked on shelf Q9 for 3 days."
    new = "Refunds above 500 euros need the signature of the shift lead."
    (chosen,) = spread_out(passages(documents(f"{known} {new}")), 1, [known])
    assert chosen.line == new


def test_what_was_kept_is_read_as_a_synthetic_golden_set(sample: Read, tmp_path: Path) -> None:
    made = propose(sample, context(tmp_path), 5)
    golden = load_golden(RagSkill().golden_file(made), "synthetic.jsonl")
    assert [(one.question, one.answer, one.synthetic) for one in golden.questions] == [
        (one.question, one.answer, True) for one in made
    ]
    for one, question in zip(made, golden.questions, strict=True):
        (evidence,) = question.evidence
        assert (evidence.document, evidence.start, evidence.end) == (one.document, one.start, one.end)
    assert any("5 question(s) are synthetic" in note for note in golden.notes)


@pytest.mark.parametrize("text", ["", "Hello.", "12345 67890", "。" * 300, "A " * 5000])
def test_documents_without_sentences_give_no_questions(text: str, tmp_path: Path) -> None:
    read = Read((), tuple(documents(text)), None)
    assert propose(read, context(tmp_path), 10) == []
