"""`validate` finds each fault that is planted in a release of point clouds, and has no findings without faults."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from cloud_releases import SEQUENCE_TASKS, quaternion
from dataset.making import jpeg, with_comment
from layouts.mask_making import KINDS, through_parquet
from scipy.spatial.transform import Rotation

from segments_hf import load_release, validate
from segments_hf.demo import demo_release
from segments_hf.errors import SegmentsHFError
from segments_hf.points.files import Cloud
from segments_hf.validate import Report

from .cloud_planting import CASES, LABEL_FAULTS, TASK_TYPES, PlantedFault, clean, content, frame_of


def found(report: Report) -> list[tuple[str, str]]:
    """Return the check and the sample of each finding."""
    return [(finding.check, finding.sample) for finding in report.findings]


@pytest.mark.parametrize("assets", [False, True], ids=["labels", "assets"])
@pytest.mark.parametrize("task_type", TASK_TYPES)
def test_clean_release_of_point_clouds_has_no_findings(
    tmp_path: Path, write_release: Any, task_type: str, assets: bool
) -> None:
    report = validate(write_release(clean(tmp_path, task_type), task_type=task_type), assets=assets)
    assert report.is_clean, str(report)
    assert (report.samples, report.rows) == (3, 9 if task_type in SEQUENCE_TASKS else 3)
    assert (report.assets, report.not_checked, report.pixel_formats) == (assets, {}, {})
    assert ("point clouds checked" in report.summary) == assets


@pytest.mark.parametrize("name", ["street-cuboids", "street-segmentation"])
def test_demo_of_point_clouds_has_no_findings(name: Any) -> None:
    report = validate(demo_release(name), assets=True, cameras=True)
    assert report.is_clean, str(report)


@pytest.mark.each_choice(2)
@pytest.mark.parametrize(("planted", "task_type"), CASES, ids=str)
def test_each_planted_fault_of_point_clouds_is_the_only_finding(
    tmp_path: Path, write_release: Any, planted: PlantedFault, task_type: str
) -> None:
    samples = clean(tmp_path, task_type)
    planted.plant(samples, tmp_path)
    release = write_release(samples, task_type=task_type)
    report = validate(release, assets=True)
    expected = [(planted.check, samples[1].get("name", "samples[1]"))]
    assert found(report) == expected, str(report)
    assert planted.message in report.findings[0].message
    if planted.loaded is not None:
        assert report.findings[0].frame == (planted.frame if task_type in SEQUENCE_TASKS else None)
    assert found(validate(release)) == ([] if planted.assets else expected)

    loaded = load_release(release, split="train", on_error="keep", streaming=True)
    check = planted.check if planted.loaded == "the same" else planted.loaded
    assert found(validate(loaded, assets=True)) == ([(check, expected[0][1])] if check else [])


@pytest.mark.each_choice(1)
@pytest.mark.parametrize("kind", ["dataset", "dict of streams"])
@pytest.mark.parametrize("task_type", ["pointcloud-vector-sequence", "pointcloud-segmentation"])
def test_datasets_and_streams_of_point_clouds_have_the_findings_of_their_release(
    tmp_path: Path, write_release: Any, task_type: str, kind: str
) -> None:
    release = write_release(_faulty(tmp_path, task_type), task_type=task_type)
    expected = validate(release, assets=True)
    assert len(expected.counts) > 10
    for dataset in (
        load_release(release, on_error="keep", **KINDS[kind]),
        through_parquet(load_release(release, on_error="keep", split="train"), tmp_path, streaming="stream" in kind),
    ):
        report = validate(dataset, assets=True)
        assert report.findings == expected.findings
        assert (report.samples, report.rows) == (expected.samples, expected.rows)


def _faulty(folder: Path, task_type: str) -> list[dict[str, Any]]:
    """Return three samples for each fault that loading does not change. The second of the three has the fault."""
    samples = []
    for number, (planted, task_of_fault) in enumerate(CASES):
        if task_of_fault == task_type and planted.loaded == "the same" and not planted.check.startswith("unreadable"):
            (folder / f"{number}").mkdir()
            samples_of_fault = clean(folder / f"{number}", task_type)
            planted.plant(samples_of_fault, folder / f"{number}")
            text = (
                json.dumps(samples_of_fault)
                .replace('"url": "', f'"url": "{number}/')
                .replace("scene", f"{number} scene")
            )
            samples += json.loads(text)
    return samples


@pytest.mark.parametrize("task_type", ["pointcloud-cuboid", "pointcloud-segmentation-sequence"])
@pytest.mark.parametrize("status", ["SKIPPED", "REJECTED", "UNLABELED"])
def test_skipped_rejected_and_unlabeled_point_clouds_are_checked_except_for_their_labels(
    tmp_path: Path, write_release: Any, task_type: str, status: str
) -> None:
    samples = clean(tmp_path, task_type)
    for planted, task in CASES:
        if task == task_type and planted in LABEL_FAULTS:
            planted.plant(samples, tmp_path)
    samples[1]["labels"]["ground-truth"]["label_status"] = status
    assert validate(write_release(samples, task_type=task_type), assets=True).is_clean
    frame_of(samples)["images"][0]["camera_convention"] = "Blender"
    assert list(validate(write_release(samples, task_type=task_type)).counts) == ["unusable-camera"]


@pytest.mark.parametrize("distortion", [{"model": ["fisheye"]}, {"model": {}}, [], "fisheye", 1, True])
def test_distortion_of_an_unexpected_json_type_is_a_finding(
    tmp_path: Path, write_release: Any, distortion: Any
) -> None:
    samples = clean(tmp_path, "pointcloud-cuboid", count=1)
    frame_of(samples, 0)["images"][0]["distortion"] = distortion
    assert "unusable-camera" in validate(write_release(samples, task_type="pointcloud-cuboid"), assets=True).counts


def test_camera_images_are_checked_only_if_they_are_loaded(tmp_path: Path, write_release: Any) -> None:
    samples = clean(tmp_path, "pointcloud-cuboid")
    for number in range(3):
        frame_of(samples, number)["images"][0]["url"] = f"{number}.jpg"
        (tmp_path / f"{number}.jpg").write_bytes(with_comment(jpeg((1280, 720)), f"{number}"))
    release = write_release(samples, task_type="pointcloud-cuboid")
    report = validate(release, assets=True, cameras=True)
    assert (report.is_clean, report.cameras) == (True, True)
    assert "labels, point clouds and camera images checked" in report.summary
    (tmp_path / "1.jpg").unlink()
    report = validate(release, assets=True)
    assert (report.is_clean, report.cameras) == (True, False)
    assert "labels and point clouds checked" in report.summary
    report = validate(release, assets=True, cameras=True)
    assert found(report) == [("unreadable-camera", "scene 1")], str(report)


def test_unreadable_camera_image_of_a_dataset_is_a_finding(tmp_path: Path, write_release: Any) -> None:
    samples = clean(tmp_path, "pointcloud-cuboid")
    for number in range(3):
        frame_of(samples, number)["images"][0]["url"] = f"{number}.jpg"
        (tmp_path / f"{number}.jpg").write_bytes(with_comment(jpeg((1280, 720)), f"{number}"))
    release = write_release(samples, task_type="pointcloud-cuboid")
    rows = load_release(release, split="train", cameras=True)
    report = validate(rows, assets=True)
    assert (report.is_clean, report.cameras) == (True, True)
    assert not validate(load_release(release, split="train"), assets=True).cameras
    (tmp_path / "1.jpg").write_bytes(b"<html>moved</html>")
    report = validate(rows, assets=True)
    assert found(report) == [("unreadable-camera", "scene 1")], str(report)


def test_points_outside_of_the_loaded_image_of_a_camera_do_not_count(tmp_path: Path, write_release: Any) -> None:
    samples = clean(tmp_path, "pointcloud-cuboid", count=1)
    frame_of(samples, 0)["images"][0]["url"] = "0.jpg"
    (tmp_path / "0.jpg").write_bytes(jpeg((100, 100)))  # the points are near the center of 1280 x 720 pixels
    release = write_release(samples, task_type="pointcloud-cuboid")
    assert "camera-without-points" not in validate(release, assets=True).counts
    assert "camera-without-points" in validate(release, assets=True, cameras=True).counts


def test_small_rounding_errors_are_not_findings(tmp_path: Path, write_release: Any) -> None:
    samples = clean(tmp_path, "pointcloud-cuboid-sequence")
    for sample in range(3):
        for frame in range(3):
            pose = frame_of(samples, sample, frame)["ego_pose"]
            pose["heading"] = {name: round(value, 4) for name, value in pose["heading"].items()}
            for item in content(samples, sample, frame)["annotations"]:
                item["yaw"] = round(item["yaw"], 2)
                item["dimensions"]["x"] += 0.01 * frame
    assert validate(write_release(samples, task_type="pointcloud-cuboid-sequence"), assets=True).is_clean


def test_yaw_of_a_tilted_box_may_follow_any_order_of_rotations(tmp_path: Path, write_release: Any) -> None:
    samples = clean(tmp_path, "pointcloud-cuboid")
    for order in ("xyz", "XYZ", "zyx", "ZYX", "yzx"):
        for tilt in (0.05, 0.2, 0.5):
            rotation = Rotation.from_euler("ZYX", [1.0, tilt, tilt])
            angles = dict(zip(order.lower(), rotation.as_euler(order), strict=True))
            content(samples)["annotations"][1].update(rotation=quaternion(*rotation.as_quat()), yaw=angles["z"])
            assert "yaw-unlike-rotation" not in validate(write_release(samples, task_type="pointcloud-cuboid")).counts


def test_rows_in_another_order_have_the_same_findings(tmp_path: Path, write_release: Any) -> None:
    samples = clean(tmp_path, "pointcloud-cuboid-sequence")
    dataset = load_release(write_release(samples, task_type="pointcloud-cuboid-sequence"), split="train")
    assert validate(dataset.shuffle(seed=1), assets=True).is_clean
    frame_of(samples, 1, 0)["timestamp"], frame_of(samples, 1, 2)["timestamp"] = "9", "7"
    dataset = load_release(write_release(samples, task_type="pointcloud-cuboid-sequence"), split="train")
    for rows in (dataset, dataset.select(range(8, -1, -1))):
        assert found(validate(rows, assets=True)) == [("timestamps-not-increasing", "scene 1")]


def test_timestamps_that_are_not_numbers_are_not_compared(tmp_path: Path, write_release: Any) -> None:
    samples = clean(tmp_path, "pointcloud-cuboid-sequence")
    for frame, timestamp in enumerate(["2024-05-01 10:00:02", "2024-05-01 10:00:01", "NaN"]):
        frame_of(samples, 1, frame)["timestamp"] = timestamp
    assert validate(write_release(samples, task_type="pointcloud-cuboid-sequence")).is_clean


def test_each_point_cloud_is_decoded_once(tmp_path: Path, write_release: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = []
    read = Cloud.positions
    monkeypatch.setattr(Cloud, "positions", lambda cloud: opened.append(cloud.num_points) or read(cloud))
    monkeypatch.setattr(Cloud, "columns", None)
    monkeypatch.setattr(Cloud, "structured", None)
    release = write_release(clean(tmp_path, "pointcloud-vector-sequence"), task_type="pointcloud-vector-sequence")
    assert validate(release, assets=True).is_clean
    assert opened == [8] * 9


@pytest.mark.parametrize("embed", [None, False, True], ids=["release", "files", "bytes"])
def test_files_without_points_are_not_duplicates(tmp_path: Path, write_release: Any, embed: bool | None) -> None:
    samples = clean(tmp_path, "pointcloud-cuboid", count=2)
    for number in range(2):
        (tmp_path / frame_of(samples, number)["pcd"]["url"]).write_bytes(b"")
    data = write_release(samples, task_type="pointcloud-cuboid")
    report = validate(data if embed is None else load_release(data, embed=embed), assets=True)
    assert found(report) == [("box-without-points", "scene 0"), ("box-without-points", "scene 1")], str(report)


@pytest.mark.parametrize("column", ["ego_pose", "point_cloud", "point_cloud_type"])
def test_dataset_without_a_column_of_point_clouds_is_refused(tmp_path: Path, write_release: Any, column: str) -> None:
    release = write_release(clean(tmp_path, "pointcloud-cuboid"), task_type="pointcloud-cuboid")
    dataset = load_release(release, split="train").remove_columns(column)
    with pytest.raises(SegmentsHFError, match=f"without the columns {column},"):
        validate(dataset)
