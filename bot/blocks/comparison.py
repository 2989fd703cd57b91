"""Two answers side by side, blind, with a button for each choice."""

from __future__ import annotations

from slack_sdk.models.blocks import Block, ContextBlock, DividerBlock, HeaderBlock

from bot.blocks.answer import source_line
from bot.blocks.mrkdwn import actions, literal, sections
from neo.domain.posts import Post

_MOST_SOURCES = 2


def render(post: Post) -> list[Block]:
    """Both answers with up to two sources each, then the choices."""
    blocks: list[Block] = []
    for name, one in zip("AB", post.data["answers"], strict=True):
        lines = [source_line(n, s) for n, s in enumerate(one["sources"][:_MOST_SOURCES], 1)]
        blocks += [HeaderBlock(text={"type": "plain_text", "text": f"Answer {name}"}), *sections(literal(one["text"]))]
        blocks += [ContextBlock(elements=[{"type": "mrkdwn", "text": line}]) for line in lines]
        blocks.append(DividerBlock())
    told = "Two versions answered. Which answer is better? Vote here, or with :a: or :b:."
    return [*blocks, ContextBlock(elements=[{"type": "mrkdwn", "text": told}]), *actions(post.buttons)]
