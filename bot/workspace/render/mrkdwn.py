"""Slack's mrkdwn as safe HTML: every character is escaped, and only known marks become tags."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import escape, unescape

from markupsafe import Markup

from bot.workspace.emoji import character
from bot.workspace.render.names import Names

_FENCE = re.compile(r"```\n?(.*?)```", re.DOTALL)
_INLINE_CODE = re.compile(r"`([^`\n]+)`")
_TOKEN = re.compile(r"<([^<>\n]+)>")
_BARE_ADDRESS = re.compile(r"(?<![\w/])https?://[^\s<>\x00]+[^\s<>.,;:!?)\]}'\"\x00]")
_EMOJI = re.compile(r"(?<![\w:]):([a-z0-9_+'-]+(?:::skin-tone-[2-6])?):(?!\w)")
_KEPT_MARK = re.compile(r"[\x00\x01](\d+)[\x00\x01]")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f]")
_MARKS = tuple(
    (
        re.compile(
            rf"(?<![\w{re.escape(sign)}]){re.escape(sign)}(?=\S)([^\n]*?\S){re.escape(sign)}(?![\w{re.escape(sign)}])"
        ),
        tag,
    )
    for sign, tag in (("*", "strong"), ("_", "em"), ("~", "del"))
)
_BULLET = re.compile(r"^( *)[•◦\-] +(?=\S)")
_NUMBER = re.compile(r"^ *\d{1,3}[.)] +(?=\S)")
_SAFE = re.compile(r"https?://|mailto:", re.IGNORECASE)


def mrkdwn(text: str, names: Names) -> Markup:
    """A message's text as HTML.

    Args:
        text: Slack's stored text, in which ``& < >`` are entities and ``<...>`` marks links and mentions.
        names: How users and channels are called.
    """
    kept = _Kept()
    text = _CONTROL.sub("", text)
    text = _FENCE.sub(lambda found: kept.put(f"<pre><code>{_literal(found[1])}</code></pre>", block=True), text)
    text = _INLINE_CODE.sub(lambda found: kept.put(f"<code>{_literal(found[1])}</code>"), text)
    text = _TOKEN.sub(lambda found: kept.put(token(found[1], names)), text)
    text = _BARE_ADDRESS.sub(lambda found: kept.put(link(unescape(found[0]), unescape(found[0]))), text)
    return Markup(kept.restore(_lines(_literal(text))))  # noqa: S704 - every part was escaped above


def link(address: str, label: str) -> str:
    """An anchor for a safe address; the escaped label alone for any other."""
    if not _SAFE.match(address):
        return escape(label)
    return f'<a href="{escape(address)}" rel="noopener noreferrer" target="_blank">{escape(label)}</a>'


def token(inside: str, names: Names) -> str:
    """What stands between ``<`` and ``>``: a mention, a channel, a call, a date or a link."""
    target, _, label = inside.partition("|")
    target, label = unescape(target), unescape(label)
    return _TOKENS.get(target[:1], _address)(target, label, names)


def _mention(target: str, label: str, names: Names) -> str:
    user_id = target[1:]
    css = "mention mention-me" if user_id == names.viewer else "mention"
    return f'<span class="{css}">@{escape(names.user(user_id, label))}</span>'


def _channel(target: str, label: str, names: Names) -> str:
    name = escape(names.channel(target[1:], label))
    return f'<a class="mention" href="/channels/{escape(target[1:])}">#{name}</a>'


def _special(target: str, label: str, names: Names) -> str:
    return f'<span class="mention">@{escape(label or target[1:].partition("^")[0])}</span>'


def _address(target: str, label: str, names: Names) -> str:
    if not _SAFE.match(target) and not label:
        return escape(f"<{target}>")
    return link(target, label or target.removeprefix("mailto:"))


_TOKENS: dict[str, Callable[[str, str, Names], str]] = {"@": _mention, "#": _channel, "!": _special}


class _Kept:
    """Finished HTML, put aside under a mark so that later rules leave it alone."""

    def __init__(self) -> None:
        self._parts: list[str] = []

    def put(self, part: str, *, block: bool = False) -> str:
        self._parts.append(part)
        number = len(self._parts) - 1
        return f"\n\x01{number}\x01\n" if block else f"\x00{number}\x00"

    def restore(self, text: str) -> str:
        while _KEPT_MARK.search(text):  # a link may hold kept code
            text = _KEPT_MARK.sub(lambda found: self._parts[int(found[1])], text)
        return text


def _literal(text: str) -> str:
    return escape(unescape(text))


def _inline(text: str) -> str:
    for pattern, tag in _MARKS:
        text = pattern.sub(rf"<{tag}>\1</{tag}>", text)
    return _EMOJI.sub(lambda found: escape(character(found[1])), text)


def _lines(text: str) -> str:
    """Group lines into quotes, lists and paragraphs."""
    out: list[str] = []
    open_kind: str | None = None
    for line in text.strip("\n").split("\n"):
        kind, content = _classify(line)
        if kind != open_kind:
            out.append((_CLOSE[open_kind] if open_kind else "") + _OPEN[kind])
        elif kind in ("p", "quote"):
            out.append("<br>")
        out.append(f"<li>{_inline(content)}</li>" if kind in ("ul", "ol") else _inline(content))
        open_kind = kind
    return "".join([*out, _CLOSE[open_kind or "p"]]).replace("<p></p>", "")


_OPEN = {"p": "<p>", "ul": "<ul>", "ol": "<ol>", "quote": "<blockquote>", "block": ""}
_CLOSE = {"p": "</p>", "ul": "</ul>", "ol": "</ol>", "quote": "</blockquote>", "block": ""}


def _classify(line: str) -> tuple[str, str]:
    if line.startswith("\x01"):
        return "block", line
    if line.startswith("&gt;"):
        return "quote", line.removeprefix("&gt;").lstrip()
    if _BULLET.match(line):
        return "ul", _BULLET.sub("", line)
    if _NUMBER.match(line):
        return "ol", _NUMBER.sub("", line)
    return "p", line
