"""A push of a release of several sensors makes one configuration for each sensor."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import datasets
import pytest
from sensor_releases import TASK_TYPES, scene, sensor_data, sensor_release, write_release
from typer.testing import CliRunner

import segments_hf
from hub.demo_push import shards, stored_rows
from hub.server.hub_server import HubServer
from segments_hf.cli.app import app
from segments_hf.errors import AssetError, OptionError

REPO = "jane/drives"


def renamed(folder: Path, names: dict[str, str]) -> Path:
    """Write a release whose sensors have other names, and return its path."""
    path = sensor_release(folder)
    text = path.read_text()
    for old, new in names.items():
        text = text.replace(f'"name": "{old}"', f'"name": {json.dumps(new)}')
    path.write_text(text)
    return path


def test_each_sensor_is_a_configuration_with_the_rows_of_the_sensor(hub: HubServer, tmp_path: Path) -> None:
    release = sensor_release(tmp_path)
    result = segments_hf.push_to_hub(release, REPO)
    commits = hub.commits(REPO)
    assert datasets.get_dataset_config_names(REPO) == sorted(TASK_TYPES)
    for sensor in TASK_TYPES:
        back = datasets.load_dataset(REPO, sensor, split="train")
        expected = segments_hf.load_release(release, sensor=sensor, split="train", embed=True)
        assert back.features == expected.features
        assert stored_rows(back) == stored_rows(expected)
        assert result.configs[sensor]["train"].rows == len(expected)
        assert segments_hf.categories(REPO, config_name=sensor) == segments_hf.categories(expected)
        assert segments_hf.id2label(REPO, config_name=sensor) == segments_hf.id2label(expected)
    names: dict[str, Any] = {}
    for line in str(result).splitlines()[-len(TASK_TYPES) - 1 :]:
        exec(line.strip(), names)
    assert len(names["dataset"]) == 4
    configs = json.loads(json.dumps(result.to_dict()))["configs"]
    assert {name: splits["train"]["rows"] for name, splits in configs.items()} == dict.fromkeys(TASK_TYPES, 4)
    assert result.splits["train"].rows == sum(splits["train"].rows for splits in result.configs.values())
    with pytest.raises(OptionError, match="config_name.*'Camera', 'Lidar', 'Points'"):
        segments_hf.id2label(REPO)
    segments_hf.push_to_hub(release, REPO)
    assert hub.commits(REPO) == commits


def test_sensors_pushed_one_by_one_equal_a_push_of_all_sensors(hub: HubServer, tmp_path: Path) -> None:
    release = sensor_release(tmp_path)
    segments_hf.push_to_hub(release, REPO)
    whole = hub.files(REPO)
    hub.repos.clear()
    for sensor in TASK_TYPES:
        result = segments_hf.push_to_hub(release, REPO, sensor=sensor)
        assert list(result.configs) == [sensor]
    assert hub.files(REPO) == whole


@pytest.mark.parametrize("exact", [False, True])
def test_samples_are_in_the_same_split_of_all_sensors(tmp_path: Path, exact: bool) -> None:
    samples = []
    for number in range(8):
        data = sensor_data(tmp_path, number)
        with_camera = ["Camera"] if number % 4 != 1 else []
        samples.append(scene(number, {name: data[name] for name in ("Lidar", *with_camera)}))
    release = write_release(tmp_path, samples)
    options: dict[str, Any] = {"splits": {"train": 0.5, "test": 0.5}, "exact": exact, "load_assets": False}
    lidar, camera = (segments_hf.load_release(release, sensor=name, **options) for name in ("Lidar", "Camera"))
    for split in ("train", "test"):
        uuids_with_camera = {f"uuid-{number}" for number in range(8) if number % 4 != 1}
        assert set(camera[split]["uuid"]) == set(lidar[split]["uuid"]) & uuids_with_camera
    if exact:
        assert len(set(lidar["train"]["uuid"])) == 4


def test_split_without_samples_of_a_sensor_is_left_out_of_its_configuration(hub: HubServer, tmp_path: Path) -> None:
    scenes = []
    for number, split in enumerate(("train", "test")):
        data = sensor_data(tmp_path, number)
        sensors = TASK_TYPES if split == "train" else ["Lidar"]
        scenes.append(scene(number, {name: data[name] for name in sensors}))
    release = write_release(tmp_path, scenes)
    arguments = ["push", str(release), REPO, "--splits", "train=0.5,test=0.5", "--exact"]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 0, result.output
    splits = {name: set(datasets.load_dataset(REPO, name)) for name in TASK_TYPES}
    (camera_split,) = splits["Camera"]
    assert splits == {"Lidar": {"train", "test"}, "Points": {camera_split}, "Camera": {camera_split}}
    commits = hub.commits(REPO)
    assert CliRunner().invoke(app, [*arguments, "--sensor", "Camera"]).exit_code == 0
    assert hub.commits(REPO) == commits


def test_push_with_splits_has_the_same_splits_in_all_configurations(hub: HubServer, tmp_path: Path) -> None:
    release = sensor_release(tmp_path, count=6)
    output = CliRunner().invoke(app, ["push", str(release), REPO, "--splits", "train=0.5,test=0.5"]).output
    assert "Points" in output, output
    for split in ("train", "test"):
        uuids = [datasets.load_dataset(REPO, sensor, split=split)["uuid"][:] for sensor in TASK_TYPES]
        assert uuids[0] == uuids[1] == uuids[2]


def test_failed_push_leaves_the_repository_unchanged_and_the_next_push_continues(
    hub: HubServer, tmp_path: Path
) -> None:
    release = sensor_release(tmp_path)
    segments_hf.push_to_hub(segments_hf.load_release(release, sensor="Lidar"), REPO, config_name="before")
    before = hub.files(REPO)
    image_file = tmp_path / "1-1.jpg"
    content = image_file.read_bytes()
    image_file.write_bytes(b"damaged")
    with pytest.raises(AssetError, match="drive 1"):
        segments_hf.push_to_hub(release, REPO)
    assert hub.files(REPO) == before
    image_file.write_bytes(content)
    objects_before = len(hub.objects)
    result = segments_hf.push_to_hub(release, REPO)
    assert len(hub.objects) > objects_before
    assert result.skipped_bytes > 0
    assert shards(hub, REPO) == sorted(f"{name}/train-00000-of-00001.parquet" for name in ("before", *TASK_TYPES))


def test_sensors_with_any_names_can_be_loaded(hub: HubServer, tmp_path: Path) -> None:
    names = {"Lidar": "data", "Points": "../Lidar [top]/*?", "Camera": "DATA front\u202e<b>|"}
    result = segments_hf.push_to_hub(renamed(tmp_path, names), REPO)
    for config_name, sensor in zip(result.configs, names.values(), strict=True):
        rows = datasets.load_dataset(REPO, config_name, split="train")
        assert set(rows["sensor"]) == {sensor}
        for char in "/\\*?[]<>|":
            assert char not in config_name
    assert "<b>" not in hub.files(REPO)["README.md"].decode().split("---", 2)[2]


def test_sensor_of_another_task_type_is_pushed_as_json(hub: HubServer, tmp_path: Path) -> None:
    release = sensor_release(tmp_path)
    release.write_text(release.read_text().replace("image-vector-sequence", "radar-sequence"))
    segments_hf.push_to_hub(release, REPO)
    rows = datasets.load_dataset(REPO, "Camera", split="train")
    assert {"sample_attributes", "label_attributes"} <= {*rows.column_names}
    assert len(rows) == 2


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"config_name": "drives"}, "config_name.*3 sensors"),
        ({"sensor": "lidar"}, "sensor.*'Lidar'"),
        ({"layout": "point-cloud-detection"}, "'Camera'.*sensor='Lidar'"),
    ],
    ids=["one config name for several sensors", "unknown sensor", "layout of only some sensors"],
)
def test_option_that_does_not_fit_the_sensors_raises_error_and_creates_no_repo(
    hub: HubServer, tmp_path: Path, options: dict[str, Any], message: str
) -> None:
    with pytest.raises(OptionError, match=message):
        segments_hf.push_to_hub(sensor_release(tmp_path), REPO, **options)
    assert not hub.repos


def test_option_sensor_with_a_dataset_raises_error(hub: HubServer, tmp_path: Path) -> None:
    rows = segments_hf.load_release(sensor_release(tmp_path), sensor="Camera", load_assets=False)
    with pytest.raises(OptionError, match="sensor.*only releases"):
        segments_hf.push_to_hub(rows, REPO, sensor="Camera")


def test_rows_of_a_sensor_are_pushed_to_the_default_configuration(hub: HubServer, tmp_path: Path) -> None:
    rows = segments_hf.load_release(sensor_release(tmp_path), sensor="Camera", split="train")
    segments_hf.push_to_hub(rows, REPO)
    assert stored_rows(datasets.load_dataset(REPO, split="train")) == stored_rows(
        segments_hf.load_release(sensor_release(tmp_path), sensor="Camera", split="train", embed=True)
    )
