"""Which hosts may be connected to."""

from __future__ import annotations

import pickle

import pytest

from skills.people_count.runtime.faults import SourceError
from skills.people_count.runtime.guards import PUBLIC, Allowed, resolve

PRIVATE = Allowed(private=True)


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "localhost",
        "2130706433",  # the same in decimal
        "0177.0.0.1",  # in octal
        "0x7f.1",
        "10.1.2.3",
        "192.168.1.20",
        "172.16.0.1",
        "100.64.0.1",  # a provider's inner network
        "::1",
        "fd00::5",
        "::ffff:10.0.0.1",  # IPv4 in IPv6 clothes
        "64:ff9b::a00:1",  # and in those of a translator
        "2002:a00:1::1",  # and of a tunnel
        "169.254.169.254",  # where clouds keep their secrets
        "fe80::1",
        "0.0.0.0",
        "224.0.0.1",
        "240.0.0.1",
    ],
)
def test_refused_by_default(host: str) -> None:
    with pytest.raises(SourceError, match="private network"):
        resolve(host, 80, PUBLIC)


@pytest.mark.parametrize("host", ["127.0.0.1", "2130706433", "10.1.2.3", "192.168.1.20", "::1", "fd00::5"])
def test_private_where_allowed(host: str) -> None:
    assert resolve(host, 80, PRIVATE)


@pytest.mark.parametrize("host", ["169.254.169.254", "fe80::1", "::ffff:169.254.169.254", "0.0.0.0", "224.0.0.1"])
def test_never_by_being_private(host: str) -> None:
    with pytest.raises(SourceError):
        resolve(host, 80, PRIVATE)


def test_allowed_by_name() -> None:
    assert resolve("169.254.7.7", 80, Allowed(frozenset({"169.254.7.7"}))) == ["169.254.7.7"]
    assert "127.0.0.1" in resolve("LOCALHOST", 80, Allowed(frozenset({"localhost"})))
    with pytest.raises(SourceError):  # another name for it was not allowed
        resolve("127.0.0.1", 80, Allowed(frozenset({"localhost"})))


def test_public_is_allowed() -> None:
    assert resolve("93.184.216.34", 80, PUBLIC) == ["93.184.216.34"]


def test_no_such_host() -> None:
    with pytest.raises(SourceError, match="no host"):
        resolve("no-such-host.invalid", 80, PUBLIC)


def test_a_fault_goes_to_another_process_whole() -> None:
    fault = pickle.loads(pickle.dumps(SourceError("What.", "Why.", "Remedy.")))
    assert (fault.what, fault.why, fault.remedy, str(fault)) == ("What.", "Why.", "Remedy.", "What. Why. Remedy.")
