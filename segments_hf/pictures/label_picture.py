"""The label of a row as a picture: masks, boxes, polygons, lines and points in the colours of their classes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image, ImageDraw

from segments_hf.bitmaps import Color, semantic_mask
from segments_hf.pictures.layout_picture import layout_picture

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

UNLABELED_COLOR: Color = (24, 24, 27)
NO_CLASS_COLOR: Color = (160, 160, 160)


def label_picture(row: Mapping[str, Any], colors: Sequence[Color]) -> Image.Image | None:
    """Draws what was labelled, on a dark ground.

    Args:
        row: A row with its pictures decoded, as it is made of a release or in a layout.
        colors: The colour of each class index.

    Returns:
        An RGB picture of the size of the bitmap, or of the image where there is none; None where nothing is known of
        the size.
    """
    if "annotations" not in row:
        return layout_picture(row, colors, UNLABELED_COLOR)
    annotations = row["annotations"] or []
    if row.get("segmentation_bitmap") is not None:
        mask = semantic_mask(row["segmentation_bitmap"], annotations)
        return Image.fromarray(np.array([UNLABELED_COLOR, *colors], np.uint8)[mask])
    if not row["width"] or not row["height"]:
        return None
    canvas = Image.new("RGB", (row["width"], row["height"]), UNLABELED_COLOR)
    for annotation in annotations:
        index = annotation["category"]
        _draw(canvas, annotation, NO_CLASS_COLOR if index is None else colors[index])
    return canvas


def _draw(canvas: Image.Image, annotation: Mapping[str, Any], color: Color) -> None:
    points = [tuple(point[:2]) for point in annotation.get("points") or ()]
    pen = ImageDraw.Draw(canvas)
    width = max(2, max(canvas.size) // 200)
    if not points:
        return
    match annotation["type"]:
        case "polygon":
            pen.polygon(points, fill=color)
        case "bbox":
            (left, right), (top, bottom) = (sorted(p[axis] for p in (points[0], points[-1])) for axis in (0, 1))
            pen.rectangle((left, top, right, bottom), outline=color, width=width)
        case "polyline":
            pen.line(points, fill=color, width=width, joint="curve")
        case _:
            for x, y in points:
                pen.ellipse((x - 2 * width, y - 2 * width, x + 2 * width, y + 2 * width), fill=color)
