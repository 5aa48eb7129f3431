"""Read the points of one row, or of one file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal, overload

from segments_hf.errors import AssetError, OptionError
from segments_hf.images.stored_image import stored_content
from segments_hf.io.fetch_options import DEFAULT_MAX_POINTS, ImageLimits
from segments_hf.io.file_content import FileContent
from segments_hf.points.files import POINT_CLOUD_TYPES, kind_of_content, open_cloud_file

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    import numpy.typing as npt

    from segments_hf.points.files.cloud import Cloud


@overload
def read_points(
    data: Mapping[str, Any] | bytes,
    fields: Sequence[str] = ...,
    *,
    kind: str | None = None,
    structured: Literal[False] = False,
) -> npt.NDArray[np.float32]: ...


@overload
def read_points(
    data: Mapping[str, Any] | bytes, fields: Sequence[str] = ..., *, kind: str | None = None, structured: Literal[True]
) -> npt.NDArray[np.void]: ...


def read_points(
    data: Mapping[str, Any] | bytes,
    fields: Sequence[str] = ("x", "y", "z", "intensity"),
    *,
    kind: str | None = None,
    structured: bool = False,
) -> npt.NDArray[np.float32] | npt.NDArray[np.void]:
    """Read the points of a point cloud, in the order of the file and in the frame of reference of the sensor.

    Points with NaN are not left out, so the i-th number of ``point_annotations`` belongs to the i-th point. The
    viewpoint of a PCD file is ignored.

    Args:
        data: A row with the columns ``point_cloud`` and ``point_cloud_type``, or the bytes of a file.
        fields: The names of the fields to read, as in the file. The fields of ``binary-xyzi`` (``kitti``) are x, y, z
            and intensity; ``binary-xyzir`` (``nuscenes``) also has ring. LAS fields have the names that laspy uses,
            such as intensity, classification, gps_time, red. With ``structured=True``, all fields are read.
        kind: The type of the file: ``pcd``, ``ply``, ``las``, ``laz``, ``binary-xyzi`` (or ``kitti``), ``binary-xyzir``
            (or ``nuscenes``). By default, the type in the row, or for bytes the type that the first bytes show. Files
            of the types ``binary-xyzi`` and ``binary-xyzir`` cannot be recognized by their first bytes.
        structured: Return a structured array with all fields, in the types of the file.

    Returns:
        float32 array of shape (N, C), with one column per field; or with ``structured=True`` a structured array of
        shape (N,), which may be read-only. Neighboring float32 numbers are 1 cm apart at 100 km, and 50 cm apart at
        5,000 km, the size of coordinates in a map projection. The structured array has the float64 coordinates of a
        LAS file.

    Raises:
        OptionError: `kind` is unknown, or is None and the type is not known from `data`; or `data` is neither a row
            with a point cloud nor bytes.
        AssetError: The file cannot be read, is damaged, has another type, or has more than 50 million points; a file at
            a path has more than 256 MiB; or a field does not exist, or has several values per point.
        MissingExtraError: The file is a LAS or LAZ file, and laspy or lazrs is not installed.

    >>> import numpy as np
    >>> row = {
    ...     "point_cloud": {"bytes": np.array([[1, 2, 3, 0.5], [4, 5, 6, 0.7]], "<f4").tobytes(), "path": None},
    ...     "point_cloud_type": "binary-xyzi",
    ... }
    >>> read_points(row, ("x", "y", "z"))
    array([[1., 2., 3.],
           [4., 5., 6.]], dtype=float32)
    >>> read_points(row, structured=True)["intensity"]
    array([0.5, 0.7], dtype=float32)
    """
    if kind is not None and kind not in POINT_CLOUD_TYPES:
        raise OptionError(f"got {kind!r}, expected one of {', '.join(POINT_CLOUD_TYPES)}", option="kind")
    file = FileContent(data) if isinstance(data, bytes) else _file_of(data)
    cloud = open_cloud_file(file, kind or _kind_of(data), max_points=DEFAULT_MAX_POINTS)
    return cloud.structured() if structured else cloud.columns(fields)


def read_positions(row: Mapping[str, Any]) -> npt.NDArray[np.floating[Any]]:
    """Read x, y and z of the points of a row, with the precision of the file.

    Returns:
        Array of shape (N, 3), in the frame of the sensor: float32 if the coordinates in the file are
        float32, otherwise float64, because float32 numbers are 0.5 m apart at 5,000 km, the size of map coordinates.

    Raises:
        OptionError: The row has no point cloud, or does not contain the type of its file.
        AssetError: The file cannot be read, is damaged, has another type or is too large, or has no field x, y or z
            with one value per point.
        MissingExtraError: The file is a LAS or LAZ file, and laspy or lazrs is not installed.
    """
    return open_row(row).positions()


def num_points(row: Mapping[str, Any]) -> int | None:
    """Return the number of points in the file of a row; None if the row has no file.

    Raises:
        OptionError: The row does not contain the type of its file.
        AssetError: The file cannot be read, is damaged, has another type, or is too large.
        MissingExtraError: The file is a LAS or LAZ file, and laspy or lazrs is not installed.
    """
    stored = row.get("point_cloud")
    if stored is None or (stored["bytes"] is None and stored["path"] is None):
        return None
    return open_row(row).num_points


def open_row(row: Mapping[str, Any]) -> Cloud:
    """Open the file of a row and check its structure, without decoding its values.

    Raises:
        OptionError: The row has no point cloud, or does not contain the type of its file.
        AssetError: The file cannot be read, is damaged, has another type, or is too large.
        MissingExtraError: The file is a LAS or LAZ file, and laspy or lazrs is not installed.
    """
    return open_cloud_file(_file_of(row), _kind_of(row), max_points=DEFAULT_MAX_POINTS)


def _file_of(row: Mapping[str, Any]) -> FileContent:
    """Return the file of a row."""
    if not isinstance(row, Mapping):
        raise OptionError(
            f"got a value of the type {type(row).__name__}, expected one row, such as dataset[0], or bytes",
            option="data",
        )
    stored = row.get("point_cloud")
    if not isinstance(stored, Mapping) or (stored["bytes"] is None and stored["path"] is None):
        problem = "without a file in the" if "point_cloud" in row else "without the"
        raise OptionError(f"got a row {problem} column point_cloud, expected a point cloud", option="data")
    file, limit = stored_content(stored), ImageLimits().max_bytes
    if file.content is None and file.size > limit:
        raise AssetError(f"{file.path}: got a file of {file.size:,} bytes, expected {limit:,} at most")
    return file


def _kind_of(data: Mapping[str, Any] | bytes) -> str:
    """Return the type of the file of a row, or the type of bytes that begin with the signature of a file type."""
    kind = kind_of_content(data) if isinstance(data, bytes) else data.get("point_cloud_type")
    if isinstance(kind, str):
        return kind
    expected = f"expected one of {', '.join(POINT_CLOUD_TYPES)}"
    if isinstance(data, bytes):
        raise OptionError(f"got no type and bytes without the signature of a file type, {expected}", option="kind")
    raise OptionError(f"got a row without a value in the column point_cloud_type, {expected}", option="data")
