"""What the decoder's errors mean to a person."""

from __future__ import annotations

from collections.abc import Mapping

import av.error

from .addresses import Source
from .faults import SourceError

# What happened, and what to do; why is what the decoder says.
_MEANINGS: Mapping[type[BaseException], tuple[str, str]] = {
    ConnectionRefusedError: (
        "{} refuses the connection.",
        "Check that the camera is on and its port is right.",
    ),
    TimeoutError: ("{} does not answer in time.", "Check that the camera is on and reached from here."),
    av.error.ExitError: ("{} does not answer in time.", "Check that the camera is on and reached from here."),
    av.error.HTTPUnauthorizedError: ("{} asks for a name and a password.", "Give them in the address."),
    av.error.HTTPNotFoundError: ("{} has no such stream.", "Check the path in the address."),
    av.error.FileNotFoundError: ("{} is not there.", "Check its name."),
    av.error.PermissionError: ("{} may not be read.", "Give this program the right to read it."),
    av.error.DecoderNotFoundError: ("{} is in a codec that is not there.", "Save it as H.264 or MPEG-4."),
    av.error.EOFError: ("{} ends where its first picture should be.", "Send it whole."),
}
_UNREADABLE = ("{} is no video that can be read.", "Send it whole, as MP4, MKV, AVI or WebM.")
_NO_STREAM = ("{} sends no video that can be read.", "Check the path in the address.")
_BROKEN = ("{} cannot be read.", "Check the address and that the camera is on.")


def told(source: Source, error: BaseException) -> SourceError:
    """Say what an error of the decoder or of the system means for *source*."""
    if isinstance(error, SourceError):
        return error
    is_unreadable = isinstance(error, av.error.InvalidDataError)
    usual = (_UNREADABLE if source.kind == "file" else _NO_STREAM) if is_unreadable else _BROKEN
    what, remedy = next((words for kind, words in _MEANINGS.items() if isinstance(error, kind)), usual)
    # The decoder's own text ends with the whole address, with its password.
    why = getattr(error, "strerror", None) or type(error).__name__
    return SourceError(what.format(source.shown), f"{why}.", remedy)
