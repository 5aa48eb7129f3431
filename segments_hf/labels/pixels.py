"""The pixels of a row's label, whatever kind of label it is."""

from __future__ import annotations

import logging
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from segments_hf.bitmaps import FARTHEST, decode_bitmap, fill_polygons
from segments_hf.errors import BitmapError
from segments_hf.release import UNLABELED

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np
    import numpy.typing as npt

NO_LABEL = frozenset({UNLABELED, "SKIPPED", "REJECTED"})

logger = logging.getLogger(__name__)


class Pixels(NamedTuple):
    """What was labelled, as pixels.

    Attributes:
        bitmap: Instance ids, a uint32 array of shape (H, W); 0 is unlabelled.
        annotations: A dict for each annotation, in their order: `id`, the instance id; `category`, the class index,
            or None where the class is not known.
    """

    bitmap: npt.NDArray[np.uint32]
    annotations: Sequence[Mapping[str, Any]]


def labelled_pixels(row: Mapping[str, Any]) -> Pixels | None:
    """The pixels of a row's label; None where there is no label, or where it cannot be told.

    Polygons and boxes are drawn in the order of the annotations, each under the number of its place, from 1 on;
    lines and points have no area.

    Raises:
        BitmapError: The bitmap cannot be read, or a point is no place in a picture.
    """
    if not has_pixels(row):
        if row["annotations"]:
            _warn_of_missing(row["name"])
        return None
    annotations = row["annotations"]
    if row.get("segmentation_bitmap") is not None:
        return Pixels(decode_bitmap(row["segmentation_bitmap"]), annotations)
    bitmap = fill_polygons(map(_outline, annotations), row["height"], row["width"])
    numbered = [{"id": place, "category": item["category"]} for place, item in enumerate(annotations, start=1)]
    return Pixels(bitmap, numbered)


def has_pixels(row: Mapping[str, Any]) -> bool:
    """Whether there are pixels to a row's label: a bitmap, or vectors and the size of the image."""
    annotations = row["annotations"]
    if annotations is None:
        return False
    if row.get("segmentation_bitmap") is not None:
        return True
    if not annotations and row["status"] in NO_LABEL:
        return False
    # An empty label is a picture in which nothing is labelled; one whose bitmap is missing is not.
    return row["width"] is not None and row["height"] is not None and not ("segmentation_bitmap" in row and annotations)


@cache
def _warn_of_missing(name: str) -> None:
    logger.warning("sample %r has annotations but no bitmap or size: its mask is null", name)


def _outline(annotation: Mapping[str, Any]) -> list[Sequence[Sequence[float]]]:
    points = places(annotation)
    if annotation["type"] == "polygon":
        return [points]
    if annotation["type"] == "bbox" and points:
        left, top, right, bottom = extent(points)
        return [[(left, top), (right, top), (right, bottom), (left, bottom)]]
    return []


def places(annotation: Mapping[str, Any]) -> list[tuple[float, float]]:
    """The points of an annotation as x and y.

    Raises:
        BitmapError: A point is no place.
    """
    for point in annotation["points"] or ():
        if point is None or len(point) < 2 or not _is_near(point[0]) or not _is_near(point[1]):  # noqa: PLR2004
            raise BitmapError(f"annotation {annotation['id']}: got a point {point}, wanted x and y within 2^31 pixels")
    return [(float(x), float(y)) for x, y, *_ in annotation["points"] or ()]


def _is_near(coordinate: float | None) -> bool:
    return coordinate is not None and abs(coordinate) < FARTHEST  # which NaN is not


def extent(points: Sequence[Sequence[float]]) -> tuple[float, float, float, float]:
    """The left, top, right and bottom of some points."""
    xs, ys = [point[0] for point in points], [point[1] for point in points]
    return min(xs), min(ys), max(xs), max(ys)
