"""Slack's side of the Events API, as fast as one process can be: signed requests over raw sockets that stay open.

A process of its own (`python _slack_load.py`, a plan as JSON on its standard input, what it saw as JSON on its output):
the requests are written before the clock starts, so that the one who is measured is the one who answers.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import random
import sys
import time
from dataclasses import asdict, dataclass, field
from typing import Any

BOT, TEAM, CHANNELS = "UNEO", "T1", 200
KINDS = ("message",) * 15 + ("reaction_added",) * 4 + ("app_mention",)
WORDS = ("could", "somebody", "look", "at", "the", "parcels", "that", "came", "back", "they", "stand", "at", "dock")
# A server that was killed comes back on the same port: Slack, too, sends again what was not acknowledged.
TRIES, PAUSE_S = 60, 0.1


@dataclass(frozen=True)
class Plan:
    """What is sent.

    Attributes:
        ports: Of the servers; a connection belongs to one of them.
        numbers: Of the events, in the order in which they go out; an event's id is made of its number.
        rate: Requests a second, sent whether or not earlier ones were answered; 0 is as fast as answers come.
        seconds: Stop after so long; 0 is until all are sent.
        again: Whether a request that met a closed connection is sent once more, as Slack does.
    """

    ports: list[int]
    secret: str
    numbers: list[int]
    connections: int = 16
    rate: float = 0.0
    seconds: float = 0.0
    again: bool = False


@dataclass
class Seen:
    """What came back.

    Attributes:
        acknowledged: Numbers of the events that were answered by 200, once for each answer.
        latencies_s: From when each request was due (open loop) or sent (closed loop) until its answer.
    """

    acknowledged: list[int] = field(default_factory=list)
    latencies_s: list[float] = field(default_factory=list)
    statuses: dict[str, int] = field(default_factory=dict)
    broken: int = 0
    seconds: float = 0.0


def body(number: int) -> bytes:
    """The event with this number: a message, a reaction or a mention in one of the channels."""
    kind, words = KINDS[number % len(KINDS)], random.Random(number)
    channel, ts = f"C{number % CHANNELS:04}", f"{1_700_000_000 + number // 1000}.{number:09}"
    event: dict[str, Any] = {"type": kind, "user": f"U{number % 997:04}", "event_ts": ts}
    if kind == "reaction_added":
        item = {"type": "message", "channel": channel, "ts": ts}
        event |= {"reaction": "thumbsup", "item": item, "item_user": "U0001"}
    else:
        text = " ".join(words.choices(WORDS, k=12))
        event |= {"channel": channel, "ts": ts, "channel_type": "channel", "text": text}
        if kind == "app_mention":
            event["text"] = f"<@{BOT}> I need a bot that answers questions about our handbooks"
    whole = {
        "token": "-", "team_id": TEAM, "api_app_id": "A1", "type": "event_callback", "event": event,
        "event_id": f"Ev{number:010}", "event_time": 1_700_000_000, "is_ext_shared_channel": False,
        "authorizations": [{"team_id": TEAM, "user_id": BOT, "is_bot": True, "is_enterprise_install": False}],
    }  # fmt: skip
    return json.dumps(whole).encode()


def request(secret: str, content: bytes, at: float, media_type: str = "application/json") -> bytes:
    """One signed HTTP request."""
    stamp = str(int(at))
    signature = hmac.new(secret.encode(), b"v0:" + stamp.encode() + b":" + content, hashlib.sha256).hexdigest()
    head = (
        "POST /slack/events HTTP/1.1\r\nHost: neo\r\nUser-Agent: Slackbot 1.0\r\nAccept: */*\r\n"
        f"Content-Type: {media_type}\r\nContent-Length: {len(content)}\r\n"
        f"X-Slack-Request-Timestamp: {stamp}\r\nX-Slack-Signature: v0={signature}\r\n\r\n"
    )
    return head.encode() + content


class _Line(asyncio.Protocol):
    """One connection: a request out, its answer in."""

    def __init__(self) -> None:
        self._seen, self._need = bytearray(), -1
        self._answer: asyncio.Future[int] | None = None

    def connection_made(self, transport: Any) -> None:
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self._seen += data
        if self._need < 0:
            end = self._seen.find(b"\r\n\r\n")
            if end < 0:
                return
            head = bytes(self._seen[:end]).lower()
            place = head.find(b"content-length:")
            self._need = end + 4 + (int(head[place + 15 :].split(b"\r\n", 1)[0]) if place >= 0 else 0)
        if len(self._seen) >= self._need and self._answer is not None and not self._answer.done():
            status = int(self._seen[9:12])
            self._seen.clear()
            self._need = -1
            self._answer.set_result(status)

    def connection_lost(self, _error: Exception | None) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(ConnectionResetError())

    async def ask(self, content: bytes) -> int:
        if self.transport.is_closing():
            raise ConnectionResetError
        self._answer = asyncio.get_running_loop().create_future()
        self.transport.write(content)
        return await self._answer


class _Sender:
    def __init__(self, plan: Plan) -> None:
        now = time.time()
        self.plan, self.seen = plan, Seen()
        bodies = {number: request(plan.secret, body(number), now) for number in set(plan.numbers)}
        self.requests = [(number, bodies[number]) for number in plan.numbers]
        self._next = iter(enumerate(self.requests))

    async def run(self) -> Seen:
        lines = [await self._connect(port) for port in self._ports()]
        self.start = time.perf_counter()
        await asyncio.gather(*(self._send(line, port) for line, port in zip(lines, self._ports(), strict=True)))
        self.seen.seconds = time.perf_counter() - self.start
        return self.seen

    def _ports(self) -> list[int]:
        return [self.plan.ports[index % len(self.plan.ports)] for index in range(self.plan.connections)]

    async def _connect(self, port: int) -> _Line:
        _, line = await asyncio.get_running_loop().create_connection(_Line, "127.0.0.1", port)
        return line

    async def _send(self, line: _Line, port: int) -> None:
        for index, (number, content) in self._next:
            due = time.perf_counter()
            if self.plan.rate:
                due = self.start + index / self.plan.rate
                if (wait := due - time.perf_counter()) > 0:
                    await asyncio.sleep(wait)
            if self.plan.seconds and time.perf_counter() - self.start > self.plan.seconds:
                return
            line, status = await self._answered(line, port, content)
            self.seen.latencies_s.append(time.perf_counter() - due)
            self.seen.statuses[str(status)] = self.seen.statuses.get(str(status), 0) + 1
            if status == 200:
                self.seen.acknowledged.append(number)

    async def _answered(self, line: _Line, port: int, content: bytes) -> tuple[_Line, int]:
        for _ in range(TRIES if self.plan.again else 1):
            try:
                return line, await line.ask(content)
            except OSError:
                self.seen.broken += 1
            try:
                line = await self._connect(port)
            except OSError:
                await asyncio.sleep(PAUSE_S)
        return line, 0


def main() -> None:
    """Send what the plan says, and print what came back."""
    plan = Plan(**json.load(sys.stdin))
    json.dump(asdict(asyncio.run(_Sender(plan).run())), sys.stdout)


if __name__ == "__main__":
    main()
