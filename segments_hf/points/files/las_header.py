"""Check the sizes in the header of a LAS or LAZ file before laspy reads the file.

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
_COMPRESSED = 0x80  # the bit of the point format that is set in LAZ files
_MAX_RATIO = 1000  # decompressed bytes per byte of a LAZ file; the ratio is about 10 for the points of a sensor
_SMALL_BYTES = 2**26  # a LAZ file may decompress to this size, whatever the ratio is
_TABLE_POSITION = struct.Struct("<q")  # the position of the chunk table
_TABLE_HEADER = struct.Struct("<II")  # the version of the chunk table, and the number of chunks


@dataclass(frozen=True)
class LasSizes:
    """The sizes in the header of a LAS file.

    Attributes:
        start: The position of the point data in bytes.
        num_points: The number of points.
        point_bytes: The size of a point in bytes, before compression.
        is_compressed: Whether the points are compressed (LAZ).
    """

    start: int
    num_points: int
    point_bytes: int
    is_compressed: bool


def read_las_sizes(content: bytes) -> LasSizes:
    """Read the sizes in the header of a LAS or LAZ file, and compare them with the size of the file.

    Raises:
        AssetError: The header is damaged, or the sizes do not fit the file.
    """
    if len(content) < _VERSION.size:
        raise AssetError(f"got a LAS file of {len(content)} bytes, expected a header of 227 bytes or more")
    major, minor = _VERSION.unpack_from(content)
    size = _HEADER_BYTES.get(minor, 0)
    if major != 1 or not size:
        raise AssetError(f"got a LAS file of version {major}.{minor}, expected 1.0 to 1.4")
    if len(content) < size:
        raise AssetError(f"got a LAS file of {len(content)} bytes, expected a header of {size} bytes or more")
    header_bytes, start, num_vlrs, point_format, point_bytes, num_points = _SIZES.unpack_from(content)
    evlrs_start, num_evlrs = 0, 0
    if minor == max(_HEADER_BYTES):
        evlrs_start, num_evlrs, num_points = _LARGE_SIZES.unpack_from(content)
    if not size <= header_bytes <= start <= len(content):
        raise AssetError(
            f"got a LAS file of {len(content):,} bytes whose header has {header_bytes} bytes and whose points begin at "
            f"byte {start:,}, which is not possible"
        )
    if num_vlrs * _VLR_BYTES > start - header_bytes:
        raise AssetError(f"got a LAS file with {num_vlrs:,} records between header and points, which do not fit there")
    if num_evlrs and evlrs_start + num_evlrs * _EVLR_BYTES > len(content):
        raise AssetError(f"got a LAS file with {num_evlrs:,} records after the points, which do not fit there")
    sizes = LasSizes(start, num_points, point_bytes, bool(point_format & _COMPRESSED))
    if sizes.is_compressed:
        _check_compressed(content, sizes)
    else:
        # In versions 1.3 and 1.4, waveforms and extended VLRs may follow the points.
        has_no_waveforms = minor < 3 or (minor == 4 and point_format in {0, 1, 2, 3, 6, 7, 8})  # noqa: PLR2004
        _check_size(len(content) - start, sizes, is_at_end=has_no_waveforms and not num_evlrs)
    return sizes


def _check_size(found: int, sizes: LasSizes, *, is_at_end: bool) -> None:
    """Compare the size of the points, computed from the header, with the size of the data in the file.

    Args:
        found: The number of bytes from the first point to the end of the file.
        sizes: The sizes in the header of the file.
        is_at_end: Whether no other data follows the points.
    """
    expected = sizes.num_points * sizes.point_bytes
    if found < expected or (is_at_end and found > expected):
        raise AssetError(
            f"got a LAS file with {found:,} bytes of points, expected {expected:,}{'' if is_at_end else ' or more'}: "
            f"{sizes.num_points:,} points of {sizes.point_bytes} bytes"
        )


def _check_compressed(content: bytes, sizes: LasSizes) -> None:
    """Check the decompressed size and the number of chunks of a LAZ file before memory is allocated for them."""
    size = sizes.num_points * sizes.point_bytes
    max_size = max(_SMALL_BYTES, _MAX_RATIO * len(content))
    if size > max_size:
        raise AssetError(
            f"got a LAZ file of {len(content):,} bytes with {size:,} bytes of points after decompression, expected "
            f"{max_size:,} at most"
        )
    if not sizes.num_points:
        return
    max_position = len(content) - _TABLE_HEADER.size
    position = _TABLE_POSITION.unpack_from(content, sizes.start)[0] if sizes.start <= max_position else max_position + 1
    if position == -1:  # the position of the table is in the last bytes of the file
        position = _TABLE_POSITION.unpack_from(content, len(content) - _TABLE_POSITION.size)[0]
    if not sizes.start + _TABLE_POSITION.size <= position <= max_position:
        raise AssetError(
            f"got a LAZ file of {len(content):,} bytes without the table of its chunks; it may be truncated"
        )
    num_chunks = _TABLE_HEADER.unpack_from(content, position)[1]
    if num_chunks * sizes.point_bytes > len(content):  # the first point of each chunk is not compressed
        raise AssetError(
            f"got a LAZ file of {len(content):,} bytes with {num_chunks:,} chunks, which do not fit into it"
        )
