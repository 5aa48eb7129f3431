"""Count the objects in labels that stay JSON, such as labels of texts, for the gallery of a page."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from segments_hf.labels import JSON_LABEL_COLUMN, is_labeled
from segments_hf.release.tasks.label_parts import label_parts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from segments_hf.labels.row import Row


def count_objects(row: Row, category_ids: Sequence[int]) -> list[tuple[int, int]] | None:
    """Count the objects of each class in a label that stays JSON.

    Args:
        row: A row whose label stays JSON.
        category_ids: The category ids, in the order of the class indices.

    Returns:
        Pairs of a class number and the number of objects of this class. An object whose category is missing or not in
        `category_ids` has the class number ``len(category_ids)``. The result is None if the row has no label, or if its
        label has content but no list of annotations.
    """
    parts = label_parts(row[JSON_LABEL_COLUMN])
    if parts is None or not (parts or is_labeled(row)):
        return None
    indices: dict[int | None, int] = {category_id: index for index, category_id in enumerate(category_ids)}
    found = (item.valid_category_id for part in parts for item in part.annotations)
    return sorted(Counter(indices.get(category_id, len(indices)) for category_id in found).items())
