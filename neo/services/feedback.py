"""Thumbs on answers: emoji and buttons count alike, a person's last word counts."""

from __future__ import annotations

from neo.domain.approvals import bare
from neo.domain.events import ButtonPressed, FormSubmitted
from neo.domain.posts import private
from neo.services.deps import Deps, Turn
from neo.store import Transaction

RATINGS: dict[str, int] = {"+1": 1, "thumbsup": 1, "white_check_mark": 1, "-1": -1, "thumbsdown": -1, "x": -1}
THANKS = {1: "Thank you, noted as a good answer.", -1: "Thank you, noted as a bad answer."}


def on_emoji(deps: Deps, turn: Turn, answer: str, user: str, emoji: str) -> None:
    """An emoji on an answer; those that are no thumb change nothing."""
    rating = RATINGS.get(bare(emoji))
    if rating is not None:
        with turn.transaction() as tx:
            _rate(deps, tx, answer, user, rating, "emoji")


def on_emoji_removed(deps: Deps, turn: Turn, answer: str, user: str, emoji: str) -> None:
    """A thumb taken back."""
    if bare(emoji) in RATINGS:
        with turn.transaction() as tx:
            _rate(deps, tx, answer, user, 0, "emoji")


def on_button(deps: Deps, turn: Turn, event: ButtonPressed) -> None:
    """A feedback button: its value is ``up:<answer>`` or ``down:<answer>``."""
    way, _, answer = event.value.partition(":")
    rating = {"up": 1, "down": -1}.get(way)
    if rating is None:
        return
    with turn.transaction() as tx:
        _rate(deps, tx, answer, event.user, rating, "button")
        row = tx.feedback.answer(answer)
        if row is not None:
            tx.outbox.add(tx.projects.get(row.project), private(THANKS[rating], event.user), deps.now())


def on_form(deps: Deps, turn: Turn, event: FormSubmitted) -> None:
    """'What went wrong?': the comment is kept with the thumb."""
    if event.form == "what_went_wrong":
        with turn.transaction() as tx:
            tx.feedback.comment(event.subject, event.user, event.fields.get("comment", ""))


def _rate(deps: Deps, tx: Transaction, answer: str, user: str, rating: int, via: str) -> None:
    row = tx.feedback.answer(answer)
    if row is not None:
        tx.feedback.rate(row, user, rating, via, deps.now())
