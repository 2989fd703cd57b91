"""One file from a model hub or any other https address."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

import httpx

from neo.models.catalogue import ModelFile
from neo.models.errors import ModelUnavailable
from neo.models.progress import Report

TIMEOUT_S = 60.0
LOOPBACK = ("127.0.0.1", "localhost", "::1")


def download(file: ModelFile, target: Path, report: Report, *, before: str, remedy: str) -> None:
    """Stream a file from its address to `target`. The caller checks the hash.

    Args:
        file: What to fetch; its `address` is set.
        target: Where to write.
        report: Told the bytes as they come.
        before: What was tried before, for the message of an error.
        remedy: What the person can do, for the message of an error.

    Raises:
        ModelUnavailable: the address is not https, does not answer, or sends more than is pinned.
    """
    address = file.address or ""
    parts = urlsplit(address)
    if parts.scheme != "https" and parts.hostname not in LOOPBACK:
        raise ModelUnavailable(f"{file.name} is not fetched.", f"Its address {address!r} is not https.", remedy)
    done = 0
    try:
        with (
            httpx.stream("GET", address, follow_redirects=True, timeout=TIMEOUT_S) as answer,
            target.open("wb") as sink,
        ):
            answer.raise_for_status()
            for block in answer.iter_bytes():
                done += len(block)
                if done > file.size_bytes:
                    why = f"{address} sends more than the pinned {file.size_bytes} bytes."
                    raise ModelUnavailable(f"{file.name} cannot be fetched.", why, remedy)
                sink.write(block)
                report(file.name, done, file.size_bytes)
    except httpx.HTTPError as error:
        raise ModelUnavailable(
            f"{file.name} cannot be fetched.", f"{before} {address}: {type(error).__name__} {error}.", remedy
        ) from error
