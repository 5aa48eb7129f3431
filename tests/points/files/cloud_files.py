"""Point-cloud files of every format, made by hand or with laspy."""

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
    """Return points with x, y, z as float32, and other types. One point is NaN."""
    random = np.random.default_rng(count)
    points = np.empty(count, [("x", "<f4"), ("y", "<f4"), ("z", "<f4"), ("intensity", "u1"), ("time", "<f8")])
    for name in ("x", "y", "z", "time"):
        points[name] = random.normal(0, 30, count).round(3)
    points["intensity"] = random.integers(0, 256, count)
    points["x"][count // 2 : count // 2 + 1] = np.nan
    return points


def pcd_header(
    dtype: np.dtype[Any], count: int, encoding: str, *, names: Sequence[str] = (), **changes: object
) -> dict[str, object]:
    """Return the lines of the header of a PCD file by their keywords. None removes a line."""
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
        end: The end of the lines.
        names: The names of the fields in the header, if they are not those of the array.
        changes: Other lines of the header by their keywords.
    """
    lines = pcd_header(points.dtype, len(points), encoding, names=names, **changes)
    header = ["# .PCD v0.7 - Point Cloud Data file format"]
    header += [f"{key} {value}" for key, value in lines.items() if value is not None]
    return "".join(line + end for line in header).encode() + pcd_data(points, encoding, end)


def pcd_data(points: np.ndarray, encoding: str, end: str = "\n") -> bytes:
    """Return the data of a PCD file."""
    if encoding == "ascii":
        return text_lines(points, end).encode()
    if encoding == "binary":
        return points.tobytes()
    content = b"".join(np.ascontiguousarray(points[name]).tobytes() for name in points.dtype.names)
    return compressed_data(content)


def compressed_data(content: bytes) -> bytes:
    """Return the sizes and the compressed bytes of a PCD file."""
    compressed = (lzf.compress(content) if content else b"") or lzf_literals(content)
    return struct.pack("<II", len(compressed), len(content)) + compressed


def lzf_literals(content: bytes) -> bytes:
    """Return bytes in the LZF format without references: 32 bytes at most after their number minus 1."""
    parts = [content[start : start + 32] for start in range(0, len(content), 32)]
    return b"".join(bytes([len(part) - 1]) + part for part in parts)


def text_lines(points: np.ndarray, end: str = "\n") -> str:
    """Return one line per point, with exact numbers."""
    return "".join(
        " ".join(str(value) for field in point for value in np.ravel(field).tolist()) + end for point in points
    )


def ply_file(points: np.ndarray, encoding: str, *, before: str = "", after: str = "", tail: bytes = b"") -> bytes:
    """Return a PLY file.

    Args:
        points: Structured array of shape (N,), without gaps.
        encoding: One of `PLY_FORMATS`.
        before: Lines of the header before those of the vertices.
        after: Lines of the header after those of the vertices.
        tail: The data after the vertices.
    """
    properties = "".join(f"property {_PLY_NAMES[points.dtype[name].str[1:]]} {name}\n" for name in points.dtype.names)
    header = (
        f"ply\nformat {encoding} 1.0\ncomment made by hand\n{before}element vertex {len(points)}\n{properties}{after}"
    )
    return f"{header}end_header\n".encode() + ply_data(points, encoding) + tail


def ply_data(points: np.ndarray, encoding: str) -> bytes:
    """Return the vertices of a PLY file."""
    if encoding == "ascii":
        return text_lines(points).encode()
    return points.astype(points.dtype.newbyteorder("<" if "little" in encoding else ">")).tobytes()


def las_file(count: int = 5, *, version: str = "1.4", point_format: int = 3, compress: bool = False) -> bytes:
    """Return a LAS or LAZ file with a scaled and an unscaled extra field."""
    header = laspy.LasHeader(version=version, point_format=point_format)
    header.offsets, header.scales = [4e6, 5e5, 0], [0.001, 0.001, 0.001]
    header.add_extra_dim(laspy.ExtraBytesParams("ring", "uint8"))
    header.add_extra_dim(laspy.ExtraBytesParams("height", "int32", scales=[0.01], offsets=[5.0]))
    random = np.random.default_rng(count)
    points = laspy.LasData(header)
    points.x, points.y, points.z = np.array([4e6, 5e5, 0])[:, None] + random.normal(0, 30, (3, count)).round(3)
    points.intensity = random.integers(0, 2**16, count)
    points.classification = random.integers(0, 20, count)
    points.ring = random.integers(0, 64, count)
    points.height = random.normal(0, 5, count).round(2)
    file = io.BytesIO()
    points.write(file, do_compress=compress)
    return file.getvalue()


@cache
def valid_clouds() -> dict[str, tuple[str, bytes]]:
    """Return the type and the content of a small file of each format, by name."""
    points = random_points(8)
    return {
        **{f"pcd {encoding}": ("pcd", pcd_file(points, encoding)) for encoding in PCD_ENCODINGS},
        **{f"ply {encoding}": ("ply", ply_file(points, encoding)) for encoding in PLY_FORMATS},
        **{f"las {version}": ("las", las_file(version=version)) for version in ("1.2", "1.3", "1.4")},
        **{f"laz {number}": ("laz", las_file(point_format=number, compress=True)) for number in (3, 6)},
        "xyzi": ("binary-xyzi", np.random.default_rng(0).normal(0, 30, (8, 4)).astype("<f4").tobytes()),
        "xyzir": ("binary-xyzir", np.random.default_rng(0).normal(0, 30, (8, 5)).astype("<f4").tobytes()),
    }
