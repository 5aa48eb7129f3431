"""Read PCD files: text, binary, and binary with compression."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Any

import numpy as np

from segments_hf.errors import AssetError
from segments_hf.points.files.array_file import ArrayLayout
from segments_hf.points.files.cloud import Cloud
from segments_hf.points.files.pcd_header import read_pcd_header
from segments_hf.points.files.point_fields import packed_dtype, point_dtype
from segments_hf.points.files.text_points import count_lines, read_text_points

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from segments_hf.points.files.pcd_header import PcdHeader
    from segments_hf.points.files.point_fields import PointField

_SIZES = struct.Struct("<II")  # the size of the data in bytes after compression and before compression
# In LZF, three bytes represent 264 bytes at most: a back-reference of the largest length.
_MAX_RATIO = 264 // 3


def open_pcd(content: bytes) -> Cloud:
    """Read the header of a PCD file, and check the size of its data.

    Organized clouds are read row by row. The viewpoint is ignored: coordinates are those of the file. Points with NaN
    are not left out. Fields named ``_`` are padding, and are left out.

    Raises:
        AssetError: The header is damaged, or the size of the data does not fit the header.
    """
    header = read_pcd_header(content)
    if header.encoding == "ascii":
        return _open_text(content, header)
    if header.encoding == "binary":
        return _open_binary(content, header)
    return _open_compressed(content, header)


def _open_text(content: bytes, header: PcdHeader) -> Cloud:
    lines = count_lines(content, header.size)
    if lines != header.num_points:
        raise AssetError(f"got a PCD file with {lines:,} lines of data, expected {header.num_points:,}: one per point")
    return Cloud(
        header.num_points,
        packed_dtype(header.fields),
        lambda: read_text_points(content, header.size, header.num_points, header.fields),
    )


def _open_binary(content: bytes, header: PcdHeader) -> Cloud:
    dtype, num_points, start = binary_layout(header, len(content))
    return Cloud(num_points, dtype.newbyteorder("="), lambda: np.frombuffer(content, dtype, num_points, start))


def binary_layout(header: PcdHeader, size: int) -> ArrayLayout:
    """Return the layout of the points in a binary PCD file without compression.

    Args:
        header: The header of the file.
        size: The size of the file in bytes.

    Raises:
        AssetError: The size of the data differs from the size of the points in the header.
    """
    dtype = point_dtype(header.fields)
    found, expected = size - header.size, header.num_points * dtype.itemsize
    if found != expected:
        raise AssetError(
            f"got a PCD file with {found:,} bytes of data, expected {expected:,}: {header.num_points:,} points of "
            f"{dtype.itemsize} bytes"
        )
    return ArrayLayout(dtype, header.num_points, header.size)


def _open_compressed(content: bytes, header: PcdHeader) -> Cloud:
    dtype = packed_dtype(header.fields)
    start = header.size + _SIZES.size
    if header.num_points == 0 and len(content) == header.size:
        return Cloud(0, dtype, lambda: np.empty(0, dtype))
    if len(content) < start:
        raise AssetError(
            f"got a PCD file with {len(content) - header.size} bytes of data, expected {_SIZES.size} or more"
        )
    compressed, size = _SIZES.unpack_from(content, header.size)
    if compressed != len(content) - start:
        raise AssetError(
            f"got a PCD file with {len(content) - start:,} bytes of compressed data, expected {compressed:,}, the "
            "size stored before this data"
        )
    fields = _stored_fields(header, size)
    if size > compressed * _MAX_RATIO:
        raise AssetError(f"got {compressed:,} bytes of compressed points, which cannot contain {size:,} bytes")
    return Cloud(header.num_points, dtype, lambda: _decompressed(content[start:], size, header.num_points, fields))


def _stored_fields(header: PcdHeader, size: int) -> Sequence[PointField]:
    """Return the fields in the compressed data. The size of the data shows whether they include the padding.

    The Point Cloud Library does not write padding into compressed data, but other programs do.
    """
    without_padding = [field for field in header.fields if not field.is_padding]
    for fields in (header.fields, without_padding):
        if size == header.num_points * sum(field.num_bytes for field in fields):
            return fields
    expected = header.num_points * sum(field.num_bytes for field in header.fields)
    raise AssetError(
        f"got a PCD file with {size:,} bytes of data before compression, expected {expected:,} for "
        f"{header.num_points:,} points"
    )


def _decompressed(
    compressed: bytes, size: int, num_points: int, fields: Sequence[PointField]
) -> dict[str, npt.NDArray[Any]]:
    """Decompress the values of points, which are stored field by field."""
    import lzf

    try:
        content = lzf.decompress(compressed, size) if size else b""  # noqa: TID251  (the only call)
    except ValueError:
        content = None
    if content is None or len(content) != size:
        raise AssetError("got a PCD file whose compressed data is damaged")
    values, start = {}, 0
    for field in fields:
        if not field.is_padding:
            column = np.frombuffer(content, field.dtype, num_points * field.count, start)
            values[field.name] = column.reshape(num_points, field.count) if field.count > 1 else column
        start += num_points * field.num_bytes
    return values
