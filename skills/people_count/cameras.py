"""Which cameras a project watches: the addresses of its brief, checked before anything is built on them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePath

from neo.automl.problem import InputFile, Resources
from neo.domain.brief import Brief
from neo.errors import BadInput
from skills.people_count.runtime.addresses import Source, read_address
from skills.people_count.runtime.faults import SourceError
from skills.people_count.runtime.guards import Allowed

_APART = re.compile(r"[\s,;]+(?:and\s+)?")


@dataclass(frozen=True)
class Watched:
    """A camera as the package names it; *file* is the recording that stands for it, where it is one."""

    name: str
    source: Source
    file: InputFile | None = None


def allowed(resources: Resources) -> Allowed:
    """Where cameras may be: the public internet, and the hosts that whoever runs Neo named."""
    return Allowed(frozenset(one.lower() for one in resources.inside_hosts))


def cameras_of(brief: Brief, inputs: Sequence[InputFile], resources: Resources) -> list[Watched]:
    """The cameras to watch: those of the brief, else the recordings themselves.

    Raises:
        BadInput: An address is none, or names a file of this machine that the person did not send.
    """
    recordings = {PurePath(one.name).name: one for one in inputs if one.role == "video"}
    words = [one for one in _APART.split(str(brief.value("source", ""))) if one]
    if not words:
        return [Watched(PurePath(name).stem, read_address(one.path), one) for name, one in recordings.items()]
    names = ["camera"] if len(words) == 1 else [f"camera {number}" for number in range(1, len(words) + 1)]
    return [_camera(name, word, recordings, resources) for name, word in zip(names, words, strict=True)]


def _camera(name: str, word: str, recordings: dict[str, InputFile], resources: Resources) -> Watched:
    if word in recordings:
        return Watched(PurePath(word).stem, read_address(recordings[word].path), recordings[word])
    try:
        source = read_address(word.strip("<>"))
    except SourceError as error:
        raise BadInput(error.what, error.why, error.remedy) from error
    if source.kind == "file":
        sent = ", ".join(recordings) or "none"
        raise BadInput(
            f"There is no recording '{PurePath(word).name}'.", f"Recordings that were sent: {sent}.",
            "Send it in this thread, or name the address of a stream.",
        )  # fmt: skip
    if source.kind == "device" and source.address not in resources.inside_hosts:
        raise BadInput(
            f"The camera {source.address} is not opened.", "It is this machine's own.",
            f"Whoever runs Neo can allow it: NEO_INSIDE_HOSTS={source.address}.",
        )  # fmt: skip
    return Watched(name, source)
