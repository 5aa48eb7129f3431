"""Check the sizes of the chunks of a LAZ file before lazrs allocates memory for them.

The format is that of the LAZ specification, https://downloads.rapidlasso.de/doc/LAZ_Specification_1.4_R1.pdf.
"""

from __future__ import annotations

import io
import struct
from typing import TYPE_CHECKING

from segments_hf.errors import AssetError

if TYPE_CHECKING:
    from segments_hf.points.files.las_header import LasSizes

_RECORD = struct.Struct("<H10xI16xH")  # compressor, points per chunk, number of items
_ITEM = struct.Struct("<HHH")  # type, size in bytes, version
_COMPRESSORS = {2, 3}  # the compressors that write chunks
_VARIABLE = 2**32 - 1  # stored as the number of points per chunk if the chunks have different numbers of points
# The size in bytes of each type of item of a point; None if the size is variable. Types from 10 on have layers.
_ITEM_BYTES = {0: None, 6: 20, 7: 8, 8: 6, 9: 29, 10: 30, 11: 6, 12: 8, 13: 29, 14: None}
# The number of layers of each type of item.
_NUM_LAYERS = {10: 9, 11: 1, 12: 2, 13: 1}
_EXTRA_BYTES = 14  # the type of item with one layer per byte
_POSITION_BYTES = 8  # before the first chunk, this many bytes store the position of the chunk table


def check_laz_chunks(content: bytes, sizes: LasSizes, record: bytes) -> None:
    """Check the total numbers of points and bytes of the chunks, and the sizes of their layers.

    Args:
        content: The bytes of the file.
        sizes: The sizes in the header of the file.
        record: The record of the file that describes its compression.

    Raises:
        AssetError: The record is damaged or not supported, or the sizes do not fit the file.
    """
    import lazrs

    chunk_points, num_layers = _compression(record, sizes.point_bytes)
    file = io.BytesIO(content)
    file.seek(sizes.start)
    chunks = lazrs.read_chunk_table(file, lazrs.LazVlr(record))
    max_points = sum(points for points, _ in chunks)
    # If the number of points per chunk is fixed, the last chunk may have fewer, but lazrs returns the fixed number.
    min_points = max_points - chunks[-1][0] + 1 if chunks and chunk_points != _VARIABLE else max_points
    position = sizes.start + _POSITION_BYTES
    if not min_points <= sizes.num_points <= max_points or position + sum(size for _, size in chunks) > len(content):
        raise AssetError(
            f"got a LAZ file of {len(content):,} bytes with {sizes.num_points:,} points, which do not match the sizes "
            f"of its {len(chunks):,} chunks"
        )
    if num_layers:
        for _, size in chunks:
            _check_layers(content[position : position + size], sizes.point_bytes, num_layers)
            position += size


def _compression(record: bytes, point_bytes: int) -> tuple[int, int]:
    """Return the number of points per chunk and the number of layers; 0 layers if values are stored point by point.

    Raises:
        AssetError: The record is damaged or not supported, or describes points of another size.
    """
    compressor, chunk_points, num_items = _RECORD.unpack_from(record) if len(record) >= _RECORD.size else (0, 0, 0)
    if compressor not in _COMPRESSORS or not chunk_points or len(record) != _RECORD.size + num_items * _ITEM.size:
        raise AssetError("got a LAZ file whose description of the compression is damaged or not supported")
    items = [(kind, size) for kind, size, _ in _ITEM.iter_unpack(record[_RECORD.size :])]
    is_known = all(kind in _ITEM_BYTES and _ITEM_BYTES[kind] in {None, size} for kind, size in items)
    if not is_known or sum(size for _, size in items) != point_bytes:
        raise AssetError(
            f"got a LAZ file whose description of a point is damaged, expected items of {point_bytes} bytes in total"
        )
    num_layers = sum(size if kind == _EXTRA_BYTES else _NUM_LAYERS.get(kind, 0) for kind, size in items)
    return chunk_points, num_layers


def _check_layers(chunk: bytes, point_bytes: int, num_layers: int) -> None:
    """Check the size of a chunk, which consists of one uncompressed point, a header and the layers.

    Raises:
        AssetError: The chunk has another size.
    """
    header = struct.Struct(f"<{point_bytes}xI{num_layers}I")
    _, *layer_sizes = header.unpack_from(chunk) if len(chunk) >= header.size else (0,)
    if header.size + sum(layer_sizes) != len(chunk):
        raise AssetError(
            f"got a LAZ file with a chunk of {len(chunk):,} bytes, expected {header.size + sum(layer_sizes):,} from "
            "the sizes of its layers"
        )
