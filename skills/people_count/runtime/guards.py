"""Which hosts may be connected to: a name is looked up once, and what is connected to is what was checked."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterator
from dataclasses import dataclass

from .faults import SourceError

Ip = ipaddress.IPv4Address | ipaddress.IPv6Address
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


@dataclass(frozen=True)
class Allowed:
    """What a person allowed beyond the public internet.

    Attributes:
        hosts: Names or addresses that are allowed wherever they lead.
        private: Private networks and this machine. Link-local addresses, where clouds keep their secrets, are still
            refused: they are allowed by name alone.
    """

    hosts: frozenset[str] = frozenset()
    private: bool = False

    def has(self, host: str, address: Ip) -> bool:
        """Whether *host*, which leads to *address*, may be connected to."""
        if host.lower() in self.hosts or str(address) in self.hosts:
            return True
        return all(self._may(form) for form in _forms(address))

    def _may(self, address: Ip) -> bool:
        if address.is_link_local or address.is_multicast or address.is_unspecified:
            return False
        if self.private and (address.is_private or address.is_loopback):
            return True
        return address.is_global and not address.is_reserved


PUBLIC = Allowed()


def resolve(host: str, port: int, allowed: Allowed) -> list[str]:
    """Look a host up, and give the numeric addresses to connect to; IPv4 first, which most cameras have alone.

    Every address that the name has must be allowed: which one a later look-up would give is not known.
    Decimal, octal and short forms (``2130706433``, ``0177.1``) are read as the system reads them, then checked.

    Raises:
        SourceError: there is no such host, or it leads where it is not allowed to.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise SourceError(
            f"There is no host {host!r}.", f"Looking it up gave: {error}.", "Check the address for a slip."
        ) from error
    addresses = list(dict.fromkeys(str(row[4][0]) for row in sorted(found, key=lambda row: row[0] != socket.AF_INET)))
    for address in addresses:
        if not allowed.has(host, ipaddress.ip_address(address.partition("%")[0])):
            raise SourceError(
                f"The host {host!r} is not connected to.",
                f"It leads to {address}, which is inside a private network or this machine.",
                "If the camera is there, allow private addresses for it, or name its host in the allowed hosts.",
            )
    return addresses


def _forms(address: Ip) -> Iterator[Ip]:
    """The address, and each IPv4 address that an IPv6 address stands for."""
    yield address
    if isinstance(address, ipaddress.IPv6Address):
        for inner in (address.ipv4_mapped, address.sixtofour, address.teredo and address.teredo[1]):
            if inner:
                yield inner
        if address in _NAT64:
            yield ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
