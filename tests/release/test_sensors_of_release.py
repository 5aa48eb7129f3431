"""A release of several sensors lists its sensors, and gives the samples of one sensor."""

from __future__ import annotations

import pickle
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest
from sensor_releases import (
    FRAME_COUNT,
    MULTI_SENSOR,
    TASK_TYPES,
    scene,
    sensor_data,
    sensor_release,
    single_sensor_release,
    write_release,
)

import segments_hf
from segments_hf import Release, Sensor
from segments_hf.stats.inspection import inspect_release


@pytest.mark.parametrize("as_object", [False, True], ids=["list", "object of 2023"])
def test_sensors_are_listed_with_their_task_types_and_frames(tmp_path: Path, as_object: bool) -> None:
    path = sensor_release(tmp_path, as_object=as_object)
    expected = [Sensor(name, task_type, 2, 2 * FRAME_COUNT) for name, task_type in TASK_TYPES.items()]
    for release in (path, str(path), Release.open(path), {"train": path}):
        assert segments_hf.sensors(release) == expected
    twice = [Sensor(item.name, item.task_type, 4, 4 * FRAME_COUNT) for item in expected]
    assert segments_hf.sensors({"train": path, "test": path}) == twice


def test_sensors_of_a_url_are_listed(tmp_path: Path, server: Any) -> None:
    path = sensor_release(tmp_path)
    assert segments_hf.sensors(server.url("/release.json", path.read_bytes())) == segments_hf.sensors(path)


def test_sensors_are_in_the_order_of_the_first_sample_that_has_them(tmp_path: Path) -> None:
    parts = sensor_data(tmp_path, 0)
    names = [["Camera"], ["Points", "Camera"], []]
    samples = [scene(number, {name: parts[name] for name in found}) for number, found in enumerate(names)]
    found = segments_hf.sensors(write_release(tmp_path, [*samples, {"name": "broken", "attributes": 5}]))
    assert [(item.name, item.samples) for item in found] == [("Camera", 2), ("Points", 1)]


def test_release_of_another_task_type_has_no_sensors(tmp_path: Path) -> None:
    path = single_sensor_release(tmp_path, "Lidar")
    assert segments_hf.sensors(path) == []
    release = Release.open(path)
    assert release.of_sensor(None) is release


def test_secrets_in_the_name_of_a_sensor_are_removed(tmp_path: Path) -> None:
    parts = sensor_data(tmp_path, 0)
    sample = scene(0, {"Lidar": parts["Lidar"]})
    for document in (sample["attributes"], sample["labels"]["ground-truth"]["attributes"]):
        document["sensors"][0]["name"] = "https://jane:secret@host/lidar?token=secret"
    path = write_release(tmp_path, [sample])
    [sensor] = segments_hf.sensors(path)
    assert "secret" not in sensor.name
    row = segments_hf.load_release(path, split="train", sensor=sensor.name)[0]
    assert (row["sensor"], row["status"], len(row["annotations"])) == (sensor.name, "LABELED", 2)


def cached_values(release: Release) -> dict[str, Any]:
    """Compute all cached properties of a release and return their values."""
    members = {name: member for cls in Release.__mro__ for name, member in vars(cls).items()}
    return {name: getattr(release, name) for name, member in members.items() if isinstance(member, cached_property)}


def test_part_of_a_sensor_does_not_depend_on_values_that_the_whole_release_has_cached(tmp_path: Path) -> None:
    path = sensor_release(tmp_path)
    whole = Release.open(path)
    values_of_whole = cached_values(whole)
    assert {"header", "indices", "labelsets", "digest"} <= values_of_whole.keys()
    for source in (whole, whole.of_sensor("Camera")):
        part, expected = source.of_sensor("Lidar"), Release.open(path).of_sensor("Lidar")
        assert cached_values(part) == cached_values(expected)
        assert part.kind("ground-truth") == expected.kind("ground-truth")
        assert part.header.sensor == part.sensor == expected.sensor
        assert part.whole is whole
    assert cached_values(whole) == values_of_whole


@pytest.mark.parametrize("sensor", TASK_TYPES)
def test_samples_of_a_sensor_are_those_of_an_ordinary_release(tmp_path: Path, sensor: str) -> None:
    part = Release.open(sensor_release(tmp_path)).of_sensor(sensor)
    ordinary = Release.open(single_sensor_release(tmp_path, sensor))
    assert (part.task_type, len(part)) == (ordinary.task_type, len(ordinary))
    for sample, expected in zip(part, ordinary, strict=True):
        assert sample.sensor == sensor
        assert sample.label("ground-truth") == expected.label("ground-truth")
        assert sample.attributes_json == expected.attributes_json
        assert [frame.name for frame in sample.images] == [frame.name for frame in expected.images]
        assert sample.to_dict()["labels"] == expected.to_dict()["labels"]


def test_missing_task_type_is_guessed_from_the_sensors_of_a_label(tmp_path: Path) -> None:
    path = sensor_release(tmp_path)
    path.write_text(path.read_text("utf-8").replace(f'"task_type": "{MULTI_SENSOR}", ', ""), "utf-8")
    assert Release.open(path).task_type == MULTI_SENSOR
    assert len(segments_hf.sensors(path)) == len(TASK_TYPES)


def test_inspection_lists_the_sensors_with_their_counts(tmp_path: Path) -> None:
    inspection = inspect_release(Release.open(sensor_release(tmp_path)))
    counts = [(item.name, item.samples, item.frames, item.annotations) for item in inspection.sensors]
    assert counts == [("Lidar", 2, 4, 8), ("Points", 2, 4, 4), ("Camera", 2, 4, 4)]
    assert inspection.image_hosts == {"(local files)": 20}
    assert inspection.statuses == {"LABELED": 2}
    for task_type in TASK_TYPES.values():
        assert task_type in str(inspection)


@pytest.mark.parametrize("sensor", TASK_TYPES)
def test_pickled_slices_have_the_samples_of_the_sensor(tmp_path: Path, sensor: str) -> None:
    part = Release.open(sensor_release(tmp_path)).of_sensor(sensor)
    unpickled = [pickle.loads(pickle.dumps(samples)) for samples in part.slices(1)]
    found = [sample for samples in unpickled for sample in samples]
    assert [sample.label("ground-truth") for sample in found] == [sample.label("ground-truth") for sample in part]
    assert {sample.sensor for sample in found} == {sensor}
