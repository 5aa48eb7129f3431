"""The code that all export formats of point clouds share: rows, scenes, points, ``samples.csv`` and options."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from cloud_releases import cloud, cloud_label, cloud_sample, cuboid, kitti_file, write_files
from sensor_releases import sensor_release

from segments_hf import AssetError, OptionError, export_dataset, load_release
from segments_hf.demo import demo_release
from segments_hf.export.point_clouds.cloud_points import cloud_points
from segments_hf.export.point_clouds.scenes import Scenes

from .making import files, write


def table(folder: Path) -> list[dict[str, str]]:
    """Return the rows of samples.csv."""
    with (folder / "samples.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def test_samples_csv_has_the_uuid_and_the_frame_index_of_each_file(tmp_path: Path) -> None:
    result = export_dataset(demo_release("street-cuboids"), "openpcdet", tmp_path / "out")
    rows = load_release(demo_release("street-cuboids"), split="train")
    listed = table(tmp_path / "out")
    assert [(row["uuid"], int(row["frame_index"])) for row in listed] == list(
        zip(rows["uuid"], rows["frame_index"], strict=True)
    )
    assert all((tmp_path / "out" / row["file"]).is_file() for row in listed)
    assert (result.point_clouds, result.images, result.splits["train"].point_clouds) == (5, 0, 5)


def test_rows_without_a_label_are_left_out_and_a_cloud_without_objects_is_written(tmp_path: Path) -> None:
    file = write_files(tmp_path)("a.bin", kitti_file())
    samples = [
        cloud_sample("none", cloud(file)),
        cloud_sample("skipped", cloud(file), cloud_label("SKIPPED", annotations=[cuboid(1, 3)])),
        cloud_sample("empty", cloud(file), cloud_label(annotations=[])),
        cloud_sample("labeled", cloud(file), cloud_label(annotations=[cuboid(1, 3)])),
    ]
    result = export_dataset(write(tmp_path, samples, "pointcloud-cuboid"), "openpcdet", tmp_path / "out")
    assert [row["name"] for row in table(tmp_path / "out")] == ["empty", "labeled"]
    assert result.left_out == {"UNLABELED": 1, "SKIPPED": 1}
    assert result.objects == 1


def test_sequence_with_frames_in_two_splits_is_noted(tmp_path: Path) -> None:
    rows = load_release(demo_release("street-cuboids"), split="train")
    result = export_dataset(
        {"train": rows.select(range(3)), "val": rows.select(range(3, 5))}, "openpcdet", tmp_path / "a"
    )
    assert any("street_01" in note for note in result.notes)
    other_sequence = rows.map(lambda row: {"uuid": "other"})
    result = export_dataset({"train": rows, "val": other_sequence}, "openpcdet", tmp_path / "b")
    assert not any("street_01" in note for note in result.notes)


def test_splits_of_two_sensors_are_refused(tmp_path: Path) -> None:
    release = sensor_release(tmp_path)
    rows = {sensor: load_release(release, split="train", sensor=sensor) for sensor in ("Lidar", "Camera")}
    with pytest.raises(OptionError, match="bbox"):
        export_dataset(rows, "openpcdet", tmp_path / "out")


def test_broken_point_cloud_raises_error_or_is_skipped(tmp_path: Path) -> None:
    write_file = write_files(tmp_path)
    samples = [
        cloud_sample(name, cloud(write_file(f"{name}.bin", kitti_file())), cloud_label(annotations=[cuboid(1, 3)]))
        for name in ("whole", "broken")
    ]
    rows = load_release(write(tmp_path, samples, "pointcloud-cuboid"), split="train")
    (tmp_path / "broken.bin").write_bytes(b"123")
    with pytest.raises(AssetError, match="sample 'broken'"):
        export_dataset(rows, "openpcdet", tmp_path / "out")
    assert not (tmp_path / "out").exists()
    result = export_dataset(rows, "openpcdet", tmp_path / "out", on_error="skip")
    assert (result.point_clouds, result.left_out["broken"]) == (1, 1)
    assert {file for file in files(tmp_path / "out") if file.startswith("points/")} == {"points/000000.npy"}


@pytest.mark.parametrize("options", [{"images": "link"}, {"images": "upright"}, {"class_index": True}])
def test_options_for_images_are_errors_for_point_clouds(tmp_path: Path, options: dict[str, Any]) -> None:
    with pytest.raises(OptionError, match=next(iter(options))):
        export_dataset(demo_release("street-cuboids"), "openpcdet", tmp_path, **options)


def test_frames_out_of_order_are_an_error_if_the_format_requires_the_order_of_time() -> None:
    frames = [{"name": "a", "uuid": "a", "frame_index": index} for index in (0, 2, 1)]
    scenes = Scenes(in_order=True)
    assert scenes.scene_of(frames[0], "train") == scenes.scene_of(frames[1], "train")
    with pytest.raises(OptionError, match=r"sample 'a', frame 1"):
        scenes.scene_of(frames[2], "train")
    unordered = Scenes(in_order=False)
    assert len({unordered.scene_of(frame, "train") for frame in frames}) == 1


def test_scenes_have_unique_names_without_slashes_and_spaces() -> None:
    scenes = Scenes(in_order=False)
    names = ["a/b c", "a_b_c", "A_B_C", "../x"]
    found = [scenes.scene_of({"name": name, "uuid": None}, "train").name for name in names]
    assert found == ["a_b_c", "a_b_c-2", "A_B_C-3", "x"]


def test_coordinates_that_float32_would_move_are_an_error() -> None:
    header = (
        "VERSION 0.7\nFIELDS x y z\nSIZE 8 8 8\nTYPE F F F\nCOUNT 1 1 1\nWIDTH 1\nHEIGHT 1\nPOINTS 1\nDATA binary\n"
    )

    def row(x: float) -> dict[str, Any]:
        content = header.encode() + np.array([x, 0, 0], "<f8").tobytes()
        return {"point_cloud": {"bytes": content, "path": None}, "point_cloud_type": "pcd"}

    assert cloud_points(row(100.25)).columns.tolist() == [[100.25, 0, 0]]
    assert cloud_points(row(np.inf)).columns.tolist() == [[np.inf, 0, 0]]  # a point without an echo
    assert np.isnan(cloud_points(row(np.nan)).columns[0, 0])
    with pytest.raises(AssetError, match="ego_pose"):
        cloud_points(row(456_000.123))


def test_missing_fields_are_zero_and_listed() -> None:
    points = np.array([[1, 2, 3, 0.5]], "<f4")
    row = {"point_cloud": {"bytes": points.tobytes(), "path": None}, "point_cloud_type": "kitti"}
    found = cloud_points(row, ("ring", "intensity"))
    assert found.columns.tolist() == [[1, 2, 3, 0, 0.5]]
    assert found.missing == ("ring",)


def test_field_with_several_values_per_point_is_missing() -> None:
    header = (
        "VERSION 0.7\nFIELDS x y z intensity\nSIZE 4 4 4 4\nTYPE F F F F\nCOUNT 1 1 1 3\nWIDTH 1\nHEIGHT 1\nPOINTS 1\n"
        "DATA binary\n"
    )
    content = header.encode() + np.arange(1, 7, dtype="<f4").tobytes()
    found = cloud_points({"point_cloud": {"bytes": content, "path": None}, "point_cloud_type": "pcd"}, ("intensity",))
    assert (found.columns.tolist(), found.missing) == ([[1, 2, 3, 0]], ("intensity",))
