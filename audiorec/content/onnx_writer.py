"""ONNX models written byte by byte: nodes, weights and notes in the few messages of the format that a network needs.

Sources: onnx.proto of the ONNX project (Apache-2.0), IR version 8, operators of set 13. It checks nothing of what it is
told: whoever builds a graph opens it afterwards.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

# Types of numbers by the format's own numbers.
FLOAT, FLOAT16 = 1, 10
_INT64, _IR, _OPERATORS = 7, 8, 13
_INT_KIND, _INTS_KIND, _FLOAT_KIND = 2, 7, 1
Attribute = int | float | Sequence[int]


@dataclass
class Graph:
    """A network in the making: `add` gives the name of what a node puts out."""

    nodes: list[bytes] = field(default_factory=list)
    weights: list[bytes] = field(default_factory=list)

    def add(self, operator: str, inputs: Sequence[str], name: str = "", **attributes: Attribute) -> str:
        """One node with one output; returns the output's name."""
        name = name or f"{operator}_{len(self.nodes)}"
        body = b"".join(_field(1, source) for source in inputs) + _field(2, name) + _field(4, operator)
        body += b"".join(_field(5, _attribute(key, value)) for key, value in attributes.items())
        self.nodes.append(_field(1, body))
        return name

    def weight(self, values: NDArray[np.float32]) -> str:
        """A constant; returns its name."""
        name = f"weight_{len(self.weights)}"
        sizes = b"".join(_field(1, size) for size in values.shape)
        raw = np.ascontiguousarray(values, dtype="<f4").tobytes()
        self.weights.append(_field(5, sizes + _field(2, FLOAT) + _field(8, name) + _field(9, raw)))
        return name

    def whole(self, values: Sequence[int]) -> str:
        """A constant list of whole numbers, such as the sizes that Reshape takes; returns its name."""
        name = f"weight_{len(self.weights)}"
        raw = np.asarray(values, dtype="<i8").tobytes()
        self.weights.append(_field(5, _field(1, len(values)) + _field(2, _INT64) + _field(8, name) + _field(9, raw)))
        return name

    def model(
        self,
        source: tuple[str, Sequence[int]],
        outputs: Mapping[str, Sequence[int]],
        notes: Mapping[str, str],
    ) -> bytes:
        """The file: its input and outputs by name and sizes (0 for the number of patches), notes as metadata."""
        graph = b"".join(self.nodes) + _field(2, "encoder") + b"".join(self.weights)
        graph += _field(11, _described(*source))
        graph += b"".join(_field(12, _described(name, sizes)) for name, sizes in outputs.items())
        said = b"".join(_field(14, _field(1, key) + _field(2, value)) for key, value in notes.items())
        return _field(1, _IR) + _field(7, graph) + _field(8, _field(2, _OPERATORS)) + said


def _attribute(name: str, value: Attribute) -> bytes:
    if isinstance(value, int):
        return _field(1, name) + _field(3, value) + _field(20, _INT_KIND)
    if isinstance(value, float):
        return _field(1, name) + _varint(2 << 3 | 5) + np.float32(value).tobytes() + _field(20, _FLOAT_KIND)
    return _field(1, name) + b"".join(_field(8, each) for each in value) + _field(20, _INTS_KIND)


def _described(name: str, sizes: Sequence[int]) -> bytes:
    shape = b"".join(_field(1, _field(1, size) if size else _field(2, "patches")) for size in sizes)
    return _field(1, name) + _field(2, _field(1, _field(1, FLOAT) + _field(2, shape)))


def _field(number: int, value: bytes | str | int) -> bytes:
    if isinstance(value, int):
        return _varint(number << 3) + _varint(value)
    data = value.encode() if isinstance(value, str) else value
    return _varint(number << 3 | 2) + _varint(len(data)) + data


def _varint(value: int) -> bytes:
    value &= 2**64 - 1  # negative numbers are written as their complement of two
    parts = bytearray()
    while value > 127:
        parts.append(value & 127 | 128)
        value >>= 7
    return bytes(parts) + bytes([value])
