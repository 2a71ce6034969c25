"""Reads the recorded Arrow files ("feather") of plain numbers without a library the size of the desk."""

import struct
from pathlib import Path
from typing import Any

import numpy as np

MAGIC = b"ARROW1"


def read_columns(path: Path) -> dict[str, "np.ndarray[Any, np.dtype[Any]]"]:
    """Return the columns of a file by name: eight-byte numbers and moments, without missing values.

    Moments are int64 in the unit of the file.

    Raises:
        AssertionError: the file is another kind, or holds what this does not read.
    """
    data = path.read_bytes()
    assert (data[:6], data[-6:]) == (MAGIC, MAGIC)
    (footer_size,) = struct.unpack_from("<i", data, len(data) - 10)
    footer = _Table.root(data, len(data) - 10 - footer_size)
    fields = footer.table(1).tables(1)
    names = [field.text(0) for field in fields]
    # Type 3 of the format is a floating-point number; the others here are moments and whole numbers.
    kinds = [np.float64 if field.byte(2) == 3 else np.int64 for field in fields]
    parts: dict[str, list[Any]] = {name: [] for name in names}
    for offset, metadata_size in footer.blocks(3):
        start = offset + (8 if data[offset : offset + 4] == b"\xff\xff\xff\xff" else 4)
        batch = _Table.root(data, start).table(2)
        body = offset + metadata_size
        length = batch.number(0)
        buffers = batch.pairs(2)
        compressed = batch.has(3)
        assert not compressed or batch.table(3).byte(0) == 0  # LZ4 frames
        assert len(buffers) == 2 * len(names)
        for place, name in enumerate(names):
            at, size = buffers[2 * place + 1]
            raw = data[body + at : body + at + size]
            if compressed and size:
                (whole,) = struct.unpack_from("<q", raw)
                raw = raw[8:] if whole < 0 else _lz4_frame(raw[8:])
            parts[name].append(np.frombuffer(raw, kinds[place], length))
    return {name: np.concatenate(part) for name, part in parts.items()}


class _Table:
    """A table of a flat buffer: a field lies where its vtable says."""

    def __init__(self, data: bytes, at: int) -> None:
        self._data = data
        self._at = at
        self._vtable = at - struct.unpack_from("<i", data, at)[0]
        self._size = struct.unpack_from("<H", data, self._vtable)[0]

    @classmethod
    def root(cls, data: bytes, at: int) -> "_Table":
        return cls(data, at + struct.unpack_from("<I", data, at)[0])

    def _field(self, number: int) -> int:
        slot = 4 + 2 * number
        if slot >= self._size:
            return 0
        offset = int(struct.unpack_from("<H", self._data, self._vtable + slot)[0])
        return self._at + offset if offset else 0

    def has(self, number: int) -> bool:
        return bool(self._field(number))

    def number(self, number: int) -> int:
        at = self._field(number)
        return int(struct.unpack_from("<q", self._data, at)[0]) if at else 0

    def byte(self, number: int) -> int:
        at = self._field(number)
        return self._data[at] if at else 0

    def _jump(self, number: int) -> int:
        at = self._field(number)
        assert at
        return at + int(struct.unpack_from("<I", self._data, at)[0])

    def table(self, number: int) -> "_Table":
        return _Table(self._data, self._jump(number))

    def text(self, number: int) -> str:
        at = self._jump(number)
        (size,) = struct.unpack_from("<I", self._data, at)
        return self._data[at + 4 : at + 4 + size].decode()

    def tables(self, number: int) -> "list[_Table]":
        at = self._jump(number)
        (count,) = struct.unpack_from("<I", self._data, at)
        places = [at + 4 + 4 * index for index in range(count)]
        return [
            _Table(self._data, place + struct.unpack_from("<I", self._data, place)[0]) for place in places
        ]

    def pairs(self, number: int) -> list[tuple[int, int]]:
        at = self._jump(number)
        (count,) = struct.unpack_from("<I", self._data, at)
        flat = struct.unpack_from(f"<{2 * count}q", self._data, at + 4)
        return list(zip(flat[::2], flat[1::2], strict=True))

    def blocks(self, number: int) -> list[tuple[int, int]]:
        """(where it lies in the file, size of its metadata) of each record batch."""
        at = self._jump(number)
        (count,) = struct.unpack_from("<I", self._data, at)
        found = [struct.unpack_from("<qi4xq", self._data, at + 4 + 24 * index) for index in range(count)]
        return [(offset, size) for offset, size, _ in found]


def _lz4_frame(frame: bytes) -> bytes:
    """The contents of an LZ4 frame, whose blocks may point back into one another."""
    assert struct.unpack_from("<I", frame)[0] == 0x184D2204
    flags = frame[4]
    at = 7 + (8 if flags & 0x08 else 0) + (4 if flags & 0x01 else 0)
    found = bytearray()
    while True:
        (size,) = struct.unpack_from("<I", frame, at)
        at += 4
        if not size:
            return bytes(found)
        length = size & 0x7FFFFFFF
        block = frame[at : at + length]
        at += length + (4 if flags & 0x10 else 0)
        if size >> 31:
            found += block
        else:
            _lz4_block(block, found)


def _lz4_block(block: bytes, found: bytearray) -> None:
    at = 0
    while at < len(block):
        token = block[at]
        at += 1
        literals, at = _length(block, at, token >> 4)
        found += block[at : at + literals]
        at += literals
        if at >= len(block):
            return
        back = block[at] | block[at + 1] << 8
        match, at = _length(block, at + 2, token & 15)
        match += 4
        start = len(found) - back
        if back >= match:
            found += found[start : start + match]
        else:
            piece = bytes(found[start:])
            found += (piece * (match // back + 1))[:match]


def _length(block: bytes, at: int, short: int) -> tuple[int, int]:
    if short == 15:
        while True:
            more = block[at]
            at += 1
            short += more
            if more != 255:
                break
    return short, at
