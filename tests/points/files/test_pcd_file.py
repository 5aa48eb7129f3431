"""PCD files are read as pypcd4 reads them, and as the specification requires."""

from __future__ import annotations

import io
import struct
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from pypcd4 import Encoding, PointCloud

from segments_hf.errors import AssetError
from segments_hf.points.files import open_cloud

from .cloud_files import NO_LIMIT, PCD_ENCODINGS, compressed_data, lzf_literals, pcd_data, pcd_file, random_points

DTYPES = ("i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f4", "f8")
encodings = pytest.mark.parametrize("encoding", PCD_ENCODINGS)


def read(content: bytes) -> np.ndarray:
    return open_cloud(content, "pcd", max_points=NO_LIMIT).structured()


def assert_equal_points(found: np.ndarray, expected: np.ndarray) -> None:
    """Check that all fields have the expected names, dtypes and values. NaN is equal to NaN."""
    assert found.dtype.names == expected.dtype.names
    for name in expected.dtype.names:
        assert found.dtype[name] == expected.dtype[name]
        np.testing.assert_array_equal(found[name], expected[name])


@st.composite
def clouds(draw: st.DrawFn) -> np.ndarray:
    dtypes = draw(st.lists(st.sampled_from(DTYPES), min_size=1, max_size=5))
    dtype = np.dtype([(f"field{number}", f"<{each}") for number, each in enumerate(dtypes)])
    count = draw(st.integers(0, 12))
    points = np.empty(count, dtype)
    for name in dtype.names:
        values = st.floats(width=8 * dtype[name].itemsize) if dtype[name].kind == "f" else None
        points[name] = draw(arrays.arrays(dtype[name], count, elements=values))
    return points


@encodings
@given(points=clouds())
def test_points_of_any_types_are_read_exactly(encoding: str, points: np.ndarray) -> None:
    assert_equal_points(read(pcd_file(points, encoding)), points)


@encodings
@given(points=clouds())
def test_points_are_those_that_pypcd4_reads(encoding: str, points: np.ndarray) -> None:
    content = pcd_file(points, encoding)
    assert_equal_points(read(content), PointCloud.from_fileobj(io.BytesIO(content)).pc_data)


@encodings
def test_files_of_pypcd4_are_read(encoding: str) -> None:
    points = np.random.default_rng(0).normal(0, 30, (1000, 4)).round(2).astype(np.float32)
    names = ("x", "y", "z", "intensity")
    file = io.BytesIO()
    PointCloud.from_points(points, names, (np.float32,) * 4).save(file, Encoding(encoding))
    cloud = open_cloud(file.getvalue(), "pcd", max_points=NO_LIMIT)
    assert (cloud.num_points, cloud.fields) == (1000, names)
    np.testing.assert_array_equal(cloud.columns(names), points)
    np.testing.assert_array_equal(cloud.columns(("z", "x")), points[:, [2, 0]])


@encodings
def test_field_with_several_values_per_point_is_an_array(encoding: str) -> None:
    points = np.zeros(4, [("x", "<f4"), ("normal", "<f4", (3,)), ("ring", "<u2")])
    points["x"], points["ring"] = [1, 2, 3, 4], [5, 6, 7, 8]
    points["normal"] = np.arange(12).reshape(4, 3)
    cloud = open_cloud(pcd_file(points, encoding), "pcd", max_points=NO_LIMIT)
    assert_equal_points(cloud.structured(), points)
    np.testing.assert_array_equal(cloud.columns(("ring", "x")), [[5, 1], [6, 2], [7, 3], [8, 4]])
    with pytest.raises(AssetError, match="3 values"):
        cloud.columns(("x", "normal"))


@encodings
def test_padding_is_left_out(encoding: str) -> None:
    """Files of the Point Cloud Library have several padding fields with the same name."""
    dtype = [("x", "<f4"), ("y", "<f4"), ("a", "u1", (4,)), ("z", "<f4"), ("b", "u1", (12,))]
    points = np.zeros(3, dtype)
    for number, name in enumerate(("x", "y", "z")):
        points[name] = np.arange(3) + 10 * number
    cloud = open_cloud(pcd_file(points, encoding, names=("x", "y", "_", "z", "_")), "pcd", max_points=NO_LIMIT)
    assert cloud.fields == ("x", "y", "z")
    np.testing.assert_array_equal(cloud.structured()["z"], [20, 21, 22])
    np.testing.assert_array_equal(cloud.columns(("x", "y", "z")), [[0, 10, 20], [1, 11, 21], [2, 12, 22]])


def test_compressed_data_may_lack_padding() -> None:
    """The Point Cloud Library writes padding into the header, but not into compressed data."""
    points = np.array([(1, 0, 3), (4, 0, 6)], [("x", "<f4"), ("gap", "<f4"), ("z", "<f4")])
    data = compressed_data(points["x"].tobytes() + points["z"].tobytes())
    header = pcd_file(points[:0], "binary_compressed", names=("x", "_", "z"), WIDTH=2, POINTS=2)
    content = header.removesuffix(compressed_data(b"")) + data
    np.testing.assert_array_equal(open_cloud(content, "pcd", max_points=2).columns(("x", "z")), [[1, 3], [4, 6]])


@encodings
def test_organized_cloud_is_read_row_by_row(encoding: str) -> None:
    points = random_points(6)
    assert_equal_points(read(pcd_file(points, encoding, WIDTH=3, HEIGHT=2)), points)


@encodings
def test_points_with_nan_are_not_left_out(encoding: str) -> None:
    points = random_points(5)
    points["x"][[0, 3]] = points["y"][[0, 3]] = points["z"][[0, 3]] = np.nan
    found = open_cloud(pcd_file(points, encoding), "pcd", max_points=5).columns(("x", "y", "z"))
    np.testing.assert_array_equal(np.isnan(found).all(axis=1), [True, False, False, True, False])


@encodings
def test_cloud_without_points_is_read(encoding: str) -> None:
    cloud = open_cloud(pcd_file(random_points(0), encoding), "pcd", max_points=0)
    assert (len(cloud.structured()), cloud.columns(("x", "y")).shape) == (0, (0, 2))


def test_compressed_cloud_without_points_may_have_no_data() -> None:
    content = pcd_file(random_points(0), "binary_compressed").removesuffix(bytes(8))
    assert len(read(content)) == 0


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"COUNT": None}, id="no COUNT"),
        pytest.param({"VIEWPOINT": None}, id="no VIEWPOINT"),
        pytest.param({"POINTS": None}, id="no POINTS"),
        pytest.param({"WIDTH": None, "HEIGHT": None}, id="no WIDTH and HEIGHT"),
        pytest.param({"HEIGHT": None}, id="no HEIGHT"),
        pytest.param({"VERSION": None}, id="no VERSION"),
        pytest.param({"#": "Länge in Meter"}, id="a comment"),
        pytest.param({"": ""}, id="an empty line"),
    ],
)
def test_header_lines_may_be_missing_and_comments_added(changes: dict[str, Any]) -> None:
    points = random_points(3)
    assert_equal_points(read(pcd_file(points, "binary", **changes)), points)


@encodings
def test_lines_may_end_with_carriage_returns(encoding: str) -> None:
    points = random_points(3)
    assert_equal_points(read(pcd_file(points, encoding, end="\r\n")), points)


def test_text_may_have_more_spaces_and_empty_lines_at_its_end() -> None:
    points = random_points(3)
    header, text = pcd_file(points[:0], "ascii", WIDTH=3, POINTS=3), pcd_data(points, "ascii")
    for changed in (
        text.rstrip(b"\n"),
        text + b"\n \n\n",
        text.replace(b" ", b"\t  "),
        text.replace(b"\n", b" \n"),
        b" " + text,
    ):
        assert_equal_points(read(header + changed), points)


def test_binary_points_share_the_memory_of_the_content() -> None:
    content = pcd_file(random_points(3), "binary")
    assert np.shares_memory(read(content), np.frombuffer(content, np.uint8))


def test_columns_are_writable() -> None:
    for encoding in PCD_ENCODINGS:
        columns = open_cloud(pcd_file(random_points(3), encoding), "pcd", max_points=3).columns(("x", "y"))
        columns += 1
        assert columns.flags.c_contiguous


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("1 2 3\n4 5 6 7\n", id="one value too many in a line"),
        pytest.param("1 2\n3 4 5 6\n", id="a value in the wrong line"),
        pytest.param("1 2 3\n\n", id="an empty line"),
        pytest.param("1 2 3\n4 5 a\n", id="a letter"),
        pytest.param("1,2,3\n4,5,6\n", id="commas"),
        pytest.param("1 2 3\n4 5 0x10\n", id="a hexadecimal number"),
        pytest.param("1 2 3\n4 5 \0\n", id="a null byte"),
        pytest.param("1 2 3\n4 5 ü\n", id="a character that is not ASCII"),
        pytest.param("1 2 3 # a\n4 5 6\n", id="a comment"),
        pytest.param("1 2 3\n4 5 1_0\n", id="an underscore"),
        pytest.param("1 2 3\n4 -5 6\n", id="a negative number for an unsigned field"),
        pytest.param("1 2 3\n4 256 6\n", id="a number that is too large"),
        pytest.param("1 2 3\n4 5.5 6\n", id="a fraction for an integer"),
        pytest.param("1 2 3\n4 nan 6\n", id="NaN for an integer"),
        pytest.param("1 2 3\n4 5 6.5\n", id="a fraction for an int64"),
        pytest.param("1 2 3\n4 5 1e3\n", id="an exponent for an int64"),
        pytest.param("1 2 3\n4 5 9223372036854775808\n", id="a number that is too large for int64"),
        pytest.param("1 2 3\n", id="one line too few"),
        pytest.param("1 2 3\n4 5 6\n7 8 9\n", id="one line too many"),
    ],
)
def test_text_that_does_not_fit_the_fields_is_an_error(text: str) -> None:
    points = np.zeros(0, [("x", "<f4"), ("y", "u1"), ("time", "<i8")])
    with pytest.raises(AssetError):
        read(pcd_file(points, "ascii", WIDTH=2, POINTS=2) + text.encode())


@pytest.mark.parametrize(
    ("compressed", "size"),
    [
        pytest.param(lzf_literals(bytes(20)), 24, id="fewer bytes than declared"),
        pytest.param(lzf_literals(bytes(28)), 24, id="more bytes than declared"),
        pytest.param(b"\xff\xff\xff", 24, id="a reference before the first byte"),
        pytest.param(b"\x1fabc", 24, id="truncated literals"),
        pytest.param(b"", 24, id="no data"),
        pytest.param(lzf_literals(bytes(24)), 23, id="a size that is not that of the points"),
        pytest.param(lzf_literals(bytes(24)), 2**32 - 1, id="a huge size"),
    ],
)
def test_damaged_compressed_data_is_an_error(compressed: bytes, size: int) -> None:
    points = np.zeros(0, [("x", "<f4"), ("y", "<f4"), ("z", "<f4")])
    header = pcd_file(points, "binary_compressed", WIDTH=2, POINTS=2).removesuffix(bytes(8))
    with pytest.raises(AssetError):
        read(header + struct.pack("<II", len(compressed), size) + compressed)
