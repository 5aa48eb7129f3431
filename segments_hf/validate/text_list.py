"""A list of many texts in little memory."""

from __future__ import annotations

import zlib
from array import array
from itertools import accumulate

_BLOCK = 256  # texts


class TextList:
    """A list of texts, compressed in blocks. Names of files take a few bytes each.

    >>> texts = TextList()
    >>> for number in range(1000):
    ...     texts.append(f"frame_{number:06d}.jpg")
    >>> texts[3], texts[999]
    ('frame_000003.jpg', 'frame_000999.jpg')
    """

    def __init__(self) -> None:
        self._blocks: list[bytes] = []
        self._last: list[str] = []  # the texts that are not compressed yet
        self._opened: tuple[int, list[str]] = (-1, [])  # the block that was read last

    def append(self, text: str) -> None:
        """Append a text."""
        self._last.append(text)
        if len(self._last) == _BLOCK:
            self._blocks.append(_compressed(self._last))
            self._last = []

    def __getitem__(self, index: int) -> str:
        """Return the text at an index from 0 on."""
        block, place = divmod(index, _BLOCK)
        if block == len(self._blocks):
            return self._last[place]
        if block != self._opened[0]:
            self._opened = block, _texts(self._blocks[block])
        return self._opened[1][place]


def _compressed(texts: list[str]) -> bytes:
    """Compress the lengths of texts and the texts, as many as a block has."""
    lengths = array("I", map(len, texts)).tobytes()
    return zlib.compress(lengths + "".join(texts).encode("utf-8", "surrogatepass"), 1)


def _texts(block: bytes) -> list[str]:
    content = zlib.decompressobj().decompress(block)
    lengths = array("I")
    size = _BLOCK * lengths.itemsize
    lengths.frombytes(content[:size])
    text = content[size:].decode("utf-8", "surrogatepass")
    ends = accumulate(lengths)
    return [text[end - length : end] for end, length in zip(ends, lengths, strict=True)]
