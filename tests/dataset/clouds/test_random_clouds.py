"""Rows of random releases of point clouds have exactly the values of the JSON; 0.0 and -0.0 are different values."""

from __future__ import annotations

import json
from itertools import zip_longest
from typing import Any

import pytest
from cloud_releases import SEQUENCE_TASKS, SINGLE_CLOUD_TASKS, cloud_sample
from hypothesis import given, settings
from hypothesis import strategies as st

from dataset.making import JSON_COLUMNS, JSON_FIELDS
from segments_hf.dataset.rows.features import row_features
from segments_hf.dataset.rows.row_maker import RowMaker
from segments_hf.labels.categories import merged_categories
from segments_hf.release import Release

CATEGORIES = [{"id": 7, "name": "car"}, {"id": -2, "name": "road"}, {"id": 0, "name": "car"}]
CLASS_INDICES = {-2: 0, 0: 1, 7: 2}

# Strategies for values of the JSON.
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=4)
NUMBER = st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(2**53), 2**53)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**60), 2**60) | st.floats(-1e9, 1e9) | TEXT,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(TEXT, inner, max_size=2),
    max_leaves=4,
)
VECTOR = st.fixed_dictionaries(dict.fromkeys("xyz", NUMBER))
ROTATION = st.fixed_dictionaries(dict.fromkeys(("qx", "qy", "qz", "qw"), NUMBER))
INT64 = st.integers(-(2**63), 2**63 - 1)
INT32 = st.integers(-(2**31), 2**31 - 1)


def fields(**strategies: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Return a strategy of objects whose fields may be missing or null."""
    return st.fixed_dictionaries({}, optional={name: st.none() | strategy for name, strategy in strategies.items()})


ANNOTATION = st.builds(
    lambda required, optional: {**required, **optional},
    st.fixed_dictionaries({"id": INT64, "category_id": st.sampled_from([7, -2, 0])}),
    fields(
        type=st.sampled_from(["cuboid", "cuboid-sync", "polygon", "polyline", "point"]),
        position=VECTOR,
        dimensions=VECTOR,
        yaw=NUMBER,
        rotation=ROTATION,
        points=st.lists(st.lists(NUMBER, min_size=2, max_size=3), max_size=3),
        track_id=INT64,
        is_keyframe=st.booleans(),
        attributes=JSON,
        index=JSON,
        velocity=JSON,
        acceleration=JSON,
        isHidden=JSON,
        unknown=JSON,
    ),
)
CAMERA = fields(
    url=TEXT,
    name=TEXT,
    row=JSON,
    col=JSON,
    intrinsics=fields(intrinsic_matrix=st.lists(st.lists(NUMBER, max_size=3), max_size=3), pixels=JSON),
    extrinsics=fields(translation=VECTOR, rotation=ROTATION),
    distortion=JSON,
    camera_convention=st.sampled_from(["OpenGL", "OpenCV"]),
    rotation=JSON,
    intensity=JSON,
)
CLOUD = fields(
    pcd=fields(url=TEXT, type=TEXT),
    images=st.lists(CAMERA, max_size=2),
    ego_pose=st.fixed_dictionaries({"position": VECTOR, "heading": ROTATION}),
    default_z=JSON,
    bounds=JSON,
    name=TEXT,
    timestamp=TEXT | INT64 | st.floats(0, 1e12),
)
CONTENT = fields(
    annotations=st.lists(ANNOTATION, max_size=2),
    point_annotations=st.lists(INT32, max_size=3),
    image_attributes=JSON,
    timestamp=TEXT,
    format_version=TEXT,
)
STATUS = st.sampled_from(["LABELED", "REVIEWED", "SKIPPED", "REJECTED"])


@st.composite
def samples(draw: Any, task_type: str) -> list[dict[str, Any]]:
    """Draw samples with labels. The label of a sequence may have more or fewer frames than the sample."""
    drawn_samples = []
    for number in range(draw(st.integers(1, 2))):
        if task_type in SEQUENCE_TASKS:
            attributes = {"frames": draw(st.lists(CLOUD, min_size=1, max_size=3))}
            contents = fields(frames=st.lists(st.none() | CONTENT, max_size=3), links=JSON)
        else:
            attributes = draw(CLOUD)
            contents = st.builds(lambda content, links: {**content, **links}, CONTENT, fields(links=JSON))
        label = draw(st.none() | st.fixed_dictionaries({"label_status": STATUS, "attributes": st.none() | contents}))
        drawn_samples.append(cloud_sample(f"scene {number}", attributes, label, metadata=draw(JSON)))
    return drawn_samples


def numbers(value: Any) -> Any:
    """Return a value with floats in place of numbers, and a vector or a rotation as a list; None stays None."""
    if isinstance(value, dict):
        return [float(value[name]) for name in ("x", "y", "z", "qx", "qy", "qz", "qw") if name in value]
    if isinstance(value, list):
        return [numbers(item) for item in value]
    return None if value is None else float(value)


def other_fields(item: Any, *names: str) -> dict[str, Any] | None:
    """Return the fields of an item with these names, for the column `other`; None if the item has none of them."""
    return {name: item[name] for name in names if name in item} or None


def timestamp_text(value: Any) -> str | None:
    return value if value is None or isinstance(value, str) else json.dumps(value)


def expected_annotation(item: dict[str, Any]) -> dict[str, Any]:
    return {
        **{name: item.get(name) for name in ("id", "category_id", "attributes", "type", "track_id", "is_keyframe")},
        "category": CLASS_INDICES[item["category_id"]],
        **{name: numbers(item.get(name)) for name in ("position", "dimensions", "yaw", "rotation", "points")},
        "other": other_fields(item, "index", "velocity", "acceleration", "isHidden"),
    }


def expected_camera(item: dict[str, Any]) -> dict[str, Any]:
    intrinsics, extrinsics = item.get("intrinsics") or {}, item.get("extrinsics") or {}
    camera_fields = {**item, **{name: intrinsics[name] for name in {"pixels"} & intrinsics.keys()}}
    return {
        **{name: item.get(name) for name in ("name", "distortion", "camera_convention")},
        "image": None,
        "intrinsic_matrix": numbers(intrinsics.get("intrinsic_matrix")),
        "translation": numbers(extrinsics.get("translation")),
        "rotation": numbers(extrinsics.get("rotation")),
        "other": other_fields(camera_fields, "row", "col", "intensity", "rotation", "pixels"),
    }


def expected_rows(task_type: str, sample: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the rows of a sample, made from its JSON without segments-hf."""
    label = sample["labels"]["ground-truth"]
    attributes_of_label = (label and label["attributes"]) or {}
    attributes = sample["attributes"]
    is_sequence = task_type in SEQUENCE_TASKS
    clouds = attributes["frames"] if is_sequence else [attributes]
    label_frames = (attributes_of_label.get("frames") or []) if is_sequence else [attributes_of_label]
    rows = []
    for index, (sample_frame, label_frame) in enumerate(zip_longest(clouds, label_frames)):
        status = label["label_status"] if label else "UNLABELED"
        if label_frame is None and status not in {"SKIPPED", "REJECTED"}:
            status = "UNLABELED"
        cloud, label_attributes = sample_frame or {}, label_frame or {}
        pose, frame = cloud.get("ego_pose"), {}
        other_names = ["default_z", "bounds"]
        if is_sequence:
            frame = {"frame_index": index, "frame_name": cloud.get("name")}
            frame["timestamp"] = timestamp_text(cloud.get("timestamp"))
        else:
            other_names += ["timestamp", *(["name"] if cloud.get("name") is not None else [])]
        points = {"point_annotations": label_attributes.get("point_annotations")} if "segmentation" in task_type else {}
        rows.append(
            {
                "name": sample["name"],
                "uuid": sample["uuid"],
                "status": status,
                "point_cloud": None,
                "point_cloud_type": (cloud.get("pcd") or {}).get("type"),
                "ego_pose": pose and {name: numbers(pose[name]) for name in ("position", "heading")},
                "annotations": [expected_annotation(item) for item in label_attributes.get("annotations") or []],
                "cameras": [expected_camera(item) for item in cloud.get("images") or []],
                "links": attributes_of_label.get("links"),
                "other": other_fields(cloud, *other_names),
                "image_attributes": label_attributes.get("image_attributes"),
                "metadata": sample["metadata"],
                **points,
                **frame,
            }
        )
    return rows


def plain_row(row: dict[str, Any]) -> dict[str, Any]:
    """Return a row of a table with decoded JSON."""

    def decoded(item: dict[str, Any], names: set[str]) -> dict[str, Any]:
        return {**item, **{name: json.loads(item[name]) for name in names & item.keys() if item[name] is not None}}

    lists = {column: [decoded(item, JSON_FIELDS) for item in row[column]] for column in ("annotations", "cameras")}
    return {**decoded(row, JSON_COLUMNS), **lists}


def rows_as_text(rows: list[dict[str, Any]]) -> list[str]:
    """Return rows as text, in which 0.0 differs from -0.0 and 1 from 1.0."""
    return [json.dumps(row, sort_keys=True) for row in rows]


@pytest.mark.parametrize("task_type", [*SINGLE_CLOUD_TASKS, *SEQUENCE_TASKS])
@settings(max_examples=25)
@given(data=st.data())
def test_rows_of_random_releases_are_equal_to_their_json(task_type: str, data: st.DataObject) -> None:
    drawn_samples = data.draw(samples(task_type))
    dataset = {
        "name": "drive",
        "task_type": task_type,
        "task_attributes": {"categories": CATEGORIES},
        "labelsets": [{"name": "ground-truth", "is_groundtruth": True}],
        "samples": drawn_samples,
    }
    release = Release(json.dumps({"name": "v1", "dataset": dataset}).encode(), "release.json")
    release_slice = release.slice(range(len(release)))
    features = row_features(release_slice.kind("ground-truth"), merged_categories([(release, "ground-truth")]))
    maker = RowMaker("ground-truth", CLASS_INDICES, features, assets=None)
    batches = maker.batches(release_slice)
    rows = [plain_row(row) for batch in batches for row in batch.table.to_pylist()]
    assert rows_as_text(rows) == rows_as_text(
        [row for sample in drawn_samples for row in expected_rows(task_type, sample)]
    )
