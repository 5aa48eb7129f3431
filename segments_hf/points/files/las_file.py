"""LAS and LAZ files, which laspy reads. The extra ``las`` installs it."""

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

_SCALED = {"X": "x", "Y": "y", "Z": "z"}  # stored integers, and the coordinates that they represent


def open_las(content: bytes) -> Cloud:
    """Read the header of a LAS or LAZ file, and check the sizes in it.

    Coordinates are float64: the stored integers times a scale plus an offset. The other fields have the names that
    laspy uses, such as ``intensity``, ``return_number``, ``classification``, ``gps_time``, ``red``.

    Raises:
        AssetError: The header is damaged, or the sizes do not fit the file.
        MissingExtraError: laspy is not installed, or lazrs, which decompresses LAZ files.
    """
    sizes = read_las_sizes(content)
    with _reader(content, sizes) as reader:
        header = reader.header
        if (header.point_count, header.point_format.size) != (sizes.num_points, sizes.point_bytes):
            raise AssetError(
                f"got a LAS file with {sizes.num_points:,} points of {sizes.point_bytes} bytes, expected points of "
                f"{header.point_format.size} bytes"
            )
        if sizes.is_compressed and sizes.num_points:
            records = header.vlrs.get("LasZipVlr")
            if len(records) != 1:
                raise AssetError(f"got a LAZ file with {len(records)} descriptions of its compression, expected one")
            check_laz_chunks(content, sizes, records[0].record_data)
        dtype = _dtype(header)

    def decode() -> dict[str, npt.NDArray[Any]]:
        with _reader(content, sizes) as reader, np.errstate(all="ignore"):
            points = reader.read_points(sizes.num_points)
            if len(points) != sizes.num_points:
                raise AssetError(f"got a LAS file with {len(points):,} points, expected {sizes.num_points:,}")
            return _values(points)

    return Cloud(sizes.num_points, dtype, decode)


@contextlib.contextmanager
def _reader(content: bytes, sizes: LasSizes) -> Iterator[Any]:
    """Open a file with laspy. Every exception within the block becomes an error of segments-hf."""
    try:
        import laspy

        if sizes.is_compressed:
            import lazrs  # noqa: F401
    except ImportError as error:
        kind, packages = ("LAZ", "laspy and lazrs") if sizes.is_compressed else ("LAS", "laspy")
        raise MissingExtraError(f"{kind} files need {packages}: pip install 'laspy[lazrs]' ({error})") from error
    try:
        # lazrs without threads, because threads do not survive a fork. Other decoders may be less robust.
        backend = laspy.LazBackend.Lazrs
        with laspy.open(io.BytesIO(content), laz_backend=backend, read_evlrs=False) as reader:  # noqa: TID251
            yield reader
    except (SegmentsHFError, KeyboardInterrupt, SystemExit, GeneratorExit):
        raise
    except BaseException as error:  # a panic of lazrs, which is written in Rust, is not an Exception
        raise AssetError(f"got a damaged LAS file, which cannot be read ({type(error).__name__}: {error})") from error


def _dtype(header: LasHeader) -> np.dtype[np.void]:
    """Return the dtype of a point, by a conversion of zero points."""
    import laspy

    values = _values(laspy.ScaleAwarePointRecord.zeros(0, header=header))
    return np.dtype([(name, column.dtype, column.shape[1:]) for name, column in values.items()])


def _values(points: ScaleAwarePointRecord) -> dict[str, npt.NDArray[Any]]:
    """Return the values of each field. Coordinates and scaled fields are float64."""
    return {
        _SCALED.get(name, name): np.asarray(points[_SCALED.get(name, name)])
        for name in points.point_format.dimension_names
    }
