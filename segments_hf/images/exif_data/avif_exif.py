"""Find the EXIF data in an AVIF file (ISO/IEC 14496-12, 8.11, and 23008-12, annex A)."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_VERSION_AND_FLAGS = 4  # bytes at the beginning of a full box
_LONGEST_META = 2**20  # bytes; a longer list of items is not read, because this could take too long


def avif_exif_payload(content: bytes) -> tuple[int, int] | None:
    """Return where the payload of the EXIF item starts and ends in an AVIF file.

    The result is None if the file has no EXIF item, if the payload has several parts or is in another item, if the list
    of items is longer than 1 MiB, or if the file is damaged.
    """
    try:
        for name, start, end in _boxes(content, 0, len(content)):
            if name == b"meta":
                return None if end - start > _LONGEST_META else _payload_in(content, start + _VERSION_AND_FLAGS, end)
    except (struct.error, IndexError, ValueError):  # the file is damaged
        return None
    return None


def _payload_in(content: bytes, start: int, end: int) -> tuple[int, int] | None:
    boxes = {name: (begin, stop) for name, begin, stop in _boxes(content, start, end)}
    if b"iinf" not in boxes or b"iloc" not in boxes:
        return None
    exif_ids = set(_exif_ids(content, *boxes[b"iinf"]))
    idat_start, _ = boxes.get(b"idat", (0, 0))
    for item_id, origin, extents in _locations(content, boxes[b"iloc"][0]):
        if item_id in exif_ids and origin in {0, 1} and len(extents) == 1:
            offset, length = extents[0]
            begin = offset + (idat_start if origin else 0)
            return (begin, begin + length) if begin > 0 and length and begin + length <= len(content) else None
    return None


def _boxes(content: bytes, start: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """Yield the boxes between two offsets: the name, and the start and end of the data."""
    while start + 8 <= end:
        size, name = struct.unpack_from(">I4s", content, start)
        begin = start + 8
        if size == 1:
            (size,) = struct.unpack_from(">Q", content, begin)
            begin += 8
        stop = start + size if size else end
        if not begin <= stop <= end:
            raise ValueError("a box has an invalid size")
        yield name, begin, stop
        start = stop


def _exif_ids(content: bytes, start: int, end: int) -> Iterator[int]:
    """Yield the ids of the items with EXIF data, from the data of the box `iinf`."""
    count_size = 4 if content[start] else 2
    for name, begin, _ in _boxes(content, start + _VERSION_AND_FLAGS + count_size, end):
        version = content[begin]
        if name == b"infe" and version in {2, 3}:
            layout = ">HH4s" if version == 2 else ">IH4s"  # noqa: PLR2004
            item_id, _, kind = struct.unpack_from(layout, content, begin + _VERSION_AND_FLAGS)
            if kind == b"Exif":
                yield item_id


def _locations(content: bytes, start: int) -> Iterator[tuple[int, int, list[tuple[int, int]]]]:
    """Yield the location of each item, from the data of the box `iloc`, which starts at `start`.

    Yields:
        The id of the item; the origin of its offsets (0: the file, 1: the box `idat`, 2: another item); and the offset
        and length of each of its parts.
    """
    reader = _Reader(content, start)
    version = reader.number(1)
    reader.number(3)
    sizes = reader.number(2)
    offset_size, length_size, base_size, index_size = (sizes >> shift & 15 for shift in (12, 8, 4, 0))
    if not offset_size and not length_size:
        raise ValueError("the list of items has no locations")
    id_size = 4 if version == 2 else 2  # noqa: PLR2004
    for _ in range(reader.number(id_size)):  # the number of items has as many bytes as an id
        item_id = reader.number(id_size)
        origin = reader.number(2) & 15 if version else 0
        reader.number(2)
        base = reader.number(base_size)
        extents = []
        for _ in range(reader.number(2)):
            reader.number(index_size if version else 0)
            extents.append((base + reader.number(offset_size), reader.number(length_size)))
        yield item_id, origin, extents


class _Reader:
    """A reader of successive big-endian integers."""

    def __init__(self, content: bytes, position: int) -> None:
        self._content = content
        self._position = position

    def number(self, size: int) -> int:
        """Read the next integer, which has `size` bytes."""
        data = self._content[self._position : self._position + size]
        if len(data) != size:
            raise ValueError("the file ends in the list of items")
        self._position += size
        return int.from_bytes(data, "big")
