"""Convert rows in a layout to the columns and measures that `stats` counts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from segments_hf.stats.measure import Measured

if TYPE_CHECKING:
    from segments_hf.layouts.layout_label import LayoutLabel


def countable_columns(label: LayoutLabel | None) -> tuple[dict[str, Any], Measured | None]:
    """Return the columns of a row that `stats` counts, and the measures of its label, or None without a label.

    Args:
        label: The label of a row in a layout; None if the row has no label.

    Returns:
        The columns and the measures. The column `status` is missing, because layouts do not store the status. The
        column `annotations` is missing if the label has only classes, as in a semantic mask.
    """
    if label is None:
        return {"annotations": None}, None
    width, height = label.size or (None, None)
    row: dict[str, Any] = {"width": width, "height": height}
    areas = [(item.class_index, item.area) for item in label.objects]
    if not label.is_by_class:
        row["annotations"] = [{"category": index, "attributes": None} for index, _ in areas]
    if label.ids is None:
        return row, Measured(areas, None, 0)
    pixels: dict[int, int] = {}
    for index, area in areas:
        pixels[index] = pixels.get(index, 0) + int(area)
    unlabeled = label.ids.size - sum(pixels.values())
    return row, Measured([] if label.is_by_class else areas, pixels, unlabeled)
