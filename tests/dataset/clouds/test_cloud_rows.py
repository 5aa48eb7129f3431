"""Rows of point clouds are exactly those that follow from the release and its files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import datasets
import pytest
from cloud_releases import (
    SEQUENCE_TASKS,
    SINGLE_CLOUD_TASKS,
    camera,
    cloud,
    cloud_label,
    cloud_sample,
    cuboid,
    kitti_file,
    label_content,
    quaternion,
    write_files,
    xyz,
)
from datasets import ClassLabel, Features, Image, Value

import segments_hf
from dataset.making import plain_rows

WriteRelease = Callable[..., Path]

JSON = datasets.Json() if hasattr(datasets, "Json") else Value("string")
STRING, INT64, FLOAT64 = Value("string"), Value("int64"), Value("float64")
# The `id` of the feature `point_cloud_type` contains the categories.
CATEGORIES = '[{"id":1,"name":"flower","color":[255,0,0]},{"id":2,"name":"leaf"}]'

CLOUD = {
    "name": STRING,
    "uuid": STRING,
    "status": STRING,
    "point_cloud": {"bytes": Value("binary"), "path": STRING},
    "point_cloud_type": Value("string", id=CATEGORIES),
    "ego_pose": {"position": [FLOAT64], "heading": [FLOAT64]},
    "annotations": [
        {
            "id": INT64,
            "category_id": INT64,
            "category": ClassLabel(names=["flower", "leaf"]),
            "attributes": JSON,
            "type": STRING,
            "points": [[FLOAT64]],
            "track_id": INT64,
            "is_keyframe": Value("bool"),
            "position": [FLOAT64],
            "dimensions": [FLOAT64],
            "yaw": FLOAT64,
            "rotation": [FLOAT64],
            "other": JSON,
        }
    ],
    "cameras": [
        {
            "name": STRING,
            "image": Image(),
            "intrinsic_matrix": [[FLOAT64]],
            "translation": [FLOAT64],
            "rotation": [FLOAT64],
            "camera_convention": STRING,
            "distortion": JSON,
            "other": JSON,
        }
    ],
    "links": JSON,
    "other": JSON,
    "image_attributes": JSON,
    "metadata": JSON,
}
POINT_LABELS = {"point_annotations": [Value("int32")]}
FRAME = {"frame_index": Value("int32"), "frame_name": STRING, "timestamp": STRING}


@pytest.fixture(params=["dataset", "stream"])
def rows_of(request: pytest.FixtureRequest) -> Callable[..., list[dict[str, Any]]]:
    """Return a function that loads the rows of a release, as a dataset or as a stream."""

    def read(release: Path, **options: Any) -> list[dict[str, Any]]:
        streaming = request.param == "stream"
        return plain_rows(segments_hf.load_release(release, split="train", streaming=streaming, **options))

    return read


@pytest.mark.parametrize("task_type", [*SINGLE_CLOUD_TASKS, *SEQUENCE_TASKS])
def test_each_task_type_has_the_features_of_the_row_format(write_release: WriteRelease, task_type: str) -> None:
    is_sequence = task_type in SEQUENCE_TASKS
    expected = CLOUD | (POINT_LABELS if "segmentation" in task_type else {}) | (FRAME if is_sequence else {})
    attributes = {"frames": [cloud(None)]} if is_sequence else cloud(None)
    release = write_release([cloud_sample("a", attributes)], task_type=task_type)
    for streaming in (False, True):
        dataset = segments_hf.load_release(release, split="train", load_assets=False, streaming=streaming)
        assert dataset.features == Features(expected)
        assert [item.name for item in segments_hf.categories(dataset)] == ["flower", "leaf"]


def test_row_of_cuboids_has_the_numbers_of_the_release(
    tmp_path: Path, write_release: WriteRelease, rows_of: Any
) -> None:
    rotation = quaternion(0.1, -0.2, 0.3000000000000001, 0.9)
    other_fields = {"index": 3, "velocity": xyz(1, 0.5, 0), "acceleration": None, "isHidden": False}
    annotations = [
        cuboid(
            7,
            2,
            yaw=-3.141592653589793,
            rotation=rotation,
            is_keyframe=False,
            attributes={"parked": True},
            **other_fields,
        ),
        cuboid(8, 1, position=xyz(548123.1234567891, -1e-300, 5), track_id=None, type="cuboid-sync"),
    ]
    front = camera("front.jpg", rotation=0.25, intensity=2)
    pose = {"position": xyz(0.1, 2, -3e10), "heading": quaternion(0, 0, 0, 0)}
    viewer_fields = {"default_z": -1.5, "bounds": {"min_x": -2, "max_z": 0.1}, "name": "first", "timestamp": 2**60 + 1}
    url = write_files(tmp_path)("a.bin", kitti_file())
    attributes = cloud(url, "binary-xyzi", ego_pose=pose, images=[front], **viewer_fields)
    label = cloud_label("REVIEWED", annotations=annotations, image_attributes={"rain": False})
    release = write_release(
        [cloud_sample("a", attributes, label, metadata={"town": "Leuven"})], task_type="pointcloud-cuboid"
    )
    first = {
        "id": 7,
        "category_id": 2,
        "category": 1,
        "attributes": {"parked": True},
        "type": "cuboid",
        "points": None,
        "track_id": 7,
        "is_keyframe": False,
        "position": [1.5, 0, -2],
        "dimensions": [4, 2, 1.5],
        "yaw": -3.141592653589793,
        "rotation": [0.1, -0.2, 0.3000000000000001, 0.9],
        "other": other_fields,
    }
    second = {
        **first,
        "id": 8,
        "category_id": 1,
        "category": 0,
        "attributes": None,
        "type": "cuboid-sync",
        "track_id": None,
        "is_keyframe": None,
        "position": [548123.1234567891, -1e-300, 5],
        "yaw": 0.25,
        "rotation": None,
        "other": None,
    }
    assert rows_of(release) == [
        {
            "name": "a",
            "uuid": "uuid-a",
            "status": "REVIEWED",
            "point_cloud": kitti_file(),
            "point_cloud_type": "binary-xyzi",
            "ego_pose": {"position": [0.1, 2, -3e10], "heading": [0, 0, 0, 0]},
            "annotations": [first, second],
            "cameras": [
                {
                    "name": "front",
                    "image": None,
                    "intrinsic_matrix": [[900.5, 0, 640], [0, 900.5, 360.25], [0, 0, 1]],
                    "translation": [0.5, 0, -0.1],
                    "rotation": [0.5, -0.5, 0.5, -0.5],
                    "camera_convention": "OpenCV",
                    "distortion": {"model": "fisheye", "coefficients": {"k1": 0.01, "k2": -0.02, "k3": 0, "k4": 1e-5}},
                    "other": {"row": 0, "col": 1, "rotation": 0.25, "intensity": 2},
                }
            ],
            "links": None,
            "other": viewer_fields,
            "image_attributes": {"rain": False},
            "metadata": {"town": "Leuven"},
        }
    ]


def test_sequence_has_one_row_for_each_frame(tmp_path: Path, write_release: WriteRelease, rows_of: Any) -> None:
    store = write_files(tmp_path)
    timestamps = ["10", 1_234_567_890_123_456_789, 0.1234567890123456789, "1.50", None, 1e9]
    timestamp_texts = ["10", "1234567890123456789", "0.12345678901234568", "1.50", None, "1000000000.0"]
    frames = [
        cloud(store(f"{number}.bin", kitti_file(first_x=number)), name=f"f{number}", timestamp=time, default_z=number)
        for number, time in enumerate(timestamps)
    ]
    links = [{"from_id": 1, "to_id": 2, "attributes": {"kind": "towed"}}]
    frame_labels = [*(label_content("pointcloud-segmentation", 1 + number) for number in range(5)), None]
    drive = cloud_sample("drive", {"frames": frames}, cloud_label(frames=frame_labels, links=links), metadata={"k": 1})
    later = cloud_sample("later", {"frames": frames[:1]})
    rows = rows_of(write_release([drive, later], task_type="pointcloud-segmentation-sequence"))
    assert [(row["name"], row["frame_index"], row["frame_name"], row["timestamp"]) for row in rows] == [
        *(("drive", number, f"f{number}", time) for number, time in enumerate(timestamp_texts)),
        ("later", 0, "f0", "10"),
    ]
    assert [row["point_cloud"] for row in rows] == [kitti_file(first_x=number) for number in (0, 1, 2, 3, 4, 5, 0)]
    assert [row["point_annotations"] for row in rows] == [*([0, n, n, 9] for n in (1, 2, 3, 4, 5)), None, None]
    assert [row["status"] for row in rows] == ["LABELED"] * 5 + ["UNLABELED"] * 2
    assert [row["links"] for row in rows] == [links] * 6 + [None]
    assert [row["other"] for row in rows] == [{"default_z": number} for number in (0, 1, 2, 3, 4, 5, 0)]
    assert [row["metadata"] for row in rows] == [{"k": 1}] * 6 + [None]


def test_timestamp_has_all_digits_of_the_file(tmp_path: Path, write_release: WriteRelease, rows_of: Any) -> None:
    texts = ["0.12345678901234567890123", "123456789012345678901", "1E+3", '"1700000000.000000001"']
    frames = [cloud(None, timestamp=f"@{number}") for number in range(4)]
    release = write_release([cloud_sample("a", {"frames": frames})], task_type="pointcloud-cuboid-sequence")
    document = release.read_text("utf-8")
    for number, text in enumerate(texts):
        document = document.replace(f'"@{number}"', text)
    release.write_text(document, "utf-8")
    timestamps = [row["timestamp"] for row in rows_of(release, load_assets=False)]
    assert timestamps == [text.strip('"') for text in texts]


@pytest.mark.each_choice(2)
@pytest.mark.parametrize("task_type", [*SINGLE_CLOUD_TASKS, *SEQUENCE_TASKS])
@pytest.mark.parametrize(
    "label",
    [
        None,
        {"label_status": "SKIPPED", "attributes": {}},
        {"label_status": "SKIPPED", "attributes": None},
        {"label_status": "SKIPPED"},
        cloud_label("SKIPPED", annotations=None, point_annotations=None, frames=None),
        cloud_label("SKIPPED", annotations=[], frames=[None]),
        cloud_label("SKIPPED", annotations=[], frames=[{}]),
    ],
    ids=str,
)
def test_label_without_annotations_makes_a_row_without_annotations(
    write_release: WriteRelease, rows_of: Any, task_type: str, label: Any
) -> None:
    attributes = {"frames": [cloud(None)]} if task_type in SEQUENCE_TASKS else cloud(None)
    (row,) = rows_of(write_release([cloud_sample("a", attributes, label)], task_type=task_type), load_assets=False)
    assert (row["status"], row["annotations"]) == ("SKIPPED" if label else "UNLABELED", [])
    assert row.get("point_annotations") is None
    assert (row["links"], row["image_attributes"], row["ego_pose"], row["point_cloud"]) == (None, None, None, None)


@pytest.mark.parametrize("count", [0, 1, 3])
def test_label_may_have_fewer_or_more_frames_than_the_sample(
    write_release: WriteRelease, rows_of: Any, count: int
) -> None:
    frames = [cloud(None, name=f"f{number}", ego_pose=None) for number in range(2)]
    frame_labels = [{"annotations": [cuboid(number, 1)]} for number in range(count)]
    sample = cloud_sample("drive", {"frames": frames}, cloud_label(frames=frame_labels))
    rows = rows_of(write_release([sample], task_type="pointcloud-cuboid-sequence"), load_assets=False)
    assert [row["frame_name"] for row in rows] == ["f0", "f1", None][: max(2, count)]
    assert [[item["id"] for item in row["annotations"]] for row in rows] == [
        [number] if number < count else [] for number in range(max(2, count))
    ]


def test_row_of_vectors_has_points_and_cuboids(write_release: WriteRelease, rows_of: Any) -> None:
    annotations = [
        {"id": 1, "category_id": 1, "type": "polygon", "points": [[0, 0.1, 1e9], [1, 1, 1], [2, 0, -1e-9]]},
        {"id": 2, "category_id": 2, "type": "polyline", "points": [[0.5, 1.5], [2, 3]]},
        {"id": 3, "category_id": 2, "type": "point", "points": [[1, 2, 3]], "track_id": 4, "is_keyframe": True},
        {"id": 4, "category_id": 2, "type": "polygon", "points": []},
        cuboid(5, 1),
    ]
    sample = cloud_sample("a", cloud(None), cloud_label(annotations=annotations))
    (row,) = rows_of(write_release([sample], task_type="pointcloud-vector"), load_assets=False)
    assert [item["points"] for item in row["annotations"]] == [item.get("points") for item in annotations]
    assert [item["type"] for item in row["annotations"]] == [item["type"] for item in annotations]
    assert [item["position"] for item in row["annotations"]] == [None] * 4 + [[1.5, 0, -2]]


@pytest.mark.parametrize(
    "fields",
    [
        {"intrinsics": None, "extrinsics": None, "distortion": None, "camera_convention": None, "name": None},
        {"intrinsics": {"intrinsic_matrix": None}, "extrinsics": {"translation": None, "rotation": None}},
        {"extrinsics": {"translation": xyz(1, 2, 3)}, "intrinsics": {"pixels": [1920, 1080]}},
        {"camera_convention": "OpenGL", "distortion": {"model": "brown-conrady", "coefficients": {"k1": 1e-7}}},
    ],
    ids=str,
)
def test_cameras_may_lack_parts_of_the_calibration(write_release: WriteRelease, rows_of: Any, fields: Any) -> None:
    sample = cloud_sample("a", cloud(None, images=[camera("a.jpg", **fields), camera("b.jpg", name="rear")]))
    (row,) = rows_of(write_release([sample], task_type="pointcloud-cuboid"), load_assets=False)
    first, second = row["cameras"]
    extrinsics = camera("a.jpg", **fields)["extrinsics"] or {}
    assert first["translation"] == (list(extrinsics["translation"].values()) if extrinsics.get("translation") else None)
    assert first["rotation"] == (list(extrinsics["rotation"].values()) if extrinsics.get("rotation") else None)
    assert (first["camera_convention"], first["distortion"]) == (
        camera("a.jpg", **fields)["camera_convention"],
        camera("a.jpg", **fields)["distortion"],
    )
    assert (first["image"], second["name"]) == (None, "rear")
    pixels = (fields.get("intrinsics") or {}).get("pixels")
    assert first["other"] == {"row": 0, "col": 1, **({"pixels": pixels} if pixels else {})}


def test_rows_have_the_labels_of_the_chosen_labelset(write_release: WriteRelease, rows_of: Any) -> None:
    labels = {
        "ground-truth": cloud_label(annotations=[cuboid(1, 1)]),
        "model": cloud_label("PRELABELED", annotations=[]),
    }
    sample = cloud_sample("a", cloud(None), labels=labels)
    labelsets = [{"name": "ground-truth", "is_groundtruth": True}, {"name": "model"}]
    release = write_release([sample], task_type="pointcloud-cuboid", labelsets=labelsets)
    rows = [rows_of(release, load_assets=False, labelset=name)[0] for name in (None, "model")]
    assert [(row["status"], len(row["annotations"])) for row in rows] == [("LABELED", 1), ("PRELABELED", 0)]


def test_filters_and_splits_keep_a_sequence_together(tmp_path: Path, write_release: WriteRelease) -> None:
    store = write_files(tmp_path)
    frames = [cloud(store(f"{number}.bin", kitti_file(first_x=number))) for number in range(3)]
    samples = [
        cloud_sample(
            f"s{number}",
            {"frames": frames},
            cloud_label("REVIEWED" if number % 2 else "LABELED", frames=[{"annotations": []}] * 3),
            metadata={"town": number % 3},
        )
        for number in range(20)
    ]
    release = write_release(samples, task_type="pointcloud-cuboid-sequence")
    splits = segments_hf.load_release(release, splits={"train": 0.5, "test": 0.5})
    names = {split: rows["name"][:] for split, rows in splits.items()}
    assert sum(map(len, names.values())) == 60
    assert not set(names["train"]) & set(names["test"])
    filtered = segments_hf.load_release(
        release, split="train", filter_by="reviewed", filter_by_metadata={"town": 1}, load_assets=False
    )
    assert filtered["name"][:] == [name for name in ("s1", "s7", "s13", "s19") for _ in range(3)]
    assert filtered["frame_index"][:] == [0, 1, 2] * 4
