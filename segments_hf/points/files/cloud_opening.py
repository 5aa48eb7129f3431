"""Open point-cloud files of all types. Code outside of this folder reads such files only with these functions."""

from __future__ import annotations

import string
from functools import partial
from typing import TYPE_CHECKING

from segments_hf.errors import AssetError
from segments_hf.images.content_kind import text_kind, unsupported_format
from segments_hf.option_names import option
from segments_hf.points.files.float_file import XYZI, XYZIR, open_floats
from segments_hf.points.files.las_file import open_las
from segments_hf.points.files.las_header import SIGNATURE
from segments_hf.points.files.pcd_file import open_pcd
from segments_hf.points.files.ply_file import open_ply

if TYPE_CHECKING:
    from collections.abc import Callable

    from segments_hf.points.files.cloud import Cloud, CloudHeader

_OPENERS: dict[str, Callable[[bytes], Cloud]] = {"pcd": open_pcd, "ply": open_ply, "las": open_las, "laz": open_las}
_FLOAT_OPENERS: dict[str, Callable[[bytes | bytearray], Cloud]] = {
    "binary-xyzi": partial(open_floats, fields=XYZI),
    "kitti": partial(open_floats, fields=XYZI),
    "binary-xyzir": partial(open_floats, fields=XYZIR),
    "nuscenes": partial(open_floats, fields=XYZIR),
}
FLOAT_TYPES = tuple(_FLOAT_OPENERS)  # the types of files without a header
POINT_CLOUD_TYPES = (*_OPENERS, *FLOAT_TYPES)
# The first bytes of files with a header, and the types of such files.
_SIGNATURES = (
    (b"# .PCD", ("pcd",)),
    (b"#.PCD", ("pcd",)),
    (b"VERSION ", ("pcd",)),
    (b"FIELDS ", ("pcd",)),
    (b"ply\n", ("ply",)),
    (b"ply\r", ("ply",)),
    (SIGNATURE, ("las", "laz")),
)
_WITH_HEADER = {kind for _, kinds in _SIGNATURES for kind in kinds}
_PRINTABLE = string.printable.encode()
_BEGINNING = 64  # bytes; if all are text, they are not float32 numbers


def open_cloud(content: bytes | bytearray, kind: str, *, max_points: int) -> Cloud:
    """Open a point-cloud file, and check its structure.

    Sizes in the header are compared with the size of the file before memory is allocated. The values are decoded when
    they are read. Every failure of a decoder becomes an `AssetError`.

    Args:
        content: The file. The arrays of a file of one of `FLOAT_TYPES` in a `bytearray` share its memory.
        kind: The type of the file in the release, one of `POINT_CLOUD_TYPES`.
        max_points: The largest number of points.

    Raises:
        AssetError: The type is not supported, the file has another type or is damaged, its size differs from that in
            its header, or it has too many points.
        MissingExtraError: The file is a LAS file, and laspy or lazrs is not installed.
    """
    if kind not in POINT_CLOUD_TYPES:
        raise AssetError(
            f"got a point cloud of the type {kind[:40]!r}, which is not supported; expected one of "
            f"{', '.join(POINT_CLOUD_TYPES)}"
        )
    _check_beginning(bytes(content[:512]), kind)
    cloud = _FLOAT_OPENERS[kind](content) if kind in FLOAT_TYPES else _OPENERS[kind](bytes(content))
    if cloud.num_points > max_points:
        raise AssetError(
            f"got a point cloud with {cloud.num_points:,} points, more than {option('max_points', max_points)} allows"
        )
    return cloud


def check_cloud(content: bytes, kind: str, *, max_points: int) -> CloudHeader:
    """Check the structure of a point-cloud file without decoding its values.

    Args:
        content: The file.
        kind: The type of the file in the release, one of `POINT_CLOUD_TYPES`.
        max_points: The largest number of points.

    Raises:
        AssetError: As `open_cloud`.
        MissingExtraError: As `open_cloud`.
    """
    return open_cloud(content, kind, max_points=max_points).header


def kind_of_content(content: bytes) -> str | None:
    """Return the type of a file with a header, by its first bytes; None for other files."""
    kinds = _kinds_of(content)
    return kinds[0] if kinds else None


def _kinds_of(content: bytes) -> tuple[str, ...]:
    return next((kinds for signature, kinds in _SIGNATURES if content.startswith(signature)), ())


def _check_beginning(beginning: bytes, kind: str) -> None:
    """Check that the first bytes of a file fit its type."""
    found = _kinds_of(beginning)
    if kind in found or (kind == "pcd" and beginning.startswith(b"#")):  # a PCD file may begin with any comment
        return
    if found:
        raise AssetError(
            f"got a {found[0].upper()} file as a point cloud of the type {kind!r}; expected the type {found[0]!r}"
        )
    if kind in _WITH_HEADER:
        if not beginning:
            raise AssetError(f"got an empty file, expected a {kind.upper()} file")
        what = unsupported_format(beginning) or text_kind(beginning)
        raise AssetError(f"got {what} that is not a {kind.upper()} file; it begins with {beginning[:16]!r}")
    start = beginning[:_BEGINNING]
    if len(start) == _BEGINNING and not start.strip(_PRINTABLE):
        raise AssetError(
            f"got text ({text_kind(start)}) as a point cloud of the type {kind!r}; it begins with {start[:16]!r}"
        )
