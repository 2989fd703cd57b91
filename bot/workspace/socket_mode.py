"""Socket Mode: the websocket through which the bot hears of events, and answers buttons and commands."""

from __future__ import annotations

import asyncio
import json
import secrets
import time
import uuid
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field

from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from bot.workspace import envelopes
from bot.workspace.errors import Json, PersonError
from bot.workspace.faults import Faults
from bot.workspace.state import State

# Slack's own figure is 3 s; a laptop that is busy tuning deserves more patience.
ACK_TIMEOUT_S = 10.0
_TICKET_LIFE_S = 60.0


@dataclass(eq=False)
class _Connection:
    websocket: WebSocket
    in_flight: dict[str, float] = field(default_factory=dict)  # envelope id -> deadline, monotonic seconds


class SocketMode:
    """The bot's connections, the tickets that open them, and what was sent and not yet acknowledged.

    Args:
        state: Where events wait.
        on_presence: Called with True or False when the bot comes or goes.
        faults: What goes wrong on purpose.
    """

    def __init__(self, state: State, on_presence: Callable[[bool], None], faults: Faults) -> None:
        self._state = state
        self._on_presence = on_presence
        self._faults = faults
        self._connections: list[_Connection] = []
        self._tickets: dict[str, float] = {}
        self._answers: dict[str, Future[Json]] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._wake = asyncio.Event()
        self.ack_timeout_s = ACK_TIMEOUT_S

    @property
    def connected(self) -> bool:
        """Whether the bot listens at this moment."""
        return bool(self._connections)

    def ticket(self) -> str:
        """A secret that opens one connection within a minute."""
        now = time.monotonic()
        self._tickets = {key: until for key, until in self._tickets.items() if until > now}
        fresh = secrets.token_urlsafe(16)
        self._tickets[fresh] = now + _TICKET_LIFE_S
        return fresh

    def wake(self) -> None:
        """Send what waits; callable from any thread."""
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._wake.set)

    def ask(self, kind: str, payload: Json, *, accepts_answer: bool) -> Json:
        """Send an ``interactive`` or ``slash_commands`` envelope, and wait for its acknowledgement.

        Returns:
            The acknowledgement's payload, empty when the bot sent none.

        Raises:
            PersonError: The bot is not connected, or did not answer within ``ack_timeout_s``.
        """
        if not self.connected or self._loop is None:
            raise PersonError(
                f"{self._name} is not connected, so this was not sent. Start it (it joins by itself), and try again.",
                503,
            )
        envelope_id = str(uuid.uuid4())
        answer: Future[Json] = Future()
        self._answers[envelope_id] = answer
        frame = {
            "envelope_id": envelope_id,
            "payload": payload,
            "type": kind,
            "accepts_response_payload": accepts_answer,
        }
        try:
            asyncio.run_coroutine_threadsafe(self._send_first(frame), self._loop).result(self.ack_timeout_s)
            return answer.result(self.ack_timeout_s)
        except TimeoutError as error:
            raise PersonError(
                f"{self._name} did not answer within {self.ack_timeout_s:g} seconds. Look at its log, and try again.",
                504,
            ) from error
        finally:
            self._answers.pop(envelope_id, None)

    async def endpoint(self, websocket: WebSocket) -> None:
        """The websocket route: ``/link?ticket=...``."""
        if self._tickets.pop(websocket.query_params.get("ticket", ""), 0.0) < time.monotonic():
            await websocket.close(code=4001, reason="invalid_ticket")
            return
        await websocket.accept()
        connection = _Connection(websocket)
        await websocket.send_json(self._hello())
        self._connections.append(connection)
        self._on_presence(True)
        self._wake.set()
        try:
            while True:
                await self._receive(connection, await websocket.receive_text())
        except WebSocketDisconnect:
            await self._drop(connection)

    async def run(self) -> None:
        """Send waiting envelopes until cancelled; runs once, on the server's loop."""
        self._loop = asyncio.get_running_loop()
        while True:
            await self._expire()
            if self._connections:
                await self._send_waiting()
            self._wake.clear()
            try:
                await asyncio.wait_for(self._wake.wait(), timeout=1.0)
            except TimeoutError:
                continue

    async def close(self) -> None:
        """Hang up on the bot, so that the server can stop."""
        for connection in list(self._connections):
            if connection.websocket.application_state is WebSocketState.CONNECTED:
                await connection.websocket.close(code=1001)

    @property
    def _name(self) -> str:
        return self._state.identity.bot_name

    def _hello(self) -> Json:
        return {
            "type": "hello",
            "num_connections": len(self._connections) + 1,
            "debug_info": {"host": "local-workspace", "build_number": 1, "approximate_connection_time": 18060},
            "connection_info": {"app_id": self._state.identity.app_id},
        }

    async def _receive(self, connection: _Connection, text: str) -> None:
        try:
            message = json.loads(text)
        except ValueError:
            return  # Bolt's client may send its own plain-text pings; only JSON acknowledges
        envelope_id = message.get("envelope_id") if isinstance(message, dict) else None
        if not isinstance(envelope_id, str):
            return
        answer = self._answers.pop(envelope_id, None)
        if answer is not None:
            payload = message.get("payload")
            answer.set_result(payload if isinstance(payload, dict) else {})
        else:  # a late acknowledgement counts too
            sent = connection.in_flight.pop(envelope_id, None) is not None
            if sent and self._faults.loses_ack():
                envelopes.missed(self._state, envelope_id, "timeout")
            else:
                envelopes.acknowledged(self._state, envelope_id)
            self._wake.set()

    async def _send_first(self, frame: Json) -> None:
        await self._connections[-1].websocket.send_json(frame)

    async def _send_waiting(self) -> None:
        connection = self._connections[-1]  # the newest: an older one may be on its way out
        busy = {envelope_id for other in self._connections for envelope_id in other.in_flight}
        for row in envelopes.waiting(self._state):
            if row["envelope_id"] in busy:
                continue
            connection.in_flight[row["envelope_id"]] = time.monotonic() + self.ack_timeout_s
            envelopes.sent(self._state, row["envelope_id"])
            try:
                for copy in range(max(1, self._faults.plan.deliver)):
                    await connection.websocket.send_json(envelopes.frame(row, copy))
            except (WebSocketDisconnect, RuntimeError):
                await self._drop(connection)
                return
            if self._faults.hangs_up():
                await connection.websocket.close(code=1011)
                await self._drop(connection)
                return

    async def _expire(self) -> None:
        now = time.monotonic()
        for connection in self._connections:
            for envelope_id in [key for key, deadline in connection.in_flight.items() if deadline < now]:
                del connection.in_flight[envelope_id]
                envelopes.missed(self._state, envelope_id, "timeout")

    async def _drop(self, connection: _Connection) -> None:
        if connection not in self._connections:
            return
        self._connections.remove(connection)
        for envelope_id in connection.in_flight:
            envelopes.missed(self._state, envelope_id, "connection_failed")
        self._on_presence(self.connected)
        self._wake.set()
