"""Keep many texts in little memory."""

from __future__ import annotations

import zlib
from array import array
from itertools import accumulate

_BLOCK = 256  # the number of texts that are compressed together


class TextList:
    """A list of texts, compressed in blocks. A file name takes a few bytes.

    >>> texts = TextList()
    >>> for number in range(1000):
    ...     texts.append(f"frame_{number:06d}.jpg")
    >>> texts[3], texts[999]
    ('frame_000003.jpg', 'frame_000999.jpg')
    """

    def __init__(self) -> None:
        self._blocks: list[bytes] = []
        self._uncompressed: list[str] = []  # the texts after the last block
        self._cached: tuple[int, list[str]] = (-1, [])  # the index and the texts of the block that was read last

    def append(self, text: str) -> None:
        """Append a text."""
        self._uncompressed.append(text)
        if len(self._uncompressed) == _BLOCK:
            self._blocks.append(_compress(self._uncompressed))
            self._uncompressed = []

    def __getitem__(self, index: int) -> str:
        """Return the text at an index from 0 on."""
        block, index_in_block = divmod(index, _BLOCK)
        if block == len(self._blocks):
            return self._uncompressed[index_in_block]
        if block != self._cached[0]:
            self._cached = block, _decompress(self._blocks[block])
        return self._cached[1][index_in_block]


def _compress(texts: list[str]) -> bytes:
    """Compress the lengths of the texts of one block, followed by the texts."""
    lengths = array("I", map(len, texts)).tobytes()
    return zlib.compress(lengths + "".join(texts).encode("utf-8", "surrogatepass"), 1)


def _decompress(block: bytes) -> list[str]:
    content = zlib.decompressobj().decompress(block)  # without a limit, because `_compress` made the block
    lengths = array("I")
    size = _BLOCK * lengths.itemsize
    lengths.frombytes(content[:size])
    text = content[size:].decode("utf-8", "surrogatepass")
    ends = accumulate(lengths)
    return [text[end - length : end] for end, length in zip(ends, lengths, strict=True)]
