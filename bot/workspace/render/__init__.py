"""The templates' environment: Slack's texts and blocks become safe HTML."""

from __future__ import annotations

import json
import re
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import ChainableUndefined, Environment, FileSystemLoader, pass_context
from jinja2.runtime import Context
from markupsafe import Markup

from bot.workspace import blocks as block_rules
from bot.workspace.emoji import GROUPS, character
from bot.workspace.errors import Json
from bot.workspace.inputs import initial, options
from bot.workspace.render.markdown import markdown
from bot.workspace.render.mrkdwn import mrkdwn
from bot.workspace.render.rich_text import rich_text

_EMOJI = re.compile(r":([a-z0-9_+-]+):")
_OWN_FILE = re.compile(r"/(?:people/files/|files-pri/T[A-Z0-9]+-)(F[A-Z0-9]+)/")
_FOLDER = Path(__file__).resolve().parent.parent / "templates"


@cache
def environment() -> Environment:
    """Jinja2 with autoescaping and this workspace's filters; made once."""
    env = Environment(
        loader=FileSystemLoader(_FOLDER),
        autoescape=True,
        undefined=ChainableUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.filters.update(
        mrkdwn=_mrkdwn,
        markdown=_markdown,
        rich_text=_rich_text,
        text_object=_text_object,
        emoji=character,
        clock=_clock,
        iso=_iso,
        size=_size,
        compact_json=json.dumps,
        options=options,
        initial=initial,
        own_picture=_own_picture,
    )
    env.globals.update(emoji_groups=GROUPS, known_blocks=block_rules.KNOWN)
    return env


@pass_context
def _mrkdwn(context: Context, text: str) -> Markup:
    return mrkdwn(text, context["names"])


@pass_context
def _markdown(context: Context, text: str) -> Markup:
    return markdown(text, context["names"])


@pass_context
def _rich_text(context: Context, block: Json) -> Markup:
    return rich_text(block, context["names"])


@pass_context
def _text_object(context: Context, value: Any) -> Markup | str:
    """A text object: mrkdwn is formatted, plain_text shown as it is, with its emoji."""
    if not isinstance(value, dict):
        return str(value or "")
    if value.get("type") == "rich_text":
        return rich_text(value, context["names"])
    text = str(value.get("text", ""))
    if value.get("type") == "mrkdwn":
        return mrkdwn(text, context["names"])
    return _with_emoji(text)


def _own_picture(element: Json) -> str:
    """The address on this page of a picture that lies in the workspace; empty for one from elsewhere."""
    named = element.get("slack_file") or {}
    address = str(named.get("url") or element.get("image_url") or "")
    found = _OWN_FILE.search(address)
    file_id = str(named.get("id") or (found[1] if found else ""))
    return f"/people/files/{file_id}/picture" if file_id else ""


def _with_emoji(text: str) -> str:
    return _EMOJI.sub(lambda found: character(found[1]), text)


def _clock(ts: str) -> str:
    return datetime.fromtimestamp(float(ts)).astimezone().strftime("%H:%M")


def _iso(ts: str) -> str:
    return datetime.fromtimestamp(float(ts)).astimezone().isoformat(timespec="seconds")


def _size(count: int) -> str:
    amount = float(count)
    for unit in ("bytes", "KB", "MB"):
        if amount < 1024:
            return f"{amount:.0f} {unit}" if unit == "bytes" or amount >= 10 else f"{amount:.1f} {unit}"
        amount /= 1024
    return f"{amount:.1f} GB"
