"""The sensors of a release, and the part of a release that belongs to one sensor."""

from __future__ import annotations

import copy
from abc import abstractmethod
from array import array
from functools import cached_property
from typing import TYPE_CHECKING

from segments_hf.errors import OptionError, ReleaseError
from segments_hf.release.release_tasks import ReleaseTasks
from segments_hf.release.sensors.sensor import MULTI_SENSOR, choose_sensor
from segments_hf.release.sensors.sensor_sample import SensorSample
from segments_hf.release.sensors.sensor_scan import scan_sensors

if TYPE_CHECKING:
    from collections.abc import Sequence

    from msgspec import Raw
    from typing_extensions import Self

    from segments_hf.release.document import Document
    from segments_hf.release.sample import Sample
    from segments_hf.release.sensors.sensor import Sensor
    from segments_hf.release.sensors.sensor_scan import SensorScan


class ReleaseSensors(ReleaseTasks):
    """The sensors of a release, and the part of a release that belongs to one sensor.

    Attributes:
        sensor: The sensor if this is the part of a release that belongs to one sensor; None for a whole release.
    """

    _samples: list[Raw]

    def __init__(self, document: Document) -> None:
        super().__init__(document)
        self.sensor: Sensor | None = None
        self._whole: Self | None = None
        self._parts: dict[str | None, Self] = {}

    @property
    def whole(self) -> Self:
        """The whole release that this part belongs to; the release itself if it is whole."""
        return self._whole or self

    @property
    def sensors(self) -> list[Sensor]:
        """The sensors, in the order of the first sample of each sensor; an empty list if the release has no sensors."""
        return self._scan.sensors if self._scan else []

    @property
    def unequal_frame_counts(self) -> dict[int, dict[str, int]]:
        """The numbers of frames of the sensors, only for samples whose sensors have different numbers of frames.

        The keys are the indices of these samples. Each value has the number of frames by the name of the sensor.
        """
        return self._scan.unequal_frame_counts if self._scan else {}

    def of_sensor(self, name: str | None) -> Self:
        """Return the part of the release that belongs to one sensor.

        Its samples, labels and task type are those of an ordinary release of this sensor.

        Args:
            name: The name of the sensor; None for the only sensor of point clouds. If `name` is None and the task
                type of the release is not ``multisensor-sequence``, the release itself is returned.

        Raises:
            OptionError: The release has no sensor with this name; or `name` is None, and a multi-sensor release
                does not have exactly one sensor of point clouds.
        """
        if name not in self._parts:
            self._parts[name] = self._find_part(name)
        return self._parts[name]

    def _find_part(self, name: str | None) -> Self:
        if self._scan is not None:
            return self._make_part(choose_sensor(name, self._scan.sensors, self.source))
        if name is not None:
            raise OptionError(
                f"got {name!r}, but {self.source} is a release of the task type {self.task_type or '(unknown)'}; only "
                f"releases of the task type {MULTI_SENSOR} have sensors",
                option="sensor",
            )
        return self

    def _make_part(self, sensor: Sensor) -> Self:
        """Copy the release for one sensor, without the values of cached properties, which may depend on the sensor."""
        part = copy.copy(self)
        attributes = vars(part)
        for name in _cached_properties(type(self)):
            attributes.pop(name, None)
        parts = {None: part, sensor.name: part}
        # `_scan` is kept, because it describes the sensors of the whole release.
        attributes.update(sensor=sensor, _whole=self.whole, _scan=self._scan, _kinds={}, _parts=parts)
        return part

    @cached_property
    def indices(self) -> Sequence[int]:
        """The indices of the samples that have rows.

        In a whole release, all samples have rows. In the part that belongs to one sensor, the samples with this sensor
        have rows, and so do the samples that cannot be decoded: their errors are raised when rows are made.
        """
        if self.sensor is None or self._scan is None:
            return range(len(self))
        present = {*self._scan.samples[self.sensor.name], *self._scan.unreadable}
        without_entry = [index for index in range(len(self)) if index not in present]
        present.update(index for index in without_entry if self._has_sensor(index))
        return array("I", sorted(present)) if len(present) < len(self) else range(len(self))

    def labelset_task_type(self, labelset: str | None) -> str:
        """Return the task type of a labelset; an empty text if it is not known.

        In the part of a release that belongs to one sensor, it is the task type of the sensor. In a whole release, the
        task type of the labelset's task has priority over that of the data set. If the file has neither, the task type
        is guessed from the labels.
        """
        return super().labelset_task_type(labelset) if self.sensor is None else self.sensor.task_type

    @cached_property
    def _scan(self) -> SensorScan | None:
        return scan_sensors(self._samples) if self.task_type == MULTI_SENSOR else None

    def _has_sensor(self, index: int) -> bool:
        """Return whether a sample has an entry or a label of the sensor; True if the sample cannot be decoded."""
        try:
            sample = self[index]
        except ReleaseError:
            return True
        return isinstance(sample, SensorSample) and sample.is_present

    @abstractmethod
    def __len__(self) -> int: ...

    @abstractmethod
    def __getitem__(self, index: int) -> Sample: ...


def _cached_properties(cls: type) -> set[str]:
    """Return the names of the cached properties of a class and of its base classes."""
    members = ((name, member) for base in cls.__mro__ for name, member in vars(base).items())
    return {name for name, member in members if isinstance(member, cached_property)}
