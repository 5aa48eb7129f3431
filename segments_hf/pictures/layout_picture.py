"""The label of a row in a layout as a picture."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image, ImageDraw

from segments_hf.bitmaps import semantic_mask

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from segments_hf.bitmaps import Color


def layout_picture(row: Mapping[str, Any], colors: Sequence[Color], ground: Color) -> Image.Image | None:
    """Draws what a row in a layout says.

    Args:
        row: A row in one of the layouts, with its pictures decoded.
        colors: The colour of each class index.
        ground: The colour of what is unlabelled.

    Returns:
        An RGB picture of the size of the image; None where there is no label.
    """
    if (objects := row.get("objects")) is not None:
        return _boxes(row, objects, colors, ground)
    picture = row.get("annotation", row.get("label"))
    if picture is None:
        return None
    if (segments := row.get("segments_info")) is not None:
        mask = semantic_mask(picture, [{"id": item["id"], "category": item["category_id"]} for item in segments])
    elif "annotation" in row:
        mask = np.asarray(picture)[..., 0]
    else:
        return picture.convert("RGB") if picture.mode == "P" else None
    return Image.fromarray(np.array([ground, *colors], np.uint8)[mask])


def _boxes(
    row: Mapping[str, Any], objects: Mapping[str, Any], colors: Sequence[Color], ground: Color
) -> Image.Image | None:
    if not row["width"] or not row["height"]:
        return None
    canvas = Image.new("RGB", (row["width"], row["height"]), ground)
    pen = ImageDraw.Draw(canvas)
    line = max(2, max(canvas.size) // 200)
    for (left, top, width, height), index in zip(objects["bbox"], objects["category"], strict=True):
        pen.rectangle((left, top, left + width, top + height), outline=colors[index], width=line)
    return canvas
