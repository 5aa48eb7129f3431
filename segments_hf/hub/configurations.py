"""Open the data of a push as configurations: one for each pushed sensor of a release, else only one."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from segments_hf.dataset.class_info import CATEGORIES_FILE, ID2LABEL_FILE
from segments_hf.dataset.release_inputs import describe_input
from segments_hf.dataset.sensor_list import sensors_of
from segments_hf.errors import OptionError, PathError
from segments_hf.hub.card.card_section import README, SHEET
from segments_hf.hub.compat import INVALID_WINDOWS_CHARACTERS_IN_PATH
from segments_hf.io.disk.safe_path import collision_key, safe_path
from segments_hf.option_names import option

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from segments_hf.hub.sources.source_splits import Source
    from segments_hf.release import Release

DEFAULT_NAME = "default"

# The names that are taken in the root folder of a repository: `data` (the folder of the configuration `default`), and
# the files of this configuration.
_TAKEN_NAMES = ("data", README, SHEET, CATEGORIES_FILE, ID2LABEL_FILE)
_UNSAFE = re.compile(r"[^\w .()-]")  # characters that may have a meaning in URLs and in patterns of paths


def check_config_name(name: str) -> None:
    """Check the name of a configuration.

    Raises:
        OptionError: The name is not a valid name of a folder, or it is ``data``.
    """
    if name in {"", "data"} or set(name) & set(INVALID_WINDOWS_CHARACTERS_IN_PATH):
        raise OptionError(
            f"got {name!r}, expected a valid folder name other than 'data', such as 'default'",
            option="config_name",
        )


def sensor_config_names(sensors: Iterable[str]) -> dict[str, str]:
    """Return the name of the configuration of each sensor: the name of the sensor itself, if this is possible.

    Each name is a valid name of a folder on all operating systems, and no two names are names of the same folder.

    Args:
        sensors: The names of all sensors of a release.

    >>> sensor_config_names(["Lidar", "lidar", "Camera/front", "data"])
    {'Lidar': 'Lidar', 'lidar': 'lidar_2', 'Camera/front': 'Camera_front', 'data': 'data_2'}
    """
    plain = {sensor: _plain_name(sensor) for sensor in sensors}
    taken, reserved = {_key(name) for name in _TAKEN_NAMES}, {_key(name) for name in plain.values()}
    names: dict[str, str] = {}
    # Names without replaced characters come first.
    for sensor in sorted(plain, key=lambda sensor: plain[sensor] != sensor):
        name, number = plain[sensor], 1
        while _key(name) in taken or (number > 1 and _key(name) in reserved):
            number += 1
            name = f"{plain[sensor]}_{number}"
        taken.add(_key(name))
        names[sensor] = name
    return {sensor: names[sensor] for sensor in plain}


def open_one_configuration(
    data: object, open_data: Callable[[], Source], *, sensor: str | None, config_name: str | None
) -> dict[str, Source]:
    """Open datasets or streams as the only configuration of a push.

    Args:
        data: The datasets or streams.
        open_data: The function that opens the data.
        sensor: The value of the option `sensor`, which is an option for releases only.
        config_name: The name of the configuration; None for ``default``.

    Raises:
        OptionError: `sensor` is not None.
    """
    if sensor is not None:
        raise OptionError(f"got {sensor!r} for {describe_input(data)}, but only releases have sensors", option="sensor")
    return {config_name or DEFAULT_NAME: open_data()}


def open_configurations(
    releases: Mapping[str, Release],
    open_sensor: Callable[[str | None], Source],
    *,
    sensor: str | None,
    config_name: str | None,
) -> dict[str, Source]:
    """Open each configuration of a push of releases.

    Args:
        releases: The release of each split.
        open_sensor: A function that takes the name of a sensor and opens its rows. It takes None if the releases have
            no sensors.
        sensor: The sensor that is pushed; None for all sensors.
        config_name: The name of the configuration. None stands for the name of the sensor, or for ``default`` if the
            releases have no sensors.

    Returns:
        The data of each configuration by its name.

    Raises:
        OptionError: The releases have no such sensor, `config_name` is not None for several sensors, or an option
            does not fit some sensors. The error names these sensors, unless all sensors have the same error.
        SegmentsHFError: The data cannot be read.
    """
    sensors = {item.name: item for item in sensors_of(releases.values())}
    pushed = list(sensors) if sensor is None else [sensor]
    if not sensors or pushed[0] not in sensors:
        return {config_name or DEFAULT_NAME: open_sensor(sensor)}  # raises an error if the sensor is unknown
    if config_name is not None and len(pushed) > 1:
        raise OptionError(
            f"got {config_name!r} for {len(pushed)} sensors, but each sensor has a configuration of its own; leave "
            f"this option out, or push one sensor, for example with {option('sensor', pushed[0])}",
            option="config_name",
        )
    names = sensor_config_names(sensors)
    opened: dict[str, Source] = {}
    errors: dict[str, OptionError] = {}
    for name in pushed:
        try:
            opened[config_name or names[name]] = replace(open_sensor(name), sensor=sensors[name])
        except OptionError as error:
            errors[name] = error
    if errors:
        raise _error_of_sensors(errors, pushed)
    return opened


def _error_of_sensors(errors: Mapping[str, OptionError], pushed: Sequence[str]) -> OptionError:
    """Return one error for several sensors.

    This is the first error if there is only one sensor, or if all sensors have the same error. Otherwise, the error
    lists the error of each sensor.

    Args:
        errors: The error of each sensor whose rows cannot be opened.
        pushed: The names of all sensors that are pushed.
    """
    if len(pushed) == 1 or (len(errors) == len(pushed) and len(set(map(str, errors.values()))) == 1):
        return next(iter(errors.values()))
    listed = "; ".join(f"sensor {name!r}: {error}" for name, error in errors.items())
    example = next((name for name in pushed if name not in errors), pushed[0])
    return OptionError(f"{listed}; push the sensors one by one, for example with {option('sensor', example)}")


def _plain_name(sensor: str) -> str:
    """Return the name of a sensor with underscores for the characters that the name of a configuration cannot have."""
    name = _UNSAFE.sub("_", sensor.strip())
    if name.startswith("."):  # `datasets` does not read hidden folders
        name = f"_{name[1:]}"
    try:
        return safe_path(name).name
    except PathError:  # the name is empty
        return "sensor"


def _key(name: str) -> str:
    """Return a text that is equal for two names if a file system may take them for the same name."""
    return collision_key(PurePosixPath(name))
