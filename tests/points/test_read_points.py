"""`read_points` reads the points of rows, with bytes or with a path, and the points of bytes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import datasets
import numpy as np
import pytest

from segments_hf.errors import AssetError, OptionError
from segments_hf.io.fetch_options import ImageLimits
from segments_hf.points import read_points

from .files.cloud_files import pcd_file, valid_clouds

POINTS = np.arange(12, dtype="<f4").reshape(3, 4)


def row_of(content: bytes | None, kind: str = "binary-xyzi", path: str | None = None) -> dict[str, Any]:
    return {"name": "a", "point_cloud": {"bytes": content, "path": path}, "point_cloud_type": kind}


def test_row_with_bytes_is_read() -> None:
    np.testing.assert_array_equal(read_points(row_of(POINTS.tobytes())), POINTS)


def test_row_with_a_path_is_read(tmp_path: Path) -> None:
    (tmp_path / "a.bin").write_bytes(POINTS.tobytes())
    row = row_of(None, path=str(tmp_path / "a.bin"))
    np.testing.assert_array_equal(read_points(row, ("z", "x")), POINTS[:, [2, 0]])


def test_row_of_a_dataset_is_read() -> None:
    rows = datasets.Dataset.from_list([row_of(POINTS.tobytes())])
    np.testing.assert_array_equal(read_points(rows[0]), POINTS)


@pytest.mark.parametrize("name", valid_clouds())
def test_bytes_with_a_type_are_read(name: str) -> None:
    kind, content = valid_clouds()[name]
    found = read_points(content, kind=kind)
    assert (found.shape, found.dtype, found.flags.writeable) == ((len(found), 4), np.float32, True)
    structured = read_points(content, kind=kind, structured=True)
    for number, field in enumerate(("x", "y", "z", "intensity")):
        np.testing.assert_array_equal(found[:, number], structured[field].astype(np.float32))


@pytest.mark.parametrize("name", [name for name in valid_clouds() if not name.startswith("xyz")])
def test_type_of_bytes_is_recognized_by_the_first_bytes(name: str) -> None:
    kind, content = valid_clouds()[name]
    np.testing.assert_array_equal(read_points(content), read_points(content, kind=kind))


def test_bytes_without_a_signature_need_a_type() -> None:
    with pytest.raises(OptionError, match="kind"):
        read_points(POINTS.tobytes())


def test_kind_overrides_the_type_of_the_row() -> None:
    np.testing.assert_array_equal(read_points(row_of(POINTS.tobytes(), "pcd"), kind="kitti"), POINTS)
    with pytest.raises(AssetError):
        read_points(row_of(POINTS.tobytes(), "pcd"))


def test_unknown_type_is_an_error() -> None:
    with pytest.raises(OptionError, match="kind.*splat"):
        read_points(POINTS.tobytes(), kind="splat")
    with pytest.raises(AssetError, match="splat"):
        read_points(row_of(POINTS.tobytes(), "splat"))


@pytest.mark.parametrize("row", [{"name": "a"}, row_of(None), {"point_cloud": None, "point_cloud_type": "pcd"}])
def test_row_without_a_point_cloud_is_an_error(row: dict[str, Any]) -> None:
    with pytest.raises(OptionError, match="point_cloud"):
        read_points(row)


@pytest.mark.parametrize("data", [None, "cloud.bin", bytearray(16), [row_of(POINTS.tobytes())]])
def test_value_that_is_neither_a_row_nor_bytes_is_an_error(data: Any) -> None:
    with pytest.raises(OptionError, match="^data: got a value of the type"):
        read_points(data, kind="kitti")


def test_row_without_a_type_is_an_error() -> None:
    row = row_of(POINTS.tobytes())
    del row["point_cloud_type"]
    with pytest.raises(OptionError, match="^data: .* point_cloud_type"):
        read_points(row)


def test_missing_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(AssetError, match="does not exist"):
        read_points(row_of(None, path=str(tmp_path / "a.bin")))


def test_large_file_is_an_error(tmp_path: Path) -> None:
    with (tmp_path / "a.bin").open("wb") as file:
        file.truncate(ImageLimits().max_bytes + 16)
    with pytest.raises(AssetError, match="268,435,456"):
        read_points(row_of(None, path=str(tmp_path / "a.bin")))


def test_missing_field_is_an_error_that_lists_the_fields() -> None:
    points = np.zeros(2, [("x", "<f4"), ("y", "<f4"), ("z", "<f4"), ("rgb", "<u4")])
    with pytest.raises(AssetError, match="'intensity'.*x, y, z, rgb"):
        read_points(pcd_file(points, "binary"))


def test_binary_pcd_files_on_disk_with_short_and_long_headers_are_read(tmp_path: Path) -> None:
    for header_size in range(440, 560):  # a header of more than 512 bytes is read in two steps
        lines = "VERSION 0.7\nFIELDS x y z intensity\nSIZE 4 4 4 4\nTYPE F F F F\nCOUNT 1 1 1 1\n"
        lines += f"WIDTH {len(POINTS)}\nHEIGHT 1\nVIEWPOINT 0 0 0 1 0 0 0\nPOINTS {len(POINTS)}\nDATA binary\n"
        path = tmp_path / f"{header_size}.pcd"
        path.write_bytes(f"{'# comment':<{header_size - len(lines) - 1}}\n{lines}".encode() + POINTS.tobytes())
        row = {"point_cloud": {"bytes": None, "path": str(path)}, "point_cloud_type": "pcd"}
        np.testing.assert_array_equal(read_points(row), POINTS)
