"""Mails as files in a folder: the embedded default, where no server is set."""

from __future__ import annotations

import errno
import hashlib
import os
import re
import tempfile
from pathlib import Path

from neo.transports.base import TryLater
from neo.transports.mail import Mail, message_of

_WAIT_S = 60.0
_NAME = re.compile(r"[^A-Za-z0-9._-]+")
_LONGEST = 60  # of the readable part of a name


class MailFolder:
    """Writes each mail as an ``.eml`` file whose name comes from the Message-ID, so that a repeat overwrites itself.

    Args:
        folder: Made when it is not there.
        sender: Who the mails are from.
    """

    def __init__(self, folder: Path, sender: str) -> None:
        self.folder, self._sender = folder, sender

    def send(self, mail: Mail) -> None:
        """Write it whole or not at all; see :class:`neo.transports.mail.MailTransport`."""
        content = message_of(mail, self._sender).as_bytes()
        try:
            self._write(self.path(mail.message_id), content)
        except OSError as error:
            why = os.strerror(error.errno) if error.errno else str(error)
            wait_s = _WAIT_S if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES) else 5.0
            raise TryLater(wait_s, f"the mail cannot be written to {self.folder.name}: {why}") from error

    def path(self, message_id: str) -> Path:
        """Where the mail with this id lies."""
        readable = _NAME.sub("-", message_id.strip("<>"))[:_LONGEST]
        digest = hashlib.sha256(message_id.encode()).hexdigest()[:12]
        return self.folder / f"{readable}-{digest}.eml"

    def _write(self, path: Path, content: bytes) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=self.folder, suffix=".part")
        try:
            with os.fdopen(handle, "wb") as out:
                out.write(content)
                out.flush()
                os.fsync(out.fileno())
            Path(name).replace(path)
        finally:
            Path(name).unlink(missing_ok=True)
