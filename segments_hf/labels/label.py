"""The interface of labels: the methods and attributes that every type of label has. See also `image_label`.

Masks, layouts, exports, drawings, checks, statistics and previews read labels only through this interface. To add a
type of label, see CONTRIBUTING.md.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import Counter
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from segments_hf.labels.row import Row

# Reasons to leave out an annotation. In messages, the reason follows the number of annotations that are left out.
NO_PIXELS = "without a pixel"
NO_AREA = "without an area in the image"
OUTSIDE = "outside of the image"
NO_VOLUME = "without a volume"
NO_POINTS = "without a point"
NO_CLASS = "without a class"
NO_TYPE = "without a type"
REPEATED_ID = "with an id that a later annotation has"


class Annotation(NamedTuple):
    """One annotation of a row.

    Attributes:
        id: The id of the annotation. In a bitmap, it is the value of the pixels of the object.
        category_id: The category id in the release; None if the row lacks it.
        class_index: The class index, 0..n-1; None if the release does not define the category.
        attributes: The attributes as JSON text, or decoded; None if the annotation has no attributes.
        track_id: The id of the object in all frames of a sequence; None if it has no track.
        is_keyframe: Whether a person labeled the object in this frame; False if it was interpolated; None if unknown.
    """

    id: int
    category_id: int | None
    class_index: int | None
    attributes: Any = None
    track_id: int | None = None
    is_keyframe: bool | None = None


class Label(ABC):
    """The label of one row.

    Args:
        row: A row whose annotations could be read.

    Attributes:
        object_kinds: The kinds of objects that a label of this type may contain.
        encoding: A description of the label's columns, in Markdown, for the card of a dataset.
        hub_task: The task category and task id on the Hub for labels of this type.
    """

    object_kinds: ClassVar[frozenset[str]]
    encoding: ClassVar[str]
    hub_task: ClassVar[tuple[str, str | None]]

    def __init__(self, row: Row) -> None:
        self._row = row

    @classmethod
    @abstractmethod
    def has_columns(cls, columns: Collection[str]) -> bool:
        """Tell whether rows with these columns have labels of this type."""

    @classmethod
    def kinds_of_task(cls, task_type: str | None) -> frozenset[str]:
        """Return the kinds of objects that labels of a task type may contain; by default, all `object_kinds`."""
        del task_type
        return cls.object_kinds

    @cached_property
    def annotations(self) -> list[Annotation]:
        """All annotations, in the order of the row."""
        return [annotation_of(item) for item in self._row["annotations"]]

    @property
    def annotation_ids(self) -> list[int]:
        """The ids of all annotations, in the order of the row."""
        return [item["id"] for item in self._row["annotations"]]

    @property
    def missing_part(self) -> str | None:
        """The name of the missing part of the label, such as ``bitmap``; None if the label is complete."""
        return None

    @property
    @abstractmethod
    def has_content(self) -> bool:
        """Whether the sample was labeled, perhaps without objects."""

    @cached_property
    def last_indices(self) -> list[int]:
        """The indices of the annotations whose id no later annotation has."""
        return last_indices(self.annotation_ids)

    def count_repeated_ids(self) -> Counter[str]:
        """Count the annotations whose id a later annotation has."""
        ids = self.annotation_ids
        number = len(ids) - len(set(ids))
        return Counter({REPEATED_ID: number}) if number else Counter()


def annotation_of(item: Mapping[str, Any]) -> Annotation:
    """Convert an annotation of a row to an `Annotation`. Fields that the row does not have are None."""
    return Annotation(
        item["id"],
        item.get("category_id"),
        item.get("category"),
        item.get("attributes"),
        item.get("track_id"),
        item.get("is_keyframe"),
    )


def last_indices(ids: Sequence[int]) -> list[int]:
    """Return the index of the last occurrence of each id, sorted.

    >>> last_indices([7, 8, 7])
    [1, 2]
    """
    if len(set(ids)) == len(ids):
        return list(range(len(ids)))
    return sorted({number: index for index, number in enumerate(ids)}.values())
