"""The label of a row as a typed object: what every type of label offers.

Masks, layouts, exports, drawings, checks, statistics and previews use nothing else of a label. To add a type of label,
see CONTRIBUTING.md.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import Counter
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    import numpy as np
    import numpy.typing as npt
    from typing_extensions import Self

    from segments_hf.labels.geometry import Box, ImageSize, Point
    from segments_hf.labels.row import Row

# Why an object is left out.
NO_PIXELS = "without a pixel"
NO_AREA = "without an area in the image"
OUTSIDE = "outside of the image"
NO_CLASS = "without a class"
REPEATED_ID = "with an id that a later annotation has"


class Annotation(NamedTuple):
    """One annotation of a row.

    Attributes:
        id: Its id in the label.
        category_id: The id of its category in the release.
        class_index: The index of its class, 0..n-1; None if the release does not define the category.
        attributes: Its attributes: JSON text, or what it stands for; None if there are none.
        track_id: The id of its track in a sequence.
        is_keyframe: Whether a person has labeled it in this frame; other frames are interpolated.
    """

    id: int
    category_id: int | None
    class_index: int | None
    attributes: Any = None
    track_id: int | None = None
    is_keyframe: bool | None = None


class LabeledObject(NamedTuple):
    """An object that is inside the image and has a class.

    Attributes:
        annotation: Its annotation.
        kind: What it is: ``bitmap``, or the type of a vector: ``bbox``, ``polygon``, ``polyline``, ``point``.
        class_index: The index of its class.
        bbox: The box around it inside the image: left, top, width and height in pixels.
        area: Its area in pixels. It is 0 for a line and for points.
        raster_id: The value of its pixels in `Label.rasterize`; 0 for a line and for points.
        points: The points of a vector that are inside the image: a polygon is clipped, a line keeps all its points.
    """

    annotation: Annotation
    kind: str
    class_index: int
    bbox: Box
    area: float
    raster_id: int = 0
    points: Sequence[Point] = ()

    @property
    def box_area(self) -> float:
        """The area of the box in pixels."""
        return self.bbox[2] * self.bbox[3]


class Objects(NamedTuple):
    """The objects of a label.

    Attributes:
        found: Those that are inside the image and have a class, in the order of the annotations.
        left_out: How many annotations are not among them, by the reason.
    """

    found: list[LabeledObject]
    left_out: Counter[str]


class Raster(NamedTuple):
    """A label as pixels.

    Attributes:
        ids: A uint32 array of shape (H, W): the `id` of the instance that each pixel belongs to; 0 is unlabeled.
        instances: A dict for each annotation of the row, in their order: `id`, and `category`, the class index or
            None.
    """

    ids: npt.NDArray[np.uint32]
    instances: Sequence[Mapping[str, Any]]


class Label(ABC):
    """The label of one row.

    Args:
        row: A row whose annotations could be read.

    Attributes:
        object_kinds: The kinds of objects that such a label may hold.
        encoding: How the row encodes the label, as Markdown for the card of a dataset.
        hub_task: The task category and task id on the Hub that fit such labels.
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
        """The kinds of objects in labels of a task type, such as ``bboxes``; all kinds if it is unknown."""
        del task_type
        return cls.object_kinds

    @property
    def size(self) -> ImageSize | None:
        """The width and height of the image in pixels; None if they are unknown."""
        width, height = self._row.get("width"), self._row.get("height")
        return (width, height) if width and height else None

    @cached_property
    def annotations(self) -> list[Annotation]:
        """All annotations, in their order."""
        return [annotation_of(item) for item in self._row["annotations"]]

    @property
    def missing_part(self) -> str | None:
        """The missing part of the label; None if it is complete."""
        return None

    @property
    @abstractmethod
    def has_content(self) -> bool:
        """Whether the sample was labeled, even as empty."""

    @abstractmethod
    def objects(self) -> Objects:
        """Find the objects inside the image, with their boxes and areas.

        Of annotations with the same id, the last one counts.

        Raises:
            BitmapError: A bitmap cannot be read, or a point is not a place in an image.
        """

    @abstractmethod
    def rasterize(self) -> Raster | None:
        """Draw the label as pixels; None if the bitmap or the size of the image is missing.

        Raises:
            BitmapError: A bitmap cannot be read, or a point is not a place in an image.
        """

    @abstractmethod
    def without_pixels(self, raster: Raster) -> Counter[str]:
        """Count the annotations that have no pixel of a class in a mask, by the reason.

        Args:
            raster: What `rasterize` has drawn.
        """

    @abstractmethod
    def only(self, kinds: Collection[str]) -> tuple[Self, Counter[str]]:
        """Return a label with only the objects of some kinds, and count the other annotations by the reason.

        Of annotations with the same id, the last one counts, whatever its kind.
        """

    @cached_property
    def last_of_ids(self) -> list[int]:
        """The indices of the annotations that count: of those with the same id, the last one."""
        return last_of_ids([item["id"] for item in self._row["annotations"]])

    def repeated(self) -> Counter[str]:
        """Count the annotations that do not count, as a later one has the same id."""
        number = len(self._row["annotations"]) - len(self.last_of_ids)
        return Counter({REPEATED_ID: number} if number else {})


def annotation_of(item: Mapping[str, Any]) -> Annotation:
    """Return an annotation of a row, which may lack what a user has removed."""
    return Annotation(
        item["id"],
        item.get("category_id"),
        item.get("category"),
        item.get("attributes"),
        item.get("track_id"),
        item.get("is_keyframe"),
    )


def last_of_ids(ids: Sequence[int]) -> list[int]:
    """Return the index of the last occurrence of each id, in increasing order.

    >>> last_of_ids([7, 8, 7])
    [1, 2]
    """
    if len(set(ids)) == len(ids):
        return list(range(len(ids)))
    return sorted({number: index for index, number in enumerate(ids)}.values())
