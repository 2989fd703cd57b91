"""What happens to Neo: one frozen dataclass for each kind of event, and their JSON form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class FileRef:
    """A file that a person shared; its content is fetched later, by the bot's downloader."""

    id: str
    name: str
    size: int
    media_type: str
    url: str


@dataclass(frozen=True)
class MessageReceived:
    """A person wrote something.

    Attributes:
        event_id: Unique for each delivery of one event.
        thread: The thread's root timestamp, or None for a message outside any thread.
        mentions_neo: True when Neo is named; a mention in a channel opens a project.
        secrets: How many secrets were cut out of *text* before it was kept.
    """

    event_id: str
    team: str
    channel: str
    ts: str
    thread: str | None
    user: str
    text: str
    files: tuple[FileRef, ...] = ()
    is_dm: bool = False
    mentions_neo: bool = False
    secrets: int = 0


@dataclass(frozen=True)
class ReactionAdded:
    """A person put an emoji on a message; *emoji* is the bare name, skin tone removed."""

    event_id: str
    team: str
    channel: str
    item_ts: str
    user: str
    emoji: str


@dataclass(frozen=True)
class ReactionRemoved:
    """A person took an emoji back."""

    event_id: str
    team: str
    channel: str
    item_ts: str
    user: str
    emoji: str


@dataclass(frozen=True)
class ButtonPressed:
    """A person pressed a button on one of Neo's messages.

    Attributes:
        action: What the button does, such as ``approve`` or ``recommended``.
        value: What it does it to, such as a document's id.
        trigger: A short-lived token with which a form can be opened, where the platform gives one.
        view: The form that was opened at once and waits to be filled; empty when there is none.

    A button on the person's Home has no message: *channel* is the person's own id, *item_ts* is empty.
    """

    event_id: str
    team: str
    channel: str
    item_ts: str
    user: str
    action: str
    value: str
    trigger: str = ""
    view: str = ""


@dataclass(frozen=True)
class CommandGiven:
    """A person gave a slash command; *text* is what follows the command's name."""

    event_id: str
    team: str
    channel: str
    user: str
    text: str
    view: str = ""


@dataclass(frozen=True)
class FormSubmitted:
    """A person sent a form; *form* names it, *subject* is what it is about."""

    event_id: str
    team: str
    user: str
    form: str
    subject: str
    fields: Mapping[str, str]


@dataclass(frozen=True)
class ShortcutUsed:
    """A person used a shortcut, on a message (then *channel*, *item_ts* and *text* say which) or from anywhere."""

    event_id: str
    team: str
    user: str
    name: str
    channel: str = ""
    item_ts: str = ""
    thread: str | None = None
    text: str = ""
    view: str = ""


@dataclass(frozen=True)
class MessageEdited:
    """A person changed the words of their message from *before* to *text*."""

    event_id: str
    team: str
    channel: str
    ts: str
    thread: str | None
    user: str
    text: str
    before: str = ""
    secrets: int = 0


@dataclass(frozen=True)
class MessageDeleted:
    """A person took their message away; *text* is what it said."""

    event_id: str
    team: str
    channel: str
    ts: str
    thread: str | None
    user: str
    text: str = ""


@dataclass(frozen=True)
class WorkStopped:
    """A person pressed the platform's own Stop button while Neo was at work in a thread."""

    event_id: str
    team: str
    channel: str
    thread: str
    user: str


@dataclass(frozen=True)
class HomeOpened:
    """A person opened a tab of their conversation with Neo: ``home`` or ``messages``."""

    event_id: str
    team: str
    channel: str
    user: str
    tab: str = "home"


@dataclass(frozen=True)
class ChannelChanged:
    """A channel was closed to Neo, or opened again; *change* is archived, unarchived, deleted or left."""

    event_id: str
    team: str
    channel: str
    change: str


@dataclass(frozen=True)
class ChannelJoined:
    """Neo was added to a channel by *user*, or by nobody known."""

    event_id: str
    team: str
    channel: str
    user: str = ""


@dataclass(frozen=True)
class AppInstalled:
    """Neo may work in a workspace, for the first time or again."""

    event_id: str
    team: str
    name: str = ""
    user: str = ""


@dataclass(frozen=True)
class AppRemoved:
    """A workspace removed Neo, or took its token back; *reason* is removed or revoked."""

    event_id: str
    team: str
    reason: str


KINDS: dict[str, type[Any]] = {
    kind.__name__: kind
    for kind in (
        MessageReceived,
        MessageEdited,
        MessageDeleted,
        ReactionAdded,
        ReactionRemoved,
        ButtonPressed,
        CommandGiven,
        ShortcutUsed,
        FormSubmitted,
        WorkStopped,
        HomeOpened,
        ChannelChanged,
        ChannelJoined,
        AppInstalled,
        AppRemoved,
    )
}

Event = (
    MessageReceived
    | MessageEdited
    | MessageDeleted
    | ReactionAdded
    | ReactionRemoved
    | ButtonPressed
    | CommandGiven
    | ShortcutUsed
    | FormSubmitted
    | WorkStopped
    | HomeOpened
    | ChannelChanged
    | ChannelJoined
    | AppInstalled
    | AppRemoved
)


def to_json(event: Event) -> dict[str, Any]:
    """The event as plain JSON values, with its kind."""
    return {"kind": type(event).__name__, **asdict(event)}


def from_json(body: Mapping[str, Any]) -> Event:
    """The event that :func:`to_json` wrote.

    Raises:
        KeyError: The kind is unknown.
    """
    values = dict(body)
    kind = KINDS[values.pop("kind")]
    if "files" in values:
        values["files"] = tuple(FileRef(**file) for file in values["files"])
    event: Event = kind(**values)
    return event
