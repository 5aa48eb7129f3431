"""Open point-cloud files of all types. Code outside of this folder reads such files only with these functions."""

from __future__ import annotations

import re
import string
from functools import partial
from typing import TYPE_CHECKING

from segments_hf.errors import AssetError
from segments_hf.images.content_kind import text_kind, unsupported_format
from segments_hf.option_names import option
from segments_hf.points.files.array_file import open_array
from segments_hf.points.files.float_file import XYZI, XYZIR, float_layout, open_floats
from segments_hf.points.files.header_lines import MAX_HEADER_BYTES
from segments_hf.points.files.las_file import open_las
from segments_hf.points.files.las_header import SIGNATURE
from segments_hf.points.files.pcd_file import binary_layout, open_pcd
from segments_hf.points.files.pcd_header import read_pcd_header
from segments_hf.points.files.ply_file import open_ply

if TYPE_CHECKING:
    from collections.abc import Callable

    from segments_hf.io.file_content import FileContent
    from segments_hf.points.files.cloud import Cloud, CloudHeader

_FLOAT_FIELDS = {"binary-xyzi": XYZI, "kitti": XYZI, "binary-xyzir": XYZIR, "nuscenes": XYZIR}
_OPENERS: dict[str, Callable[[bytes], Cloud]] = {
    "pcd": open_pcd,
    "ply": open_ply,
    "las": open_las,
    "laz": open_las,
    **{kind: partial(open_floats, fields=fields) for kind, fields in _FLOAT_FIELDS.items()},
}
POINT_CLOUD_TYPES = tuple(_OPENERS)
# The first bytes of files with a header, and the types of the files that begin with them.
_SIGNATURES = (
    (b"# .PCD", ("pcd",)),
    (b"#.PCD", ("pcd",)),
    (b"VERSION ", ("pcd",)),
    (b"FIELDS ", ("pcd",)),
    (b"ply\n", ("ply",)),
    (b"ply\r", ("ply",)),
    (SIGNATURE, ("las", "laz")),
)
_TYPES_WITH_HEADER = {kind for _, kinds in _SIGNATURES for kind in kinds}
_PCD_HEADER_END = re.compile(rb"\nDATA[^\n]*\n")
_PRINTABLE = string.printable.encode()
_BEGINNING_BYTES = 512  # the size of the beginning of a file that is compared with signatures
_TEXT_BYTES = 64  # a file that begins with this many bytes of text does not contain float32 numbers


def open_cloud(content: bytes, kind: str, *, max_points: int) -> Cloud:
    """Open a point-cloud file, and check its structure.

    Sizes in the header are compared with the size of the file before memory is allocated. The values are decoded when
    they are read. Every failure of a decoder becomes an `AssetError`.

    Args:
        content: The bytes of the file.
        kind: The type of the file in the release, one of `POINT_CLOUD_TYPES`.
        max_points: The largest allowed number of points.

    Raises:
        AssetError: The type is not supported, the file has another type or is damaged, its size differs from that in
            its header, or it has too many points.
        MissingExtraError: The file is a LAS or LAZ file, and laspy or lazrs is not installed.
    """
    _check_beginning(content[:_BEGINNING_BYTES], kind)
    return _check_num_points(_OPENERS[kind](content), max_points)


def open_cloud_file(file: FileContent, kind: str, *, max_points: int) -> Cloud:
    """Open a point-cloud file in memory or on disk, and check its structure.

    If the file is on disk, and is a PCD file with uncompressed binary data or a file without a header, the points are
    read only when they are needed. Other files on disk are read at once.

    Args:
        file: The file.
        kind: The type of the file in the release, one of `POINT_CLOUD_TYPES`.
        max_points: The largest allowed number of points.

    Raises:
        AssetError: As `open_cloud`; or the file cannot be read.
        MissingExtraError: As `open_cloud`.
    """
    if file.content is None and (kind == "pcd" or kind in _FLOAT_FIELDS):
        with file.open() as stream:
            head = stream.read(_BEGINNING_BYTES)
            if kind == "pcd" and not _PCD_HEADER_END.search(head):  # the header has more than 512 bytes
                head += stream.read(MAX_HEADER_BYTES - _BEGINNING_BYTES)
        _check_beginning(head[:_BEGINNING_BYTES], kind)
        if kind in _FLOAT_FIELDS:
            return _check_num_points(open_array(file, float_layout(file.size, _FLOAT_FIELDS[kind])), max_points)
        header = read_pcd_header(head)
        if header.encoding == "binary":
            return _check_num_points(open_array(file, binary_layout(header, file.size)), max_points)
    return open_cloud(file.read(), kind, max_points=max_points)


def _check_num_points(cloud: Cloud, max_points: int) -> Cloud:
    """Return the cloud if it does not have too many points."""
    if cloud.num_points > max_points:
        raise AssetError(
            f"got a point cloud with {cloud.num_points:,} points, more than {option('max_points', max_points)} allows"
        )
    return cloud


def check_cloud(content: bytes, kind: str, *, max_points: int) -> CloudHeader:
    """Check the structure of a point-cloud file without decoding its values.

    Args:
        content: The bytes of the file.
        kind: The type of the file in the release, one of `POINT_CLOUD_TYPES`.
        max_points: The largest allowed number of points.

    Raises:
        AssetError: As `open_cloud`.
        MissingExtraError: As `open_cloud`.
    """
    return open_cloud(content, kind, max_points=max_points).header


def kind_of_content(content: bytes) -> str | None:
    """Return the type that the first bytes of a file show: ``las`` also for LAZ files; None if they show no type."""
    kinds = _kinds_of(content)
    return kinds[0] if kinds else None


def _kinds_of(content: bytes) -> tuple[str, ...]:
    return next((kinds for signature, kinds in _SIGNATURES if content.startswith(signature)), ())


def _check_beginning(beginning: bytes, kind: str) -> None:
    """Check that a type is supported, and that the first bytes of a file fit the type."""
    if kind not in _OPENERS:
        raise AssetError(
            f"got a point cloud of the type {kind[:40]!r}, which is not supported; expected one of "
            f"{', '.join(POINT_CLOUD_TYPES)}"
        )
    found = _kinds_of(beginning)
    if kind in found or (kind == "pcd" and beginning.startswith(b"#")):  # a PCD file may begin with any comment
        return
    if found:
        raise AssetError(
            f"got a {found[0].upper()} file as a point cloud of the type {kind!r}; expected the type {found[0]!r}"
        )
    if kind in _TYPES_WITH_HEADER:
        if not beginning:
            raise AssetError(f"got an empty file, expected a {kind.upper()} file")
        found_kind = unsupported_format(beginning) or text_kind(beginning)
        raise AssetError(f"got {found_kind} that is not a {kind.upper()} file; it begins with {beginning[:16]!r}")
    start = beginning[:_TEXT_BYTES]
    if len(start) == _TEXT_BYTES and not start.strip(_PRINTABLE):
        raise AssetError(
            f"got text as a point cloud of the type {kind!r}: {text_kind(start)} that begins with {start[:16]!r}"
        )
