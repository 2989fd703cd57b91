"""A cross-encoder without weights, as an ONNX file written by hand: its score is how many words are shared."""

from __future__ import annotations

import shutil
from pathlib import Path

FLOAT, INT64, BOOL = 1, 7, 9
AXES, TO = 7, 2  # types of attributes: a list of whole numbers, one whole number
TOKENIZER_FILES = ("tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "config.json")


def write_cross_encoder(folder: Path, tokenizer_from: Path) -> None:
    """Write ``model.onnx``, with the tokenizer of another model beside it."""
    folder.mkdir(parents=True)
    for name in TOKENIZER_FILES:
        shutil.copy2(tokenizer_from / name, folder / name)
    (folder / "model.onnx").write_bytes(_model())


def _model() -> bytes:
    nodes = [
        _node("Cast", ["token_type_ids"], "in_text", to=BOOL),
        _node("Not", ["in_text"], "in_question"),
        _node("Unsqueeze", ["in_text"], "text_rows", axes=[2]),
        _node("Unsqueeze", ["in_question"], "question_columns", axes=[1]),
        _node("And", ["text_rows", "question_columns"], "across"),
        _node("Unsqueeze", ["input_ids"], "rows", axes=[2]),
        _node("Unsqueeze", ["input_ids"], "columns", axes=[1]),
        _node("Equal", ["rows", "columns"], "same"),
        _node("And", ["across", "same"], "shared"),
        _node("Cast", ["shared"], "ones", to=FLOAT),
        _node("ReduceMax", ["ones"], "found", axes=[1], keepdims=0),
        _node("ReduceSum", ["found"], "logits", axes=[1]),
    ]
    graph = b"".join(_field(1, node) for node in nodes) + _field(2, b"shared words")
    graph += b"".join(_field(11, _value(name, INT64, ("batch", "tokens"))) for name in ("input_ids", "token_type_ids"))
    graph += _field(12, _value("logits", FLOAT, ("batch", 1)))
    opset = _field(1, b"") + _number(2, 12)
    return _number(1, 7) + _field(7, graph) + _field(8, opset)


def _node(kind: str, inputs: list[str], output: str, *, axes: list[int] | None = None, **numbers: int) -> bytes:
    body = b"".join(_field(1, name.encode()) for name in inputs) + _field(2, output.encode()) + _field(4, kind.encode())
    if axes is not None:
        listed = b"".join(_number(8, axis) for axis in axes)
        body += _field(5, _field(1, b"axes") + listed + _number(20, AXES))
    for name, value in numbers.items():
        body += _field(5, _field(1, name.encode()) + _number(3, value) + _number(20, TO))
    return body


def _value(name: str, kind: int, shape: tuple[str | int, ...]) -> bytes:
    dims = [_number(1, one) if isinstance(one, int) else _field(2, one.encode()) for one in shape]
    tensor = _number(1, kind) + _field(2, b"".join(_field(1, dim) for dim in dims))
    return _field(1, name.encode()) + _field(2, _field(1, tensor))


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])


def _number(field: int, value: int) -> bytes:
    return _varint(field << 3) + _varint(value)


def _field(field: int, body: bytes) -> bytes:
    return _varint(field << 3 | 2) + _varint(len(body)) + body
