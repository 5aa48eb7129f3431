"""The vertices of PLY files are read as plyfile reads them."""

from __future__ import annotations

import io
import struct

import numpy as np
import plyfile
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from segments_hf.errors import AssetError
from segments_hf.points.files import open_cloud

from .cloud_files import NO_LIMIT, PLY_FORMATS, ply_data, ply_file, random_points
from .test_pcd_file import assert_equal_points

formats = pytest.mark.parametrize("encoding", PLY_FORMATS)
DTYPES = ("i1", "u1", "i2", "u2", "i4", "u4", "f4", "f8")
FACES = "element face 2\nproperty list uchar int vertex_indices\n"
CAMERA = "element camera 1\nproperty float focal\nproperty int width\n"


def read(content: bytes) -> np.ndarray:
    return open_cloud(content, "ply", max_points=NO_LIMIT).structured()


def faces(encoding: str) -> bytes:
    if encoding == "ascii":
        return b"3 0 1 2\n4 0 1 2 3\n"
    order = "<" if "little" in encoding else ">"
    return struct.pack(f"{order}B3iB4i", 3, 0, 1, 2, 4, 0, 1, 2, 3)


def camera(encoding: str) -> bytes:
    return ply_data(np.array([(1.5, 640)], [("focal", "f4"), ("width", "i4")]), encoding)


@st.composite
def vertices(draw: st.DrawFn) -> np.ndarray:
    dtypes = draw(st.lists(st.sampled_from(DTYPES), min_size=1, max_size=5))
    dtype = np.dtype([(f"property{number}", f"<{each}") for number, each in enumerate(dtypes)])
    count = draw(st.integers(0, 12))
    points = np.empty(count, dtype)
    for name in dtype.names:
        values = st.floats(width=8 * dtype[name].itemsize) if dtype[name].kind == "f" else None
        points[name] = draw(arrays.arrays(dtype[name], count, elements=values))
    return points


@formats
@given(points=vertices())
def test_vertices_of_any_types_are_read_exactly(encoding: str, points: np.ndarray) -> None:
    content = ply_file(points, encoding)
    assert_equal_points(read(content), points)
    assert_equal_points(plyfile_vertices(content), points)


@formats
@given(points=vertices())
def test_files_of_plyfile_are_read(encoding: str, points: np.ndarray) -> None:
    order = ">" if "big" in encoding else "<"
    element = plyfile.PlyElement.describe(points, "vertex", comments=["a comment"])
    file = io.BytesIO()
    plyfile.PlyData([element], text=encoding == "ascii", byte_order=order, obj_info=["an info"]).write(file)
    found, expected = read(file.getvalue()), plyfile_vertices(file.getvalue())
    assert_equal_points(found, expected)  # plyfile writes fewer digits than a float64 needs


def plyfile_vertices(content: bytes) -> np.ndarray:
    points = plyfile.PlyData.read(io.BytesIO(content))["vertex"].data
    return points.astype(points.dtype.newbyteorder("="))


@formats
def test_elements_after_the_vertices_are_skipped(encoding: str) -> None:
    points = random_points(4)
    content = ply_file(points, encoding, after=FACES + CAMERA, tail=faces(encoding) + camera(encoding))
    assert_equal_points(read(content), points)


@formats
def test_elements_before_the_vertices_are_skipped(encoding: str) -> None:
    points = random_points(4)
    header, data = ply_file(points, encoding, before=CAMERA).split(b"end_header\n")
    assert_equal_points(read(header + b"end_header\n" + camera(encoding) + data), points)


def test_text_element_with_lists_before_the_vertices_is_skipped() -> None:
    points = random_points(4)
    header, data = ply_file(points, "ascii", before=FACES).split(b"end_header\n")
    assert_equal_points(read(header + b"end_header\n" + faces("ascii") + data), points)


@pytest.mark.parametrize("encoding", PLY_FORMATS[1:])
def test_binary_element_with_lists_before_the_vertices_is_an_error(encoding: str) -> None:
    header, data = ply_file(random_points(4), encoding, before=FACES).split(b"end_header\n", 1)
    with pytest.raises(AssetError, match="'face'"):
        read(header + b"end_header\n" + faces(encoding) + data)


@formats
def test_vertices_with_a_list_are_an_error(encoding: str) -> None:
    with pytest.raises(AssetError, match="list"):
        read(ply_file(random_points(4), encoding, after="property list uchar int neighbors\n"))


@formats
def test_cloud_without_points_is_read(encoding: str) -> None:
    assert len(read(ply_file(random_points(0), encoding))) == 0


@formats
def test_header_may_end_its_lines_with_carriage_returns(encoding: str) -> None:
    points = random_points(3)
    header, data = ply_file(points, encoding).split(b"end_header\n")
    assert_equal_points(read((header + b"end_header\n").replace(b"\n", b"\r\n") + data), points)


@pytest.mark.parametrize("encoding", PLY_FORMATS[1:])
def test_bytes_after_the_vertices_are_an_error(encoding: str) -> None:
    with pytest.raises(AssetError, match="bytes"):
        read(ply_file(random_points(3), encoding, tail=b"\0"))


@formats
@pytest.mark.parametrize("after", ["", FACES])
def test_truncated_vertices_are_an_error(encoding: str, after: str) -> None:
    content = ply_file(random_points(3), encoding, after=after)
    with pytest.raises(AssetError):
        read(content[:-1] if encoding != "ascii" else content.rsplit(b"\n", 2)[0])
