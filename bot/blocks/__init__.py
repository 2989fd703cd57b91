"""Posts into Block Kit, by kind. Everything is built from ``slack_sdk.models``, which checks Slack's limits."""

from __future__ import annotations

from collections.abc import Callable

from slack_sdk.models.blocks import Block

from bot.blocks import answer, comparison, document, plain, progress, question
from neo.domain.posts import Post

RENDERERS: dict[str, Callable[[Post], list[Block]]] = {
    "text": plain.render,
    "question": question.render,
    "notice": plain.render,
    "report": plain.render,
    "progress": progress.render,
    "document": document.render,
    "answer": answer.render,
    "comparison": comparison.render,
    "alert": plain.render,
}


def render(post: Post) -> list[Block]:
    """The blocks of a post.

    Raises:
        KeyError: The kind has no renderer.
    """
    return RENDERERS[post.kind](post)
