"""The option `sensor` names a sensor of the release; errors list the sensors."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sensor_releases import TASK_TYPES, scene, sensor_data, sensor_release, single_sensor_release, write_release

import segments_hf
from segments_hf import OptionError, Release


def sensor_error(release: Any, **options: Any) -> str:
    """Return the message of the error of `load_release`, which must be about the option `sensor`."""
    with pytest.raises(OptionError) as caught:
        segments_hf.load_release(release, **options)
    assert caught.value.option == "sensor"
    return str(caught.value)


def test_error_for_several_sensors_of_point_clouds_lists_all_sensors_with_their_task_types(tmp_path: Path) -> None:
    message = sensor_error(sensor_release(tmp_path))
    for name, task_type in TASK_TYPES.items():
        assert f"{name!r} ({task_type})" in message


def test_error_for_a_release_without_sensors_of_point_clouds_lists_the_sensors(tmp_path: Path) -> None:
    path = write_release(tmp_path, [scene(0, {"Camera": sensor_data(tmp_path, 0)["Camera"]})])
    assert "'Camera' (image-vector-sequence)" in sensor_error(path)


def test_error_for_an_unknown_sensor_suggests_the_closest_name(tmp_path: Path) -> None:
    message = sensor_error(sensor_release(tmp_path), sensor="lidar")
    assert all(name in message for name in TASK_TYPES)
    assert "did you mean 'Lidar'" in message


def test_option_sensor_is_refused_for_a_release_of_another_task_type(tmp_path: Path) -> None:
    assert "image-vector-sequence" in sensor_error(single_sensor_release(tmp_path, "Camera"), sensor="Camera")


def test_multi_sensor_release_without_sensors_is_refused(tmp_path: Path) -> None:
    empty = write_release(tmp_path, [scene(0, {}), {"name": "b"}], name="empty")
    for options in ({}, {"sensor": "Lidar"}):
        sensor_error(empty, **options)


def test_load_release_refuses_the_release_that_of_sensor_returns(tmp_path: Path) -> None:
    part = Release.open(sensor_release(tmp_path)).of_sensor("Lidar")
    with pytest.raises(OptionError, match="sensor='Lidar'"):
        segments_hf.load_release(part)


def test_releases_with_and_without_sensors_are_refused_together(tmp_path: Path) -> None:
    parts = sensor_data(tmp_path, 0)
    with_sensors = write_release(tmp_path, [scene(0, {"Lidar": parts["Lidar"]})])
    with pytest.raises(OptionError, match="of a sensor"):
        segments_hf.load_release({"train": with_sensors, "test": single_sensor_release(tmp_path, "Lidar")})
