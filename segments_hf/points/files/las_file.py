"""Read LAS and LAZ files with laspy and lazrs. The extra ``las`` installs both packages."""

from __future__ import annotations

import contextlib
import io
from typing import TYPE_CHECKING, Any

import numpy as np

from segments_hf.errors import AssetError, MissingExtraError, SegmentsHFError
from segments_hf.points.files.cloud import Cloud
from segments_hf.points.files.las_header import read_las_sizes
from segments_hf.points.files.laz_chunks import check_laz_chunks

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy.typing as npt
    from laspy import LasHeader, ScaleAwarePointRecord

    from segments_hf.points.files.las_header import LasSizes

# The names that laspy uses for the stored integers, and for the coordinates that it computes from them.
_COORDINATE_NAMES = {"X": "x", "Y": "y", "Z": "z"}


def open_las(content: bytes) -> Cloud:
    """Read the header of a LAS or LAZ file, and check the sizes in it.

    Coordinates are float64: the stored integers times a scale plus an offset. The other fields have the names that
    laspy uses, such as ``intensity``, ``return_number``, ``classification``, ``gps_time``, ``red``.

    Raises:
        AssetError: The header is damaged, or the sizes do not fit the file.
        MissingExtraError: laspy is not installed; or the file is a LAZ file, and lazrs is not installed.
    """
    sizes = read_las_sizes(content)
    _check_extra(sizes)
    with _decoder_errors():
        import laspy

        with laspy.open(io.BytesIO(content), read_evlrs=False) as reader:  # noqa: TID251  (the only call)
            header = reader.header
        if (header.point_count, header.point_format.size) != (sizes.num_points, sizes.point_bytes):
            raise AssetError(
                f"got a LAS file with {sizes.num_points:,} points of {sizes.point_bytes} bytes, expected points of "
                f"{header.point_format.size} bytes"
            )
        record = b""
        if sizes.is_compressed and sizes.num_points:
            record = _compression_record(header)
            check_laz_chunks(content, sizes, record)
        dtype = _dtype(header)

    def decode() -> dict[str, npt.NDArray[Any]]:
        with _decoder_errors(), np.errstate(all="ignore"):
            return _values(_point_record(_point_bytes(content, sizes, record), header))

    return Cloud(sizes.num_points, dtype, decode)


def _check_extra(sizes: LasSizes) -> None:
    try:
        import laspy  # noqa: F401  (checks that it is installed)

        if sizes.is_compressed:
            import lazrs  # noqa: F401  (checks that it is installed)
    except ImportError as error:
        kind, packages = ("LAZ", "laspy and lazrs") if sizes.is_compressed else ("LAS", "laspy")
        raise MissingExtraError(f"{kind} files need {packages}: pip install 'laspy[lazrs]' ({error})") from error


@contextlib.contextmanager
def _decoder_errors() -> Iterator[None]:
    """Convert every exception that laspy or lazrs raises in the block to an `AssetError`."""
    try:
        yield
    except (SegmentsHFError, KeyboardInterrupt, SystemExit, GeneratorExit):
        raise
    except BaseException as error:  # a panic of lazrs, which is written in Rust, is not an Exception
        raise AssetError(f"got a damaged LAS file, which cannot be read ({type(error).__name__}: {error})") from error


def _compression_record(header: LasHeader) -> bytes:
    """Return the record of a LAZ file that describes its compression."""
    records = header.vlrs.get("LasZipVlr")
    if len(records) != 1:
        raise AssetError(f"got a LAZ file with {len(records)} descriptions of its compression, expected one")
    return bytes(records[0].record_data)


def _point_bytes(content: bytes, sizes: LasSizes, record: bytes) -> bytearray | memoryview:
    """Return the bytes of all points. They are decompressed if there is a `record` that describes the compression."""
    size = sizes.num_points * sizes.point_bytes
    if not record:
        return memoryview(content)[sizes.start : sizes.start + size]
    import lazrs

    file, points = io.BytesIO(content), bytearray(size)
    file.seek(sizes.start)
    # A decompressor with several threads would not work after a fork.
    lazrs.LasZipDecompressor(file, record).decompress_many(points)
    return points


def _point_record(points: bytearray | memoryview, header: LasHeader) -> ScaleAwarePointRecord:
    import laspy

    packed = laspy.PackedPointRecord.from_buffer(points, header.point_format)
    return laspy.ScaleAwarePointRecord(packed.array, packed.point_format, header.scales, header.offsets)


def _dtype(header: LasHeader) -> np.dtype[np.void]:
    """Return the dtype of a point: that of the values of a record without points."""
    values = _values(_point_record(bytearray(), header))
    return np.dtype([(name, column.dtype, column.shape[1:]) for name, column in values.items()])


def _values(points: ScaleAwarePointRecord) -> dict[str, npt.NDArray[Any]]:
    """Return the values of each field. Coordinates and scaled fields are float64."""
    return {
        _COORDINATE_NAMES.get(name, name): np.asarray(points[_COORDINATE_NAMES.get(name, name)])
        for name in points.point_format.dimension_names
    }
