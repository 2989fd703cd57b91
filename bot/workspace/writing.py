"""What people type, in the form in which Slack stores it."""

from __future__ import annotations

import html
import re

from bot.workspace import users
from bot.workspace.state import State

_ADDRESS = re.compile(r"(?<![<|\w])https?://[^\s<>|]+[^\s<>|.,;:!?)\]}'\"]")
_KNOWN_ID = re.compile(r"&lt;@(U[A-Z0-9]+)&gt;")
_CODE = re.compile(r"(```.*?```|`[^`\n]+`)", re.DOTALL)


def stored(state: State, typed: str) -> str:
    """Escape ``& < >``, turn "@Name" into ``<@U...>`` and addresses into ``<https://...>``; code stays as typed."""
    names = {row["real_name"].lower(): row["id"] for row in users.everyone(state)}
    mention = re.compile(rf"(?<!\w)@({'|'.join(map(re.escape, names))})\b", re.IGNORECASE)

    def outside_code(text: str) -> str:
        text = _KNOWN_ID.sub(lambda found: f"<@{found[1]}>" if found[1] in names.values() else found[0], text)
        text = mention.sub(lambda found: f"<@{names[found[1].lower()]}>", text)
        return _ADDRESS.sub(lambda found: f"<{found[0]}>", text)

    parts = _CODE.split(html.escape(typed, quote=False))
    return "".join(part if index % 2 else outside_code(part) for index, part in enumerate(parts))


def typed(state: State, stored_text: str) -> str:
    """The reverse of ``stored``, for a box in which a message is edited."""
    names = {row["id"]: row["real_name"] for row in users.everyone(state)}
    text = re.sub(r"<@(U[A-Z0-9]+)>", lambda found: "@" + str(names.get(found[1], found[1])), stored_text)
    return html.unescape(re.sub(r"<(https?://[^|>]+)>", r"\1", text))
