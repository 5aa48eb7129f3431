"""LAS and LAZ files are read as laspy reads them."""

from __future__ import annotations

import io
import struct
import sys

import laspy
import numpy as np
import pytest

from segments_hf.errors import AssetError, MissingExtraError
from segments_hf.points.files import check_cloud, open_cloud

from .cloud_files import NO_LIMIT, las_file

VERSIONS_AND_FORMATS = [("1.2", 0), ("1.2", 3), ("1.3", 3), ("1.4", 0), ("1.4", 3), ("1.4", 6), ("1.4", 7), ("1.4", 8)]
las_and_laz = pytest.mark.parametrize("compress", [False, True], ids=["las", "laz"])


@las_and_laz
@pytest.mark.parametrize(("version", "point_format"), VERSIONS_AND_FORMATS)
@pytest.mark.parametrize("count", [0, 1, 500])
def test_fields_are_those_that_laspy_reads(compress: bool, version: str, point_format: int, count: int) -> None:
    content = las_file(count, version=version, point_format=point_format, compress=compress)
    cloud = open_cloud(content, "las", max_points=count)
    expected = laspy.read(io.BytesIO(content))
    found = cloud.structured()
    assert cloud.fields[:4] == ("x", "y", "z", "intensity")
    assert cloud.num_points == len(found) == count
    for name in cloud.fields:
        assert found.dtype[name] == np.asarray(expected[name]).dtype
        np.testing.assert_array_equal(found[name], np.asarray(expected[name]))


@las_and_laz
def test_coordinates_are_float64_in_the_structured_array(compress: bool) -> None:
    content = las_file(50, compress=compress)
    cloud, expected = open_cloud(content, "laz", max_points=50), laspy.read(io.BytesIO(content)).xyz
    structured = cloud.structured()
    np.testing.assert_array_equal(np.stack([structured["x"], structured["y"], structured["z"]], axis=1), expected)
    np.testing.assert_array_equal(cloud.columns(("x", "y", "z")), expected.astype(np.float32))


def test_scaled_extra_field_is_float64() -> None:
    content = las_file(20)
    found = open_cloud(content, "las", max_points=20).structured()["height"]
    assert found.dtype == np.float64
    np.testing.assert_array_equal(found, np.asarray(laspy.read(io.BytesIO(content)).height))


@las_and_laz
def test_file_needs_laspy(compress: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    content = las_file(compress=compress)
    monkeypatch.setitem(sys.modules, "laspy", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'laspy\[lazrs\]'"):
        check_cloud(content, "las", max_points=5)


def test_only_compressed_files_need_lazrs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "lazrs", None)
    assert check_cloud(las_file(), "las", max_points=5).num_points == 5
    with pytest.raises(MissingExtraError, match=r"pip install 'laspy\[lazrs\]'"):
        check_cloud(las_file(compress=True), "las", max_points=5)


@las_and_laz
@pytest.mark.parametrize("fraction", [0.1, 0.5, 0.9, 0.999])
def test_truncated_file_is_an_error(compress: bool, fraction: float) -> None:
    content = las_file(500, compress=compress)
    with pytest.raises(AssetError):
        open_cloud(content[: int(fraction * len(content))], "las", max_points=500).structured()


@pytest.mark.parametrize(
    ("position", "value"),
    [
        pytest.param(25, b"\x05", id="version 1.5"),
        pytest.param(24, b"\x02", id="version 2.4"),
        pytest.param(94, b"\0\0", id="a header of 0 bytes"),
        pytest.param(94, b"\xff\xff", id="a long header"),
        pytest.param(96, b"\xff\xff\xff\xff", id="points that begin after the end of the file"),
        pytest.param(100, b"\xff\xff\xff\xff", id="many records before the points"),
        pytest.param(104, b"\x0b", id="an unknown point format"),
        pytest.param(104, b"\x05", id="another point format"),
        pytest.param(105, b"\x01\0", id="points of 1 byte"),
        pytest.param(105, b"\xff\xff", id="points of 65,535 bytes"),
        pytest.param(243, b"\xff\xff\xff\xff", id="many records after the points"),
        pytest.param(247, struct.pack("<Q", 10**12), id="many points"),
        pytest.param(247, struct.pack("<Q", 4), id="one point fewer than in the file"),
        pytest.param(247, struct.pack("<Q", 6), id="one point more than in the file"),
    ],
)
def test_invalid_header_is_an_error(position: int, value: bytes) -> None:
    content = bytearray(las_file(5))
    content[position : position + len(value)] = value
    with pytest.raises(AssetError):
        check_cloud(bytes(content), "las", max_points=NO_LIMIT)


@pytest.mark.parametrize("position", [0, -2, 2**40, "position of this number", "last byte"])
def test_wrong_position_of_the_chunk_table_is_an_error(position: int | str) -> None:
    content = bytearray(las_file(5, compress=True))
    start = struct.unpack_from("<I", content, 96)[0]
    positions = {"position of this number": start, "last byte": len(content) - 1}
    struct.pack_into("<q", content, start, positions.get(position, position))
    with pytest.raises(AssetError):
        check_cloud(bytes(content), "laz", max_points=NO_LIMIT)


def test_many_chunks_are_an_error() -> None:
    content = bytearray(las_file(5, compress=True))
    start = struct.unpack_from("<I", content, 96)[0]
    table_position = struct.unpack_from("<q", content, start)[0]
    struct.pack_into("<I", content, table_position + 4, 2**32 - 1)
    with pytest.raises(AssetError, match="chunks"):
        check_cloud(bytes(content), "laz", max_points=NO_LIMIT)


def test_points_of_more_than_64_mib_in_a_small_file_are_an_error() -> None:
    content = bytearray(las_file(5, compress=True))
    struct.pack_into("<Q", content, 247, 10**7)
    with pytest.raises(AssetError, match="expected 67,108,864 at most"):
        check_cloud(bytes(content), "laz", max_points=NO_LIMIT)


def compression_record_position(content: bytes) -> int:
    """Return the position of the record that describes the compression of a LAZ file."""
    return content.index(b"laszip encoded") - 2 + 54


def test_points_of_several_chunks_are_read() -> None:
    content = las_file(100_001, point_format=6, compress=True)
    found = open_cloud(content, "laz", max_points=100_001).structured()
    np.testing.assert_array_equal(found["x"], np.asarray(laspy.read(io.BytesIO(content)).x))


@pytest.mark.parametrize("layer", range(14))
@pytest.mark.parametrize("value", [0, 2**32 - 1])
def test_wrong_size_of_a_layer_is_an_error(layer: int, value: int) -> None:
    content = bytearray(las_file(500, point_format=6, compress=True))
    start = struct.unpack_from("<I", content, 96)[0]
    position = start + 8 + struct.unpack_from("<H", content, 105)[0] + 4 + 4 * layer
    if struct.unpack_from("<I", content, position)[0] == value:
        return
    struct.pack_into("<I", content, position, value)
    with pytest.raises(AssetError, match="layers"):
        check_cloud(bytes(content), "laz", max_points=500)


@pytest.mark.parametrize(
    ("position", "value"),
    [
        pytest.param(0, 0, id="no compression"),
        pytest.param(0, 9, id="an unknown compressor"),
        pytest.param(12, 0, id="no points per chunk"),
        pytest.param(32, 0, id="no items"),
        pytest.param(32, 2**16 - 1, id="many items"),
        pytest.param(34, 99, id="an unknown item"),
        pytest.param(36, 2**16 - 1, id="an item of a wrong size"),
        pytest.param(42, 2**16 - 1, id="many extra bytes"),
    ],
)
@pytest.mark.parametrize("point_format", [3, 6])
def test_wrong_description_of_the_compression_is_an_error(position: int, value: int, point_format: int) -> None:
    content = bytearray(las_file(5, point_format=point_format, compress=True))
    struct.pack_into("<H", content, compression_record_position(content) + position, value)
    with pytest.raises(AssetError):
        check_cloud(bytes(content), "laz", max_points=5)
