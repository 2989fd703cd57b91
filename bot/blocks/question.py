"""Questions: a row each with a button that takes what Neo recommends; a row's block id names its slots."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from slack_sdk.models.blocks import Block, ButtonElement, ContextBlock, SectionBlock

from bot.blocks.mrkdwn import SECTION, actions, escaped, sections
from neo.domain.posts import Post

_BLOCK_ID = 255


def render(post: Post) -> list[Block]:
    """The head, the rows, what follows, and the buttons for all."""
    if "rows" not in post.data:
        return [*sections(escaped(post.text)), *actions(post.buttons)]
    head, tail = str(post.data["head"]), str(post.data["tail"])
    foot: list[Block] = [ContextBlock(elements=[{"type": "mrkdwn", "text": tail}])] if tail else []
    return [*sections(escaped(head)), *(_row(row) for row in post.data["rows"]), *actions(post.buttons), *foot]


def _row(row: Mapping[str, Any]) -> Block:
    button = row["button"]
    accessory = (
        ButtonElement(text=button["text"], action_id=button["action"], value=button["value"]) if button else None
    )
    return SectionBlock(
        text={"type": "mrkdwn", "text": escaped(str(row["text"]))[:SECTION], "verbatim": False},
        block_id=f"ask:{'+'.join(row['slots'])}"[:_BLOCK_ID],
        accessory=accessory,
    )
