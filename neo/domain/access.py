"""Who may do what in a workspace: being in a channel is not enough. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any


class Right(StrEnum):
    """What a person may be allowed to do."""

    CREATE = "create"
    APPROVE = "approve"
    SPEND = "spend"
    SEE = "see"


MEANING: dict[Right, str] = {
    Right.CREATE: "start projects",
    Right.APPROVE: "approve requirements of a project in which they are named",
    Right.SPEND: "approve an architecture with its budget, in a project in which they are named",
    Right.SEE: "ask deployed systems, and read of projects by command",
}


@dataclass(frozen=True)
class Profile:
    """What the platform says of a person.

    Attributes:
        team: The workspace that they belong to; another than Neo's for people of a shared channel.
        tz_offset_s: Seconds east of UTC, as the platform states it now.
        known: False while the platform was not asked, or does not tell: then they count as a member.
    """

    team: str = ""
    name: str = ""
    is_bot: bool = False
    is_guest: bool = False
    is_admin: bool = False
    tz: str = "UTC"
    tz_offset_s: int = 0
    locale: str = "en-US"
    known: bool = False

    def to_json(self) -> dict[str, Any]:
        """The profile as plain JSON values."""
        return asdict(self)

    @classmethod
    def from_json(cls, body: Mapping[str, Any]) -> Profile:
        """The profile that :meth:`to_json` wrote; an empty one of somebody not asked about."""
        return cls(**body)


@dataclass(frozen=True)
class Rules:
    """A workspace's rules, set by its administrators.

    Attributes:
        admins: People who may steer every project and change these rules.
        guests: Guests, bots or people of other workspaces who count as members.
        only: Right -> the people who have it; a right that is not in it belongs to every member.
    """

    admins: tuple[str, ...] = ()
    guests: tuple[str, ...] = ()
    only: Mapping[str, tuple[str, ...]] | None = None

    def to_json(self) -> dict[str, Any]:
        """The rules as plain JSON values."""
        return {
            "admins": list(self.admins),
            "guests": list(self.guests),
            "only": {right: list(users) for right, users in (self.only or {}).items()},
        }

    @classmethod
    def from_json(cls, body: Mapping[str, Any]) -> Rules:
        """The rules that :meth:`to_json` wrote; without any, every member may do everything."""
        only = {right: tuple(users) for right, users in body.get("only", {}).items()}
        return cls(tuple(body.get("admins", ())), tuple(body.get("guests", ())), only)

    def holders(self, right: Right) -> tuple[str, ...] | None:
        """The people who have a right; None for every member."""
        return (self.only or {}).get(right.value)


def outsider(user: str, team: str, profile: Profile, rules: Rules) -> str:
    """Why this person is not a member of the workspace, or '' for a member.

    >>> outsider("U1", "T1", Profile(team="T1", is_guest=True, known=True), Rules())
    'a guest of this workspace'
    """
    if not profile.known or user in rules.guests or user in rules.admins:
        return ""
    if profile.is_bot:
        return "a bot"
    if profile.team and profile.team != team:
        return "a member of another workspace"
    return "a guest of this workspace" if profile.is_guest else ""


def refusal(user: str, right: Right, rules: Rules) -> str:
    """Why a member may not do this, with the rule and who can change it; '' when they may.

    >>> refusal("U2", Right.CREATE, Rules(only={"create": ("U1",)}))
    'In this workspace only <@U1> may start projects. An administrator can change that: `/neo access`.'
    """
    holders = rules.holders(right)
    if holders is None or user in holders or user in rules.admins:
        return ""
    who = ", ".join(f"<@{one}>" for one in holders) or "administrators"
    return f"In this workspace only {who} may {MEANING[right]}. An administrator can change that: `/neo access`."
