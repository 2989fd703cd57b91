"""The markdown block as safe HTML: raw HTML is shown as text, pictures from elsewhere are not loaded."""

from __future__ import annotations

import re
from collections.abc import Sequence

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererProtocol
from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict
from markupsafe import Markup

from bot.workspace.emoji import character
from bot.workspace.render.mrkdwn import token
from bot.workspace.render.names import Names

_EMOJI = re.compile(r":([a-z0-9_+-]+):")
_MENTION = re.compile(r"&lt;([@#!][^&]+)&gt;")


def _with_emoji(state: StateCore) -> None:
    for block in state.tokens:
        for child in block.children or []:
            if child.type == "text":
                child.content = _EMOJI.sub(lambda found: character(found[1]), child.content)


def _open_link(
    renderer: RendererProtocol, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType
) -> str:
    tokens[index].attrSet("rel", "noopener noreferrer")
    tokens[index].attrSet("target", "_blank")
    return str(renderer.renderToken(tokens, index, options, env))  # type: ignore[attr-defined]


def _parser() -> MarkdownIt:
    parser = (
        MarkdownIt("commonmark", {"html": False, "breaks": True}).enable(["table", "strikethrough"]).disable("image")
    )
    parser.core.ruler.push("emoji", _with_emoji)
    parser.add_render_rule("link_open", _open_link)
    return parser


_PARSER = _parser()


def markdown(text: str, names: Names) -> Markup:
    """A markdown block's text as HTML."""
    html = (
        _PARSER.render(text).replace("<table>", '<div class="table-wrap"><table>').replace("</table>", "</table></div>")
    )
    return Markup(_MENTION.sub(lambda found: token(found[1], names), html))  # noqa: S704 - the parser escapes all text
