"""What a chat transport must do; the bot has the one for Slack."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from neo.domain.access import Profile
from neo.domain.posts import Post
from neo.errors import NeoError


@dataclass(frozen=True)
class Outgoing:
    """A post on its way: where to, and the id of its outbox row, which it carries as metadata.

    Attributes:
        again: It was tried before, so a message that carries it may be there already.
    """

    row: str
    team: str
    channel: str
    thread: str | None
    post: Post
    again: bool = False


class TryLater(NeoError):
    """The platform asks for patience, or is out of reach; the post is sent again after *wait_s* seconds."""

    def __init__(self, wait_s: float, reason: str) -> None:
        self.wait_s, self.reason = wait_s, reason
        super().__init__(f"{reason}; again in {wait_s:g} s")


class Refused(NeoError):
    """The platform will never take this post; the message says why."""


class ChatTransport(Protocol):
    """Carries posts to a chat platform.

    Both calls raise :class:`TryLater` for what may pass and :class:`Refused` for what will not.
    """

    def send(self, outgoing: Outgoing) -> Sequence[str]:
        """Post it; the timestamps of the messages that carry it, none for what leaves no message."""

    def edit(self, outgoing: Outgoing, stamps: Sequence[str]) -> Sequence[str]:
        """Replace the message at the first of *stamps*; new timestamps where it had to be posted anew, else none."""

    def person(self, team: str, user: str) -> Profile:
        """What the platform says of a person; an unknown profile where it does not tell."""

    def find(self, team: str, channel: str, ts: str) -> str | None:
        """The outbox row that the message at *ts* carries in its metadata, or None."""
