"""Content-addressed files: the name of a content is its SHA-256."""

from __future__ import annotations

import errno
import hashlib
import os
import tempfile
from pathlib import Path

from neo.errors import Unavailable


class FileStore:
    """Files below one folder, each under the hex digest of its content; never changed once written."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def put(self, content: bytes) -> str:
        """Keep a content and give its address (64 hex digits).

        Raises:
            Unavailable: The disk is full or may not be written; nothing was kept.
        """
        address = hashlib.sha256(content).hexdigest()
        path = self.path(address)
        if path.exists():
            return address
        try:
            self._write(path, content)
        except OSError as error:
            if error.errno not in (errno.ENOSPC, errno.EROFS, errno.EACCES, errno.EDQUOT):
                raise
            raise Unavailable(
                f"A file of {len(content):,} bytes could not be kept.",
                f"The disk says: {error.strerror} ({path.parent}).",
                "Make room, or give Neo the right to write there, then send the file again.",
            ) from error
        return address

    def get(self, address: str) -> bytes:
        """The content at an address."""
        return self.path(address).read_bytes()

    def drop(self, address: str) -> None:
        """Forget the content at an address; nothing happens when it is not there."""
        self.path(address).unlink(missing_ok=True)

    def path(self, address: str) -> Path:
        """Where the content of an address lies."""
        return self.folder / address[:2] / address

    @staticmethod
    def _write(path: Path, content: bytes) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, suffix=".part")
        try:
            with os.fdopen(handle, "wb") as out:
                out.write(content)
            Path(name).replace(path)
        finally:
            Path(name).unlink(missing_ok=True)
