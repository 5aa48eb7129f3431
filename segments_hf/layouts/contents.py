"""What the label of a row in a layout holds: its objects, and the pixels of its classes."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from segments_hf.bitmaps import decode_bitmap
from segments_hf.images.viewing import opened
from segments_hf.labels.categories import carried_categories
from segments_hf.labels.mask_values import class_numbers
from segments_hf.layouts import layout_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from segments_hf.labels.row import Row

_CHANNEL = 255


class Contents(NamedTuple):
    """What the label of a row holds.

    Attributes:
        size: The width and height of the image in pixels, where they are known.
        objects: The class index and the area of each object, in pixels; None where the label tells classes only.
        pixels: How many pixels each class index has; None where the label tells no pixels.
        unlabelled: How many pixels have no class.
    """

    size: tuple[int, int] | None
    objects: list[tuple[int, float]] | None
    pixels: Mapping[int, int] | None
    unlabelled: int = 0


def contents_reader(features: Mapping[str, Any]) -> Callable[[Row], Contents | None] | None:
    """What reads the labels of rows in a layout; None where these are the features of no layout.

    It gives None for a row without a label. It raises AssetError or BitmapError for a label that cannot be read.

    Raises:
        SegmentsHFError: The features do not carry categories.
    """
    match layout_of(features):
        case "semantic-segmentation":
            classes = len(carried_categories(features))
            return partial(_of_classes, classes=classes, first=first_class_number(features, classes))
        case "instance-segmentation":
            return _of_instances
        case "panoptic-segmentation":
            return _of_segments
        case "object-detection":
            return _of_boxes
        case _:
            return None


def first_class_number(features: Mapping[str, Any], classes: int) -> int:
    """The number of class 0 in semantic masks: 1 where unlabelled has a name of its own, else 0."""
    return len(class_numbers(features, "label")) - classes


def _of_classes(row: Row, *, classes: int, first: int) -> Contents | None:
    if (picture := opened(row["label"])) is None:
        return None
    counts = np.bincount(np.asarray(picture).ravel())[first : first + classes].tolist()
    pixels = {index: count for index, count in enumerate(counts) if count}
    return _with_pixels(picture.size, None, pixels)


def _of_instances(row: Row) -> Contents | None:
    if row["annotation"] is None:
        return None
    ids = decode_bitmap(row["annotation"])
    numbers, areas = (part.tolist() for part in np.unique(ids, return_counts=True))
    objects = [
        ((number & _CHANNEL) - 1, float(area))
        for number, area in zip(numbers, areas, strict=True)
        if number & _CHANNEL and number >> 8
    ]
    return _with_pixels((ids.shape[1], ids.shape[0]), objects, _pixels_of(objects))


def _of_segments(row: Row) -> Contents | None:
    if (picture := opened(row["label"])) is None or row["segments_info"] is None:
        return None
    objects = [(item["category_id"], float(item["area"])) for item in row["segments_info"]]
    return _with_pixels(picture.size, objects, _pixels_of(objects))


def _of_boxes(row: Row) -> Contents | None:
    if (found := row["objects"]) is None:
        return None
    size = (row["width"], row["height"]) if row["width"] and row["height"] else None
    return Contents(size, list(zip(found["category"], found["area"], strict=True)), None)


def _pixels_of(objects: list[tuple[int, float]]) -> dict[int, int]:
    pixels: dict[int, int] = {}
    for index, area in objects:
        pixels[index] = pixels.get(index, 0) + int(area)
    return pixels


def _with_pixels(size: tuple[int, int], objects: list[tuple[int, float]] | None, pixels: Mapping[int, int]) -> Contents:
    return Contents(size, objects, pixels, size[0] * size[1] - sum(pixels.values()))
