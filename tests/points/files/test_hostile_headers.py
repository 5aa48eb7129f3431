"""Headers that declare impossible sizes cause an error before memory is allocated."""

from __future__ import annotations

import tracemalloc
from typing import Any

import numpy as np
import pytest

from segments_hf.errors import AssetError
from segments_hf.points.files import check_cloud

from .cloud_files import NO_LIMIT, PCD_ENCODINGS, PLY_FORMATS, pcd_file, ply_file, random_points

POINTS = random_points(3)
XYZ = np.zeros(3, [("x", "<f4"), ("y", "<f4"), ("z", "<f4")])
MIB = 2**20


def assert_refused(content: bytes, kind: str) -> None:
    """Check that opening a file raises an AssetError and allocates less than 8 MiB of memory."""
    tracemalloc.start()
    try:
        with pytest.raises(AssetError):
            check_cloud(content, kind, max_points=NO_LIMIT)
        assert tracemalloc.get_traced_memory()[1] < 8 * MIB  # the words of a header of 64 KiB take several MiB
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("encoding", PCD_ENCODINGS)
@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"WIDTH": 10**12, "POINTS": 10**12}, id="10^12 points"),
        pytest.param({"WIDTH": 10**6, "HEIGHT": 10**6, "POINTS": 10**12}, id="10^6 x 10^6 points"),
        pytest.param({"WIDTH": 10**17, "HEIGHT": 10**17, "POINTS": None}, id="10^34 points"),
        pytest.param({"WIDTH": "9" * 5000, "POINTS": "9" * 5000}, id="a number of 5,000 digits"),
        pytest.param({"WIDTH": -3, "POINTS": -3}, id="-3 points"),
        pytest.param({"WIDTH": -3, "HEIGHT": -1}, id="a negative width and height"),
        pytest.param({"WIDTH": "3.0", "POINTS": "3.0"}, id="a fraction"),
        pytest.param({"WIDTH": "٣", "POINTS": "٣"}, id="an Arabic digit"),
        pytest.param({"WIDTH": "", "POINTS": ""}, id="no number"),
        pytest.param({"POINTS": 4}, id="more points than width x height"),
        pytest.param({"WIDTH": 0, "POINTS": 0}, id="no points, but data"),
        pytest.param({"WIDTH": None, "POINTS": None}, id="no number of points"),
        pytest.param({"FIELDS": None}, id="no FIELDS"),
        pytest.param({"FIELDS": "x y"}, id="one name too few"),
        pytest.param({"FIELDS": "x y y"}, id="one name twice"),
        pytest.param({"FIELDS": "_ _ _"}, id="padding only"),
        pytest.param({"SIZE": None}, id="no SIZE"),
        pytest.param({"SIZE": "4 4"}, id="one size too few"),
        pytest.param({"SIZE": "4 4 3"}, id="a size of 3 bytes"),
        pytest.param({"SIZE": "4 4 -4"}, id="a negative size"),
        pytest.param({"SIZE": "4 4 2"}, id="a float16"),
        pytest.param({"TYPE": "F F X"}, id="an unknown type"),
        pytest.param({"TYPE": "F F O"}, id="the type of Python objects"),
        pytest.param({"COUNT": "1 1 0"}, id="a count of 0"),
        pytest.param({"COUNT": "1 1 -1"}, id="a negative count"),
        pytest.param({"COUNT": f"1 1 {10**12}"}, id="a huge count"),
        pytest.param({"COUNT": f"1 1 {10**12}", "WIDTH": 0, "POINTS": 0}, id="a huge count without points"),
        pytest.param({"FIELDS": "x y z\nFIELDS x y z"}, id="FIELDS twice"),
        pytest.param({"FIELDS": "x y z\0"}, id="a null byte"),
        pytest.param({"SPEED": "1"}, id="an unknown keyword"),
        pytest.param({"VIEWPOINT": "1 " * 50_000}, id="a long line"),
    ],
)
def test_hostile_header_of_pcd_is_an_error(changes: dict[str, Any], encoding: str) -> None:
    assert_refused(pcd_file(XYZ, encoding, **changes), "pcd")


def test_header_without_end_is_an_error() -> None:
    assert_refused(b"# .PCD v0.7\n" * 10_000, "pcd")
    assert_refused(b"# .PCD v0.7" + b"a" * 10**6, "pcd")
    assert_refused(b"# .PCD v0.7\nFIELDS x y z\n", "pcd")
    assert_refused(b"ply\nformat ascii 1.0\n" + b"comment\n" * 10_000, "ply")
    assert_refused(b"ply\nformat ascii 1.0\nelement vertex 1\nproperty float x\n", "ply")


def test_unknown_encoding_of_pcd_is_an_error() -> None:
    for data in ("binary_lz4", "", "ascii binary"):
        assert_refused(pcd_file(XYZ, "binary").replace(b"DATA binary", f"DATA {data}".encode()), "pcd")


def test_one_name_twice_among_many_fields_is_an_error() -> None:
    names = [*(f"f{number}" for number in range(4_999)), "f4998"]
    header = f"FIELDS {' '.join(names)}\nSIZE {'4 ' * 5_000}\nTYPE {'F ' * 5_000}\nPOINTS 1\nDATA binary\n"
    assert_refused(header.encode() + bytes(4 * 5_000), "pcd")


@pytest.mark.parametrize("encoding", PLY_FORMATS)
@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param("vertex 3", f"vertex {10**12}", id="10^12 vertices"),
        pytest.param("vertex 3", f"vertex {'9' * 5000}", id="a number of 5,000 digits"),
        pytest.param("vertex 3", "vertex -3", id="-3 vertices"),
        pytest.param("vertex 3", "vertex 3.0", id="a fraction"),
        pytest.param("vertex 3", "vertex", id="no number"),
        pytest.param("vertex 3", "vertex 0", id="no vertices, but data"),
        pytest.param("element vertex 3", "element corner 3", id="no vertices"),
        pytest.param("element vertex 3", "element vertex 3\nproperty float a\nelement vertex 3", id="vertices twice"),
        pytest.param("element vertex 3\n", "", id="properties without an element"),
        pytest.param("property float x", "property list uchar float x", id="a list"),
        pytest.param("property float x", "property float", id="a property without a name"),
        pytest.param("property float x", "property", id="a property without a type"),
        pytest.param("property float x", "property float y", id="one name twice"),
        pytest.param("property float x", "property complex x", id="an unknown type"),
        pytest.param("property float x", "property float\0 x", id="a null byte"),
        pytest.param("property float x", f"property float {'x' * 70_000}", id="a long name"),
        pytest.param("1.0", "2.0", id="version 2.0"),
        pytest.param("format", "forma", id="an unknown keyword"),
        pytest.param("\ncomment", "\nformat ascii 1.0\ncomment", id="the format twice"),
        pytest.param("element vertex", f"element face {10**12}\nproperty float a\nelement vertex", id="10^12 faces"),
        pytest.param("end_header", f"element face {10**12}\nproperty list int int a\nend_header", id="10^12 lists"),
    ],
)
def test_hostile_header_of_ply_is_an_error(old: str, new: str, encoding: str) -> None:
    header, data = ply_file(XYZ, encoding).split(b"end_header\n", 1)
    changed = (header + b"end_header\n").replace(old.encode(), new.encode(), 1) + data
    assert_refused(changed, "ply")


@pytest.mark.parametrize("encoding", PLY_FORMATS)
def test_items_without_properties_have_no_bytes_in_binary_data_but_a_line_each_in_text(encoding: str) -> None:
    content = ply_file(XYZ, encoding, before=f"element face {10**12}\n")
    if encoding == "ascii":
        assert_refused(content, "ply")
    else:
        assert check_cloud(content, "ply", max_points=3).num_points == 3


@pytest.mark.parametrize("encoding", PCD_ENCODINGS)
def test_more_points_than_the_limit_are_an_error(encoding: str) -> None:
    content = pcd_file(POINTS, encoding)
    assert check_cloud(content, "pcd", max_points=3).num_points == 3
    with pytest.raises(AssetError, match="max_points"):
        check_cloud(content, "pcd", max_points=2)


@pytest.mark.parametrize("change", [-1, 1])
def test_size_of_data_that_differs_from_the_header_is_an_error_with_both_sizes(change: int) -> None:
    content = pcd_file(XYZ, "binary")
    with pytest.raises(AssetError, match=f"{36 + change} bytes.* 36"):
        check_cloud(content[:change] if change < 0 else content + b"\0", "pcd", max_points=3)
