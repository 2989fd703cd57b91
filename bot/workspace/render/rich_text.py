"""The rich_text block as safe HTML."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from typing import Any

from markupsafe import Markup

from bot.workspace.emoji import character
from bot.workspace.errors import Json
from bot.workspace.render.mrkdwn import link, token
from bot.workspace.render.names import Names

_STYLES = (("code", "code"), ("bold", "strong"), ("italic", "em"), ("strike", "del"))


def rich_text(block: Json, names: Names) -> Markup:
    """A rich_text block, or a table's cell of that kind, as HTML."""
    return Markup("".join(_part(part, names) for part in block.get("elements") or []))  # noqa: S704 - parts are escaped


def _part(part: Json, names: Names) -> str:
    return _PARTS.get(part.get("type", ""), _section)(part, names)


def _inside(part: Json, names: Names) -> str:
    return "".join(_INLINE.get(item.get("type", ""), _text)(item, names) for item in part.get("elements") or [])


def _section(part: Json, names: Names) -> str:
    return f"<p>{_inside(part, names)}</p>"


def _list(part: Json, names: Names) -> str:
    tag = "ol" if part.get("style") == "ordered" else "ul"
    depth = min(int(part.get("indent") or 0), 4)
    items = "".join(f"<li>{_inside(item, names)}</li>" for item in part.get("elements") or [])
    return f'<{tag} class="indent-{depth}">{items}</{tag}>'


def _quote(part: Json, names: Names) -> str:
    return f"<blockquote>{_inside(part, names)}</blockquote>"


def _preformatted(part: Json, names: Names) -> str:
    return f"<pre><code>{_inside(part, names)}</code></pre>"


def _styled(html: str, item: Json) -> str:
    style: Any = item.get("style") or {}
    for key, tag in _STYLES:
        if style.get(key):
            html = f"<{tag}>{html}</{tag}>"
    return html


def _text(item: Json, names: Names) -> str:
    return _styled(escape(str(item.get("text", ""))).replace("\n", "<br>"), item)


def _link(item: Json, names: Names) -> str:
    return _styled(link(str(item.get("url", "")), str(item.get("text") or item.get("url", ""))), item)


def _emoji(item: Json, names: Names) -> str:
    return escape(character(str(item.get("name", ""))))


def _marked(sign: str, key: str) -> Callable[[Json, Names], str]:
    return lambda item, names: token(f"{sign}{item.get(key, '')}", names)


def _date(item: Json, names: Names) -> str:
    return escape(str(item.get("fallback") or item.get("timestamp", "")))


_PARTS: dict[str, Callable[[Json, Names], str]] = {
    "rich_text_section": _section,
    "rich_text_list": _list,
    "rich_text_quote": _quote,
    "rich_text_preformatted": _preformatted,
}
_INLINE: dict[str, Callable[[Json, Names], str]] = {
    "text": _text,
    "link": _link,
    "emoji": _emoji,
    "user": _marked("@", "user_id"),
    "channel": _marked("#", "channel_id"),
    "broadcast": _marked("!", "range"),
    "date": _date,
}
