"""Check labels that stay JSON, such as those of texts: their ids, categories and tracks, without geometry."""

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

# The same checks as for images, but with other effects, because the rows hold the labels unchanged.
_UNKNOWN_CATEGORY = Fault(UNKNOWN_CATEGORY.name, "error", "the objects have no class")
_REPEATED_ID = Fault(REPEATED_ID.name, "error", "the id does not identify one object")
_IMPOSSIBLE_ID = Fault(IMPOSSIBLE_ID.name, "error", "the object has no points: in labels of points, 0 means unlabeled")


class JsonLabels:
    """The checks of labels that stay JSON, and the number of annotations and files that no check reads.

    Args:
        category_ids: The ids of the categories that the release defines.
    """

    def __init__(self, category_ids: Collection[int]) -> None:
        self._category_ids = category_ids
        self._annotations, self._files = Counter[str](), Counter[str]()

    @property
    def not_checked(self) -> dict[str, int]:
        """The number of annotations and files whose geometry or content was not checked so far, by kind."""
        return {**dict(self._annotations.most_common()), **dict(self._files.most_common())}

    def check(self, outcome: Outcome) -> Iterator[Finding]:
        """Find the faults in the label of a row, and count what is not checked. Other rows have no such faults."""
        row = outcome.row
        if row is None or not has_json_label(row):
            return
        self._files += _files(row[JSON_SAMPLE_COLUMN])
        if not is_labeled(row):
            return
        parts = label_parts(row[JSON_LABEL_COLUMN])
        self._annotations += count_kinds(parts)
        for part in parts or ():
            yield from self._check_part(row, part)
        yield from _changed_tracks(row, parts or ())

    def _check_part(self, row: Row, part: LabelPart) -> Iterator[Finding]:
        def found(fault: Fault, message: str) -> Finding:
            return fault.finding(row["name"], row.get("uuid"), part.frame, message)

        unknown = [item.category_id for item in part.annotations if item.category not in self._category_ids]
        if unknown:
            ids = listed(dict.fromkeys(map(_id_text, unknown)))
            number = counted(len(unknown), "annotation")
            yield found(_UNKNOWN_CATEGORY, f"got {number} with a category id that is not defined: {ids}")
        ids_of_objects = Counter(item.id for item in part.annotations if type(item.id) is int)
        if repeated := [number for number, times in ids_of_objects.items() if times > 1]:
            yield found(_REPEATED_ID, f"got more than one annotation with the id {listed(repeated)}")
        if not part.points:
            return
        if 0 in ids_of_objects:
            yield found(_IMPOSSIBLE_ID, "got the annotation id 0, expected another number")
        if lost := {number: points for number, points in part.points.items() if number not in ids_of_objects}:
            points = counted(sum(lost.values()), "point")
            yield found(
                POINTS_WITHOUT_ANNOTATION, f"got {points} with an id that no annotation has: {listed(sorted(lost))}"
            )


def _id_text(number: object) -> str:
    """Return a category id as text; of a value that is not a whole number, only its type."""
    return str(number) if type(number) is int else "(missing)" if number is None else f"({type(number).__name__})"


def _changed_tracks(row: Row, parts: Sequence[LabelPart]) -> Iterator[Finding]:
    """Find tracks whose category differs from the category in their first frame."""
    first: dict[int, int] = {}
    changed: dict[int, str] = {}
    for part in parts:
        for item in part.annotations:
            if type(item.track_id) is not int or part.frame is None or item.category is None:
                continue
            before = first.setdefault(item.track_id, item.category)
            if before != item.category:
                text = f"track {item.track_id} has category {item.category} in frame {part.frame} and category {before}"
                changed.setdefault(item.track_id, f"{text} before")
    if changed:
        yield CHANGED_CATEGORY.in_sample(row, listed(changed.values()))


def _files(attributes: str | None) -> Counter[str]:
    """Count the point clouds and images that the attributes of a sample name, in all frames."""
    counts = Counter[str]()
    try:
        values = [read_json(attributes) if attributes else None]
    except JsonError:  # `load_release` has reported the attributes
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
