"""What the workspace refuses: one error for the bot's API, one for people."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]


class SlackError(Exception):
    """A Web API call that fails with one of Slack's own error codes.

    Args:
        code: Slack's code, such as ``channel_not_found``.
        detail: What exactly is wrong; sent in ``response_metadata.messages``, as Slack does.
    """

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code = code
        self.detail = detail

    def answer(self) -> Json:
        """The JSON body that the bot receives, with HTTP status 200 as in Slack."""
        body: Json = {"ok": False, "error": self.code}
        if self.detail:
            body["response_metadata"] = {"messages": [f"[ERROR] {self.detail}"]}
        return body


class PersonError(Exception):
    """A request of a person that cannot be done; the message says what, why and what to do."""

    def __init__(self, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.status = status


class WorkspaceError(Exception):
    """The workspace itself cannot start; the message says what, why and what to do."""
