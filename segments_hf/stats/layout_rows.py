"""Rows in a layout as rows that can be counted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from segments_hf.stats.measure import Measured

if TYPE_CHECKING:
    from segments_hf.layouts.contents import Contents


def countable(contents: Contents | None) -> tuple[dict[str, Any], Measured | None]:
    """A row with the columns that are counted, and what its label measures.

    Args:
        contents: The label in a layout; None where there is none.

    Returns:
        The row: of a layout, the status is not known; where the label tells classes only, neither are annotations.
    """
    if contents is None:
        return {"annotations": None}, None
    row: dict[str, Any] = dict(zip(("width", "height"), contents.size or (None, None), strict=True))
    if contents.objects is not None:
        row["annotations"] = [{"category": index, "attributes": None} for index, _ in contents.objects]
    return row, Measured(contents.objects or [], contents.pixels, contents.unlabelled)
