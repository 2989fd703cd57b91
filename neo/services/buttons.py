"""Buttons: which action is whose."""

from __future__ import annotations

from collections.abc import Callable

from neo.domain.approvals import Verdict
from neo.domain.events import ButtonPressed
from neo.services import approval, conversation, deployment, feedback, proposing
from neo.services.deps import Deps, Turn

BUTTONS: dict[str, Callable[[Deps, Turn, ButtonPressed], None]] = {
    "approve": approval.document_button(Verdict.APPROVED),
    "changes": approval.document_button(Verdict.CHANGES),
    "take_back": approval.take_back_button,
    "recommended": conversation.take_recommended,
    "keep_questions": proposing.button(keeps=True),
    "drop_questions": proposing.button(keeps=False),
    "accept_closest": deployment.accept_closest,
    "thumb": feedback.on_button,
}


def on_button(deps: Deps, turn: Turn, event: ButtonPressed) -> None:
    """A button under one of Neo's messages; one that an older version posted and nobody knows now does nothing."""
    if event.action in BUTTONS:
        BUTTONS[event.action](deps, turn, event)
