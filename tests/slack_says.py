"""Slack's own payloads, sent through the real Bolt app into a whole Neo."""

from __future__ import annotations

import json
import tarfile
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from slack_bolt import App, BoltRequest
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.errors import SlackObjectFormationError
from world import CHANNEL, OWNER, TEAM, World

from bot.blocks import RENDERERS, render
from bot.listeners import register
from neo.domain.posts import Post

BOT = "UNEO00001"
Said = Callable[[], str]


@cache
def samples_of(archive: Path) -> Mapping[str, Any]:
    with tarfile.open(archive) as tar:
        found = {}
        for member in tar.getmembers():
            if member.name.endswith("Payload.json") and (file := tar.extractfile(member)) is not None:
                found[Path(member.name).name.removesuffix("Payload.json")] = json.load(file)
        return found


def filled(sample: Any, values: Any) -> Any:
    """A sample with values of a test in place of its empty ones; what is not named stays as Slack has it."""
    if not isinstance(sample, dict) or not isinstance(values, dict):
        return values
    kept = {key: value for key, value in sample.items() if key not in SELDOM}
    return {**kept, **{key: filled(sample.get(key), value) for key, value in values.items()}}


# What the samples have, since they are the union of all that was seen, and most messages do not.
SELDOM = frozenset({"subtype", "bot_id", "bot_profile", "thread_ts", "edited", "hidden", "files"})


class Slack:
    """Sends payloads to Neo as Slack does."""

    def __init__(self, here: World, samples: Mapping[str, Any]) -> None:
        self.here, self._samples, self._count = here, samples, 0
        self._app = App(
            authorize=lambda **_: AuthorizeResult(
                enterprise_id=None, team_id=TEAM, bot_user_id=BOT, bot_id="B1", bot_token="xoxb-x"
            ),
            request_verification_enabled=False,
            process_before_response=True,
        )
        register(self._app, here.neo.receive)

    def event(self, sample: str, times: int = 1, team: str = TEAM, **event: Any) -> None:
        """Deliver an event so many times under one id, then have Neo handle it."""
        self._count += 1
        body = filled(
            self._samples[sample],
            {"team_id": team, "type": "event_callback", "event_id": f"EvS{self._count}", "event": event},
        )
        for _ in range(times):
            self.deliver(body)
        self.here.settle()

    def raw(self, event: Mapping[str, Any], team: str = TEAM) -> None:
        """An event that is newer than the samples, as Slack's documentation shows it."""
        self._count += 1
        body = {"team_id": team, "type": "event_callback", "event_id": f"EvS{self._count}", "event": dict(event)}
        self.deliver(body)
        self.here.settle()

    def payload(self, sample: str, **values: Any) -> None:
        """An interaction or a slash command."""
        self._count += 1
        self.deliver(filled(self._samples[sample], values))
        self.here.settle()

    def deliver(self, body: Mapping[str, Any]) -> None:
        answer = self._app.dispatch(BoltRequest(body=dict(body), mode="socket_mode"))
        assert answer.status == 200, answer.body

    def say(self, text: str, ts: str, **event: Any) -> None:
        """A person's message in the channel."""
        place = {"user": OWNER, "channel": CHANNEL, "channel_type": "channel"}
        self.event("Message", **{**place, "text": text, "ts": ts, **event})


def check(post: Post) -> None:
    """Whatever Neo said in a test is within Slack's limits, and has words for those who cannot see blocks."""
    assert post.kind == "working" or post.text, post
    if post.kind in RENDERERS:
        try:
            blocks = [block.to_dict() for block in render(post)]
        except SlackObjectFormationError as error:  # pragma: no cover
            raise AssertionError(f"{post.kind}: {error}") from error
        assert len(blocks) <= 50
