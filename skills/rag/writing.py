"""What the rag skill contributes to the documents: requirements, scope, risks, architecture."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from neo.automl.problem import Problem
from neo.automl.space import Choice
from neo.domain.brief import Brief
from neo.domain.documents import Item
from neo.skill import Examination
from skills.rag.privacy import STAYS


def counted(number: int, noun: str) -> str:
    """A number with its noun.

    >>> counted(1, "page"), counted(1200, "word")
    ('1 page', '1,200 words')
    """
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def requirements(brief: Brief, found: Examination) -> list[Item]:
    """What the system must do."""
    facts = found.facts
    formats = ", ".join(str(one).upper() for one in facts.get("formats", ()))
    privacy = (
        "No text of yours leaves this machine."
        if brief.value("privacy", STAYS) == STAYS
        else "Questions and the passages found may be sent to the configured language model's endpoint, and vectors of "
        "texts and questions to the configured vector store."
    )
    return [
        Item(
            f"Answers questions from {counted(facts.get('documents', 0), 'document')} ({formats}, "
            f"{counted(facts.get('pages', 0), 'page')}, {counted(facts.get('words', 0), 'word')}), "
            "and from nothing else.",
            "F1",
            "from your files",
        ),
        Item("Names with each answer the document, the page where there is one, and the sentence it rests on.", "F2"),
        Item("Says that the documents do not tell, when nothing in them fits.", "F3"),
        Item("Can be asked in this thread, over HTTP, and on a page of its own.", "F4"),
        Item(_judged_on(facts), "F5", "from your files"),
        Item("Takes thumbs on every answer; they are kept with the question, the version and the sources.", "F6"),
        Item(privacy, "F7", "privacy"),
    ]


def _judged_on(facts: Mapping[str, Any]) -> str:
    questions, synthetic = int(facts.get("questions", 0)), int(facts.get("synthetic", 0))
    if not synthetic:
        return f"Is judged on your {questions} golden questions."
    own = f"your {questions - synthetic} golden questions and on " if questions > synthetic else ""
    return (
        f"Is judged on {own}{counted(synthetic, 'synthetic question')}, which Neo proposed from your documents "
        "and you confirmed."
    )


def out_of_scope(brief: Brief) -> list[Item]:
    """What is not built."""
    return [
        Item("Answers from the internet or from general knowledge.", "O1"),
        Item("Scanned pages without text: they are named above when there are any.", "O2"),
        Item("Access rights for each document: whoever may ask sees answers from all of them.", "O3"),
        Item("Changes to the documents after today: send them again and say *change* to have them taken in.", "O4"),
    ]


def risks(brief: Brief, found: Examination) -> list[Item]:
    """What may go wrong, and what is done about it."""
    facts = found.facts
    items = [
        Item(
            "Questions of a kind that is not among the golden ones may be answered worse than measured: "
            "thumbs in the thread show it, and such questions belong into the golden set.",
            "K1",
        ),
        Item("A document may be wrong or outdated; the system repeats what it says. The source is always named.", "K2"),
    ]
    if (questions := int(facts.get("questions", 0))) < 60:
        items.append(
            Item(
                f"With {questions} golden questions the measured accuracy is uncertain; the report says how much.", "K3"
            )
        )
    if facts.get("synthetic"):
        items.append(
            Item(
                f"{facts['synthetic']} of the questions are synthetic. They are worded as the documents are, so they "
                "are easier to find than what people ask, above all by words: measured accuracy is likely too high, "
                "and searching by words may win where it should not. Questions of your own mend that.",
                "K5",
            )
        )
    if facts.get("unanswerable"):
        items.append(Item(f"{facts['unanswerable']} golden questions have no evidence in the documents.", "K4"))
    return items


def architecture(problem: Problem) -> list[Item]:
    """The parts of the system, in words."""
    space = {parameter.name: parameter for parameter in problem.space.parameters}
    generator = space.get("generator")
    makes = generator.words() if isinstance(generator, Choice) else "extractive"
    embedders = space["embedder"].words() if "embedder" in space else "none here, so words alone are searched"
    stores = "FAISS, one file on this machine" + (", or in Pinecone" if "vector_store" in space else "")
    return [
        Item("Reader: each document becomes text with its pages and headings.", "A1"),
        Item("Chunker: the text is cut into overlapping pieces that keep their place in the document.", "A2"),
        Item(f"Index: words (BM25) and meaning (embedders: {embedders}) in {stores}.", "A3"),
        Item("Retriever and reranker: find the pieces for a question, by words, meaning, or both.", "A4"),
        Item(f"Generator: makes the answer from the pieces, with its sources ({makes}).", "A5"),
        Item("Service: FastAPI on this machine with /ask, /healthz, /metrics and a page to try it.", "A6"),
    ]
