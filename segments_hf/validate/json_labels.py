"""Check the ids, categories and tracks in labels that stay JSON, such as the labels of texts."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from segments_hf.io.json_codec.json_decoding import JsonError, read_json
from segments_hf.io.number_text import counted
from segments_hf.labels import JSON_LABEL_COLUMN, has_json_label, is_labeled
from segments_hf.labels.json_label import JSON_SAMPLE_COLUMN
from segments_hf.release.tasks.label_parts import count_kinds, label_parts
from segments_hf.validate.checks.annotations import (
    IMPOSSIBLE_ID,
    POINTS_WITHOUT_ANNOTATION,
    REPEATED_ID,
    UNKNOWN_CATEGORY,
)
from segments_hf.validate.checks.fault import Fault
from segments_hf.validate.checks.tracks import CHANGED_CATEGORY
from segments_hf.validate.wording import listed

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from segments_hf.dataset.rows.outcome import Outcome
    from segments_hf.labels.row import Row
    from segments_hf.release.tasks.label_parts import LabelPart
    from segments_hf.validate.finding import Finding

# These faults have other effects than in labels of images, because the rows contain the JSON unchanged.
_UNKNOWN_CATEGORY = Fault(UNKNOWN_CATEGORY.name, "error", "the objects have no class")
_REPEATED_ID = Fault(REPEATED_ID.name, "error", "the id does not identify one object")
_IMPOSSIBLE_ID = Fault(IMPOSSIBLE_ID.name, "error", "the object has no points: in labels of points, 0 means unlabeled")


class JsonLabels:
    """Check labels that stay JSON, and count the annotations and files whose geometry or content is not checked.

    Args:
        category_ids: The ids of the categories that the release defines.
    """

    def __init__(self, category_ids: Collection[int]) -> None:
        self._category_ids = category_ids
        self._annotation_counts, self._file_counts = Counter[str](), Counter[str]()

    @property
    def not_checked(self) -> dict[str, int]:
        """The number of annotations and files in the rows so far whose geometry or content was not checked, by kind."""
        return {**dict(self._annotation_counts.most_common()), **dict(self._file_counts.most_common())}

    def check(self, outcome: Outcome) -> Iterator[Finding]:
        """Find the faults in a JSON label, and count its annotations and files. Ignore rows without such a label."""
        row = outcome.row
        if row is None or not has_json_label(row):
            return
        self._file_counts += _count_files(row[JSON_SAMPLE_COLUMN])
        if not is_labeled(row):
            return
        parts = label_parts(row[JSON_LABEL_COLUMN])
        self._annotation_counts += count_kinds(parts)
        for part in parts or ():
            yield from self._check_part(row, part)
        yield from _changed_tracks(row, parts or ())

    def _check_part(self, row: Row, part: LabelPart) -> Iterator[Finding]:
        def finding(fault: Fault, message: str) -> Finding:
            return fault.finding(row["name"], row.get("uuid"), part.frame, message)

        unknown = [item.category_id for item in part.annotations if item.valid_category_id not in self._category_ids]
        if unknown:
            ids = listed(dict.fromkeys(map(_id_text, unknown)))
            number = counted(len(unknown), "annotation")
            yield finding(_UNKNOWN_CATEGORY, f"got {number} with a category id that is not defined: {ids}")
        ids_of_objects = Counter(item.id for item in part.annotations if type(item.id) is int)
        if repeated := [number for number, times in ids_of_objects.items() if times > 1]:
            yield finding(_REPEATED_ID, f"got more than one annotation with the id {listed(repeated)}")
        if not part.points:
            return
        if 0 in ids_of_objects:
            yield finding(_IMPOSSIBLE_ID, "got the annotation id 0, expected another number")
        if unknown_ids := {number: points for number, points in part.points.items() if number not in ids_of_objects}:
            points = counted(sum(unknown_ids.values()), "point")
            yield finding(
                POINTS_WITHOUT_ANNOTATION,
                f"got {points} with an id that no annotation has: {listed(sorted(unknown_ids))}",
            )


def _id_text(number: object) -> str:
    """Return a category id as text; if it is missing or not a whole number, ``(missing)`` or its type."""
    return str(number) if type(number) is int else "(missing)" if number is None else f"({type(number).__name__})"


def _changed_tracks(row: Row, parts: Sequence[LabelPart]) -> Iterator[Finding]:
    """Find tracks whose category differs from the category in their first frame."""
    first_categories: dict[int, int] = {}  # by track id
    changes: dict[int, str] = {}  # a text for each track id
    for part in parts:
        for item in part.annotations:
            if type(item.track_id) is not int or part.frame is None or item.valid_category_id is None:
                continue
            category_id = item.valid_category_id
            before = first_categories.setdefault(item.track_id, category_id)
            if before != category_id:
                text = f"track {item.track_id} has category {category_id} in frame {part.frame} and category {before}"
                changes.setdefault(item.track_id, f"{text} before")
    if changes:
        yield CHANGED_CATEGORY.in_sample(row, listed(changes.values()))


def _count_files(attributes: str | None) -> Counter[str]:
    """Count the point clouds and images in the attributes of a sample, in all frames.

    Args:
        attributes: The JSON of the attributes; None if the sample has none.
    """
    counts = Counter[str]()
    try:
        values = [read_json(attributes) if attributes else None]
    except JsonError:
        return counts
    while values:
        value = values.pop()
        if isinstance(value, list):
            values.extend(value)
        elif isinstance(value, dict):
            counts["point cloud"] += value.get("pcd") is not None
            counts["image"] += value.get("image") is not None
            images = value.get("images")
            counts["image"] += len(images) if isinstance(images, list) else 0
            values.append(value.get("frames"))
    return +counts
