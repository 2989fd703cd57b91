"""Modals."""

from __future__ import annotations

from slack_sdk.models.blocks import InputBlock, PlainTextInputElement
from slack_sdk.models.views import View


def what_went_wrong(answer: str) -> View:
    """Opened after a thumbs-down; sending it is optional."""
    element = PlainTextInputElement(action_id="comment", multiline=True, max_length=3000)
    return View(
        type="modal",
        callback_id="what_went_wrong",
        private_metadata=answer,
        title={"type": "plain_text", "text": "What went wrong?"},
        submit={"type": "plain_text", "text": "Send"},
        close={"type": "plain_text", "text": "Skip"},
        blocks=[
            InputBlock(label="In a sentence, so that the next version does better", element=element, optional=True)
        ],
    )
