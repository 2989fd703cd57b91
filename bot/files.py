"""Fetch a file that a person shared: with the bot's token, from Slack's own host, never over a redirect."""

from __future__ import annotations

import re
from collections.abc import Callable

import httpx

from neo.domain.events import FileRef
from neo.errors import BadInput, Unavailable
from neo.transports.base import Refused, TryLater

SLACK_HOSTS = ("files.slack.com", "slack-files.com")
_CHUNK = 1 << 16


class SlackFiles:
    """Downloads shared files.

    Args:
        token: The bot's token, or gives that of a workspace by its id; it is sent to Slack's own host alone.
        api_url: The Web API's address; the local workspace serves files from the same host.
        max_bytes: Larger files are refused.
    """

    def __init__(self, token: str | Callable[[str], str], api_url: str, max_bytes: int) -> None:
        self._token, self._max = token, max_bytes
        api = httpx.URL(api_url)
        self._local = _origin(api) if api.host in ("127.0.0.1", "localhost", "::1") else None

    def fetch(self, ref: FileRef, team: str = "") -> bytes:
        """The file's content.

        Args:
            team: The workspace in which it was shared; by default the one that its address names.

        Raises:
            BadInput: It is too large, or lies on another host.
            Unavailable: It could not be had; the message says what to do.
        """
        if ref.size > self._max:
            raise self._too_large(ref, ref.size)
        url = self._checked_url(ref)
        token = self._token_of(ref, team or _team_in(url))
        try:
            with httpx.stream(
                "GET", url, headers={"Authorization": f"Bearer {token}"}, timeout=60, follow_redirects=False
            ) as answer:
                self._check_answer(ref, answer)
                return self._read(ref, answer)
        except httpx.HTTPError as error:
            raise Unavailable(
                f"{ref.name} could not be fetched.", f"The connection failed: {error}.", "Send it again."
            ) from error

    def _token_of(self, ref: FileRef, team: str) -> str:
        if isinstance(self._token, str):
            return self._token
        try:
            return self._token(team)
        except (Refused, TryLater) as error:
            raise Unavailable(f"{ref.name} could not be fetched.", f"{error}.", "Then send it again.") from error

    def _checked_url(self, ref: FileRef) -> httpx.URL:
        """The address, read by the client's own parser: two parsers may see two hosts in one address."""
        try:
            url = httpx.URL(ref.url)
        except httpx.InvalidURL:
            url = httpx.URL("")
        slack = url.scheme == "https" and any(url.host == k or url.host.endswith(f".{k}") for k in SLACK_HOSTS)
        # Slack's addresses carry no user name; one in front of the host is there to deceive.
        if not url.userinfo and (slack or _origin(url) == self._local):
            return url
        raise BadInput(
            f"{ref.name} was not fetched.",
            f"It lies on '{url.host or 'no host'}', not on Slack's file host, and the bot's token goes nowhere else.",
            "Upload the file itself into the thread.",
        )

    @staticmethod
    def _check_answer(ref: FileRef, answer: httpx.Response) -> None:
        html = answer.headers.get("content-type", "").startswith("text/html") and "html" not in ref.media_type
        if answer.status_code == 200 and not html:
            return
        why = "Slack answered with its login page." if html else f"Slack answered {answer.status_code}."
        raise Unavailable(
            f"{ref.name} could not be fetched.",
            why,
            "Check that the app has the scope files:read and is a member of this channel, then send it again.",
        )

    def _read(self, ref: FileRef, answer: httpx.Response) -> bytes:
        content = bytearray()
        for part in answer.iter_bytes(_CHUNK):
            content += part
            if len(content) > self._max:
                raise self._too_large(ref, len(content))
        return bytes(content)

    def _too_large(self, ref: FileRef, size: int) -> BadInput:
        return BadInput(
            f"{ref.name} was not fetched.",
            f"It has {size / 1e6:.0f} MB, the limit is {self._max / 1e6:.0f} MB (NEO_MAX_FILE_MB).",
            "Split it, or raise the limit.",
        )


def _team_in(url: httpx.URL) -> str:
    """The workspace that a file's address names: https://files.slack.com/files-pri/T123-F456/download/..."""
    found = re.search(r"/files-\w+/(T\w+)-", url.path)
    return found.group(1) if found else ""


def _origin(url: httpx.URL) -> tuple[str, str, int | None]:
    return url.scheme, url.host, url.port
