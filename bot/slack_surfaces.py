"""What Neo shows beside messages: Home tabs, forms, prompts, the state of a session; and who a person is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from slack_sdk.errors import SlackObjectFormationError

from bot.blocks import forms, home
from neo.domain.access import Profile
from neo.domain.posts import Attachment
from neo.store.files import FileStore
from neo.transports.base import Outgoing, Refused


class Call(Protocol):
    """Makes one call of the Web API in a workspace, and turns its errors into Neo's."""

    def __call__(self, team: str, to: str | None, method: str, **fields: Any) -> Any:
        """The answer; *to* is the channel that gets a message."""


MOST_LINKS = 2000
NOT_FILLED = "This form could not be filled; why is in the log, for whoever runs me. Please say it in words instead."


class Surfaces:
    """Draws surfaces through the Web API.

    Args:
        files: Where pictures lie.
        call: Makes one call, and turns its errors into Neo's.
    """

    def __init__(self, files: FileStore, call: Call) -> None:
        self._files, self._call = files, call
        self._links: dict[tuple[str, str], str] = {}
        self._pictures: dict[tuple[str, str], str] = {}

    def draw(self, outgoing: Outgoing) -> bool:
        """Draw a post of a kind that is no message; False when it is one."""
        drawer = DRAWERS.get(outgoing.post.kind)
        if drawer is None:
            return False
        try:
            drawer(self, outgoing)
        except SlackObjectFormationError as error:
            raise Refused(f"invalid_blocks: {error}") from error
        return True

    def home(self, outgoing: Outgoing) -> None:
        """Publish a person's Home tab, with links to threads and pictures of quality."""
        post = outgoing.post
        pictures = {one.address: self._picture(outgoing.team, one) for one in post.attachments}
        projects = [
            {
                **one,
                "link": self._link(outgoing.team, one["channel"], one["thread"]),
                "file": pictures.get(one["picture"], ""),
            }
            for one in post.data["projects"]
        ]
        view = home.view(post.text, {**post.data, "projects": projects})
        self._call(outgoing.team, None, "views_publish", user_id=post.to_user, view=view)

    def form(self, outgoing: Outgoing) -> None:
        """Fill the form that was opened for a person; one that they closed meanwhile is gone, and that is well."""
        data = outgoing.post.data
        try:
            self._fill(outgoing.team, data)
        except (Refused, SlackObjectFormationError):
            self._fill(outgoing.team, {"form": "told", "view": data["view"], "text": NOT_FILLED})
            raise

    def _fill(self, team: str, data: Mapping[str, Any]) -> None:
        try:
            self._call(team, None, "views_update", external_id=data["view"], view=forms.filled(data))
        except Refused as error:
            if "not_found" not in str(error):
                raise

    def prompts(self, outgoing: Outgoing) -> None:
        """Offer first sentences in a conversation with Neo alone."""
        prompts, title = list(outgoing.post.data["prompts"]), outgoing.post.text
        try:
            self._call(
                outgoing.team, None, "assistant_threads_setSuggestedPrompts",
                channel_id=outgoing.channel, thread_ts=outgoing.thread or "", title=title, prompts=prompts,
            )  # fmt: skip
        except Refused:
            return  # a nicety: some conversations take none

    def working(self, outgoing: Outgoing) -> None:
        """Say in a thread that Neo is at work, with Slack's own Stop button, or that it is not any more."""
        if outgoing.thread is None:
            return
        place, text = {"channel_id": outgoing.channel, "thread_ts": outgoing.thread}, outgoing.post.text
        session = "processing" if text else "active"
        for method, status in (("agents_sessions_setStatus", session), ("assistant_threads_setStatus", text)):
            try:
                self._call(outgoing.team, None, method, status=status, **place)
            except Refused:
                continue  # a nicety: some threads take no status, some plans no sessions

    def person(self, team: str, user: str) -> Profile:
        """What Slack says of a person; unknown where the bot may not ask."""
        try:
            answer = self._call(team, None, "users_info", user=user, include_locale=True)
        except Refused:
            return Profile()
        user_facts = answer.get("user")
        return profile_of(user_facts) if user_facts else Profile()

    def _link(self, team: str, channel: str, ts: str) -> str:
        if (channel, ts) not in self._links:
            try:
                answer = self._call(team, None, "chat_getPermalink", channel=channel, message_ts=ts)
            except Refused:
                return ""  # the message or the channel is gone
            if len(self._links) >= MOST_LINKS:
                self._links.clear()
            self._links[channel, ts] = str(answer["permalink"])
        return self._links[channel, ts]

    def _picture(self, team: str, one: Attachment) -> str:
        """The id of an uploaded picture; the same picture is uploaded once."""
        if (team, one.address) not in self._pictures:
            uploads = [
                {
                    "content": self._files.get(one.address),
                    "filename": one.name,
                    "title": one.title,
                    "alt_txt": one.alt_text,
                }
            ]
            answer = self._call(team, None, "files_upload_v2", file_uploads=uploads)
            if len(self._pictures) >= MOST_LINKS:
                self._pictures.clear()
            self._pictures[team, one.address] = str(answer["files"][0]["id"])
        return self._pictures[team, one.address]


DRAWERS: dict[str, Callable[[Surfaces, Outgoing], None]] = {
    "home": Surfaces.home,
    "form": Surfaces.form,
    "prompts": Surfaces.prompts,
    "working": Surfaces.working,
}


def profile_of(user: Mapping[str, Any]) -> Profile:
    """Slack's words for a person in Neo's."""
    shown = user.get("profile") or {}
    return Profile(
        team=str(user.get("team_id") or ""),
        name=str(shown.get("display_name") or user.get("real_name") or user.get("name") or ""),
        is_bot=bool(user.get("is_bot")),
        is_guest=bool(user.get("is_restricted") or user.get("is_ultra_restricted")),
        is_admin=bool(user.get("is_admin") or user.get("is_owner")),
        tz=str(user.get("tz") or "UTC"),
        tz_offset_s=int(user.get("tz_offset") or 0),
        locale=str(user.get("locale") or "en-US"),
        known=True,
    )
