"""A row as a page shows it."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import msgspec

from segments_hf.errors import AssetError, BitmapError
from segments_hf.labels import BitmapLabel, is_labeled, label_of
from segments_hf.preview.shown_image import ShownImage, fitted, shown_image
from segments_hf.preview.shown_label import (
    ShownMask,
    ShownObject,
    class_numbers,
    drawn_classes,
    object_numbers,
    packed,
    pairs,
    shown_objects,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from segments_hf.dataset.rows.row_maker import Outcome
    from segments_hf.validate.finding import Finding

Pairs = list[tuple[str, str]]


class Entry(msgspec.Struct):
    """The data of a row in the gallery, for display and search.

    Attributes:
        name: The name of the sample.
        uuid: Its uuid.
        frame: The place of the frame in a sequence.
        frame_name: The name of the frame.
        status: The status, ``(unknown)`` if it is missing; None if the label could not be read.
        objects: Class numbers, and how many objects have each; None where there is no label.
        values: The values of the attributes of objects, for the text filter.
        attributes: The attributes of the image.
        metadata: The metadata of the sample.
        findings: What is wrong with it.
    """

    name: str
    uuid: str | None
    findings: list[Finding]
    frame: int | None = None
    frame_name: str | None = None
    status: str | None = None
    objects: list[tuple[int, int]] | None = None
    values: list[str] = []
    attributes: Pairs = []
    metadata: Pairs = []


class Thumb(msgspec.Struct):
    """The picture of a row in the gallery.

    Attributes:
        image: A ``data:`` URL.
        classes: The class of each pixel: 1 for the first class.
    """

    image: str | None = None
    classes: ShownMask | None = None


class Detail(msgspec.Struct):
    """The data of a row in the viewer.

    Attributes:
        full_size: The width and height of the image.
        size: The width and height that it is shown in.
        image: A ``data:`` URL.
        numbers: The number of the object of each pixel: 1 for the first object.
        objects: The objects.
        notices: What cannot be shown, and why.
    """

    full_size: tuple[int, int] | None = None
    size: tuple[int, int] | None = None
    image: str | None = None
    numbers: ShownMask | None = None
    objects: list[ShownObject] = []
    notices: list[str] = []


class ShownSample(msgspec.Struct):
    """A row as a page shows it, in three parts: each is read when it is needed."""

    entry: Entry
    thumb: Thumb
    detail: Detail


def shown_sample(outcome: Outcome, findings: list[Finding], *, classes: int, longest: int) -> ShownSample:
    """Make what a page shows of a row.

    Args:
        outcome: The row, and its problems.
        findings: What was found in it.
        classes: How many classes there are.
        longest: The longest side that pictures are shown in, in pixels.
    """
    row = outcome.row
    if row is None:
        problem = outcome.problems[0]
        return ShownSample(Entry(problem.sample, problem.uuid, findings), Thumb(), Detail())
    thumb, detail = Thumb(), Detail()
    image = _image(row, longest, thumb, detail)
    detail.full_size = _full_size(row, image)
    detail.size = detail.full_size and fitted(detail.full_size, longest)
    try:
        _label(row, classes, longest, thumb, detail)
    except BitmapError as error:
        detail.notices.append(f"The label cannot be shown: {error}.")
    return ShownSample(_entry(row, findings, classes), thumb, detail)


def _entry(row: Mapping[str, Any], findings: list[Finding], classes: int) -> Entry:
    annotations = row.get("annotations")
    counts = Counter(classes if item["category"] is None else item["category"] for item in annotations or ())
    has_label = bool(annotations) or (annotations is not None and is_labeled(row))
    attributes = [row.get(name) for name in ("image_attributes", "sample_attributes", "label_attributes")]
    return Entry(
        row["name"],
        row.get("uuid"),
        findings,
        row.get("frame_index"),
        row.get("frame_name"),
        row["status"] or (None if row.get("annotations", ()) is None else "(unknown)"),
        sorted(counts.items()) if has_label else None,
        sorted({value for item in annotations or () for pair in pairs(item["attributes"]) for value in pair}),
        [pair for json in attributes for pair in pairs(json)],
        pairs(row.get("metadata")),
    )


def _image(row: Mapping[str, Any], longest: int, thumb: Thumb, detail: Detail) -> ShownImage | None:
    if row.get("image") is None:
        return None
    try:
        image = shown_image(row["image"], longest)
    except AssetError as error:
        detail.notices.append(f"The image cannot be shown: {error}.")
        return None
    thumb.image, detail.image = image.thumb, image.url
    return image


def _full_size(row: Mapping[str, Any], image: ShownImage | None) -> tuple[int, int] | None:
    if image:
        return image.full_size
    return (row["width"], row["height"]) if row.get("width") and row.get("height") else None


def _label(row: Mapping[str, Any], classes: int, longest: int, thumb: Thumb, detail: Detail) -> None:
    label = label_of(row)
    if label is None:
        return
    if isinstance(label, BitmapLabel) and label.ids is not None:
        detail.objects = shown_objects(label, classes, 1)
        numbers = object_numbers(label.ids, detail.full_size, longest, detail.objects, classes)
        detail.size = detail.size or (numbers.shape[1], numbers.shape[0])
        detail.numbers = packed(numbers)
        thumb.classes = packed(class_numbers(numbers, detail.objects))
        return
    scale = detail.size[0] / detail.full_size[0] if detail.size and detail.full_size else 1.0
    detail.objects = shown_objects(label, classes, scale)
    if detail.size and any(item.points for item in detail.objects):
        thumb.classes = packed(drawn_classes(detail.objects, detail.size))
