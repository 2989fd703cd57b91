"""What Neo shows beside messages: Home tabs, forms, prompts, the state of a session; and who a person is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from slack_sdk import WebClient

from bot.blocks import forms, home
from neo.domain.access import Profile
from neo.domain.posts import Attachment
from neo.store.files import FileStore
from neo.transports.base import Outgoing, Refused

Call = Callable[[str | None, Callable[[], Any]], Any]
MOST_LINKS = 2000


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

    def draw(self, client: WebClient, outgoing: Outgoing) -> bool:
        """Draw a post of a kind that is no message; False when it is one."""
        drawer = DRAWERS.get(outgoing.post.kind)
        if drawer is None:
            return False
        drawer(self, client, outgoing)
        return True

    def home(self, client: WebClient, outgoing: Outgoing) -> None:
        """Publish a person's Home tab, with links to threads and pictures of quality."""
        post = outgoing.post
        pictures = {one.address: self._picture(client, outgoing.team, one) for one in post.attachments}
        projects = [
            {**one, "link": self._link(client, one["channel"], one["thread"]), "file": pictures.get(one["picture"], "")}
            for one in post.data["projects"]
        ]
        view = home.view(post.text, {**post.data, "projects": projects})
        self._call(None, lambda: client.views_publish(user_id=post.to_user, view=view))

    def form(self, client: WebClient, outgoing: Outgoing) -> None:
        """Fill the form that was opened for a person; one that they closed meanwhile is gone, and that is well."""
        data = outgoing.post.data
        try:
            self._call(None, lambda: client.views_update(external_id=data["view"], view=forms.filled(data)))
        except Refused as error:
            if "not_found" not in str(error):
                raise

    def prompts(self, client: WebClient, outgoing: Outgoing) -> None:
        """Offer first sentences in a conversation with Neo alone."""
        prompts, title = list(outgoing.post.data["prompts"]), outgoing.post.text
        try:
            self._call(
                None,
                lambda: client.assistant_threads_setSuggestedPrompts(
                    channel_id=outgoing.channel, thread_ts=outgoing.thread or "", title=title, prompts=prompts
                ),
            )
        except Refused:
            return  # a nicety: some conversations take none

    def working(self, client: WebClient, outgoing: Outgoing) -> None:
        """Say in a thread that Neo is at work, with Slack's own Stop button, or that it is not any more."""
        if outgoing.thread is None:
            return
        channel, thread, status = outgoing.channel, outgoing.thread, outgoing.post.text
        session = "processing" if status else "active"
        for call in (
            lambda: client.agents_sessions_setStatus(status=session, channel_id=channel, thread_ts=thread),
            lambda: client.assistant_threads_setStatus(channel_id=channel, thread_ts=thread, status=status),
        ):
            try:
                self._call(None, call)
            except Refused:
                continue  # a nicety: some threads take no status, some plans no sessions

    def person(self, client: WebClient, user: str) -> Profile:
        """What Slack says of a person; unknown where the bot may not ask."""
        try:
            answer = self._call(None, lambda: client.users_info(user=user, include_locale=True))
        except Refused:
            return Profile()
        return profile_of(answer["user"])

    def _link(self, client: WebClient, channel: str, ts: str) -> str:
        if (channel, ts) not in self._links:
            try:
                answer = self._call(None, lambda: client.chat_getPermalink(channel=channel, message_ts=ts))
            except Refused:
                return ""  # the message or the channel is gone
            if len(self._links) >= MOST_LINKS:
                self._links.clear()
            self._links[channel, ts] = str(answer["permalink"])
        return self._links[channel, ts]

    def _picture(self, client: WebClient, team: str, one: Attachment) -> str:
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
            answer = self._call(None, lambda: client.files_upload_v2(file_uploads=uploads))
            if len(self._pictures) >= MOST_LINKS:
                self._pictures.clear()
            self._pictures[team, one.address] = str(answer["files"][0]["id"])
        return self._pictures[team, one.address]


DRAWERS: dict[str, Callable[[Surfaces, WebClient, Outgoing], None]] = {
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
