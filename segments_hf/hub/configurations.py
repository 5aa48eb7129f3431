"""Open the data of a push as configurations: one for each sensor of a release of several sensors, else one."""

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

DEFAULT = "default"

# `data` is the folder of the configuration `default`. The others are files in the root folder of the repository.
_TAKEN = ("data", README, SHEET, CATEGORIES_FILE, ID2LABEL_FILE)
_UNSAFE = re.compile(r"[^\w .()-]")  # characters that may have a meaning in URLs and in patterns of paths


def check_config_name(name: str) -> None:
    """Check the name of a configuration.

    Raises:
        OptionError: It is not a valid name of a folder, or it is ``data``.
    """
    if name in {"", "data"} or set(name) & set(INVALID_WINDOWS_CHARACTERS_IN_PATH):
        raise OptionError(
            f"got {name!r}, expected a valid folder name other than 'data', such as 'default'",
            option="config_name",
        )


def sensor_config_names(sensors: Iterable[str]) -> dict[str, str]:
    """Return the name of the configuration of each sensor: the name of the sensor where this is possible.

    The names are valid and different names of folders on all operating systems.

    Args:
        sensors: The names of all sensors of a release.

    >>> sensor_config_names(["Lidar", "lidar", "Camera/front", "data"])
    {'Lidar': 'Lidar', 'lidar': 'lidar_2', 'Camera/front': 'Camera_front', 'data': 'data_2'}
    """
    plain = {sensor: _plain_name(sensor) for sensor in sensors}
    taken, reserved = {_key(name) for name in _TAKEN}, {_key(name) for name in plain.values()}
    names: dict[str, str] = {}
    for sensor in sorted(plain, key=lambda sensor: plain[sensor] != sensor):  # sensors that keep their names come first
        name, number = plain[sensor], 1
        while _key(name) in taken or (number > 1 and _key(name) in reserved):
            number += 1
            name = f"{plain[sensor]}_{number}"
        taken.add(_key(name))
        names[sensor] = name
    return {sensor: names[sensor] for sensor in plain}


def open_one_configuration(
    data: object, open_one: Callable[[], Source], *, sensor: str | None, config_name: str | None
) -> dict[str, Source]:
    """Open datasets or streams as the only configuration of a push.

    Args:
        data: The datasets or streams.
        open_one: A function that opens them.
        sensor: The option of releases, which datasets do not have.
        config_name: The name of the configuration; None for ``default``.

    Raises:
        OptionError: A sensor is given.
    """
    if sensor is not None:
        raise OptionError(f"got {sensor!r} for {describe_input(data)}, but only releases have sensors", option="sensor")
    return {config_name or DEFAULT: open_one()}


def open_configurations(
    releases: Mapping[str, Release],
    open_one: Callable[[str | None], Source],
    *,
    sensor: str | None,
    config_name: str | None,
) -> dict[str, Source]:
    """Open each configuration of a push of releases.

    Args:
        releases: The release of each split.
        open_one: A function that opens the rows of a sensor; None is the sensor of releases without sensors.
        sensor: The sensor that is pushed; None for all sensors.
        config_name: The name of the configuration; None for the name of the sensor, or for ``default`` without sensors.

    Returns:
        The data by the name of the configuration.

    Raises:
        OptionError: The release has no such sensor, `config_name` is given for several sensors, or an option does not
            fit some sensors. The error names all sensors that an option does not fit.
        SegmentsHFError: The data cannot be read.
    """
    found = {item.name: item for item in sensors_of(releases.values())}
    pushed = list(found) if sensor is None else [sensor]
    if not found or pushed[0] not in found:
        return {config_name or DEFAULT: open_one(sensor)}
    if config_name is not None and len(pushed) > 1:
        raise OptionError(
            f"got {config_name!r} for {len(pushed)} sensors, of which each has a configuration with its name; leave "
            f"this option out, or push one sensor with {option('sensor', pushed[0])}",
            option="config_name",
        )
    names = sensor_config_names(found)
    opened: dict[str, Source] = {}
    errors: dict[str, OptionError] = {}
    for item in pushed:
        try:
            opened[config_name or names[item]] = replace(open_one(item), sensor=found[item])
        except OptionError as error:
            errors[item] = error
    if errors:
        raise _error_of_sensors(errors, pushed)
    return opened


def _error_of_sensors(errors: Mapping[str, OptionError], pushed: Sequence[str]) -> OptionError:
    """Return one error for several sensors: the first error if it does not depend on the sensor.

    Args:
        errors: The error of each sensor that cannot be opened.
        pushed: The names of all sensors.
    """
    if len(pushed) == 1 or (len(errors) == len(pushed) and len(set(map(str, errors.values()))) == 1):
        return next(iter(errors.values()))
    listed = "; ".join(f"sensor {name!r}: {error}" for name, error in errors.items())
    example = next((name for name in pushed if name not in errors), pushed[0])
    return OptionError(f"{listed}; push the sensors one by one, as with {option('sensor', example)}")


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
    return collision_key(PurePosixPath(name))
