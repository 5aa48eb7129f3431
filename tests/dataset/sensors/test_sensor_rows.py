"""The rows of `load_release(sensor=…)` are those of a release with only this sensor, plus the column `sensor`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import datasets
import pytest
from datasets import Features, Value
from sensor_releases import (
    FRAME_COUNT,
    LINKS,
    TASK_TYPES,
    scene,
    sensor_data,
    sensor_release,
    single_sensor_release,
    write_release,
)

import segments_hf
from dataset.making import plain_rows

for_both_forms_of_sensors = pytest.mark.parametrize("as_object", [False, True], ids=["list", "object of 2023"])


def load(release: Any, **options: Any) -> Any:
    return segments_hf.load_release(release, split="train", **options)


def with_sensor(features: Features) -> list[tuple[str, Any]]:
    """Return the columns with the column `sensor` after `uuid`."""
    columns = list(features.items())
    return [*columns[:2], ("sensor", Value("string")), *columns[2:]]


@for_both_forms_of_sensors
@pytest.mark.parametrize("sensor", TASK_TYPES)
@pytest.mark.parametrize("streaming", [False, True], ids=["dataset", "stream"])
def test_rows_of_a_sensor_equal_the_rows_of_a_release_with_only_this_sensor(
    tmp_path: Path, sensor: str, as_object: bool, streaming: bool
) -> None:
    cameras = sensor != "Camera"
    rows = load(sensor_release(tmp_path, as_object=as_object), sensor=sensor, streaming=streaming, cameras=cameras)
    expected = load(single_sensor_release(tmp_path, sensor), cameras=cameras)
    assert list(rows.features.items()) == with_sensor(expected.features)
    assert rows.info.description == expected.info.description
    assert plain_rows(rows) == [{**row, "sensor": sensor} for row in plain_rows(expected)]
    assert len(plain_rows(rows)) == 2 * FRAME_COUNT


@pytest.mark.parametrize("sensor", TASK_TYPES)
def test_load_dataset_has_the_option_sensor(tmp_path: Path, sensor: str) -> None:
    path = sensor_release(tmp_path)
    loaded = datasets.load_dataset("segments_release", data_files=str(path), split="train", sensor=sensor)
    assert plain_rows(loaded) == plain_rows(load(path, sensor=sensor))


def test_two_processes_build_the_same_rows_as_one(tmp_path: Path) -> None:
    path = sensor_release(tmp_path)
    rows = load(path, sensor="Points", num_proc=2, cache_dir=tmp_path / "two")
    assert plain_rows(rows) == plain_rows(load(path, sensor="Points", cache_dir=tmp_path / "one"))


def test_each_sensor_has_its_own_dataset_in_the_cache(tmp_path: Path) -> None:
    path = sensor_release(tmp_path)
    for _ in range(2):
        for sensor in TASK_TYPES:
            assert set(load(path, sensor=sensor)["sensor"]) == {sensor}


def test_rows_of_sensors_join_on_uuid_and_frame_index_and_tracks_on_track_id(tmp_path: Path) -> None:
    path = sensor_release(tmp_path)
    lidar, camera = (
        {(row["uuid"], row["frame_index"]): row for row in load(path, sensor=sensor)} for sensor in ("Lidar", "Camera")
    )
    assert lidar.keys() == camera.keys()
    assert len(lidar) == 2 * FRAME_COUNT
    for key, row in lidar.items():
        tracks = [{item["track_id"] for item in sensor_row["annotations"]} for sensor_row in (row, camera[key])]
        assert tracks == [{7, 8}, {7}]


def test_each_row_of_a_point_cloud_has_the_links_of_all_sensors(tmp_path: Path) -> None:
    for sensor in ("Lidar", "Points"):
        assert [row["links"] for row in plain_rows(load(sensor_release(tmp_path), sensor=sensor))] == [LINKS] * 4


def test_default_sensor_is_the_only_sensor_of_point_clouds(tmp_path: Path) -> None:
    parts = sensor_data(tmp_path, 0)
    path = write_release(tmp_path, [scene(0, {name: parts[name] for name in ("Camera", "Points")})])
    assert plain_rows(load(path)) == plain_rows(load(path, sensor="Points"))


def test_each_split_of_a_dict_of_releases_has_the_rows_of_the_sensor(tmp_path: Path) -> None:
    folders = [tmp_path / "a", tmp_path / "b"]
    for folder in folders:
        folder.mkdir()
    first, second = (sensor_release(folder) for folder in folders)
    splits = segments_hf.load_release({"train": first, "test": second}, sensor="Lidar")
    assert {name: set(part["sensor"]) for name, part in splits.items()} == {"train": {"Lidar"}, "test": {"Lidar"}}


def test_splits_are_the_same_for_all_sensors(tmp_path: Path) -> None:
    path = sensor_release(tmp_path, count=6)
    options: dict[str, Any] = {"splits": {"train": 0.5, "test": 0.5}, "load_assets": False}
    splits_of_sensors = [segments_hf.load_release(path, sensor=sensor, **options) for sensor in TASK_TYPES]
    uuids = [{name: set(part["uuid"]) for name, part in splits.items()} for splits in splits_of_sensors]
    assert uuids[0] == uuids[1] == uuids[2]


def test_functions_of_releases_have_the_option_sensor(tmp_path: Path) -> None:
    path = sensor_release(tmp_path)
    assert segments_hf.stats(path, sensor="Camera").objects == 4
    report = segments_hf.validate(path, sensor="Points", assets=True)
    assert (report.task_type, report.rows, report.assets) == (TASK_TYPES["Points"], 4, True)
    assert not [finding for finding in report.findings if finding.severity == "error"]
    for sensor in TASK_TYPES:
        assert segments_hf.plot(path, sensor=sensor).axes
        assert segments_hf.contact_sheet(path, sensor=sensor, limit=1).size[0] > 0
        assert segments_hf.preview(path, tmp_path / f"{sensor}.html", sensor=sensor).exists()


def test_categories_of_a_release_need_no_sensor(tmp_path: Path) -> None:
    path = sensor_release(tmp_path)
    assert [category.name for category in segments_hf.categories(path)] == ["car", "road"]
    assert segments_hf.id2label(path) == {0: "car", 1: "road"}
