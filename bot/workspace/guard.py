"""The door: only this machine's own pages and programs come in, and pages may load nothing from elsewhere."""

from __future__ import annotations

import re

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LOCAL_HOSTS = frozenset({"127.0.0.1", "localhost", "::1"})
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_HEADERS = {
    "content-security-policy": _POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
}


class Guard:
    """ASGI middleware that refuses foreign hosts (DNS rebinding) and foreign origins (cross-site requests).

    Args:
        app: What lies behind the door.
        hosts: Host names under which the workspace may be reached.
    """

    def __init__(self, app: ASGIApp, hosts: frozenset[str] = LOCAL_HOSTS) -> None:
        self._app = app
        self._hosts = hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer 403."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        refusal = self._refusal(Headers(scope=scope))
        if refusal and scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008, "reason": refusal[:120]})
        elif refusal:
            await JSONResponse({"ok": False, "error": refusal}, status_code=403)(scope, receive, send)
        else:
            await self._app(scope, receive, _with_headers(send))

    def _refusal(self, headers: Headers) -> str:
        host = headers.get("host", "")
        if _host_name(host) not in self._hosts:
            return f"The workspace does not answer to the host {host!r}. Open it under its own address."
        origin = headers.get("origin")
        if origin is not None and origin.partition("://")[2] != host:
            return "Requests from other sites are refused. Use the workspace's own page."
        if headers.get("sec-fetch-site") in ("cross-site", "same-site") and headers.get("sec-fetch-mode") != "navigate":
            return "Requests from other sites are refused. Use the workspace's own page."
        return ""


def _host_name(host: str) -> str:
    """The name in a Host header, without its port and without an IPv6 address's brackets."""
    return re.sub(r":\d+$", "", host).strip("[]").lower()


def _with_headers(send: Send) -> Send:
    async def send_guarded(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in _HEADERS.items():
                headers.setdefault(name, value)
        await send(message)

    return send_guarded
