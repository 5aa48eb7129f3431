"""Statistics of point clouds equal those of a simple loop; points in cuboids are counted only if files are read."""

from __future__ import annotations

import json
import math
import tracemalloc
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segments_hf import Release, load_release, stats
from segments_hf.stats.figures import save_figures
from segments_hf.stats.inspection import inspect_release

CATEGORIES = [{"id": 4, "name": "car"}, {"id": 9, "name": "person"}]
NAMES = ("x", "y", "z")


def xyz(values: Any) -> dict[str, float]:
    return dict(zip(NAMES, values, strict=True))


def write_release(folder: Path, task_type: str, clouds: list[np.ndarray], labels: list[Any]) -> Path:
    """Write a release of single point clouds in the format of KITTI, whose sensor is at (100, 200, 1)."""
    samples = []
    for number, (points, label) in enumerate(zip(clouds, labels, strict=True)):
        (folder / f"{number}.bin").write_bytes(points.astype("<f4").tobytes())
        attributes = {
            "pcd": {"url": f"{number}.bin", "type": "kitti"},
            "ego_pose": {"position": xyz([100, 200, 1]), "heading": {"qx": 0, "qy": 0, "qz": 0, "qw": 1}},
        }
        labeled = label and {"label_status": "LABELED", "attributes": label}
        samples.append({"name": f"{number}", "uuid": f"u{number}", "attributes": attributes, "labels": {"gt": labeled}})
    dataset = {
        "name": "d",
        "owner": "jane",
        "task_type": task_type,
        "task_attributes": {"categories": CATEGORIES},
        "labelsets": [{"name": "gt"}],
        "samples": samples,
    }
    path = folder / "release.json"
    path.write_text(json.dumps({"name": "v1", "dataset": dataset}))
    return path


coordinates = st.integers(-6, 6)
cuboids = st.tuples(
    st.sampled_from([4, 9]), st.tuples(coordinates, coordinates, coordinates), st.tuples(*[st.integers(1, 9)] * 3)
)
clouds_of_cuboids = st.lists(
    st.tuples(st.lists(st.tuples(coordinates, coordinates, coordinates), max_size=30), st.lists(cuboids, max_size=4)),
    min_size=1,
    max_size=3,
)


def is_inside(point: Any, center: Any, size: Any) -> bool:
    # Points have whole coordinates, and the faces of cuboids do not. So no result depends on rounding.
    return all(
        abs(value - middle) <= length / 2 + 0.25 for value, middle, length in zip(point, center, size, strict=True)
    )


@given(clouds_of_cuboids)
@settings(max_examples=25)
def test_statistics_of_cuboids_equal_those_of_a_simple_loop(tmp_path_factory, drawn):
    folder = tmp_path_factory.mktemp("release")
    labels, clouds = [], []
    points_per_object: dict[int, list[int]] = {4: [], 9: []}
    lengths: dict[int, list[float]] = {4: [], 9: []}
    distances: dict[int, list[float]] = {4: [], 9: []}
    class_points, without_class = {4: 0, 9: 0}, 0
    for points, boxes in drawn:
        clouds.append(np.array([[*point, 1] for point in points], "f4").reshape(-1, 4))
        labels.append(
            {
                "annotations": [
                    {
                        "id": number,
                        "category_id": category,
                        "type": "cuboid",
                        "position": xyz(np.add(center, [100, 200, 1]).tolist()),
                        "dimensions": xyz([length + 0.5 for length in size]),
                        "yaw": 0,
                    }
                    for number, (category, center, size) in enumerate(boxes, start=1)
                ]
            }
        )
        for category, center, size in boxes:
            points_per_object[category].append(sum(is_inside(point, center, size) for point in points))
            lengths[category].append(size[0] + 0.5)
            distances[category].append(math.dist(center, (0, 0, 0)))
        for point in points:
            classes = {category for category, center, size in boxes if is_inside(point, center, size)}
            for category in classes:
                class_points[category] += 1
            without_class += not classes
    found = stats(write_release(folder, "pointcloud-cuboid", clouds, labels), assets=True)
    assert found.unit == "point cloud"
    assert found.point_clouds is not None
    assert found.point_clouds.unlabeled_points == without_class
    for category, item, counted in zip((4, 9), found.point_clouds.classes, found.classes, strict=True):
        assert item.points == class_points[category]
        assert counted.objects == len(lengths[category])
        for quantity, values in (
            (item.points_per_object, points_per_object[category]),
            (item.length, lengths[category]),
            (item.distance, distances[category]),
        ):
            assert (quantity is None) == (not values)
            if quantity is not None:
                values.sort()
                assert quantity.objects == len(values)
                assert (quantity.smallest, quantity.largest) == pytest.approx((values[0], values[-1]))
                assert quantity.median == pytest.approx(values[(len(values) - 1) // 2])


@given(st.lists(st.lists(st.sampled_from([0, 0, 1, 2, 3, 70000]), max_size=40), min_size=1, max_size=3))
@settings(max_examples=25)
def test_statistics_of_labeled_points_equal_those_of_a_simple_loop(tmp_path_factory, drawn):
    folder = tmp_path_factory.mktemp("release")
    category_of = {1: 4, 2: 9, 3: 4, 70000: 9}
    annotations = [{"id": number, "category_id": category} for number, category in category_of.items()]
    labels = [{"annotations": annotations, "point_annotations": ids} for ids in drawn]
    clouds = [np.zeros((len(ids), 4)) for ids in drawn]
    path = write_release(folder, "pointcloud-segmentation", clouds, labels)
    for data in (path, load_release(path, split="train")):
        found = stats(data)
        assert found.point_clouds is not None
        assert found.point_clouds.unlabeled_points == sum(ids.count(0) for ids in drawn)
        for category, item in zip((4, 9), found.point_clouds.classes, strict=True):
            numbers = [number for number in category_of if category_of[number] == category]
            counts = sorted(ids.count(number) for ids in drawn for number in numbers)
            assert item.points == sum(counts)
            assert item.points_per_object is not None
            assert (item.points_per_object.smallest, item.points_per_object.largest) == (counts[0], counts[-1])
    inspected = inspect_release(Release.open(path))
    for category, entry in zip((4, 9), inspected.categories, strict=True):
        labeled = sum(ids.count(number) for ids in drawn for number in category_of if category_of[number] == category)
        assert entry.annotations == 2 * len(drawn)
        assert (entry.points or 0) == labeled


@pytest.mark.parametrize(
    ("task_type", "kind", "line"),
    [
        ("pointcloud-cuboid", "without a type", "Annotations by kind: 1 cuboid, 1 without a type"),
        ("pointcloud-vector", "without a type", "Annotations by kind: 1 cuboid, 1 without a type"),
        ("pointcloud-segmentation", "segment", "Annotations by kind: 1 cuboid, 1 segment"),
    ],
)
def test_only_segmentations_count_annotations_without_type_as_segments(tmp_path, task_type, kind, line):
    annotations = [{"id": 1, "category_id": 4, "type": "cuboid"}, {"id": 2, "category_id": 4}]
    path = write_release(tmp_path, task_type, [np.zeros((1, 4))], [{"annotations": annotations}])
    inspected = inspect_release(Release.open(path))
    assert inspected.kinds == {"cuboid": 1, kind: 1}
    assert line in str(inspected)


def pcd_file(points: np.ndarray) -> bytes:
    """Return a PCD file with x, y and z as float64."""
    header = "VERSION 0.7\nFIELDS x y z\nSIZE 8 8 8\nTYPE F F F\nCOUNT 1 1 1\n"
    number = len(points)
    return f"{header}WIDTH {number}\nHEIGHT 1\nPOINTS {number}\nDATA binary\n".encode() + points.tobytes()


def test_points_in_map_coordinates_are_counted_with_the_resolution_of_the_file(tmp_path):
    center = np.array([500_000.3, 5_400_000.3, 300])
    offsets = np.array([[0, y, 0] for y in (-0.35, -0.31, -0.29, 0, 0.29, 0.31, 0.4)])  # float32 numbers are 0.5 apart
    cuboid = {"id": 1, "category_id": 9, "type": "cuboid", "position": xyz(center), "dimensions": xyz([0.6] * 3)}
    path = write_release(tmp_path, "pointcloud-cuboid", [np.zeros((1, 4))], [{"annotations": [{**cuboid, "yaw": 0.0}]}])
    (tmp_path / "0.pcd").write_bytes(pcd_file(center + offsets))
    release = json.loads(path.read_text())
    release["dataset"]["samples"][0]["attributes"] = {"pcd": {"url": "0.pcd", "type": "pcd"}}
    path.write_text(json.dumps(release))
    found = stats(path, assets=True)
    assert [item.points for item in found.point_clouds.classes] == [0, 3]


@pytest.mark.slow
def test_memory_is_limited_for_many_points_and_many_cuboids(tmp_path):
    points, number = np.zeros((100_000, 4)), 3000
    near, far = (
        {"category_id": 4, "type": "cuboid", "position": xyz([x, 200, 1]), "dimensions": xyz([2, 2, 2]), "yaw": 0}
        for x in (100, 900)
    )
    annotations = [{"id": 1, **near}, *({"id": index, **far} for index in range(2, number + 1))]
    data = load_release(write_release(tmp_path, "pointcloud-cuboid", [points], [{"annotations": annotations}]))
    tracemalloc.start()
    try:
        found = stats(data, assets=True)
        assert tracemalloc.get_traced_memory()[1] < len(points) * number
    finally:
        tracemalloc.stop()
    assert [item.points for item in found.point_clouds.classes] == [100_000, 0]


def test_points_in_cuboids_are_unknown_if_the_files_are_not_read(tmp_path):
    cuboid = {"id": 1, "category_id": 4, "type": "cuboid", "position": xyz([100, 200, 1]), "yaw": 0.5}
    label = {"annotations": [{**cuboid, "dimensions": xyz([4, 2, 1])}]}
    path = write_release(tmp_path, "pointcloud-cuboid", [np.zeros((5, 4))], [label])
    found = stats(path)
    assert found.point_clouds is not None
    car = found.point_clouds.classes[0]
    assert (found.point_clouds.unlabeled_points, car.points, car.points_per_object) == (None, None, None)
    assert car.length is not None
    assert "points per object" not in str(found)
    read = stats(path, assets=True)
    assert read.point_clouds is not None
    assert read.point_clouds.classes[0].points == 5
    assert {"classes.png", "point-clouds.png"} <= {file.name for file in save_figures(read, tmp_path / "charts")}


def test_broken_cuboids_and_files_are_problems_of_their_samples(tmp_path):
    cuboid = {"id": 1, "category_id": 4, "type": "cuboid", "position": xyz([100, 200, 1]), "dimensions": xyz([4, 2, 1])}
    labels = [
        {"annotations": [{**cuboid, "yaw": 1}]},
        {"annotations": [cuboid]},
        {"annotations": [{**cuboid, "yaw": 2}]},
    ]
    path = write_release(tmp_path, "pointcloud-cuboid", [np.zeros((5, 4))] * 3, labels)
    (tmp_path / "2.bin").write_bytes(b"abc")
    found = stats(path, assets=True)
    assert (found.images, found.labeled) == (3, 3)
    assert len(found.problems) == 2
    assert "'1'" in found.problems[0] or "'1'" in found.problems[1]
    assert found.point_clouds is not None
    assert found.point_clouds.classes[0].length is not None
    assert found.point_clouds.classes[0].length.objects == 2


def test_hosts_of_point_clouds_and_camera_images_are_counted(tmp_path):
    path = write_release(tmp_path, "pointcloud-cuboid", [np.zeros((1, 4))], [None])
    document = json.loads(path.read_text())
    attributes = document["dataset"]["samples"][0]["attributes"]
    attributes["pcd"]["url"] = "https://clouds.example/a.bin"
    attributes["images"] = [{"url": "https://images.example/a.jpg"}, {"url": "https://images.example/b.jpg"}]
    path.write_text(json.dumps(document))
    inspected = inspect_release(Release.open(path))
    assert inspected.image_hosts == {"images.example": 2, "clouds.example": 1}
