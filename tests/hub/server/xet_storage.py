"""Xet storage in memory: xorbs contain chunks, and shards list the chunks of each file.

The formats are described at https://huggingface.co/docs/xet.
"""

from __future__ import annotations

import hashlib
import struct
import uuid

import numpy as np
import pyarrow as pa

_RECORD_SIZE = 48  # bytes; the size of the header of a shard and of each record
_BOOKEND = b"\xff" * 32  # the hash in the record after the last file of a shard
_WITH_VERIFICATION, _WITH_SHA256 = 1 << 31, 1 << 30  # flags of a file: these records follow its terms
_PLAIN, _LZ4, _GROUPED_LZ4 = 0, 1, 2  # the compressions of a chunk


class XetStorage:
    """The chunks that clients have uploaded.

    Attributes:
        name: A unique name, because a client remembers the chunks of each storage.
        token: The token that a client needs to write.
        xorbs: The chunks of each xorb, by the hash of the xorb.
    """

    def __init__(self) -> None:
        self.name = uuid.uuid4().hex
        self.token = f"xet_{self.name}"
        self.xorbs: dict[str, list[bytes]] = {}

    def add_xorb(self, xorb: str, body: bytes) -> bool:
        """Store a xorb and return whether it is new."""
        is_new = xorb not in self.xorbs
        self.xorbs[xorb] = _chunks(body)
        return is_new

    def files_of_shard(self, body: bytes) -> dict[str, bytes]:
        """Return the files that a shard describes, by their SHA-256.

        Raises:
            ValueError: A chunk was not uploaded; the chunks of a term do not have the size of the term; a file has no
                SHA-256; or the chunks of a file do not have its SHA-256.
        """
        files = {}
        start = _RECORD_SIZE
        while (head := body[start : start + _RECORD_SIZE])[:32] != _BOOKEND:
            flags, count = struct.unpack_from("<II", head, 32)
            terms_start = start + _RECORD_SIZE
            content = b"".join(self._term(body[terms_start + n * _RECORD_SIZE :][:_RECORD_SIZE]) for n in range(count))
            start = terms_start + count * _RECORD_SIZE * (2 if flags & _WITH_VERIFICATION else 1)
            if not flags & _WITH_SHA256:
                raise ValueError("a file of the shard has no SHA-256")
            sha256 = _hex(body[start : start + 32])
            if hashlib.sha256(content).hexdigest() != sha256:
                raise ValueError(f"the chunks of file {sha256} have another SHA-256")
            files[sha256] = content
            start += _RECORD_SIZE
        return files

    def _term(self, record: bytes) -> bytes:
        """Return the content of one term of a file: a range of chunks of one xorb."""
        size, begin, end = struct.unpack_from("<III", record, 36)
        xorb = _hex(record[:32])
        if end > len(self.xorbs.get(xorb, [])):
            raise ValueError(f"chunks {begin} to {end} of xorb {xorb} were not uploaded")
        content = b"".join(self.xorbs[xorb][begin:end])
        if len(content) != size:
            raise ValueError(f"chunks {begin} to {end} of xorb {xorb} have {len(content)} bytes, expected {size}")
        return content


def _hex(digest: bytes) -> str:
    """Return a hash as text: four numbers of 64 bits, each in hexadecimal."""
    return "".join(f"{number:016x}" for number in struct.unpack("<4Q", digest))


def _chunks(body: bytes) -> list[bytes]:
    """Return the decompressed chunks of a xorb."""
    chunks = []
    start = 0
    # The first byte of a chunk is its version, 0; the first byte of a footer is a letter.
    while start < len(body) and body[start] == 0:
        scheme = body[start + 4]
        packed, size = (int.from_bytes(body[start + offset : start + offset + 3], "little") for offset in (1, 5))
        data = body[start + 8 : start + 8 + packed]
        if scheme != _PLAIN:
            data = pa.decompress(data, size, codec="lz4", asbytes=True)
        if scheme == _GROUPED_LZ4:
            data = _ungrouped(data)
        chunks.append(data)
        start += 8 + packed
    return chunks


def _ungrouped(data: bytes) -> bytes:
    """Return bytes in their original order.

    The input contains the original bytes 0, 4, 8, … first, then the bytes 1, 5, 9, …, then 2, 6, 10, …, and 3, 7, 11, …
    """
    grouped = np.frombuffer(data, np.uint8)
    ordered = np.empty_like(grouped)
    start = 0
    for offset in range(4):
        target = ordered[offset::4]
        target[:] = grouped[start : start + len(target)]
        start += len(target)
    return ordered.tobytes()
