"""Write the points of a scan to files of several types."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
from sensors import Scan


def write_pcd(scan: Scan, path: Path) -> None:
    """Write a binary .pcd file with x, y, z as float32 and the intensity as uint8."""
    fields = [("x", "<f4"), ("y", "<f4"), ("z", "<f4"), ("intensity", "u1")]
    count = len(scan.points)
    header = (
        "# .PCD v0.7 - Point Cloud Data file format\n"
        "VERSION 0.7\nFIELDS x y z intensity\nSIZE 4 4 4 1\nTYPE F F F U\nCOUNT 1 1 1 1\n"
        f"WIDTH {count}\nHEIGHT 1\nVIEWPOINT 0 0 0 1 0 0 0\nPOINTS {count}\nDATA binary\n"
    )
    path.write_bytes(header.encode() + _records(scan, fields))


def write_ply(scan: Scan, path: Path) -> None:
    """Write a binary .ply file with x, y, z as float32, and the intensity and the ring as uint8."""
    fields = [("x", "<f4"), ("y", "<f4"), ("z", "<f4"), ("intensity", "u1"), ("ring", "u1")]
    header = (
        f"ply\nformat binary_little_endian 1.0\nelement vertex {len(scan.points)}\n"
        "property float x\nproperty float y\nproperty float z\n"
        "property uchar intensity\nproperty uchar ring\nend_header\n"
    )
    path.write_bytes(header.encode() + _records(scan, fields))


def write_nuscenes(scan: Scan, path: Path) -> None:
    """Write a .bin file of the type `nuscenes`: x, y, z, intensity and ring as float32, without a header."""
    path.write_bytes(_records(scan, [(name, "<f4") for name in ("x", "y", "z", "intensity", "ring")]))


def _records(scan: Scan, fields: list[tuple[str, str]]) -> bytes:
    """Return the bytes of all points with fields of these names and dtypes."""
    values = {**dict(zip("xyz", scan.points.T, strict=True)), "intensity": scan.intensity, "ring": scan.ring}
    records = np.zeros(len(scan.points), dtype=fields)
    for name, _ in fields:
        records[name] = values[name]
    return records.tobytes()


WRITERS: dict[str, tuple[str, Callable[[Scan, Path], None]]] = {  # type: suffix and function
    "pcd": (".pcd", write_pcd),
    "ply": (".ply", write_ply),
    "nuscenes": (".bin", write_nuscenes),
}
