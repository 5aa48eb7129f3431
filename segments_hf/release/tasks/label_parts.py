"""Read the annotations of labels of several sensors and of labels that stay JSON, without their geometry."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec
from msgspec import UNSET, Raw, UnsetType

from segments_hf.io.json_codec.json_decoding import JsonDecoder, JsonError
from segments_hf.io.redaction import name_without_secrets

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

LABEL = "label"  # the kind of a label without a list of annotations
LABELED_POINT = "labeled point"  # the kind of a labeled point
_OTHER_FIELDS = {"format_version", "image_attributes", "links"}  # fields that a label without content may have
_KINDS = {
    **{kind: kind for kind in ("cuboid", "polygon", "polyline", "point")},
    "cuboid-sync": "cuboid",
    "bbox": "bounding box",
}


class ListedAnnotation(msgspec.Struct, gc=False):
    """The fields of an annotation that do not depend on its geometry. Each field accepts any value."""

    id: Any = None
    category_id: Any = None
    type: Any = None
    track_id: Any = None
    start: Any = None
    attributes: Raw | UnsetType = UNSET

    @property
    def valid_category_id(self) -> int | None:
        """The category id; None if it is missing or not an integer."""
        return self.category_id if type(self.category_id) is int else None

    @property
    def kind(self) -> str:
        """A noun for the type of the annotation, such as ``cuboid`` or ``text span``."""
        if self.start is not None:
            return "text span"
        return _KINDS.get(self.type, "annotation") if isinstance(self.type, str) else "annotation"


class _Frame(msgspec.Struct):
    annotations: list[ListedAnnotation] | None = None
    point_annotations: list[int] | None = None


class _Content(_Frame):
    frames: list[_Frame | None] | None = None


class _Sensor(msgspec.Struct):
    name: str | None = None
    attributes: _Content | list[Any] | None = None  # an empty list for an unlabeled sensor


class _Label(_Content):
    sensors: list[_Sensor] | dict[str, _Sensor] | None = None  # a dict in files of 2023


class LabelPart(NamedTuple):
    """A part of a label that has its own annotations: the whole label, a sensor, a frame, or a frame of a sensor.

    Attributes:
        sensor: The name of the sensor; None if the part does not belong to a sensor.
        frame: The index of the frame; None if the part is not a frame.
        annotations: The annotations of the part.
        points: The number of labeled points by annotation id.
    """

    sensor: str | None
    frame: int | None
    annotations: Sequence[ListedAnnotation]
    points: Counter[int]

    def points_by_category(self) -> Counter[int]:
        """Count the labeled points of each category id, without points whose annotation or category id is missing."""
        category_ids = {item.id: item.valid_category_id for item in self.annotations if type(item.id) is int}
        counts = Counter[int]()
        for annotation_id, points in self.points.items():
            if (category_id := category_ids.get(annotation_id)) is not None:
                counts[category_id] += points
        return counts


_LABEL: JsonDecoder[_Label | None] = JsonDecoder(_Label | None)
_FIELDS: JsonDecoder[dict[str, Raw] | None] = JsonDecoder(dict[str, Raw] | None)


def label_parts(attributes: Raw | str | UnsetType | None) -> list[LabelPart] | None:
    """Return the parts of a label that have their own annotations.

    Args:
        attributes: The JSON of the label's attributes.

    Returns:
        The parts; an empty list for a label without content. None if the attributes cannot be decoded, or if they have
        content, but no list of annotations, as may be for an unknown task type.

    >>> [part] = label_parts('{"annotations": [{"id": 3, "category_id": 1, "type": "cuboid", "yaw": 0.5}]}')
    >>> part.annotations[0].valid_category_id, part.annotations[0].kind
    (1, 'cuboid')
    >>> label_parts('{"echoes": [1, 2]}') is None, label_parts("{}"), label_parts(None)
    (True, [], [])
    """
    if attributes is None or isinstance(attributes, UnsetType):
        return []
    try:
        fields = (_FIELDS.decode(attributes) or {}).keys()
        if fields - _OTHER_FIELDS and not fields & set(_Label.__struct_fields__):
            return None
        label = _LABEL.decode(attributes)
    except JsonError:
        return None
    return [] if label is None else list(_parts(label))


def _parts(label: _Label) -> Iterator[LabelPart]:
    yield from _parts_of_sensor(label, None)
    sensors = label.sensors or ()
    named_sensors = sensors.items() if isinstance(sensors, dict) else ((item.name, item) for item in sensors)
    for name, sensor in named_sensors:
        if isinstance(sensor.attributes, _Content):
            yield from _parts_of_sensor(sensor.attributes, name and name_without_secrets(name))


def _parts_of_sensor(content: _Content, sensor: str | None) -> Iterator[LabelPart]:
    """Yield the parts of a sensor; for None, the parts of a label that belong to no sensor."""
    frames: list[tuple[int | None, _Frame | None]] = [(None, content), *enumerate(content.frames or ())]
    for index, frame in frames:
        if frame is not None and (frame.annotations is not None or frame.point_annotations is not None):
            points = Counter(frame.point_annotations or ())
            points.pop(0, None)
            yield LabelPart(sensor, index, frame.annotations or (), points)


def count_kinds(parts: Sequence[LabelPart] | None) -> Counter[str]:
    """Count the annotations of a label by kind, such as ``cuboid``, and the labeled points.

    Args:
        parts: The result of `label_parts`. If it is None, the label counts as one ``label``.
    """
    if parts is None:
        return Counter({LABEL: 1})
    counts = Counter(item.kind for part in parts for item in part.annotations)
    if points := sum(part.points.total() for part in parts):
        counts[LABELED_POINT] = points
    return counts
