"""A document to be approved: title, parts, buttons, and what an emoji does; the full text goes along as a file."""

from __future__ import annotations

from slack_sdk.models.blocks import Block, ContextBlock, DividerBlock, HeaderBlock

from bot.blocks.mrkdwn import MOST_BLOCKS, actions, escaped, sections
from neo.domain.approvals import EXPLANATION
from neo.domain.documents import Document, Item, Section
from neo.domain.posts import Post

_TITLE = 150
_RESERVED = 4  # divider, buttons, explanation, and the line that says what was cut


def render(post: Post) -> list[Block]:
    """The document within Slack's fifty blocks; what does not fit is in the file, and the message says so."""
    document = Document.from_json(post.data["document"])
    title = f"{post.data.get('icon', '')} {document.title}".strip()
    head: list[Block] = [HeaderBlock(text={"type": "plain_text", "text": title[:_TITLE], "emoji": True})]
    head.append(_context(f"Version {document.version} · for <@{post.data['owner']}> to approve"))
    body = sections(escaped(document.summary))
    if document.delta:
        body += sections(escaped("*Changed since the last version*\n" + "\n".join(f"• {d}" for d in document.delta)))
    for section in document.sections:
        body += sections(escaped(_section(section)))
    room = MOST_BLOCKS - len(head) - _RESERVED
    cut = [_context("The rest is in the file below.")] if len(body) > room else []
    foot: list[Block] = [DividerBlock(), *actions(post.buttons), _context(f"{EXPLANATION} Or use the buttons.")]
    return [*head, *body[:room], *cut, *foot]


def _section(section: Section) -> str:
    lines = [f"*{section.title}*", *([section.text] if section.text else []), *(_item(item) for item in section.items)]
    return "\n".join(lines)


def _item(item: Item) -> str:
    head = f"`{item.id}` " if item.id else ""
    tail = f" _({item.source})_" if item.source else ""
    return f"• {head}{item.text}{tail}"


def _context(text: str) -> ContextBlock:
    return ContextBlock(elements=[{"type": "mrkdwn", "text": text}])
