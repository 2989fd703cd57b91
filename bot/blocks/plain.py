"""Words, with buttons where there are some."""

from __future__ import annotations

from slack_sdk.models.blocks import Block

from bot.blocks.mrkdwn import MOST_BLOCKS, actions, escaped, sections
from neo.domain.posts import Post


def render(post: Post) -> list[Block]:
    """The text as sections, then the buttons."""
    return [*sections(escaped(post.text))[: MOST_BLOCKS - 1], *actions(post.buttons)]
