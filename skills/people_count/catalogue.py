"""Networks that find people, pinned by their official addresses and hashes; each is fetched when it is named.

`neo models pull yolox-nano` puts one into the folder of models, where the search finds it. No package carries their
weights in a usable form.
"""

from __future__ import annotations

from neo.models.catalogue import ModelEntry, ModelFile

_YOLOX = "https://github.com/Megvii-BaseDetection/YOLOX/releases/download/0.1.1rc0/"
_FASTEST = "https://raw.githubusercontent.com/dog-qiuqiu/FastestDet/50473cd/example/onnx-runtime/FastestDet.onnx"
_ZOO = "https://media.githubusercontent.com/media/opencv/opencv_zoo/c48f69bd2c1da174c5592e401d4e30c8aaf78ec1/models/"
_DETR = "https://huggingface.co/onnx-community/rfdetr_nano-ONNX/resolve/eae21cee0687a91bcf9fa071605c48d7705d2d91/"


def _entry(name: str, licence: str, about: str, size_bytes: int, sha256: str, address: str) -> ModelEntry:
    file = ModelFile("model.onnx", size_bytes, sha256, address=address)
    return ModelEntry(name, "detector", licence, (file,), about, by_name_only=True)


NETWORKS: tuple[ModelEntry, ...] = (
    _entry(
        "yolox-nano", "Apache-2.0", "YOLOX-nano, COCO, 416 pixels: the best for its time", 3_659_407,
        "c789161ed43c8269fcd4e67c67eeeb4e80c622da2eb296a20bc6007bd18a0b7d", f"{_YOLOX}yolox_nano.onnx",
    ),
    _entry(
        "yolox-tiny", "Apache-2.0", "YOLOX-tiny, COCO, 416 pixels", 20_219_662,
        "427cc366d34e27ff7a03e2899b5e3671425c262ea2291f88bb942bc1cc70b0f7", f"{_YOLOX}yolox_tiny.onnx",
    ),
    _entry(
        "fastestdet", "BSD-3-Clause", "FastestDet, COCO, 352 pixels: the fastest, and often wrong", 998_169,
        "31cb14c017fce347cb4c846ec62fdf00d76bb3beecdf4be21e7116ac67feb880", _FASTEST,
    ),
    _entry(
        "nanodet-plus", "Apache-2.0", "NanoDet-Plus-m 1.5x, COCO, 416 pixels", 7_052_691,
        "0d00272997bb477d0301279dbc5dfeba0c3ce2c2ac7111a0d3bb4202701f297c",
        f"{_ZOO}object_detection_nanodet/object_detection_nanodet-plus-m-1.5x-416.onnx",
    ),
    _entry(
        "rf-detr-nano", "Apache-2.0", "RF-DETR nano, COCO, 384 pixels: a transformer, slow here", 108_074_865,
        "9cbac6b11ce34a03034e4d5a24cfac5f18632fd6761d1311dd640232088d7fee", f"{_DETR}onnx/model.onnx",
    ),
)  # fmt: skip
