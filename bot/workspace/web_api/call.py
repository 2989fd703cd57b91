"""One call of a Web API method: its arguments, read with Slack's habits."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from bot.workspace.errors import Json, SlackError
from bot.workspace.state import Identity, State
from bot.workspace.workspace import Workspace


@dataclass(frozen=True)
class Call:
    """The workspace and the arguments: JSON, a form (in which lists are JSON in a string), or a query."""

    workspace: Workspace
    args: Mapping[str, Any]

    @property
    def state(self) -> State:
        """The workspace's memory."""
        return self.workspace.state

    @property
    def identity(self) -> Identity:
        """Who the workspace and its app are."""
        return self.workspace.state.identity

    def text(self, name: str, default: str = "") -> str:
        """An optional string."""
        value = self.args.get(name)
        return default if value is None else str(value)

    def required(self, name: str, error: str = "invalid_arguments") -> str:
        """A string that must be there.

        Raises:
            SlackError: *error*, when it is missing or empty.
        """
        value = self.text(name)
        if not value:
            raise SlackError(error, f"missing required field: {name}")
        return value

    def flag(self, name: str) -> bool:
        """An optional boolean, which a form sends as a word or a digit."""
        return str(self.args.get(name, "")).lower() in ("true", "1")

    def number(self, name: str, default: int) -> int:
        """An optional whole number."""
        value = self.text(name)
        if value and not value.isdigit():
            raise SlackError("invalid_arguments", f"{name} must be a whole number, not {value!r}")
        return int(value or default)

    def json(self, name: str, error: str = "invalid_arguments") -> Any:
        """An optional object or list, also when it comes as a JSON string; None when it is missing."""
        value = self.args.get(name)
        if not isinstance(value, str):
            return value
        try:
            return json.loads(value) if value else None
        except ValueError as wrong:
            raise SlackError(error, f"{name} is not JSON: {wrong}") from wrong


Method = Callable[[Call], Json]
