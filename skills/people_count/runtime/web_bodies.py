"""What an HTTP address sends, as a file: every connection, a redirect's too, goes to an address that was checked."""

from __future__ import annotations

import http.client
import io
import socket
import ssl
import urllib.error
import urllib.request
from functools import partial
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from .faults import SourceError
from .guards import Allowed, resolve

AGENT = "camera-reader"


class Web:
    """Opens HTTP addresses for one source.

    Args:
        allowed: Which hosts may be connected to.
        timeout_s: For connecting, and for each read.
    """

    def __init__(self, allowed: Allowed, timeout_s: float) -> None:
        self.allowed, self.timeout_s = allowed, timeout_s
        self._sockets: list[socket.socket] = []
        self._is_stopped = False
        self._passwords = urllib.request.HTTPPasswordMgrWithDefaultRealm()
        self._opener = urllib.request.OpenerDirector()
        for handler in (
            _Http(self),
            _Https(self),
            urllib.request.HTTPDefaultErrorHandler(),
            urllib.request.HTTPErrorProcessor(),
            urllib.request.HTTPRedirectHandler(),
            urllib.request.HTTPBasicAuthHandler(self._passwords),
            urllib.request.HTTPDigestAuthHandler(self._passwords),
            urllib.request.UnknownHandler(),
        ):
            self._opener.add_handler(handler)

    def body(self, address: str) -> Body:
        """Open an address. User name and password in it are sent to that host alone, when it asks for them."""
        url = urlsplit(address)
        bare = urlunsplit(url._replace(netloc=url.netloc.rpartition("@")[2]))
        if url.username is not None:
            self._passwords.add_password(None, bare, url.username, url.password or "")
        return Body(self, bare)

    def ask(self, url: str, offset: int) -> http.client.HTTPResponse:
        """Send a request for what stands at *url* from *offset* on. Raises SourceError."""
        headers = {"User-Agent": AGENT} | ({"Range": f"bytes={offset}-"} if offset else {})
        request = urllib.request.Request(url, headers=headers)  # noqa: S310 - the opener knows http and https alone
        try:
            response: http.client.HTTPResponse = self._opener.open(request, timeout=self.timeout_s)
        except urllib.error.HTTPError as error:
            error.close()
            raise _silent(url, f"It answered {error.code} {error.reason}.") from error
        except (OSError, http.client.HTTPException, ValueError) as error:
            # A ValueError names a way of asking for a password that is not known here.
            raise _silent(url, f"{getattr(error, 'reason', error)}.") from error
        return response

    def connect(self, host: str, port: int) -> socket.socket:
        """Connect to a host whose address was checked. Raises SourceError where it may not be connected to."""
        *first, last = resolve(host, port, self.allowed)
        for address in first:
            try:
                return self._connect(address, port)
            except OSError:
                continue  # the next one may answer; the last one's error is told
        return self._connect(last, port)

    def _connect(self, address: str, port: int) -> socket.socket:
        made = socket.create_connection((address, port), self.timeout_s)
        self._sockets.append(made)
        if self._is_stopped:
            raise ConnectionAbortedError("it was stopped")
        return made

    def stop(self) -> None:
        """End all reads, from whatever thread; nothing is connected to after that."""
        self._is_stopped = True
        for one in self._sockets:
            try:
                one.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue  # its other end was faster
        self._sockets.clear()


class Body(io.RawIOBase):
    """What an address sends. It can be gone about in where the server says so."""

    def __init__(self, web: Web, url: str) -> None:
        self._web, self.name, self._at = web, url, 0
        self._response = web.ask(url, 0)
        self._read_to = 0
        length = self._response.headers.get("Content-Length")
        is_ranged = self._response.headers.get("Accept-Ranges", "").lower() == "bytes"
        self._length = int(length) if length and length.isdigit() and is_ranged else None

    def readable(self) -> bool:
        """Always."""
        return True

    def seekable(self) -> bool:
        """Whether the server knows how long it is, and sends parts of it."""
        return self._length is not None

    def read(self, size: int = -1) -> bytes:
        """Read what is there, at most *size* bytes, without waiting for all of them."""
        if self._at != self._read_to:
            self._response.close()
            self._response, self._read_to = self._web.ask(self.name, self._at), self._at
        try:
            data = self._response.read1(size)
        except TimeoutError as error:
            why = f"Nothing came for {self._web.timeout_s:g} seconds."
            raise SourceError("The stream stands still.", why, "It is connected to again.") from error
        except (OSError, http.client.HTTPException) as error:
            raise SourceError("The stream broke off.", f"{error}.", "It is connected to again.") from error
        self._at += len(data)
        self._read_to = self._at
        return data

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to a place; the next read asks for it."""
        starts = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._length or 0}
        self._at = starts[whence] + offset
        return self._at

    def tell(self) -> int:
        """Where the next read begins."""
        return self._at

    def close(self) -> None:
        """Close the connection."""
        self._response.close()
        super().close()


class _Pinned(http.client.HTTPConnection):
    def __init__(self, web: Web, host: str, **more: Any) -> None:
        super().__init__(host, **more)
        self._web = web

    def connect(self) -> None:
        self.sock = self._web.connect(self.host, self.port)


class _PinnedTls(_Pinned):
    default_port = 443

    def connect(self) -> None:
        plain = self._web.connect(self.host, self.port)
        self.sock = ssl.create_default_context().wrap_socket(plain, server_hostname=self.host)


class _Http(urllib.request.HTTPHandler):
    def __init__(self, web: Web) -> None:
        super().__init__()
        self._web = web

    def http_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
        return self.do_open(partial(_Pinned, self._web), req)


class _Https(urllib.request.HTTPSHandler):
    def __init__(self, web: Web) -> None:
        super().__init__()
        self._web = web

    def https_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
        return self.do_open(partial(_PinnedTls, self._web), req)


def _silent(url: str, why: str) -> SourceError:
    host = urlsplit(url).netloc
    return SourceError(f"No stream comes from {host}.", why, "Check the address and that the camera is on.")
