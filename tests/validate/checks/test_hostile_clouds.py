"""Unusual values in rows of point clouds may cause findings, but never exceptions or warnings of numpy."""

from __future__ import annotations

import json
import math
from typing import Any

import msgspec
import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from segments_hf.dataset.rows.outcome import Outcome
from segments_hf.validate.validator import Validator

NUMBERS = st.one_of(
    st.sampled_from([0.0, 1.0, -1.0, 0.5, 1e308, -1e308, 5e-324, 1e12, 1e11, 1e-160, math.nan, math.inf]),
    st.floats(-100, 100),
)


def numbers(count: int) -> st.SearchStrategy[Any]:
    """Return a strategy for lists of numbers, most of them of the length `count`, and for None."""
    right_length = st.lists(NUMBERS, min_size=count, max_size=count)
    return st.one_of(right_length, right_length, st.none(), st.lists(NUMBERS, max_size=5))


POSES = st.one_of(st.none(), st.fixed_dictionaries({"position": numbers(3), "heading": numbers(4)}))
DISTORTIONS = st.one_of(
    st.none(),
    st.sampled_from(["", "{", "null", "[]", "1e999"]),
    st.builds(
        lambda model, values: json.dumps({"model": model, "coefficients": values}),
        st.sampled_from(["fisheye", "brown-conrady", None]),
        st.one_of(st.none(), st.dictionaries(st.sampled_from(["k1", "k2", "k3", "k4", "p1"]), NUMBERS, max_size=4)),
    ),
)
CAMERAS = st.fixed_dictionaries(
    {
        "name": st.one_of(st.none(), st.text(max_size=3)),
        "image": st.sampled_from([None, {"bytes": None, "path": None}, {"bytes": b"no image", "path": None}]),
        "intrinsic_matrix": st.one_of(
            st.none(),
            st.lists(numbers(3), max_size=4),
            st.builds(lambda f, x: [[f, 0, x], [0, f, x], [0, 0, 1]], NUMBERS, NUMBERS),
        ),
        "translation": numbers(3),
        "rotation": numbers(4),
        "camera_convention": st.sampled_from([None, "OpenGL", "OpenCV", "", "x"]),
        "distortion": DISTORTIONS,
        "other": st.none(),
    }
)
IDS = st.sampled_from([0, 1, 2, -5, 2**40])
ANNOTATIONS = st.fixed_dictionaries(
    {
        "id": IDS,
        "category_id": st.sampled_from([1, 2, 9]),
        "category": st.sampled_from([0, 1, None]),
        "attributes": st.none(),
        "track_id": st.one_of(st.none(), IDS),
        "is_keyframe": st.none(),
        "type": st.sampled_from([None, "", "cuboid", "cuboid-sync", "polygon", "polyline", "point", "bbox"]),
        "position": numbers(3),
        "dimensions": numbers(3),
        "yaw": st.one_of(st.none(), NUMBERS),
        "rotation": numbers(4),
        "points": st.one_of(st.none(), st.lists(numbers(3), max_size=4)),
        "other": st.none(),
    }
)
POINTS = st.lists(st.lists(st.one_of(NUMBERS, st.floats(width=32)), min_size=4, max_size=4), max_size=6)


def _kitti_file(points: list[list[float]]) -> dict[str, Any]:
    with np.errstate(over="ignore"):
        return {"bytes": np.array(points, float).reshape(-1, 4).astype("<f4").tobytes(), "path": None}


ROWS = st.fixed_dictionaries(
    {
        "name": st.sampled_from(["a", "b"]),
        "uuid": st.sampled_from([None, "u"]),
        "status": st.sampled_from(["LABELED", "REVIEWED", "SKIPPED", None]),
        "point_cloud": st.one_of(POINTS.map(_kitti_file), st.sampled_from([None, {"bytes": None, "path": None}])),
        "point_cloud_type": st.sampled_from(["kitti", "kitti", "kitti", "pcd", "splat", None]),
        "ego_pose": POSES,
        "annotations": st.one_of(st.none(), st.lists(ANNOTATIONS, max_size=4)),
        "cameras": st.one_of(st.none(), st.lists(CAMERAS, max_size=2)),
        "image_attributes": st.none(),
        "metadata": st.none(),
        "links": st.none(),
        "other": st.none(),
    },
    optional={
        "point_annotations": st.one_of(st.none(), st.lists(st.one_of(st.integers(-2, 3), st.none()), max_size=6)),
        "frame_index": st.integers(0, 3),
        "frame_name": st.none(),
        "timestamp": st.one_of(st.none(), st.text(max_size=5), st.sampled_from(["1", "2", "1e999999", "-inf", "sNaN"])),
    },
)


@given(st.lists(ROWS, min_size=1, max_size=3))
def test_unusual_values_cause_no_exceptions_and_findings_convert_to_json(rows: list[dict[str, Any]]) -> None:
    for assets in (True, False):
        validator = Validator(assets=assets)
        findings = [finding for row in rows for finding in validator.check(Outcome(dict(row), [], split="train"))]
        findings += validator.compare_all()
        assert msgspec.json.decode(msgspec.json.encode(findings)) == msgspec.to_builtins(findings)
        assert all(len(finding.message) < 3000 for finding in findings)


@given(numbers(4), numbers(3), st.one_of(st.none(), NUMBERS), numbers(3))
def test_cuboid_without_findings_has_valid_numbers(rotation: Any, position: Any, yaw: Any, dimensions: Any) -> None:
    cuboid = {
        "id": 1,
        "category_id": 1,
        "category": 0,
        "attributes": None,
        "track_id": 1,
        "type": "cuboid",
        "position": position,
        "dimensions": dimensions,
        "yaw": yaw,
        "rotation": rotation,
        "points": None,
    }
    row = {
        "name": "a",
        "uuid": None,
        "status": "LABELED",
        "point_cloud": None,
        "point_cloud_type": "pcd",
        "ego_pose": None,
        "cameras": [],
        "annotations": [cuboid],
    }
    findings = Validator(assets=False).check(Outcome(row, [], split="train"))

    def is_valid(values: Any, count: int) -> bool:
        return values is not None and len(values) == count and all(abs(value) < 1e12 for value in values)

    is_readable = is_valid(position, 3) and is_valid(dimensions, 3)
    is_readable &= is_valid([yaw], 1) if rotation is None and yaw is not None else is_valid(rotation, 4)
    assert ("invalid-cuboid" in {finding.check for finding in findings}) == (not is_readable)
    if is_readable:
        has_volume = all(value > 0 for value in dimensions)
        assert ("box-without-volume" in {finding.check for finding in findings}) == (not has_volume)
