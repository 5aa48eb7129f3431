"""The sizes in the header of a LAS or LAZ file, which are checked before laspy reads the file.

LAS 1.4 is specified by https://www.asprs.org/wp-content/uploads/2019/07/LAS_1_4_r15.pdf, LAZ by
https://downloads.rapidlasso.de/doc/LAZ_Specification_1.4_R1.pdf.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

from segments_hf.errors import AssetError

SIGNATURE = b"LASF"
_VERSION = struct.Struct("<24xBB")
# Size of the header, position of the points, number of variable-length records (VLRs), point format, bytes per point,
# number of points.
_SIZES = struct.Struct("<94xHIIBHI")
_LARGE_SIZES = struct.Struct("<235xQIQ")  # LAS 1.4: position and number of extended VLRs, number of points
_HEADER_BYTES = {0: 227, 1: 227, 2: 227, 3: 235, 4: 375}  # by minor version
_VLR_BYTES, _EVLR_BYTES = 54, 60  # the smallest sizes of a VLR and of an extended VLR
_COMPRESSED = 0x80  # a bit of the point format
_LARGEST_RATIO = 1000  # of bytes per byte of a LAZ file; files of sensors have about 10
_SMALL = 2**26  # bytes; a LAZ file may always decompress to this size
_CHUNK_TABLE = struct.Struct("<q")  # the position of the table of compressed chunks
_CHUNKS = struct.Struct("<II")  # the version of this table, and the number of chunks


@dataclass(frozen=True)
class LasSizes:
    """The sizes in the header of a LAS file.

    Attributes:
        start: The position of the first point.
        num_points: The number of points.
        point_bytes: The size of a point before compression.
        is_compressed: Whether the points are compressed (LAZ).
    """

    start: int
    num_points: int
    point_bytes: int
    is_compressed: bool


def read_las_sizes(content: bytes) -> LasSizes:
    """Read the sizes in a header, and compare them with the size of the file.

    Raises:
        AssetError: The header is damaged, or the sizes do not fit the file.
    """
    major, minor = _VERSION.unpack_from(content) if len(content) >= _VERSION.size else (0, 0)
    size = _HEADER_BYTES.get(minor, 0)
    if major != 1 or not size:
        raise AssetError(f"got a LAS file of version {major}.{minor}, expected 1.0 to 1.4")
    if len(content) < size:
        raise AssetError(f"got a LAS file of {len(content)} bytes, expected a header of {size} bytes or more")
    header_bytes, start, vlrs, point_format, point_bytes, num_points = _SIZES.unpack_from(content)
    evlrs_start, evlrs = 0, 0
    if minor == max(_HEADER_BYTES):
        evlrs_start, evlrs, num_points = _LARGE_SIZES.unpack_from(content)
    if not size <= header_bytes <= start <= len(content):
        raise AssetError(
            f"got a LAS file of {len(content):,} bytes whose header has {header_bytes} bytes and whose points begin at "
            f"byte {start:,}, which is not possible"
        )
    if vlrs * _VLR_BYTES > start - header_bytes:
        raise AssetError(f"got a LAS file with {vlrs:,} records between header and points, which do not fit there")
    if evlrs and evlrs_start + evlrs * _EVLR_BYTES > len(content):
        raise AssetError(f"got a LAS file with {evlrs:,} records after the points, which do not fit there")
    sizes = LasSizes(start, num_points, point_bytes, bool(point_format & _COMPRESSED))
    if sizes.is_compressed:
        _check_compressed(content, sizes)
    else:
        # Versions 1.3 and 1.4 may have waveforms and records after the points.
        is_last = minor < 3 or (minor == 4 and not evlrs and point_format in {0, 1, 2, 3, 6, 7, 8})  # noqa: PLR2004
        _check_size(len(content) - start, sizes, is_last=is_last)
    return sizes


def _check_size(found: int, sizes: LasSizes, *, is_last: bool) -> None:
    expected = sizes.num_points * sizes.point_bytes
    if found < expected or (is_last and found > expected):
        raise AssetError(
            f"got a LAS file with {found:,} bytes of points, expected {expected:,}{'' if is_last else ' or more'}: "
            f"{sizes.num_points:,} points of {sizes.point_bytes} bytes"
        )


def _check_compressed(content: bytes, sizes: LasSizes) -> None:
    """Check the size of a LAZ file, and the number of its chunks, for which lazrs allocates memory."""
    size = sizes.num_points * sizes.point_bytes
    if size > max(_SMALL, _LARGEST_RATIO * len(content)):
        raise AssetError(
            f"got a LAZ file of {len(content):,} bytes with {size:,} bytes of points, expected {_LARGEST_RATIO:,} "
            "times the size of the file at most"
        )
    if not sizes.num_points:
        return
    last = len(content) - _CHUNKS.size
    table = _CHUNK_TABLE.unpack_from(content, sizes.start)[0] if sizes.start <= last else last + 1
    if table == -1:  # the position is at the end of the file
        table = _CHUNK_TABLE.unpack_from(content, len(content) - _CHUNK_TABLE.size)[0]
    if not sizes.start + _CHUNK_TABLE.size <= table <= last:
        raise AssetError(
            f"got a LAZ file of {len(content):,} bytes without the table of its chunks; it may be truncated"
        )
    chunks = _CHUNKS.unpack_from(content, table)[1]
    if chunks * sizes.point_bytes > len(content):  # the first point of each chunk is not compressed
        raise AssetError(f"got a LAZ file of {len(content):,} bytes with {chunks:,} chunks, which do not fit into it")
