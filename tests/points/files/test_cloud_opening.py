"""Point-cloud files of all types are opened, and a type that does not fit the file is an error."""

from __future__ import annotations

import string
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from segments_hf.errors import AssetError
from segments_hf.points.files import CloudHeader, check_cloud, kind_of_content, open_cloud

from .cloud_files import NO_LIMIT, PCD_ENCODINGS, PLY_FORMATS, pcd_file, ply_file, valid_clouds

ALIASES = {"kitti": "binary-xyzi", "nuscenes": "binary-xyzir"}
FIELDS = {"binary-xyzi": ("x", "y", "z", "intensity"), "binary-xyzir": ("x", "y", "z", "intensity", "ring")}


@pytest.mark.parametrize("name", valid_clouds())
def test_check_and_open_return_the_same_fields(name: str) -> None:
    kind, content = valid_clouds()[name]
    cloud = open_cloud(content, kind, max_points=8)
    assert check_cloud(content, kind, max_points=8) == CloudHeader(cloud.num_points, cloud.fields)
    assert cloud.structured().dtype.names == cloud.fields


@pytest.mark.parametrize("name", valid_clouds())
def test_columns_are_the_fields_of_the_structured_array(name: str) -> None:
    kind, content = valid_clouds()[name]
    cloud = open_cloud(content, kind, max_points=8)
    points = cloud.structured()
    expected = np.stack([points[field].astype(np.float32) for field in cloud.fields], axis=1)
    np.testing.assert_array_equal(cloud.columns(cloud.fields), expected)
    reverse = cloud.fields[::-1]
    np.testing.assert_array_equal(cloud.columns(reverse), expected[:, ::-1])


@pytest.mark.parametrize(
    ("kind", "make_file", "encoding"),
    [
        *(("pcd", pcd_file, encoding) for encoding in PCD_ENCODINGS),
        *(("ply", ply_file, encoding) for encoding in PLY_FORMATS),
    ],
)
def test_columns_of_files_with_only_float32_fields_are_read(
    kind: str, make_file: Callable[..., bytes], encoding: str
) -> None:
    points = np.arange(12, dtype="<f4").reshape(4, 3)
    content = make_file(points.view([("x", "<f4"), ("y", "<f4"), ("z", "<f4")])[:, 0], encoding)
    cloud = open_cloud(content, kind, max_points=4)
    np.testing.assert_array_equal(cloud.columns(("x", "y", "z")), points)
    np.testing.assert_array_equal(cloud.columns(("z", "x")), points[:, [2, 0]])


@pytest.mark.parametrize("kind", [*FIELDS, *ALIASES])
@given(values=arrays.arrays(np.float32, (4, 5), elements=st.floats(width=32)), count=st.integers(0, 4))
def test_floats_are_read_exactly(kind: str, values: np.ndarray, count: int) -> None:
    fields = FIELDS[ALIASES.get(kind, kind)]
    expected = values[:count, : len(fields)]
    content = expected.astype("<f4").tobytes()
    assume(len(content) < 64 or content[:64].strip(string.printable.encode()))  # a file of text is an error
    cloud = open_cloud(content, kind, max_points=20)
    assert cloud.fields == fields
    np.testing.assert_array_equal(cloud.columns(fields), expected)
    np.testing.assert_array_equal(cloud.structured()["intensity"], expected[:, 3])


@pytest.mark.parametrize(("kind", "size"), [("binary-xyzi", 16), ("kitti", 16), ("binary-xyzir", 20), ("nuscenes", 20)])
def test_file_of_floats_with_an_incomplete_point_is_an_error(kind: str, size: int) -> None:
    for num_bytes in (1, size - 1, size + 4, 3 * size - 8):
        with pytest.raises(AssetError, match=f"{num_bytes} bytes.*{size}"):
            check_cloud(bytes(num_bytes), kind, max_points=NO_LIMIT)


@pytest.mark.parametrize("name", [name for name in valid_clouds() if not name.startswith("xyz")])
@pytest.mark.parametrize("kind", ["pcd", "ply", "las", "binary-xyzi", "nuscenes"])
def test_type_that_is_not_that_of_the_file_is_an_error(name: str, kind: str) -> None:
    _, content = valid_clouds()[name]
    found = kind_of_content(content)
    if found == kind:
        return
    with pytest.raises(AssetError, match=f"{found.upper()}.*'{kind}'.*'{found}'"):
        check_cloud(content, kind, max_points=NO_LIMIT)


@pytest.mark.parametrize(
    ("content", "format_name"),
    [
        (b"<!DOCTYPE html><html><body>Please log in to see this file, dear visitor.</body></html>", "HTML"),
        (b'<?xml version="1.0"?><Error><Code>AccessDenied</Code><Message>Denied</Message></Error>', "XML"),
        (b'{"detail": "Authentication credentials were not provided, so the request was refused."}', "JSON"),
    ],
)
@pytest.mark.parametrize("kind", ["pcd", "ply", "las", "laz", "binary-xyzi", "nuscenes"])
def test_text_is_an_error_that_names_its_format(content: bytes, format_name: str, kind: str) -> None:
    padded = content + b" " * (-len(content) % 80)
    with pytest.raises(AssetError, match=format_name):
        check_cloud(padded, kind, max_points=NO_LIMIT)


@pytest.mark.parametrize("kind", ["splat", "tiles", "potree", "", "PCD", "a" * 10_000])
def test_unsupported_type_is_an_error_that_lists_the_types(kind: str) -> None:
    with pytest.raises(AssetError, match="not supported.*binary-xyzi") as raised:
        check_cloud(b"", kind, max_points=NO_LIMIT)
    assert len(str(raised.value)) < 500


@pytest.mark.parametrize("kind", ["pcd", "ply", "las", "laz"])
def test_empty_file_is_an_error(kind: str) -> None:
    with pytest.raises(AssetError, match="empty"):
        check_cloud(b"", kind, max_points=NO_LIMIT)


@pytest.mark.parametrize("kind", ["binary-xyzi", "binary-xyzir"])
def test_empty_file_without_header_has_no_points(kind: str) -> None:
    assert check_cloud(b"", kind, max_points=0).num_points == 0


@pytest.mark.parametrize("name", valid_clouds())
def test_missing_field_is_an_error_that_lists_the_fields(name: str) -> None:
    kind, content = valid_clouds()[name]
    cloud = open_cloud(content, kind, max_points=8)
    with pytest.raises(AssetError, match=f"'nothing'.*{', '.join(cloud.fields)}"):
        cloud.columns(("x", "nothing"))
