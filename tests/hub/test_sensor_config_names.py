"""Each sensor gets its own configuration, whose name is a valid folder name on every operating system."""

from __future__ import annotations

from pathlib import PurePosixPath

from hypothesis import given, settings
from hypothesis import strategies as st

from segments_hf.hub.configurations import check_config_name, sensor_config_names
from segments_hf.io.disk.safe_path import collision_key, safe_path

SPECIAL_NAMES = st.sampled_from(
    ["Lidar", "lidar", "LIDAR", "Lidar_2", "data", "README.md", "..", "", "a/b", "a_b", "Front 1"]
)


@given(st.lists(SPECIAL_NAMES | st.text(max_size=12), min_size=1, max_size=8, unique=True))
@settings(max_examples=60, deadline=None)
def test_names_of_configurations_are_different_valid_folder_names(sensors: list[str]) -> None:
    names = sensor_config_names(sensors)
    assert list(names) == sensors
    assert len({collision_key(PurePosixPath(name)) for name in names.values()}) == len(sensors)
    for sensor, name in names.items():
        check_config_name(name)
        assert str(safe_path(name)) == name
        assert not set(name) & set("[]{}*?@#%&")
        assert name.lower() not in {"data", "readme.md"}
        if sensor in {"Front 1", "Lidar_2"}:
            assert name == sensor
