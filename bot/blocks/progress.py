"""A message that is edited in place: words and a bar."""

from __future__ import annotations

from slack_sdk.models.blocks import Block, ContextBlock

from bot.blocks.mrkdwn import escaped, sections
from neo.domain.posts import Post

_CELLS = 20


def render(post: Post) -> list[Block]:
    """The text, and how much of the work is done as a bar of twenty cells."""
    share = min(1.0, max(0.0, float(post.data.get("share", 0.0))))
    full = round(share * _CELLS)
    bar = f"{'█' * full}{'░' * (_CELLS - full)} {share:.0%}"
    return [*sections(escaped(post.text)), ContextBlock(elements=[{"type": "mrkdwn", "text": bar}])]
