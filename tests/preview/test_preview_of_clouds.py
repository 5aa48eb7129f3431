"""The data of a page contain the points, labels and boxes of point clouds."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from cloud_releases import cloud, cloud_label, cloud_sample, cuboid, kitti_file, quaternion, xyz
from scipy.spatial.transform import Rotation

import segments_hf
from preview.reading import Page, image_of, page_of, unpacked
from segments_hf.demo import demo_release

CATEGORIES = [{"id": 1, "name": "car", "color": [255, 0, 0]}, {"id": 2, "name": "tree", "color": [0, 160, 0]}]


def write_clouds(folder: Path, samples: list[Any], task_type: str = "pointcloud-cuboid") -> Path:
    """Write a release of point clouds. Return the path of its JSON file."""
    attributes = {"categories": CATEGORIES}
    labelsets = [{"name": "ground-truth"}]
    dataset = {"name": "street", "owner": "jane", "task_type": task_type, "task_attributes": attributes}
    release = {"name": "v1", "dataset": {**dataset, "labelsets": labelsets, "samples": samples}}
    (folder / "release.json").write_text(json.dumps(release), encoding="utf-8")
    return folder / "release.json"


def write_kitti(path: Path, positions: Any) -> str:
    """Write points with the intensity 0 in the format of KITTI. Return the name of the file."""
    xyzi = np.zeros((len(positions), 4), "<f4")
    xyzi[:, :3] = positions
    path.write_bytes(xyzi.tobytes())
    return path.name


def positions_of(detail: Any) -> np.ndarray:
    """Return x, y and z of the points on a page: array of shape (N, 3)."""
    points = detail["cloud"]
    return np.array(points["corner"]) + unpacked(points["positions"]).T * points["step"]


def are_inside(geometry: Any, positions: np.ndarray) -> np.ndarray:
    """Tell which points are inside of a box on a page: bool array of shape (N,)."""
    center, *axes = np.array(geometry)
    shares = [(positions - center) @ axis / (axis @ axis) for axis in axes]
    return (np.abs(shares) <= 1).all(axis=0)


def test_page_has_all_points_of_a_small_cloud_with_a_precision_of_a_centimeter(tmp_path: Path) -> None:
    positions = np.random.default_rng(0).normal(0, 30, (500, 3))
    positions[7] = [9000, -4000, 2]  # a reflection far away
    samples = [cloud_sample("a", cloud(write_kitti(tmp_path / "a.bin", positions)))]
    [detail] = page_of(write_clouds(tmp_path, samples), tmp_path).details
    assert (detail["cloud"]["total"], detail["cloud"]["count"], detail["notices"]) == (500, 500, [])
    assert np.abs(positions_of(detail) - positions).max() <= 0.0051
    assert detail["cloud"]["intensities"] is not None


def test_points_of_a_large_cloud_are_chosen_evenly(tmp_path: Path) -> None:
    positions = np.arange(10_000)[:, None] * [1.0, 0, 0] / 100
    samples = [cloud_sample("a", cloud(write_kitti(tmp_path / "a.bin", positions)))]
    [detail] = page_of(write_clouds(tmp_path, samples), tmp_path, points=400).details
    assert (detail["cloud"]["total"], detail["cloud"]["count"]) == (10_000, 400)
    indices = np.round(100 * positions_of(detail)[:, 0]).astype(int)
    assert (indices // 25).tolist() == list(range(400))


def test_points_have_the_numbers_of_their_annotations(tmp_path: Path) -> None:
    annotations = [{"id": 5, "category_id": 2}, {"id": 9, "category_id": 1}, {"id": 12, "category_id": 1}]
    label = cloud_label(annotations=annotations, point_annotations=[9, 0, 5, 9])
    (tmp_path / "a.bin").write_bytes(kitti_file(4))
    release = write_clouds(tmp_path, [cloud_sample("a", cloud("a.bin"), label)], "pointcloud-segmentation")
    page = page_of(release, tmp_path)
    [detail] = page.details
    assert unpacked(detail["cloud"]["numbers"]).tolist() == [[2, 0, 1, 2]]
    assert [item["num_points"] for item in detail["objects"]] == [1, 2, 0]
    assert page.entries[0]["objects"] == [[0, 2], [1, 1]]


def test_points_with_unknown_ids_are_one_object(tmp_path: Path) -> None:
    label = cloud_label(annotations=[{"id": 5, "category_id": 2}], point_annotations=[5, 7, 8, 0])
    (tmp_path / "a.bin").write_bytes(kitti_file(4))
    release = write_clouds(tmp_path, [cloud_sample("a", cloud("a.bin"), label)], "pointcloud-segmentation")
    [detail] = page_of(release, tmp_path).details
    assert unpacked(detail["cloud"]["numbers"]).tolist() == [[1, 2, 2, 0]]
    unknown = detail["objects"][1]
    assert (unknown["id"], unknown["has_no_annotation"]) == ("7, 8", True)
    assert (unknown["num_points"], unknown["class_number"]) == (2, 2)


@pytest.mark.parametrize("seed", range(8))
def test_boxes_contain_the_same_points_as_in_the_release(tmp_path: Path, seed: int) -> None:
    rng = np.random.default_rng(seed)
    heading, tilt = Rotation.random(rng=rng), Rotation.random(rng=rng)
    position, center, size = rng.normal(0, 50, (2, 3)).tolist() + [[4.0, 2.0, 1.5]]
    # The 40 inner points are in one octant of the box, so that the test detects an axis with a wrong sign.
    offsets = rng.uniform([0.05, 0.05, 0.05], np.array(size) / 2 - 0.05, (40, 3))
    others = rng.uniform([-9, -9, 2], [9, 9, 20], (200, 3))
    in_world = tilt.apply(np.concatenate([offsets, others])) + center
    in_sensor = heading.inv().apply(in_world - position)
    pose = {"position": xyz(*position), "heading": quaternion(*heading.as_quat().tolist())}
    box = cuboid(1, 1, position=xyz(*center), dimensions=xyz(*size), rotation=quaternion(*tilt.as_quat().tolist()))
    attributes = cloud(write_kitti(tmp_path / "a.bin", in_sensor), ego_pose=pose)
    release = write_clouds(tmp_path, [cloud_sample("a", attributes, cloud_label(annotations=[box]))])
    [detail] = page_of(release, tmp_path).details
    [shown] = detail["objects"]
    expected = np.repeat([True, False], [40, 200])
    assert shown["num_points"] == 40
    assert np.array_equal(unpacked(detail["cloud"]["numbers"])[0] == 1, expected)
    assert np.array_equal(are_inside(shown["geometry_3d"], positions_of(detail)), expected)
    center_of_box, front, left, _ = np.array(shown["geometry_3d"])
    inner_offsets = positions_of(detail)[:40] - center_of_box
    assert (inner_offsets @ front > 0).all()
    assert (inner_offsets @ left > 0).all()
    # On the page, z is vertical and x is the heading of the sensor: distances and heights are those of the world.
    heights = positions_of(detail)[:, 2]
    assert np.abs(heights - (in_world[:, 2] - position[2])).max() < 0.02
    forward = heading.apply([1, 0, 0])
    assert (
        np.abs(positions_of(detail)[:, 0] * np.hypot(*forward[:2]) - (in_world - position)[:, :2] @ forward[:2]).max()
        < 0.03
    )


def test_points_of_lines_are_relative_to_the_sensor(tmp_path: Path) -> None:
    line = {"id": 1, "category_id": 2, "type": "polyline", "points": [[11, 0.5, 1], [12, 1, -1.25]]}
    pose = {"position": xyz(10, 0, 0), "heading": quaternion(0, 0, 0, 1)}
    (tmp_path / "a.bin").write_bytes(kitti_file(4))
    samples = [cloud_sample("a", cloud("a.bin", ego_pose=pose), cloud_label(annotations=[line]))]
    [detail] = page_of(write_clouds(tmp_path, samples, "pointcloud-vector"), tmp_path).details
    assert (detail["objects"][0]["type"], detail["objects"][0]["geometry_3d"]) == (
        "polyline",
        [[1, 0.5, 1], [2, 1, -1.25]],
    )


def test_notice_counts_points_with_coordinates_that_are_not_finite(tmp_path: Path) -> None:
    positions = np.array([[1, 2, 3], [np.nan, 0, 0], [4, 5, np.inf], [2, 2, 2]])
    label = cloud_label(annotations=[{"id": 5, "category_id": 2}], point_annotations=[0, 5, 5, 5])
    samples = [cloud_sample("a", cloud(write_kitti(tmp_path / "a.bin", positions)), label)]
    [detail] = page_of(write_clouds(tmp_path, samples, "pointcloud-segmentation"), tmp_path).details
    assert (detail["cloud"]["total"], detail["cloud"]["count"]) == (4, 2)
    assert unpacked(detail["cloud"]["numbers"]).tolist() == [[0, 1]]  # the labels of the first and of the last point
    assert detail["notices"] == ["2 points with a coordinate that is not finite are not shown."]


def test_boxes_of_a_missing_file_are_shown_without_points(tmp_path: Path) -> None:
    label = cloud_label(annotations=[cuboid(1, 1), cuboid(2, 2)])
    page = page_of(write_clouds(tmp_path, [cloud_sample("a", cloud("missing.bin"), label)]), tmp_path)
    [detail] = page.details
    assert (detail["cloud"]["total"], detail["cloud"]["count"]) == (0, 0)
    assert all(item["geometry_3d"] for item in detail["objects"])
    assert "missing.bin" in json.dumps(page.entries[0]["findings"])


def test_sample_without_a_file_and_without_a_label_has_no_cloud(tmp_path: Path) -> None:
    page = page_of(write_clouds(tmp_path, [cloud_sample("a", cloud(None))]), tmp_path)
    assert (page.details[0]["cloud"], page.thumbs[0]["image"]) == (None, None)
    assert page.entries[0]["findings"]


def changed_row(folder: Path, task_type: str, label: Any, **columns: Any) -> Any:
    """Return a dataset of one point cloud of four points. `columns` replace columns of the row."""
    (folder / "a.bin").write_bytes(kitti_file(4))
    release = write_clouds(folder, [cloud_sample("a", cloud("a.bin"), label)], task_type)
    dataset = segments_hf.load_release(release, split="train")
    return dataset.map(lambda row: columns, features=dataset.features)


def test_notice_reports_a_label_with_another_number_of_points_than_the_file(tmp_path: Path) -> None:
    label = cloud_label(annotations=[{"id": 1, "category_id": 2}], point_annotations=[0, 1, 1, 1])
    [detail] = page_of(changed_row(tmp_path, "pointcloud-segmentation", label, point_annotations=[1]), tmp_path).details
    assert (detail["cloud"]["count"], detail["cloud"]["numbers"]) == (4, None)
    assert "1 point" in detail["notices"][0]


def test_points_are_shown_if_the_pose_is_invalid(tmp_path: Path) -> None:
    pose = {"position": [0.0, 0, 0], "heading": [float("nan"), 0, 0, 1]}
    data = changed_row(tmp_path, "pointcloud-cuboid", cloud_label(annotations=[cuboid(1, 1)]), ego_pose=pose)
    [detail] = page_of(data, tmp_path).details
    assert (detail["cloud"]["count"], detail["cloud"]["numbers"], len(detail["objects"])) == (4, None, 1)
    assert all("heading" in notice for notice in detail["notices"])
    assert len(detail["notices"]) == 2


@pytest.mark.parametrize("name", ["street-cuboids", "street-segmentation"])
@pytest.mark.parametrize("form", ["dataset", "embedded dataset", "stream", "splits"])
def test_page_of_a_dataset_equals_the_page_of_its_release(tmp_path: Path, name: Any, form: str) -> None:
    release = demo_release(name)
    data: Any = {
        "dataset": lambda: segments_hf.load_release(release, split="train"),
        "embedded dataset": lambda: segments_hf.load_release(release, split="train", embed=True),
        "stream": lambda: segments_hf.load_release(release, split="train", streaming=True),
        "splits": lambda: segments_hf.load_release(release),
    }[form]()
    (tmp_path / "other").mkdir()
    expected, page = page_of(release, tmp_path), page_of(data, tmp_path / "other")
    is_stream = form == "stream"  # the number of rows is not known, so fewer points of each row are shown
    assert [item["cloud"]["total"] for item in page.details] == [item["cloud"]["total"] for item in expected.details]
    assert is_stream or page.details == expected.details
    assert is_stream or page.thumbs == expected.thumbs
    assert [item["objects"] for item in page.entries] == [item["objects"] for item in expected.entries]


def test_dataset_without_a_column_of_point_clouds_is_refused(tmp_path: Path) -> None:
    dataset = segments_hf.load_release(demo_release("street-cuboids"), split="train").remove_columns("ego_pose")
    with pytest.raises(segments_hf.SegmentsHFError, match="ego_pose"):
        segments_hf.preview(dataset, tmp_path / "page.html")


def test_thumbnail_shows_the_points_from_above_with_their_objects(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    left, top = rng.normal([-20, 0, 0], 0.3, (200, 3)), rng.normal([0, 15, 0], 0.3, (200, 3))
    around = rng.uniform(-20, 20, (400, 3)) * [1, 0.75, 0.01]
    ids = [*[1] * 200, *[2] * 200, *[0] * 400]
    label = cloud_label(annotations=[{"id": 1, "category_id": 1}, {"id": 2, "category_id": 2}], point_annotations=ids)
    positions = np.concatenate([left, top, around])
    samples = [cloud_sample("a", cloud(write_kitti(tmp_path / "a.bin", positions)), label)]
    [thumb] = page_of(write_clouds(tmp_path, samples, "pointcloud-segmentation"), tmp_path).thumbs
    shown = unpacked(thumb["numbers"])
    assert image_of(thumb["image"]).size == shown.shape[::-1]
    rows, columns = np.nonzero(shown == 1)
    assert columns.mean() < 0.2 * shown.shape[1]
    assert abs(rows.mean() - shown.shape[0] / 2) < 0.1 * shown.shape[0]
    rows, columns = np.nonzero(shown == 2)
    assert rows.mean() < 0.2 * shown.shape[0]
    assert abs(columns.mean() - shown.shape[1] / 2) < 0.1 * shown.shape[1]
    assert thumb["class_numbers"] == [0, 1]


@pytest.mark.slow
def test_page_of_many_frames_shows_fewer_points_of_each_frame(tmp_path: Path) -> None:
    (tmp_path / "a.bin").write_bytes(np.random.default_rng(0).normal(size=(60_000, 4)).astype("<f4").tobytes())
    samples = [cloud_sample("a", {"frames": [cloud("a.bin")] * 100})]
    page = Page(segments_hf.preview(write_clouds(tmp_path, samples, "pointcloud-cuboid-sequence"), tmp_path / "a.html"))
    assert {detail["cloud"]["count"] for detail in page.details} == {37_500}
    assert (tmp_path / "a.html").stat().st_size < 60_000_000
