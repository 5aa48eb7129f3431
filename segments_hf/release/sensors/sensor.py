"""A sensor of a release, and the choice of the sensor whose rows are read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from segments_hf.errors import OptionError
from segments_hf.io.choices import unknown_choice
from segments_hf.io.number_text import counted
from segments_hf.option_names import in_interface, option
from segments_hf.release.tasks.task_types import task_kind

if TYPE_CHECKING:
    from collections.abc import Sequence

MULTI_SENSOR = "multisensor-sequence"

_MAX_LISTED = 30  # maximum number of sensors in an error


class Sensor(msgspec.Struct, frozen=True):
    """A sensor of a release of several sensors.

    Attributes:
        name: The name, without the secrets of URLs in it.
        task_type: The task type of its labels, such as ``pointcloud-cuboid-sequence``; empty if the file lacks it.
        samples: The number of samples that have this sensor.
        frames: The number of frames of this sensor in all samples.
    """

    name: str
    task_type: str
    samples: int
    frames: int


def choose_sensor(name: str | None, sensors: Sequence[Sensor], source: str) -> Sensor:
    """Return the sensor with this name; for None, return the only sensor of point clouds.

    Args:
        name: The name of the sensor, or None.
        sensors: The sensors of the release.
        source: The name of the release file, for the error.

    Raises:
        OptionError: There is no such sensor; or `name` is None, and the number of sensors of point clouds is not 1.
    """
    if name is not None:
        for sensor in sensors:
            if sensor.name == name:
                return sensor
        raise unknown_choice("sensor", name, [item.name for item in sensors], expected=f"a sensor of {source}:")
    clouds = [sensor for sensor in sensors if task_kind(sensor.task_type).point_cloud]
    if len(clouds) == 1:
        return clouds[0]
    if not sensors:
        raise OptionError(
            f"{source} has the task type {MULTI_SENSOR}, but no sensor was found in its samples", option="sensor"
        )
    shown = [f"{item.name!r} ({item.task_type or 'unknown task type'})" for item in sensors[:_MAX_LISTED]]
    name_option = option("sensor", sensors[0].name)
    example = in_interface(f"load_release(…, {name_option})", name_option)
    more = f", … ({len(sensors)} in total)" if len(sensors) > _MAX_LISTED else ""
    raise OptionError(
        f"{source} has {counted(len(sensors), 'sensor')}, of which {len(clouds)} have point clouds, so there is no "
        f"default; choose one of {', '.join(shown)}{more}, as in {example}",
        option="sensor",
    )
