"""Events over HTTP: what the bot is told is POSTed, signed, to its request URL, as Slack does without Socket Mode."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import secrets
import sqlite3
import time
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlencode

import httpx

from bot.workspace import envelopes
from bot.workspace.errors import Json, PersonError
from bot.workspace.faults import Faults
from bot.workspace.state import State

_JSON, _FORM = "application/json", "application/x-www-form-urlencoded"
_PROBE_S = 1.0


@dataclass(frozen=True)
class RequestUrl:
    """Where the bot listens.

    Attributes:
        url: The address for events, interactions and commands alike, as Bolt serves them.
        signing_secret: Empty for the app's own.
        pauses_s: How long after a failed delivery each retry follows; afterwards the event is given up. Slack's own
            figures.
        timeout_s: An answer that comes later does not count. Slack's own figure.
    """

    url: str
    signing_secret: str = ""
    pauses_s: tuple[float, ...] = (0.0, 60.0, 300.0)
    timeout_s: float = 3.0


def signed(secret: str, body: bytes, timestamp: int) -> dict[str, str]:
    """The two headers by which the bot knows that Slack sent *body*: HMAC-SHA256 over ``v0:timestamp:body``."""
    text = f"v0:{timestamp}:".encode() + body
    digest = hmac.new(secret.encode(), text, hashlib.sha256).hexdigest()
    return {"X-Slack-Request-Timestamp": str(timestamp), "X-Slack-Signature": f"v0={digest}"}


class HttpMode:
    """The way to the bot over its request URL. It has the same methods as SocketMode.

    Args:
        state: Where events wait.
        target: Where they go.
        on_presence: Called with True or False when the request URL begins or ceases to answer.
        faults: What goes wrong on purpose.
    """

    def __init__(self, state: State, target: RequestUrl, on_presence: Callable[[bool], None], faults: Faults) -> None:
        self._state = state
        self._target = target
        self._secret = target.signing_secret or state.identity.signing_secret
        self._on_presence = on_presence
        self._faults = faults
        self._loop: asyncio.AbstractEventLoop | None = None
        self._wake = asyncio.Event()
        self._due: dict[str, float] = {}  # envelope id -> when its retry is due, monotonic seconds
        self.connected = False
        self.ack_timeout_s = target.timeout_s

    def wake(self) -> None:
        """Send what waits; callable from any thread."""
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._wake.set)

    def ask(self, kind: str, payload: Json, *, accepts_answer: bool) -> Json:
        """POST an interaction or a command, and give what the answer holds, empty when it holds nothing.

        Raises:
            PersonError: The bot cannot be reached, answers with an error, or not in time.
        """
        fields = payload if kind == "slash_commands" else {"payload": json.dumps(payload)}
        body = urlencode({key: str(value) for key, value in fields.items()}).encode()
        name = self._state.identity.bot_name
        try:
            answer = httpx.post(
                self._target.url,
                content=body,
                headers=self._headers(body, _FORM),
                timeout=self.ack_timeout_s,
                trust_env=False,
            )
        except httpx.TimeoutException as error:
            raise PersonError(
                f"{name} did not answer within {self.ack_timeout_s:g} seconds. Look at its log, and try again.", 504
            ) from error
        except httpx.TransportError as error:
            raise PersonError(
                f"{name} cannot be reached at {self._target.url} ({error}). Start it, and try again.", 503
            ) from error
        if not answer.is_success:
            raise PersonError(f"{name} answered with the HTTP status {answer.status_code}. Look at its log.", 502)
        return _content(answer) if accepts_answer else {}

    async def run(self) -> None:
        """Send waiting envelopes until cancelled; runs once, on the server's loop."""
        self._loop = asyncio.get_running_loop()
        async with httpx.AsyncClient(timeout=self.ack_timeout_s, trust_env=False) as client:
            while True:
                if not self.connected:
                    self._note_presence(await self._verified(client))
                pause_s = await self._send_due(client) if self.connected or self._due else _PROBE_S
                self._wake.clear()
                try:
                    await asyncio.wait_for(self._wake.wait(), timeout=min(pause_s, _PROBE_S))
                except TimeoutError:
                    continue

    async def close(self) -> None:
        """Nothing is held open between deliveries."""

    def _headers(self, body: bytes, kind: str) -> dict[str, str]:
        return {"Content-Type": kind, "User-Agent": "Slackbot 1.0"} | signed(self._secret, body, int(time.time()))

    async def _verified(self, client: httpx.AsyncClient) -> bool:
        """Whether the request URL gives back a challenge; nothing is sent before it does."""
        challenge = secrets.token_urlsafe(24)
        token = self._state.identity.verification_token
        body = json.dumps({"type": "url_verification", "token": token, "challenge": challenge}).encode()
        try:
            answer = await client.post(self._target.url, content=body, headers=self._headers(body, _JSON))
        except httpx.TransportError:
            return False  # the bot is not up yet; the page says so, and the next round asks again
        return answer.is_success and challenge in answer.text

    async def _send_due(self, client: httpx.AsyncClient) -> float:
        """Send what is due, one after another, so that events come in order; gives the seconds to the next retry."""
        for row in envelopes.waiting(self._state):
            if self._due.get(row["envelope_id"], 0.0) <= time.monotonic():
                await self._deliver(client, row)
        return max(0.0, min(self._due.values(), default=time.monotonic() + _PROBE_S) - time.monotonic())

    async def _deliver(self, client: httpx.AsyncClient, row: sqlite3.Row) -> None:
        reason = "no answer"
        for copy in range(max(1, self._faults.plan.deliver)):
            attempt = row["attempts"] + copy
            retry = {"X-Slack-Retry-Num": str(attempt), "X-Slack-Retry-Reason": row["reason"] or "http_timeout"}
            reason = await self._post(client, row["payload"].encode(), retry if attempt else {})
        if reason == "" and self._faults.loses_ack():
            reason = "http_timeout"
        envelope_id = row["envelope_id"]
        self._due.pop(envelope_id, None)
        if reason == "" or row["attempts"] >= len(self._target.pauses_s) or reason == "no_retry":
            envelopes.acknowledged(self._state, envelope_id)
        else:
            envelopes.sent(self._state, envelope_id)
            envelopes.missed(self._state, envelope_id, reason)
            self._due[envelope_id] = time.monotonic() + self._target.pauses_s[row["attempts"]]
        self._note_presence(reason != "connection_failed")

    async def _post(self, client: httpx.AsyncClient, body: bytes, retry: dict[str, str]) -> str:
        """Why the delivery does not count, in Slack's words; empty when it does."""
        try:
            answer = await client.post(self._target.url, content=body, headers=self._headers(body, _JSON) | retry)
        except httpx.TimeoutException:
            return "http_timeout"
        except httpx.TransportError:
            return "connection_failed"
        if answer.is_success:
            return ""
        return "no_retry" if answer.headers.get("X-Slack-No-Retry") == "1" else "http_error"

    def _note_presence(self, connected: bool) -> None:
        if connected != self.connected:
            self.connected = connected
            self._on_presence(connected)


def _content(answer: httpx.Response) -> Json:
    if not answer.content:
        return {}
    try:
        body = answer.json()
    except ValueError:
        return {"text": answer.text}  # a command may be answered with bare words
    return body if isinstance(body, dict) else {}
