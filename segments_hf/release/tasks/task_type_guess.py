"""Guess the task type of a release from its labels, for files that lack the task type."""

from __future__ import annotations

import msgspec
from msgspec import UNSET, Raw, UnsetType

from segments_hf.io.json_codec.json_decoding import JsonDecoder, JsonError


class _Annotation(msgspec.Struct):
    type: str | None = None
    points: Raw | UnsetType = UNSET
    dimensions: Raw | UnsetType = UNSET


class _Content(msgspec.Struct):
    annotations: list[_Annotation] | None = None
    segmentation_bitmap: Raw | UnsetType = UNSET
    point_annotations: Raw | UnsetType = UNSET
    frames: list[_Content | None] | None = None
    sensors: Raw | UnsetType = UNSET


class _Label(msgspec.Struct):
    label_type: str | None = None
    attributes: _Content | None = None


_LABEL: JsonDecoder[_Label | None] = JsonDecoder(_Label | None)


def guess_task_type(label: Raw | bytes) -> str:
    """Guess the task type from the JSON of one label; return an empty text if the label does not show its task type.

    >>> guess_task_type(b'{"label_status": "LABELED", "attributes": {"segmentation_bitmap": {"url": "a.png"}}}')
    'segmentation-bitmap'
    >>> guess_task_type(b'{"attributes": {"frames": [{"annotations": [{"id": 1, "type": "bbox", "points": []}]}]}}')
    'image-vector-sequence'
    >>> guess_task_type(b'{"attributes": {"annotations": [], "point_annotations": [0, 0]}}')
    'pointcloud-segmentation'
    >>> guess_task_type(b"null")
    ''
    >>> guess_task_type(b'{"attributes": {"sensors": []}}')
    'multisensor-sequence'
    """
    try:
        document = _LABEL.decode(label)
    except JsonError:
        return ""
    if document is None:
        return ""
    if document.label_type:
        return str(document.label_type)
    content = document.attributes or _Content()
    if content.sensors is not UNSET:
        return "multisensor-sequence"
    parts = [content] if content.frames is None else [frame for frame in content.frames if frame is not None]
    single, sequence = _task_types(parts)
    return single if content.frames is None else sequence


def _task_types(parts: list[_Content]) -> tuple[str, str]:
    """Return the task type of a single image or point cloud, and of a sequence; empty texts if they are not known.

    Args:
        parts: The content of the label, or of each frame of the label.
    """
    if any(part.segmentation_bitmap is not UNSET for part in parts):
        return "segmentation-bitmap", "image-segmentation-sequence"
    if any(part.point_annotations is not UNSET for part in parts):
        return "pointcloud-segmentation", "pointcloud-segmentation-sequence"
    annotations = [annotation for part in parts for annotation in part.annotations or ()]
    if any(annotation.dimensions is not UNSET for annotation in annotations):
        return "pointcloud-cuboid", "pointcloud-cuboid-sequence"
    if any(annotation.points is not UNSET for annotation in annotations):
        return "vector", "image-vector-sequence"
    return "", ""
