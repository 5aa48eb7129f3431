"""Exports of rows that users have changed: decoded images, several sensors, sequences beside single point clouds."""

from __future__ import annotations

from pathlib import Path

import datasets
import pytest
from points.planting import planted_cloud

from segments_hf import PathError, export_dataset, load_release
from segments_hf.dataset.class_info import categories
from segments_hf.dataset.rows.features import row_features
from segments_hf.demo import demo_release
from segments_hf.release.tasks.task_types import task_kind

from ..formats.point_clouds.nuscenes_reader import Export
from ..formats.point_clouds.planted_rows import camera, planted_sequence, png
from ..test_cloud_export import table


def two_frames(seed: int = 1, **columns: list[object]) -> datasets.Dataset:
    """Return two frames of a sequence, each with the image of a camera."""
    cameras = [[camera("front", png())]] * 2
    return planted_sequence([planted_cloud(seed), planted_cloud(seed + 1)], cameras=cameras, **columns)


def test_stream_with_decoded_images_of_cameras_is_exported(tmp_path: Path) -> None:
    rows = two_frames()
    stream = rows.to_iterable_dataset().map(lambda row: row, features=rows.features)
    export_dataset(stream, "nuscenes", tmp_path / "out")
    assert len(Export(tmp_path / "out").files("CAM_FRONT")) == 2
    export_dataset(stream, "openpcdet", tmp_path / "boxes")


@pytest.mark.parametrize("name", ["a\r", "a\rb", 'a\n"b",c', " "])
def test_samples_csv_keeps_names_with_unusual_characters(tmp_path: Path, name: str) -> None:
    rows = two_frames()
    names = [f"{name}{number}" for number in range(2)]
    export_dataset(rows.remove_columns("name").add_column("name", names), "openpcdet", tmp_path)
    assert [row["name"] for row in table(tmp_path)] == names


@pytest.mark.parametrize("export_format", ["nuscenes", "openpcdet"])
def test_each_sensor_of_a_sample_is_a_scene(tmp_path: Path, export_format: str) -> None:
    sensors = [two_frames(seed).add_column("sensor", [name] * 2) for seed, name in ((1, "front lidar"), (5, "rear"))]
    result = export_dataset(datasets.concatenate_datasets(sensors), export_format, tmp_path)
    assert result.point_clouds == 4
    assert [row["sensor"] for row in table(tmp_path)] == ["front lidar", "front lidar", "rear", "rear"]
    if export_format == "nuscenes":
        assert [scene["nbr_samples"] for scene in Export(tmp_path).tables["scene"]] == [2, 2]


def test_row_without_a_name_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(PathError, match="sample None"):
        export_dataset(two_frames(name=[None, "b"]), "openpcdet", tmp_path / "out")


def test_pointcept_has_a_folder_for_each_row_of_sequences_and_single_point_clouds(tmp_path: Path) -> None:
    frame = {"name": "a", "uuid": "1", "frame_index": 0}
    single_cloud = {"name": "a_000000", "uuid": "2", "frame_index": None}
    rows = load_release(demo_release("street-segmentation"), split="train", filter_by=["labeled"]).select([0])
    features = row_features(task_kind("pointcloud-segmentation-sequence"), categories(rows))
    mixed_rows = [{**dict.fromkeys(features), **rows[0], **columns} for columns in (frame, single_cloud)]
    result = export_dataset(datasets.Dataset.from_list(mixed_rows, features=features), "pointcept", tmp_path)
    assert result.point_clouds == len(list(tmp_path.glob("train/*/coord.npy"))) == 2
    assert len({row["file"] for row in table(tmp_path)}) == 2
