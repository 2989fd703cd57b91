"""Words, with buttons where there are some."""

from __future__ import annotations

from slack_sdk.models.blocks import Block

from bot.blocks.mrkdwn import actions, escaped, sections
from neo.domain.posts import Post


def render(post: Post) -> list[Block]:
    """The text as sections, then the buttons; what is too long for a message is for the transport to send as a file."""
    return [*sections(escaped(post.text)), *actions(post.buttons)]
