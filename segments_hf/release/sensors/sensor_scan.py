"""Find the sensors of a release in one pass over its samples, without decoding their frames and labels."""

from __future__ import annotations

from array import array
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

import msgspec
from msgspec import Raw

from segments_hf.io.json_codec.json_decoding import JsonDecoder, JsonError
from segments_hf.release.sensors.sensor import Sensor
from segments_hf.release.sensors.sensor_document import SensorsDocument  # noqa: TC001  (msgspec reads the types)

if TYPE_CHECKING:
    from collections.abc import Iterable


class _Frames(msgspec.Struct):
    frames: list[Raw] | None = None


class _Sample(msgspec.Struct):
    attributes: SensorsDocument[_Frames | list[Raw] | None] | None = None


_SAMPLE: JsonDecoder[_Sample] = JsonDecoder(_Sample)


class SensorScan(NamedTuple):
    """The sensors of a release.

    Attributes:
        sensors: The sensors, in the order of the first sample of each sensor.
        samples: The indices of the samples that have a sensor, by the name of the sensor.
        unequal_frame_counts: The number of frames of each sensor, by the index of the sample, only for samples whose
            sensors have different numbers of frames.
        unreadable: The indices of the samples whose sensors cannot be decoded.
    """

    sensors: list[Sensor]
    samples: dict[str, array[int]]
    unequal_frame_counts: dict[int, dict[str, int]]
    unreadable: array[int]


def scan_sensors(samples: Iterable[Raw]) -> SensorScan:
    """Find the sensors of a release.

    Args:
        samples: The JSON of each sample.
    """
    indices: dict[str, array[int]] = {}
    task_types: dict[str, str] = {}
    frames = Counter[str]()
    unequal_frame_counts: dict[int, dict[str, int]] = {}
    unreadable = array("I")
    for index, raw in enumerate(samples):
        try:
            attributes = _SAMPLE.decode(raw).attributes
        except JsonError:
            unreadable.append(index)
            continue
        counts: dict[str, int] = {}
        for entry in attributes.entries() if attributes else ():
            if entry.part.task_type:
                task_types.setdefault(entry.name, entry.part.task_type)
            content = entry.part.attributes
            counts[entry.name] = len(content.frames or ()) if isinstance(content, _Frames) else 0
        for name in counts:
            indices.setdefault(name, array("I")).append(index)
        frames.update(counts)
        if len(set(counts.values())) > 1:
            unequal_frame_counts[index] = counts
    sensors = [Sensor(name, task_types.get(name, ""), len(found), frames[name]) for name, found in indices.items()]
    return SensorScan(sensors, indices, unequal_frame_counts, unreadable)
