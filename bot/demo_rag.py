"""`neo demo rag`: handbooks and golden questions in, a bot that answers out."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from bot.demo import WAIT_S, Play
from bot.workspace import Message
from neo.evals.golden_set import load_golden

SAMPLE = Path(__file__).parent.parent / "skills" / "rag" / "sample"
GOLDEN = SAMPLE / "golden.csv"
QUESTIONS = 3


class RagPlay(Play):
    """A person whose colleagues ask about handbooks."""

    def conversation(self) -> None:
        """See :class:`Play`."""
        self._open("@Neo I need a bot that answers questions about our warehouse handbooks")
        self._see("drop them into this thread")
        files = [*sorted((SAMPLE / "documents").iterdir()), GOLDEN]
        self._say("Here are our handbooks and our golden questions.", files)
        self._see("answer in your own words")
        self._say(
            "At least 60 % accurate, answers within 2 seconds, at most 1 cent a question, and nothing leaves "
            "this machine."
        )
        self._see("Is anything different from what I assume")

    def use(self) -> None:
        """See :class:`Play`."""
        for question in self._questions():
            self._ask(question)

    def summary(self) -> str:
        """See :class:`Play`."""
        return f"{super().summary()}, {len(self._answers())} answers"

    def _answers(self) -> list[dict[str, Any]]:
        answers: list[dict[str, Any]] = self.story.told.setdefault("answers", [])
        return answers

    def _questions(self) -> list[str]:
        questions = load_golden(GOLDEN, GOLDEN.name).questions
        step = max(1, len(questions) // QUESTIONS)
        return [question.question for question in questions[::step][:QUESTIONS]]

    def _ask(self, question: str) -> None:
        before = {message.ts for message in self._thread()}
        self._say(question)
        deadline = time.monotonic() + WAIT_S
        while True:
            for message in self._thread():
                if message.ts not in before and _has_thumbs(message):
                    self._show_new()
                    self.person.react(message.channel, message.ts, "+1")
                    self._record(question)
                    return
            if time.monotonic() > deadline:
                raise TimeoutError(f"No answer to {question!r}.")
            time.sleep(0.2)

    def _record(self, question: str) -> None:
        with self.store.read() as tx:
            project = tx.projects.all()[0]
            row = next(row for row in tx.feedback.answers(project.id) if row.question == question)
            self._answers().append({"question": question, "answer": row.text, "sources": row.sources})


def _has_thumbs(message: Message) -> bool:
    return any(block.get("type") == "context_actions" for block in message.blocks)
