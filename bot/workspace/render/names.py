"""How users and channels are called, for one viewer's page."""

from __future__ import annotations

from dataclasses import dataclass

from bot.workspace import users
from bot.workspace.state import State


@dataclass(frozen=True)
class Names:
    """Names by id, and the viewer's own id."""

    viewer: str
    users: dict[str, str]
    channels: dict[str, str]

    def user(self, user_id: str, default: str = "") -> str:
        """A user's name."""
        return self.users.get(user_id) or default or "someone"

    def channel(self, channel_id: str, default: str = "") -> str:
        """A channel's name."""
        return self.channels.get(channel_id) or default or "a channel"

    def people(self, user_ids: list[str]) -> str:
        """Several names in a sentence; the viewer comes last, as in "Neo and you"."""
        names = [self.user(user_id) for user_id in user_ids if user_id != self.viewer]
        names += ["you"] if self.viewer in user_ids else []
        return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def names_for(state: State, viewer: str) -> Names:
    """Everyone's and every channel's name."""
    return Names(
        viewer,
        {row["id"]: row["real_name"] for row in users.everyone(state)},
        {row["id"]: row["name"] for row in state.rows("SELECT id, name FROM channels WHERE kind != 'im'")},
    )
