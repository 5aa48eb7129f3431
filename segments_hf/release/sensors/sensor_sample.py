"""The part of a sample that belongs to one sensor."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from msgspec import UNSET, Raw, UnsetType

from segments_hf.errors import ReleaseError
from segments_hf.io.json_codec.json_decoding import JsonDecoder
from segments_hf.release.decoding import decode
from segments_hf.release.document import SampleDocument
from segments_hf.release.sample import Sample
from segments_hf.release.sensors.sensor_document import SensorEntry, SensorsDocument, SensorsLabel, content_of
from segments_hf.release.tasks.label_document import JsonLabel, Label, LabeledCloud, LabeledFrames

if TYPE_CHECKING:
    from collections.abc import Callable

    from segments_hf.release.sensors.sensor import Sensor
    from segments_hf.release.tasks.task_types import TaskKind

T = TypeVar("T")

SENSORS_SAMPLE: JsonDecoder[SampleDocument[Any, Any]] = JsonDecoder(
    SampleDocument[SensorsDocument[Raw] | None, SensorsLabel | None]
)
_SENSORS: JsonDecoder[SensorsDocument[Raw] | None] = JsonDecoder(SensorsDocument[Raw] | None)
_LABEL: JsonDecoder[SensorsLabel | None] = JsonDecoder(SensorsLabel | None)

# A label in the file contains the labels of all sensors. If it has one of these statuses, a sensor whose label is
# missing in it has this status too.
_STATUSES_WITHOUT_LABEL = {"SKIPPED", "REJECTED"}


class SensorSample(Sample):
    """The part of a sample that belongs to one sensor: the frames and the labels of the sensor.

    This part has the attributes and methods of an ordinary sample of the sensor's task type.

    Attributes:
        sensor: The name of the sensor.
    """

    __slots__ = ("_sample_entry", "_task_type", "sensor")

    def __init__(
        self,
        sensor: Sensor,
        source: str,
        kind: Callable[[str | None], TaskKind],
        index: int,
        raw: Raw,
        key: str | None = None,
        decoder: JsonDecoder[SampleDocument[Any, Any]] = SENSORS_SAMPLE,
    ) -> None:
        """Decode a sample.

        Args:
            sensor: The sensor.
            source: The name of the release file.
            kind: A function that returns the structure of the labels of the sensor.
            index: The index of the sample, from 0.
            raw: The JSON of the sample.
            key: The key of the sample if `samples` is a JSON object. If the sample has no name, the key is its name.
            decoder: The decoder of the sample. If it fails, the attributes and the labels stay raw JSON.

        Raises:
            ReleaseError: The JSON is not that of a sample, or the sample has no name.
        """
        self.sensor: str = sensor.name
        self._task_type = sensor.task_type
        self._sample_entry: SensorEntry[Raw] | UnsetType | None = UNSET
        super().__init__(source, kind, index, raw, key, decoder)

    @property
    def attributes_json(self) -> str | None:
        """The attributes of the sensor as JSON text; None if they or the sensor are missing, or if they are null.

        Raises:
            ReleaseError: The sensors cannot be decoded, the sensor occurs twice or has another task type, or the text
                is not UTF-8, is nested too deeply, or has a number that is too large.
        """
        entry = self._entry()
        return None if entry is None else self.json_text_of(entry.part.attributes, ".attributes")

    @property
    def is_present(self) -> bool:
        """Whether the sample has an entry or a label of this sensor; True if they cannot be decoded."""
        try:
            return self._entry() is not None or any(map(self.label, self.labelsets))
        except ReleaseError:
            return True

    def label(self, labelset: str | None) -> Label[Any] | JsonLabel | None:
        """Return the label of the sensor in a labelset.

        Returns:
            The label; None if it is null or missing. If the sample is skipped or rejected in this labelset, a sensor
            without a label gets a label with this status and without annotations.

        Raises:
            ReleaseError: The label cannot be decoded; the error has its JSON path.
        """
        document = self._sensors_label(labelset)
        if document is None:
            return None
        path = f"{super().label_path(labelset)}.attributes"
        entry = self._find_entry(document.attributes, path)
        content = None if entry is None else content_of(entry.part)
        kind = self._kind(labelset)
        label_class: type[JsonLabel] | type[Label[Any]] = JsonLabel if kind.annotation is None else Label
        if entry is None or content is None:
            return label_class(document.status) if document.status in _STATUSES_WITHOUT_LABEL else None
        attributes = decode(kind.content_decoder, content, self.source, f"{path}{entry.path}.attributes")
        if isinstance(attributes, LabeledFrames | LabeledCloud) and attributes.links is UNSET:
            attributes.links = document.attributes.links if document.attributes else UNSET
        return label_class(document.status, attributes)

    def label_path(self, labelset: str | None) -> str:
        """Return the JSON path of the label of the sensor in a labelset; that of all sensors if the sensor has none."""
        path, document = super().label_path(labelset), self._sensors_label(labelset)
        entry = document and self._find_entry(document.attributes, f"{path}.attributes")
        return f"{path}.attributes{entry.path}" if entry else path

    def _sensors_label(self, labelset: str | None) -> SensorsLabel | None:
        """Return the decoded label of all sensors in a labelset; None if it is null or missing."""
        document: Any = self.label_document(labelset)
        if isinstance(document, Raw):
            document = decode(_LABEL, document, self.source, super().label_path(labelset))
        label: SensorsLabel | None = document
        return label

    def _attributes(self, decoder: JsonDecoder[T | None]) -> T | None:
        entry = self._entry()
        content = None if entry is None else content_of(entry.part)
        return None if content is None else decode(decoder, content, *self._location(".attributes"))

    def _location(self, inner_path: str = "") -> tuple[str, str]:
        if inner_path.startswith(".attributes") and (entry := self._entry()):
            inner_path = f".attributes{entry.path}{inner_path}"
        return super()._location(inner_path)

    def _entry(self) -> SensorEntry[Raw] | None:
        """Return the entry of the sensor in the attributes of the sample; None if the sample does not have the sensor.

        Raises:
            ReleaseError: The sensors cannot be decoded, or the sensor occurs twice or has another task type.
        """
        if isinstance(self._sample_entry, UnsetType):
            attributes: Any = self._document.attributes
            if isinstance(attributes, Raw):
                attributes = decode(_SENSORS, attributes, *super()._location(".attributes"))
            sensors: SensorsDocument[Raw] | None = None if attributes is UNSET else attributes
            self._sample_entry = self._find_entry(sensors, f"{self.json_path}.attributes")
        return self._sample_entry

    def _find_entry(self, sensors: SensorsDocument[Raw] | None, path: str) -> SensorEntry[Raw] | None:
        """Return the entry of the sensor; None if the sample or the label does not have the sensor.

        Args:
            sensors: The attributes of the sample, or of a label.
            path: The JSON path of these attributes, for the error.

        Raises:
            ReleaseError: The sensor occurs twice, or has another task type.
        """
        entries = [entry for entry in sensors.entries() if entry.name == self.sensor] if sensors else []
        if not entries:
            return None
        if len(entries) > 1:
            raise ReleaseError(
                f"got {len(entries)} sensors with the name {self.sensor!r}, expected different names",
                self.source,
                f"{path}.sensors",
            )
        (entry,) = entries
        if entry.part.task_type not in {None, "", self._task_type}:
            raise ReleaseError(
                f"got the task type {entry.part.task_type!r} of sensor {self.sensor!r}, expected {self._task_type!r}, "
                "the first task type of this sensor in the samples",
                self.source,
                f"{path}{entry.path}.task_type",
            )
        return entry
