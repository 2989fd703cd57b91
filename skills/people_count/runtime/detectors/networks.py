"""Neural detectors, run by onnxruntime: how each wants its picture, and how its numbers are read.

A row of NETWORKS is one network. Each was trained on COCO, where a person is class 0 (1 of 91), but for the last.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import onnxruntime
from numpy.typing import NDArray

from ..boxes import Boxes, Floats, Image, boxes_of
from .base import FLOOR, MOST, Detector

Outputs = list[NDArray[Any]]
Shape = tuple[int, int]
"""Height and width of a network's input, in pixels."""

_GREY = 114  # fills what the picture leaves free, as in training
Numbers = NDArray[np.floating[Any]]
_BGR_MEAN = np.array([103.53, 116.28, 123.675], np.float32)
_BGR_DEVIATION = np.array([57.375, 57.12, 58.395], np.float32)


@dataclass(frozen=True)
class Prepared:
    """A network's input, and pixels of the picture for each pixel of it: across and down."""

    tensor: NDArray[Any]
    scale: tuple[float, float]


Prepare = Callable[[Image, Shape], Prepared]
Read = Callable[[Outputs, Shape], tuple[Floats, Floats]]
"""A network's outputs -> corners (n, 4) in pixels of its input, and scores (n,)."""


@dataclass(frozen=True)
class Network:
    """One network.

    Attributes:
        files: Patterns of the names that its file may have in a folder of models.
        size: Side of its input where the file leaves it free, in pixels.
    """

    files: tuple[str, ...]
    prepare: Prepare
    read: Read
    size: int


class NetworkDetector(Detector):
    """A network with its file.

    Args:
        size: Longer side of the input, in pixels, where the file leaves it free; else the file's own counts.
        threads: Of one run; with one camera a process, 1 is the fastest on a busy machine.
    """

    def __init__(self, network: Network, file: Path, size: int, threads: int = 1) -> None:
        self._network, self._size = network, size
        self._session = session_of(file, threads)
        self._input = self._session.get_inputs()[0]

    def detect(self, image: Image) -> Boxes:
        """See :class:`Detector`."""
        shape = self._shape(image)
        given = self._network.prepare(image, shape)
        outputs = self._session.run(None, {self._input.name: given.tensor})
        corners, scores = self._network.read(outputs, shape)
        if len(scores) > MOST:
            best = np.argpartition(scores, -MOST)[-MOST:]
            corners, scores = corners[best], scores[best]
        return boxes_of(corners * (given.scale * 2), scores, image, FLOOR)

    def _shape(self, image: Image) -> Shape:
        """The file's own shape; where it is free, the picture's proportions with *size* as the longer side."""
        sides = [one for one in self._input.shape if one not in (1, 3)]
        if all(isinstance(one, int) for one in sides) and len(sides) == 2:
            return int(sides[0]), int(sides[1])
        if self._input.type == "tensor(uint8)":
            return self._size, self._size
        longer = max(image.shape[:2])
        height, width = (max(32, math.ceil(self._size * side / longer / 32) * 32) for side in image.shape[:2])
        return height, width


_LOADING = threading.Lock()


def session_of(file: Path, threads: int = 1) -> onnxruntime.InferenceSession:
    """The session for a file, one in a process whatever the number of cameras: runs may overlap."""
    with _LOADING:
        return _session(str(file), file.stat().st_mtime_ns, threads)


@lru_cache(maxsize=8)
def _session(file: str, changed_ns: int, threads: int) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(file, options, providers=["CPUExecutionProvider"])


def _letterboxed(image: Image, shape: Shape) -> Prepared:
    """Proportions kept, at the upper left, the rest grey; numbers as they are (YOLOX)."""
    height, width = shape
    share = min(height / image.shape[0], width / image.shape[1])
    inner = round(image.shape[0] * share), round(image.shape[1] * share)
    filled = np.full((height, width, 3), _GREY, np.uint8)
    filled[: inner[0], : inner[1]] = cv2.resize(image, (inner[1], inner[0]), interpolation=cv2.INTER_LINEAR)
    return Prepared(_planes(filled.astype(np.float32)), (1 / share, 1 / share))


def _stretched(change: Callable[[Image], NDArray[Any]]) -> Prepare:
    def prepare(image: Image, shape: Shape) -> Prepared:
        small = np.asarray(cv2.resize(image, (shape[1], shape[0]), interpolation=cv2.INTER_LINEAR), np.uint8)
        return Prepared(change(small), (image.shape[1] / shape[1], image.shape[0] / shape[0]))

    return prepare


def _planes(image: Numbers) -> NDArray[np.float32]:
    return np.ascontiguousarray(image.transpose(2, 0, 1)[None], np.float32)


def _unit(image: Image) -> NDArray[np.float32]:
    return _planes(image.astype(np.float32) / 255)


def _standard(image: Image) -> NDArray[np.float32]:
    return _planes((image.astype(np.float32) - _BGR_MEAN) / _BGR_DEVIATION)


def _standard_rgb(image: Image) -> NDArray[np.float32]:
    return np.ascontiguousarray(_standard(image)[:, ::-1])


def _rgb_bytes(image: Image) -> Image:
    return np.ascontiguousarray(image[None, :, :, ::-1])


def _sigmoid(values: Numbers) -> NDArray[np.float32]:
    return np.asarray(1 / (1 + np.exp(-values)), np.float32)


def _around(centres: Numbers, sizes: Numbers) -> Floats:
    return np.concatenate([centres - sizes / 2, centres + sizes / 2], axis=1).astype(np.float32)


@lru_cache(maxsize=32)
def _grid(shape: Shape, strides: tuple[int, ...]) -> tuple[Floats, Floats]:
    """Cells of the grids of all strides in order: their columns and rows (n, 2), and their strides (n, 1)."""
    cells, sizes = [], []
    for stride in strides:
        rows, columns = np.mgrid[: shape[0] // stride, : shape[1] // stride]
        cells.append(np.stack([columns.ravel(), rows.ravel()], axis=1))
        sizes.append(np.full((rows.size, 1), stride))
    return np.concatenate(cells).astype(np.float32), np.concatenate(sizes).astype(np.float32)


def _read_yolox(outputs: Outputs, shape: Shape) -> tuple[Floats, Floats]:
    rows = outputs[0][0]
    scores = rows[:, 4] * rows[:, 5]
    likely = scores >= FLOOR
    cells, strides = _grid(shape, (8, 16, 32))
    rows, cells, strides = rows[likely], cells[likely], strides[likely]
    return _around((rows[:, :2] + cells) * strides, np.exp(rows[:, 2:4]) * strides), scores[likely]


def _read_nanodet(outputs: Outputs, shape: Shape) -> tuple[Floats, Floats]:
    """Scores and distances to the four sides, as distributions, a pair of outputs a stride (GFL, arXiv 2006.04388)."""
    half = len(outputs) // 2
    strides = (8, 16, 32, 64)[:half]
    scores = np.concatenate([one[0][:, 0] for one in outputs[:half]])
    if scores.min() < 0 or scores.max() > 1:
        scores = _sigmoid(scores)
    sides = np.concatenate([one[0] for one in outputs[half:]])
    likely = scores >= FLOOR
    cells, sizes = _grid(shape, strides)
    cells, sizes, sides = cells[likely], sizes[likely], sides[likely]
    bins = sides.shape[1] // 4
    chances = np.exp(sides.reshape(-1, 4, bins) - sides.reshape(-1, 4, bins).max(axis=2, keepdims=True))
    distances = (chances / chances.sum(axis=2, keepdims=True)) @ np.arange(bins, dtype=np.float32) * sizes
    centres = (cells + 0.5) * sizes
    corners = np.concatenate([centres - distances[:, :2], centres + distances[:, 2:]], axis=1)
    return corners.astype(np.float32), scores[likely].astype(np.float32)


def _read_fastestdet(outputs: Outputs, shape: Shape) -> tuple[Floats, Floats]:
    maps = outputs[0][0].reshape(outputs[0].shape[1], -1).T
    stride = shape[0] // outputs[0].shape[2]
    scores = np.power(np.maximum(maps[:, 0], 0), 0.6) * np.power(np.maximum(maps[:, 5], 0), 0.4)
    likely = scores >= FLOOR
    cells, _ = _grid(shape, (stride,))
    maps, cells = maps[likely], cells[likely]
    side = np.array([shape[1], shape[0]], np.float32)
    return _around((cells + np.tanh(maps[:, 1:3])) * stride, _sigmoid(maps[:, 3:5]) * side), scores[likely]


def _read_ssd(outputs: Outputs, shape: Shape) -> tuple[Floats, Floats]:
    boxes, scores, classes = (one[0] for one in outputs[:3])
    people = classes.astype(int) == 1
    corners = boxes[people][:, [1, 0, 3, 2]] * np.array([shape[1], shape[0]] * 2, np.float32)
    return corners.astype(np.float32), scores[people].astype(np.float32)


def _read_detr(outputs: Outputs, shape: Shape) -> tuple[Floats, Floats]:
    logits, boxes = sorted((one[0] for one in outputs[:2]), key=lambda one: -one.shape[-1])
    scores = _sigmoid(logits[:, 1])
    side = np.array([shape[1], shape[0]], np.float32)
    return _around(boxes[:, :2] * side, boxes[:, 2:] * side), scores.astype(np.float32)


NETWORKS: Mapping[str, Network] = {
    "fastestdet": Network(("fastestdet*.onnx",), _stretched(_unit), _read_fastestdet, 352),
    "yolox-nano": Network(("yolox?nano*.onnx",), _letterboxed, _read_yolox, 416),
    "yolox-tiny": Network(("yolox?tiny*.onnx",), _letterboxed, _read_yolox, 416),
    "nanodet": Network(("nanodet.onnx", "nanodet-m*.onnx"), _stretched(_standard), _read_nanodet, 416),
    "nanodet-plus": Network(("*nanodet-plus*.onnx",), _stretched(_standard), _read_nanodet, 416),
    "rf-detr-nano": Network(("rf?detr?nano*.onnx", "rfdetr?nano*.onnx"), _stretched(_standard_rgb), _read_detr, 384),
    "ssdlite": Network(("ssdlite*.onnx",), _stretched(_rgb_bytes), _read_ssd, 300),
}
