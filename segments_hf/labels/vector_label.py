"""Labels of vector tasks: boxes, polygons, polylines and points."""

from __future__ import annotations

from collections import Counter
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from segments_hf.bitmaps import FARTHEST, fill_polygons, present_ids
from segments_hf.errors import BitmapError
from segments_hf.labels.geometry import VisiblePart, clipped_box, is_inside, measure_polygons, rectangle
from segments_hf.labels.image_label import ImageLabel, LabeledObject, Objects, Raster
from segments_hf.labels.label import NO_AREA, NO_CLASS, NO_PIXELS, NO_TYPE, OUTSIDE, Annotation, annotation_of
from segments_hf.labels.usable import is_labeled

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from typing_extensions import Self

    from segments_hf.labels.geometry import ImageSize, Point

BOX, POLYGON, POLYLINE, POINT = "bbox", "polygon", "polyline", "point"
VECTORS = frozenset({BOX, POLYGON, POLYLINE, POINT})
FILLED = frozenset({BOX, POLYGON})  # the kinds that have an area, and pixels in masks

# The kinds of objects in task types with only one kind.
_KINDS_OF_TASK = {
    "bboxes": frozenset({BOX}),
    "keypoints": frozenset({POINT}),
    "keypoint": frozenset({POINT}),
}


class Vector(NamedTuple):
    """One annotation of a vector label.

    Attributes:
        annotation: The fields that annotations of all label types have.
        kind: ``bbox``, ``polygon``, ``polyline`` or ``point``; another text or None in a broken release.
        raw_points: The points as in the release; they may be invalid.
    """

    annotation: Annotation
    kind: str | None
    raw_points: Sequence[Any] | None

    @property
    def points(self) -> list[Point]:
        """The points: x and y in pixels.

        Raises:
            BitmapError: A coordinate is invalid.
        """
        raw = self.raw_points or ()
        for point in raw:
            if point is None or len(point) < 2 or not _is_in_range(point[0]) or not _is_in_range(point[1]):  # noqa: PLR2004
                raise BitmapError(
                    f"annotation {self.annotation.id}: got the point {point}, expected two numbers x and y with "
                    "absolute values below 2^31"
                )
        return [(float(x), float(y)) for x, y, *_ in raw]

    @property
    def outline(self) -> list[Point]:
        """The corners of the polygon or box; empty for other types.

        Raises:
            BitmapError: A coordinate is invalid, and the type is known.
        """
        if self.kind not in VECTORS:
            return []
        points = self.points
        if self.kind == BOX:
            return rectangle(points)
        return points if self.kind == POLYGON else []


class VectorLabel(ImageLabel):
    """A label of boxes, polygons, polylines and points. A mask contains only the boxes and polygons."""

    object_kinds = VECTORS
    encoding = (
        "`annotations` holds the `points` of each object in pixels, and its `type`: bbox, polygon, polyline or point. "
        "`category` is the class, `category_id` its id on Segments.ai."
    )
    hub_task: ClassVar[tuple[str, str | None]] = ("object-detection", None)

    @classmethod
    def has_columns(cls, columns: Collection[str]) -> bool:
        """Tell whether rows with these columns have labels of this type."""
        return "annotations" in columns

    @classmethod
    def kinds_of_task(cls, task_type: str | None) -> frozenset[str]:
        """Return the kinds of objects in labels of a task type: one kind for ``bboxes`` or keypoints, otherwise all."""
        return _KINDS_OF_TASK.get(task_type or "", cls.object_kinds)

    @cached_property
    def vectors(self) -> list[Vector]:
        """All annotations with their points, in the order of the row."""
        return [Vector(annotation_of(item), item.get("type"), item.get("points")) for item in self._row["annotations"]]

    @property
    def has_content(self) -> bool:
        """Whether the sample was labeled, perhaps as an image without objects."""
        return bool(self._row["annotations"]) or (self.size is not None and is_labeled(self._row))

    def objects(self) -> Objects:
        """Find the objects inside the image, with their boxes and areas.

        Polygons, and the bounding boxes of all objects, are clipped to the image. Boxes and polygons that cover no
        pixel are left out, and so are objects that are wholly outside of the image, and annotations without a class
        or of an unknown type.

        Raises:
            BitmapError: A coordinate of an annotation of a known type is invalid.
        """
        left_out = self.count_repeated_ids()
        found = []
        visible = self.visible_parts([self.vectors[index] for index in self.last_indices])
        for index, part in zip(self.last_indices, visible, strict=True):
            annotation, kind = self.vectors[index].annotation, self.vectors[index].kind
            if isinstance(part, str):
                left_out[part] += 1
            elif annotation.class_index is None:
                left_out[NO_CLASS] += 1
            else:
                raster_id = index + 1 if kind in FILLED else 0
                found.append(
                    LabeledObject(annotation, kind, annotation.class_index, part.box, part.area, raster_id, part.points)
                )
        return Objects(found, left_out)

    def visible_parts(self, vectors: Sequence[Vector]) -> list[VisiblePart | str]:
        """Clip vectors to the image and measure them.

        Args:
            vectors: The vectors.

        Returns:
            The visible part of each vector, or the reason to leave it out. For an unknown type, the reason is the type.

        Raises:
            BitmapError: A coordinate of a vector of a known type is invalid.
        """
        filled = measure_polygons([vector.outline for vector in vectors], self.size)
        return [
            part or (NO_AREA if vector.kind in FILLED else _unfilled_part(vector, self.size))
            for vector, part in zip(vectors, filled, strict=True)
        ]

    def rasterize(self) -> Raster | None:
        """Draw the boxes and polygons in the order of the row.

        The value of an object's pixels is the index of its annotation plus 1, because an id may not fit into a uint32.
        If several annotations have the same id, only the last one is drawn. Return None if the size of the image is
        unknown, or if the sample was not labeled.

        Raises:
            BitmapError: A coordinate of an annotation of a known type is invalid.
        """
        if self.size is None or not self.has_content:
            return None
        width, height = self.size
        drawn = set(self.last_indices)
        outlines = [vector.outline if index in drawn else [] for index, vector in enumerate(self.vectors)]
        ids = fill_polygons(([outline] for outline in outlines), height, width)
        instances = [
            {"id": number, "category": vector.annotation.class_index}
            for number, vector in enumerate(self.vectors, start=1)
        ]
        return Raster(ids, instances)

    def count_without_pixels(self, raster: Raster) -> Counter[str]:
        """Count the annotations that have no pixels in a semantic mask, by reason."""
        present = set(present_ids(raster.ids).tolist())
        counts = self.count_repeated_ids()
        for index in self.last_indices:
            vector, has_pixels = self.vectors[index], index + 1 in present
            if vector.kind not in FILLED:
                counts[vector.kind or NO_TYPE] += 1
            elif not has_pixels or vector.annotation.class_index is None:
                counts[NO_CLASS if has_pixels else NO_PIXELS] += 1
        return counts

    def only(self, kinds: Collection[str]) -> tuple[Self, Counter[str]]:
        """Return a label with only the objects of some kinds, and the number of other annotations by reason."""
        vectors = [self.vectors[index] for index in self.last_indices]
        others = Counter(vector.kind or NO_TYPE for vector in vectors if vector.kind not in kinds)
        if not others:
            return self, others
        # As in `objects`, an annotation whose id a later annotation has is left out, even if the later annotation is of
        # another kind.
        chosen = [self._row["annotations"][index] for index in self.last_indices if self.vectors[index].kind in kinds]
        return type(self)({**self._row, "annotations": chosen}), others + self.count_repeated_ids()


def _unfilled_part(vector: Vector, size: ImageSize | None) -> VisiblePart | str:
    """Return the part of a polyline or of points inside the image, or the reason to leave out the annotation."""
    if vector.kind not in VECTORS:
        return vector.kind or NO_TYPE
    points = vector.points
    if not points:
        return NO_AREA
    if vector.kind == POINT:
        points = [point for point in points if is_inside(point, size)]
    box = clipped_box(points, size) if points else None
    return OUTSIDE if box is None else VisiblePart(points, box, 0.0)


def _is_in_range(coordinate: float | None) -> bool:
    return coordinate is not None and abs(coordinate) < FARTHEST  # false for NaN
