"""Count the objects of labels that stay JSON, such as those of texts, for the gallery of a page."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from segments_hf.labels import JSON_LABEL_COLUMN, is_labeled
from segments_hf.release.tasks.label_parts import label_parts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from segments_hf.labels.row import Row


def json_objects(row: Row, category_ids: Sequence[int]) -> list[tuple[int, int]] | None:
    """Return pairs of a class number and the number of objects of the class.

    Args:
        row: A row whose label stays JSON.
        category_ids: The category ids, in the order of the class indices.

    Returns:
        The pairs; None if the row has no label, or if its label has no list of annotations. An object without a class
        has the class number after that of the last class.
    """
    parts = label_parts(row[JSON_LABEL_COLUMN])
    if parts is None or not (parts or is_labeled(row)):
        return None
    numbers = {number: index for index, number in enumerate(category_ids)}
    found = [item.valid_category_id for part in parts for item in part.annotations]
    return sorted(Counter(len(numbers) if item is None else numbers.get(item, len(numbers)) for item in found).items())
