"""Measure the time to read point-cloud files, in comparison with other Python libraries and with a lower limit.

A cloud of 120,000 points with x, y, z and intensity as float32 is written as PCD (text, binary, compressed), PLY, LAS,
LAZ and float32 files. The coordinates of one point in seven are NaN, except in LAS and LAZ, which have no NaN. "ours"
is `read_points`, which checks the file and returns a float32 array of shape (N, 4). "other" is pypcd4 for PCD, plyfile
for PLY, laspy for LAS and LAZ (with lazrs in one thread, like "ours"), and `numpy.fromfile` for float32 files. It
returns the same array. "limit" reads the bytes of the file and copies them once; it decodes nothing.

The three functions run in one process, alternately: each round calls each function once. The table has the medians of
the CPU time, because all functions use one thread. Times from different runs of this script cannot be compared; each
ratio is computed from times of the same run. The script checks that the arrays of "ours" and "other" are equal.

Run it with `python benchmarks/point_files.py`; it needs `pip install '.[test]'`.
"""

from __future__ import annotations

import io
import statistics
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import laspy
import numpy as np
import plyfile
from _measure import print_table, verdict
from pypcd4 import Encoding, PointCloud

from segments_hf.points import read_points

if TYPE_CHECKING:
    from collections.abc import Callable

POINTS = 120_000
FIELDS = ("x", "y", "z", "intensity")
CALLS = 15
MAX_BINARY, MAX_TEXT = 1.5, 1.0  # ratios to pypcd4


def random_points() -> np.ndarray:
    """Return random points with x, y, z and intensity. The coordinates of one point in seven are NaN."""
    random = np.random.default_rng(0)
    points = np.empty((POINTS, 4), np.float32)
    points[:, :2], points[:, 2] = random.normal(0, 30, (POINTS, 2)), random.normal(0, 2, POINTS)
    points[:, 3] = random.integers(0, 256, POINTS)
    points[::7, :3] = np.nan
    return points


def write_files(folder: Path) -> dict[str, tuple[Path, str, Callable[[Path], Any]]]:
    """Write a file of each format; return its path, its type, and the function that reads it with another library."""
    points = random_points()
    files: dict[str, tuple[Path, str, Callable[[Path], Any]]] = {}
    cloud = PointCloud.from_points(points, FIELDS, (np.float32,) * 4)
    for encoding in (Encoding.ASCII, Encoding.BINARY, Encoding.BINARY_COMPRESSED):
        path = folder / f"{encoding.value}.pcd"
        cloud.save(path, encoding)
        files[f"pcd {encoding.value}"] = path, "pcd", read_pcd
    structured = points.view([(name, "<f4") for name in FIELDS])[:, 0]
    for name, options in {
        "text": {"text": True},
        "binary": {"byte_order": "<"},
        "big endian": {"byte_order": ">"},
    }.items():
        path = folder / f"{name}.ply"
        plyfile.PlyData([plyfile.PlyElement.describe(structured, "vertex")], **options).write(path)
        files[f"ply {name}"] = path, "ply", read_ply
    points.tofile(folder / "a.bin")
    files["binary-xyzi"] = folder / "a.bin", "binary-xyzi", read_floats
    for name in ("las", "laz"):
        write_las(folder / f"a.{name}", np.nan_to_num(points))
        files[name] = folder / f"a.{name}", name, read_las
    return files


def write_las(path: Path, points: np.ndarray) -> None:
    header = laspy.LasHeader(version="1.4", point_format=0)
    header.scales = [0.001] * 3
    las = laspy.LasData(header)
    las.xyz, las.intensity = points[:, :3], points[:, 3]
    las.write(path)


def read_pcd(path: Path) -> Any:
    return PointCloud.from_path(path).numpy(FIELDS)


def read_ply(path: Path) -> Any:
    vertices = plyfile.PlyData.read(path)["vertex"]
    return np.stack([vertices[name] for name in FIELDS], axis=1).astype(np.float32)


def read_floats(path: Path) -> Any:
    return np.fromfile(path, "<f4").reshape(-1, 4)


def read_las(path: Path) -> Any:
    with laspy.open(path, laz_backend=laspy.LazBackend.Lazrs) as reader:
        las = reader.read()
    return np.stack([las[name] for name in FIELDS], axis=1, dtype=np.float32, casting="unsafe")


def limit(path: Path) -> Any:
    """Read a file, and copy its bytes."""
    return io.BytesIO(path.read_bytes()).getbuffer().tobytes()


def measured(functions: dict[str, Callable[[], Any]]) -> dict[str, float]:
    """Call the functions alternately, and return the median of the CPU milliseconds of each."""
    times: dict[str, list[float]] = {name: [] for name in functions}
    for call in range(CALLS + 1):
        for name, function in functions.items():
            begin = time.process_time()
            function()
            if call:  # the first call imports modules
                times[name].append((time.process_time() - begin) * 1e3)
    return {name: statistics.median(calls) for name, calls in times.items()}


def main() -> None:
    rows, ratios = [], {}
    with tempfile.TemporaryDirectory() as folder:
        for file_format, (path, kind, other) in write_files(Path(folder)).items():
            row = {"point_cloud": {"bytes": None, "path": str(path)}, "point_cloud_type": kind}
            np.testing.assert_array_equal(read_points(row), other(path))
            found = measured(
                {
                    "other": lambda path=path, other=other: other(path),
                    "ours": lambda row=row: read_points(row),
                    "limit": lambda path=path: limit(path),
                }
            )
            ratios[file_format] = found["ours"] / found["other"]
            milliseconds = [f"{found[name]:.2f}" for name in ("other", "ours", "limit")]
            rows.append([file_format, *milliseconds, f"{ratios[file_format]:.2f}"])
    print_table(["CPU ms for a file", "other", "ours", "limit", "ours / other"], rows)
    print(verdict("pcd binary: ratio", ratios["pcd binary"], "<=", MAX_BINARY))
    print(verdict("pcd binary_compressed: ratio", ratios["pcd binary_compressed"], "<=", MAX_BINARY))
    print(verdict("pcd ascii: ratio", ratios["pcd ascii"], "<=", MAX_TEXT))


if __name__ == "__main__":
    main()
