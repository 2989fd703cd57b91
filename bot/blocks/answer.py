"""An answer with its sources, and thumbs under it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from slack_sdk.models.blocks import (
    Block,
    ContextActionsBlock,
    ContextBlock,
    FeedbackButtonObject,
    FeedbackButtonsElement,
)

from bot.blocks.mrkdwn import literal, sections
from neo.domain.posts import Post

_MOST_SOURCES = 5
_QUOTE = 240


def render(post: Post) -> list[Block]:
    """The answer, up to five sources with a quote each, its latency, and the two thumbs."""
    answer = str(post.data["answer"])
    sources = [source_line(n, s) for n, s in enumerate(post.data["sources"][:_MOST_SOURCES], 1)]
    latency = f"{float(post.data['latency_s']) * 1000:.0f} ms"
    cost = float(post.data.get("cost_usd", 0.0))
    foot = f"{latency}{f' · ${cost:.4f}' if cost else ''} · vote below, or with :+1: :-1:"
    thumbs = FeedbackButtonsElement(
        action_id="thumb",
        positive_button=FeedbackButtonObject(text="Good answer", value=f"up:{answer}"),
        negative_button=FeedbackButtonObject(text="Bad answer", value=f"down:{answer}"),
    )
    return [
        *sections(literal(post.text)),
        *(ContextBlock(elements=[{"type": "mrkdwn", "text": line}]) for line in [*sources, foot]),
        ContextActionsBlock(elements=[thumbs]),
    ]


def source_line(number: int, source: Mapping[str, Any]) -> str:
    """One source: document, page or heading, and what it says there."""
    place = f", page {source['page']}" if source.get("page") else ""
    quote = " ".join(str(source.get("quote") or "").split())
    short = quote if len(quote) <= _QUOTE else f"{quote[: _QUOTE - 1]}…"
    return f"*[{number}]* {literal(str(source.get('document', '')))}{place}: “{literal(short)}”"
