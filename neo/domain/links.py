"""Signed links: an order that whoever has the link may give, until it expires. Pure.

A token is ``<body>.<signature>``, both base64url: the body is JSON, the signature HMAC-SHA256 over it.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from dataclasses import asdict, dataclass

from neo.errors import BadInput, NotAllowed

ORDERS = {"ack": "acknowledge", "mute_1h": "mute for an hour", "mute_day": "mute until tomorrow"}
LASTS_S = 7 * 86_400.0
_CONTEXT = b"neo alert link 1\n"  # a signature made for another purpose with the same key is none here


@dataclass(frozen=True)
class Link:
    """An order on one episode of an observed series.

    Attributes:
        order: One of ``ORDERS``.
        expires: Unix seconds.
    """

    project: str
    series: str
    episode: str
    order: str
    expires: float


def sign(secret: bytes, link: Link) -> str:
    """The link as a token that goes into an address."""
    body = _encoded(json.dumps(asdict(link), sort_keys=True, separators=(",", ":")).encode())
    return f"{body}.{_encoded(_signature(secret, body))}"


def opened(secret: bytes, token: str, now: float) -> Link:
    """The link of a token.

    Raises:
        BadInput: It was not signed with this secret, or it was changed.
        NotAllowed: It is too old.

    >>> link = Link("prj_1", "hall", "e1", "ack", 100.0)
    >>> opened(b"secret", sign(b"secret", link), 99.0) == link
    True
    """
    body, _, signature = token.partition(".")
    try:
        # Compared as text: base64 has spare bits, so that several texts would decode to one signature.
        good = hmac.compare_digest(_encoded(_signature(secret, body)).encode(), signature.encode())
        link = Link(**json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))) if good else None
    except (binascii.Error, ValueError, TypeError):
        link = None
    if link is None or link.order not in ORDERS:
        raise BadInput("This link is not one of mine.", "Its signature does not fit.", "Use the button in the thread.")
    if now > link.expires:
        raise NotAllowed("This link is too old.", f"It held for {LASTS_S / 86_400:.0f} days.", "Use the thread.")
    return link


def _signature(secret: bytes, body: str) -> bytes:
    return hmac.new(secret, _CONTEXT + body.encode(), hashlib.sha256).digest()


def _encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
