"""What Neo says: a Post is a message without any platform in it.

The bot turns a post into blocks by its kind; the core never sees a block.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

# Kinds of posts that are no message: a person's Home, a form, first sentences to say, whether Neo is at work.
SURFACES = frozenset({"home", "form", "prompts", "working"})


@dataclass(frozen=True)
class Button:
    """A button under a post; *style* is ``primary``, ``danger`` or empty; *confirm* asks once more."""

    text: str
    action: str
    value: str
    style: str = ""
    confirm: str = ""


@dataclass(frozen=True)
class Attachment:
    """A file posted with a message, by its address in the file store."""

    address: str
    name: str
    title: str
    alt_text: str = ""


@dataclass(frozen=True)
class Post:
    """One thing that Neo says.

    Attributes:
        kind: ``text``, ``question``, ``document``, ``progress``, ``report``, ``answer``, ``comparison``, ``alert`` or
            ``notice``: a key of the bot's table of renderers; or one of the kinds that are no message.
        text: The whole message, with `*bold*`, `_italic_`, `:emoji:` and `<@user>`; also the accessible fallback.
        data: What the kind needs beside the text, as plain JSON values.
        to_user: Set when only this person is to see it.
    """

    kind: str
    text: str
    data: Mapping[str, Any] = field(default_factory=dict)
    buttons: tuple[Button, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    to_user: str = ""

    def to_json(self) -> dict[str, Any]:
        """The post as plain JSON values."""
        return asdict(self)

    @classmethod
    def from_json(cls, body: Mapping[str, Any]) -> Post:
        """The post that :meth:`to_json` wrote."""
        values = dict(body)
        values["buttons"] = tuple(Button(**button) for button in values["buttons"])
        values["attachments"] = tuple(Attachment(**attachment) for attachment in values["attachments"])
        return cls(**values)


def private(text: str, user: str) -> Post:
    """A line that only *user* sees."""
    return Post("notice", text, to_user=user)


def told(text: str, user: str, view: str = "") -> Post:
    """Words for one person: in the form that stands open and waits, where there is one."""
    if not view:
        return private(text, user)
    return Post("form", "told", data={"form": "told", "view": view, "text": text}, to_user=user)


def notice(text: str) -> Post:
    """A line that the thread sees: a change of state, a refusal, a warning."""
    return Post("notice", text)
