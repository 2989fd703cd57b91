"""Text for Slack: escaped, cut at sensible places, within the limits."""

from __future__ import annotations

import re

from slack_sdk.models.blocks import ActionsBlock, Block, ButtonElement, ConfirmObject, SectionBlock

from neo.domain.posts import Button

SECTION = 3000  # characters in a section's text
MOST_BLOCKS = 50
_KEPT = re.compile(r"&lt;(@[UW][A-Z0-9]+|https?://[^\s|&]+(?:\|[^&<>]+)?)&gt;")


def escaped(text: str) -> str:
    """Slack's three characters escaped, but for mentions of people and links, which Neo writes itself.

    >>> escaped("a < b, ask <@U123>, never <!channel>")
    'a &lt; b, ask <@U123>, never &lt;!channel&gt;'
    """
    return _KEPT.sub(r"<\1>", literal(text))


def literal(text: str) -> str:
    """Slack's three characters escaped: for what Neo did not write, such as an answer out of documents."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def pieces(text: str, most: int = SECTION) -> list[str]:
    """The text in pieces of at most *most* characters, cut at paragraph, line, sentence or word, in that order."""
    rest, cut = text.strip(), []
    while len(rest) > most:
        window = rest[:most]
        at = max((window.rfind(mark) for mark in ("\n\n",)), default=-1)
        for mark in ("\n", ". ", " "):
            at = at if at > most // 2 else max(at, window.rfind(mark))
        at = at + 1 if at > 0 else most
        cut.append(rest[:at].rstrip())
        rest = rest[at:].lstrip()
    return [*cut, rest] if rest else cut


def sections(text: str) -> list[Block]:
    """The text as sections within the limit."""
    return [SectionBlock(text={"type": "mrkdwn", "text": piece, "verbatim": False}) for piece in pieces(text)]


def actions(buttons: tuple[Button, ...]) -> list[Block]:
    """The buttons as a row, or nothing when there are none."""
    if not buttons:
        return []
    elements = [
        ButtonElement(
            text=button.text,
            action_id=button.action,
            value=button.value,
            style=button.style or None,
            confirm=ConfirmObject(title="Are you sure?", text=button.confirm) if button.confirm else None,
        )
        for button in buttons
    ]
    return [ActionsBlock(elements=elements)]
