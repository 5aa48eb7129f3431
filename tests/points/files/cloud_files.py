"""Make point-cloud files of every format. Only LAS and LAZ files are made with a library of their format."""

from __future__ import annotations

import io
import struct
from collections.abc import Sequence
from functools import cache
from typing import Any

import laspy
import lzf
import numpy as np

NO_LIMIT = 2**62
_LETTERS = {"i": "I", "u": "U", "f": "F"}
_PLY_CODES = ("i1", "u1", "i2", "u2", "i4", "u4", "f4", "f8")
_PLY_TYPES = ("char", "uchar", "short", "ushort", "int", "uint", "float", "double")
_PLY_NAMES = dict(zip(_PLY_CODES, _PLY_TYPES, strict=True))
PLY_FORMATS = ("ascii", "binary_little_endian", "binary_big_endian")
PCD_ENCODINGS = ("ascii", "binary", "binary_compressed")


def random_points(count: int = 5) -> np.ndarray:
    """Return random points with fields of several dtypes. The x of the point in the middle is NaN."""
    rng = np.random.default_rng(count)
    points = np.empty(count, [("x", "<f4"), ("y", "<f4"), ("z", "<f4"), ("intensity", "u1"), ("time", "<f8")])
    for name in ("x", "y", "z", "time"):
        points[name] = rng.normal(0, 30, count).round(3)
    points["intensity"] = rng.integers(0, 256, count)
    points["x"][count // 2 : count // 2 + 1] = np.nan
    return points


def pcd_header(
    dtype: np.dtype[Any], count: int, encoding: str, *, names: Sequence[str] = (), **changes: object
) -> dict[str, object]:
    """Return the values of the header lines of a PCD file by keyword; None for lines that `pcd_file` leaves out."""
    columns = [dtype[name] for name in dtype.names]
    lines = {
        "VERSION": "0.7",
        "FIELDS": " ".join(names or dtype.names),
        "SIZE": " ".join(str(column.base.itemsize) for column in columns),
        "TYPE": " ".join(_LETTERS[column.base.kind] for column in columns),
        "COUNT": " ".join(str(column.shape[0] if column.shape else 1) for column in columns),
        "WIDTH": count,
        "HEIGHT": 1,
        "VIEWPOINT": "1 2 3 1 0 0 0",
        "POINTS": count,
    }
    return {**lines, **changes, "DATA": encoding}


def pcd_file(
    points: np.ndarray, encoding: str, *, end: str = "\n", names: Sequence[str] = (), **changes: object
) -> bytes:
    """Return a PCD file.

    Args:
        points: Structured array of shape (N,), without gaps.
        encoding: One of `PCD_ENCODINGS`.
        end: The line ending.
        names: The names of the fields in the header; if empty, the names in the dtype of the array.
        changes: Changed or added values of header lines by keyword; None removes a line.
    """
    lines = pcd_header(points.dtype, len(points), encoding, names=names, **changes)
    header = ["# .PCD v0.7 - Point Cloud Data file format"]
    header += [f"{key} {value}" for key, value in lines.items() if value is not None]
    return "".join(line + end for line in header).encode() + pcd_data(points, encoding, end)


def pcd_data(points: np.ndarray, encoding: str, end: str = "\n") -> bytes:
    """Return the data of a PCD file, which follows the header."""
    if encoding == "ascii":
        return text_lines(points, end).encode()
    if encoding == "binary":
        return points.tobytes()
    content = b"".join(np.ascontiguousarray(points[name]).tobytes() for name in points.dtype.names)
    return compressed_data(content)


def compressed_data(content: bytes) -> bytes:
    """Return the data of a compressed PCD file: the compressed and the uncompressed size, and the compressed bytes."""
    compressed = (lzf.compress(content) if content else b"") or lzf_literals(content)
    return struct.pack("<II", len(compressed), len(content)) + compressed


def lzf_literals(content: bytes) -> bytes:
    """Encode bytes in the LZF format without back-references.

    The bytes are stored in blocks of up to 32 bytes. One byte before each block contains its length minus 1.
    """
    blocks = [content[start : start + 32] for start in range(0, len(content), 32)]
    return b"".join(bytes([len(block) - 1]) + block for block in blocks)


def text_lines(points: np.ndarray, end: str = "\n") -> str:
    """Return one line of text per point. The numbers have all their digits."""
    return "".join(
        " ".join(str(value) for field in point for value in np.ravel(field).tolist()) + end for point in points
    )


def ply_file(points: np.ndarray, encoding: str, *, before: str = "", after: str = "", tail: bytes = b"") -> bytes:
    """Return a PLY file.

    Args:
        points: Structured array of shape (N,), without gaps.
        encoding: One of `PLY_FORMATS`.
        before: Header lines of the elements before the vertices.
        after: Header lines after those of the vertices.
        tail: The data after the vertices.
    """
    properties = "".join(f"property {_PLY_NAMES[points.dtype[name].str[1:]]} {name}\n" for name in points.dtype.names)
    header = (
        f"ply\nformat {encoding} 1.0\ncomment made by hand\n{before}element vertex {len(points)}\n{properties}{after}"
    )
    return f"{header}end_header\n".encode() + ply_data(points, encoding) + tail


def ply_data(points: np.ndarray, encoding: str) -> bytes:
    """Return the data of the items of a PLY element."""
    if encoding == "ascii":
        return text_lines(points).encode()
    return points.astype(points.dtype.newbyteorder("<" if "little" in encoding else ">")).tobytes()


def las_file(count: int = 5, *, version: str = "1.4", point_format: int = 3, compress: bool = False) -> bytes:
    """Return a LAS or LAZ file with a scaled and an unscaled extra field."""
    header = laspy.LasHeader(version=version, point_format=point_format)
    header.offsets, header.scales = [4e6, 5e5, 0], [0.001, 0.001, 0.001]
    header.add_extra_dim(laspy.ExtraBytesParams("ring", "uint8"))
    header.add_extra_dim(laspy.ExtraBytesParams("height", "int32", scales=[0.01], offsets=[5.0]))
    rng = np.random.default_rng(count)
    points = laspy.LasData(header)
    points.x, points.y, points.z = np.array([4e6, 5e5, 0])[:, None] + rng.normal(0, 30, (3, count)).round(3)
    points.intensity = rng.integers(0, 2**16, count)
    points.classification = rng.integers(0, 20, count)
    points.ring = rng.integers(0, 64, count)
    points.height = rng.normal(0, 5, count).round(2)
    file = io.BytesIO()
    points.write(file, do_compress=compress)
    return file.getvalue()


@cache
def valid_clouds() -> dict[str, tuple[str, bytes]]:
    """Return a small undamaged file of each format: its type and its bytes, by a name for test ids."""
    points = random_points(8)
    return {
        **{f"pcd {encoding}": ("pcd", pcd_file(points, encoding)) for encoding in PCD_ENCODINGS},
        **{f"ply {encoding}": ("ply", ply_file(points, encoding)) for encoding in PLY_FORMATS},
        **{f"las {version}": ("las", las_file(version=version)) for version in ("1.2", "1.3", "1.4")},
        **{
            f"laz {point_format}": ("laz", las_file(point_format=point_format, compress=True))
            for point_format in (3, 6)
        },
        "xyzi": ("binary-xyzi", np.random.default_rng(0).normal(0, 30, (8, 4)).astype("<f4").tobytes()),
        "xyzir": ("binary-xyzir", np.random.default_rng(0).normal(0, 30, (8, 5)).astype("<f4").tobytes()),
    }
