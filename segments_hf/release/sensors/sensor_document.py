"""The structure of samples and labels of several sensors, as msgspec structs.

The structures are documented at https://docs.segments.ai/reference/sample-types#multi-sensor-sequence.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

import msgspec
from msgspec import UNSET, Raw, UnsetType

from segments_hf.io.redaction import name_without_secrets
from segments_hf.release.document import NULL

if TYPE_CHECKING:
    from collections.abc import Iterator

Content = TypeVar("Content")


class SensorDocument(msgspec.Struct, Generic[Content]):
    """The part of a sample or of a label that belongs to one sensor."""

    task_type: str | None = None
    attributes: Content | UnsetType = UNSET


class NamedSensorDocument(SensorDocument[Content], Generic[Content], kw_only=True):
    """An entry of a list of sensors."""

    name: str


class SensorsDocument(msgspec.Struct, Generic[Content]):
    """The attributes of a sample or of a label: an entry for each sensor.

    Attributes:
        sensors: The entries. In files of 2023, they are a JSON object whose keys are the names of the sensors.
        links: The links between the tracks of all sensors, as raw JSON. Only labels have links.
    """

    sensors: list[NamedSensorDocument[Content]] | dict[str, SensorDocument[Content]] | None = None
    links: Raw | UnsetType = UNSET

    def entries(self) -> Iterator[SensorEntry[Content]]:
        """Yield the entries of all sensors."""
        if isinstance(self.sensors, dict):
            for name, part in self.sensors.items():
                yield SensorEntry(name_without_secrets(name), f".sensors[{name!r}]", part)
        else:
            for index, part in enumerate(self.sensors or ()):
                yield SensorEntry(name_without_secrets(part.name), f".sensors[{index}]", part)


@dataclass(frozen=True)
class SensorEntry(Generic[Content]):
    """The entry of a sensor.

    Attributes:
        name: The name of the sensor, without the secrets of URLs in it.
        path: The JSON path of the entry in the attributes of the sample or of the label.
        part: The part of the sample or of the label that belongs to the sensor.
    """

    name: str
    path: str
    part: SensorDocument[Content]


class SensorsLabel(msgspec.Struct):
    """The label of several sensors."""

    status: str | None = msgspec.field(default=None, name="label_status")
    attributes: SensorsDocument[Raw] | None = None


def content_of(part: SensorDocument[Raw]) -> Raw | None:
    """Return the attributes of a sensor; None if they are missing, null, or the empty list of an unlabeled sensor."""
    if isinstance(part.attributes, UnsetType):
        return None
    text = bytes(part.attributes)
    is_empty_list = text.startswith(b"[") and not text[1:-1].strip()
    return None if is_empty_list or text == NULL else part.attributes
