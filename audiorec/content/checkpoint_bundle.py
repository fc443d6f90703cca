"""Tensors of a TensorFlow checkpoint (format V2, "bundle") without TensorFlow: an index table and raw numbers.

The index is a sorted table as of LevelDB: blocks of entries whose keys share prefixes, and a footer that says where the
block of blocks lies. Values are `BundleEntryProto` messages. Only float32 in one shard, uncompressed blocks, is read:
anything else is refused. Checksums are not looked at: who calls it has checked the file's own.
"""

from collections.abc import Iterator
from math import prod

import numpy as np
from numpy.typing import NDArray

from audiorec.errors import InputError

Floats = NDArray[np.float32]
_FOOTER, _MAGIC = 48, bytes.fromhex("57fb808b247547db")
_TRAILER = 5  # one byte for the compression, four for the checksum
_FLOAT32 = 1


def read_bundle(index: bytes, data: bytes) -> dict[str, Floats]:
    """Every float32 tensor by name; raises InputError when the bytes are not such a checkpoint."""
    try:
        found = dict(_tensors(index, data))
    except (IndexError, ValueError, UnicodeDecodeError) as error:
        raise InputError(f"not a checkpoint that can be read ({error}): fetch it again") from error
    return found


def _tensors(index: bytes, data: bytes) -> Iterator[tuple[str, Floats]]:
    if len(index) < _FOOTER or index[-8:] != _MAGIC:
        raise ValueError("its index has no footer")
    _, place = _handle(index, len(index) - _FOOTER)
    (start, size), _ = _handle(index, place)
    for _, where in _entries(index, start, size):
        (start, size), _ = _handle(where, 0)
        for key, value in _entries(index, start, size):
            entry = _message(value)
            if not key or entry.get(1, 0) != _FLOAT32:
                continue
            yield key.decode(), _tensor(entry, data)


def _tensor(entry: dict[int, int | bytes], data: bytes) -> Floats:
    shape = _shape(entry.get(2, b""))
    offset, size = entry.get(4, 0), entry.get(5, 0)
    if not isinstance(offset, int) or not isinstance(size, int) or entry.get(3, 0) != 0:
        raise ValueError("tensors in more than one file")
    if size != 4 * prod(shape) or offset + size > len(data):
        raise ValueError("a tensor that does not fit its file")
    return np.frombuffer(data, dtype="<f4", count=size // 4, offset=offset).reshape(shape)


def _shape(message: int | bytes) -> tuple[int, ...]:
    """Sizes in a TensorShapeProto: its repeated field 2 holds messages with the size in field 1."""
    assert isinstance(message, bytes)
    sizes, place = [], 0
    while place < len(message):
        tag, place = _varint(message, place)
        length, place = _varint(message, place)
        if tag == 0x12:
            size = _message(message[place : place + length]).get(1, 0)
            assert isinstance(size, int)
            sizes.append(size)
        place += length
    return tuple(sizes)


def _entries(index: bytes, start: int, size: int) -> Iterator[tuple[bytes, bytes]]:
    """Keys and values of a block."""
    if start + size + _TRAILER > len(index):
        raise ValueError("its index is cut off")
    if index[start + size]:
        raise ValueError("its index is compressed")
    block = index[start : start + size]
    end = size - 4 - 4 * int.from_bytes(block[-4:], "little")
    key, place = b"", 0
    while place < end:
        shared, place = _varint(block, place)
        fresh, place = _varint(block, place)
        length, place = _varint(block, place)
        key = key[:shared] + block[place : place + fresh]
        place += fresh
        yield key, block[place : place + length]
        place += length


def _handle(data: bytes, place: int) -> tuple[tuple[int, int], int]:
    start, place = _varint(data, place)
    size, place = _varint(data, place)
    return (start, size), place


def _message(data: bytes) -> dict[int, int | bytes]:
    """Fields of a protocol buffer; the last of a repeated one."""
    fields: dict[int, int | bytes] = {}
    place = 0
    while place < len(data):
        tag, place = _varint(data, place)
        if tag & 7 == 0:
            fields[tag >> 3], place = _varint(data, place)
        elif tag & 7 == 5:
            place += 4
        elif tag & 7 == 2:
            length, place = _varint(data, place)
            fields[tag >> 3] = data[place : place + length]
            place += length
        else:
            raise ValueError("an entry of an unknown kind")
    return fields


def _varint(data: bytes, place: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[place]
        value |= (byte & 127) << shift
        place, shift = place + 1, shift + 7
        if byte < 128:
            return value, place
        if shift > 63:
            raise ValueError("a number without an end")
