"""Modals: opened empty at once, since a trigger lives three seconds, and filled a moment later."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from slack_sdk.models.blocks import (
    Block,
    ConversationSelectElement,
    InputBlock,
    Option,
    PlainTextInputElement,
    SectionBlock,
    StaticSelectElement,
)
from slack_sdk.models.views import View

from bot.blocks.mrkdwn import escaped

TITLES = {
    "new_project": "New project",
    "edit_requirement": "Edit a requirement",
    "add_golden": "Add as golden Q&A",
    "what_went_wrong": "What went wrong?",
    "told": "Neo",
}
_LONGEST = 3000
_OPTION = 75
_MOST_OPTIONS = 100


def empty(form: str, external_id: str) -> View:
    """What a person sees until the form is filled."""
    return _view(form, "", [SectionBlock(text={"type": "mrkdwn", "text": "One moment…"})], external_id, send="")


def filled(data: Mapping[str, Any]) -> dict[str, Any]:
    """The form with its fields, as Slack takes it."""
    form = str(data["form"])
    blocks, send = FORMS[form](data)
    body: dict[str, Any] = _view(form, str(data.get("subject", "")), blocks, str(data["view"]), send).to_dict()
    return body


def what_went_wrong(answer: str) -> View:
    """Opened after a thumbs-down; sending it is optional."""
    field = _text("comment", "In a sentence, so that the next version does better", optional=True)
    return _view("what_went_wrong", answer, [field], "", send="Send", close="Skip")


def _view(form: str, subject: str, blocks: Sequence[Block], external_id: str, send: str, close: str = "Close") -> View:
    return View(
        type="modal",
        callback_id=form,
        private_metadata=subject,
        external_id=external_id or None,
        title={"type": "plain_text", "text": TITLES[form]},
        submit={"type": "plain_text", "text": send} if send else None,
        close={"type": "plain_text", "text": close},
        blocks=blocks,
    )


def _new_project(data: Mapping[str, Any]) -> tuple[list[Block], str]:
    where = ConversationSelectElement(
        action_id="channel", default_to_current_conversation=True, initial_conversation=data.get("channel") or None
    )
    blocks: list[Block] = [
        _text("need", "What do you need?", hint="For example: a bot that answers questions about our handbooks"),
        InputBlock(label="In which conversation?", element=where),
        _text("accuracy", "Accuracy at least", "For example: 90 %", optional=True, long=False),
        _text("latency", "Answers within", "For example: 2 seconds", optional=True, long=False),
        _text("cost", "Cost of an answer at most", "For example: 2 cents", optional=True, long=False),
    ]
    return blocks, "Start"


def _edit_requirement(data: Mapping[str, Any]) -> tuple[list[Block], str]:
    if not data["requirements"]:
        return _told({"text": "The requirements are not written yet."})
    blocks: list[Block] = [
        _choice("requirement", "Which one?", data["requirements"]),
        _text("value", "What shall it be instead?", "For example: 3 seconds", long=False),
    ]
    return blocks, "Change"


def _add_golden(data: Mapping[str, Any]) -> tuple[list[Block], str]:
    blocks: list[Block] = [
        _text("question", "Question", initial=data["question"]),
        _text("answer", "The right answer", initial=data["answer"]),
        _choice("project", "For which project?", data["projects"], first=True),
    ]
    return blocks, "Add"


def _told(data: Mapping[str, Any]) -> tuple[list[Block], str]:
    return [SectionBlock(text={"type": "mrkdwn", "text": escaped(str(data["text"]))[:_LONGEST]})], ""


FORMS: dict[str, Callable[[Mapping[str, Any]], tuple[list[Block], str]]] = {
    "new_project": _new_project,
    "edit_requirement": _edit_requirement,
    "add_golden": _add_golden,
    "told": _told,
}


def _text(
    name: str, label: str, hint: str = "", *, initial: str = "", optional: bool = False, long: bool = True
) -> InputBlock:
    element = PlainTextInputElement(
        action_id=name, multiline=long, max_length=_LONGEST, initial_value=initial or None, placeholder=hint or None
    )
    return InputBlock(block_id=name, label=label, element=element, optional=optional)


def _short(text: str) -> str:
    return text if len(text) <= _OPTION else f"{text[: _OPTION - 1]}…"


def _choice(name: str, label: str, options: Sequence[Sequence[str]], *, first: bool = False) -> InputBlock:
    made = [Option(value=value, text=_short(text)) for value, text in options[:_MOST_OPTIONS]]
    element = StaticSelectElement(action_id=name, options=made, initial_option=made[0] if first else None)
    return InputBlock(block_id=name, label=label, element=element)
