"""The interface of labels of images: their objects in the image, and their pixels."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Any, NamedTuple

from segments_hf.labels.label import Annotation, Label

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Collection, Mapping, Sequence

    import numpy as np
    import numpy.typing as npt
    from typing_extensions import Self

    from segments_hf.labels.geometry import Box, ImageSize, Point


class LabeledObject(NamedTuple):
    """An object that is inside the image and has a class.

    Attributes:
        annotation: The annotation of the object.
        kind: ``bitmap``, or the type of a vector annotation: ``bbox``, ``polygon``, ``polyline`` or ``point``.
        class_index: The class index.
        bbox: The bounding box, clipped to the image: left, top, width and height in pixels.
        area: The area in pixels; 0 for polylines and points.
        raster_id: The value of the object's pixels in the result of `ImageLabel.rasterize`; 0 for polylines and points.
        points: The points of a vector annotation inside the image. A polygon is clipped, and a polyline keeps all its
            points.
    """

    annotation: Annotation
    kind: str | None
    class_index: int
    bbox: Box
    area: float
    raster_id: int = 0
    points: Sequence[Point] = ()

    @property
    def box_area(self) -> float:
        """The area of the bounding box in pixels."""
        return self.bbox[2] * self.bbox[3]


class Objects(NamedTuple):
    """The objects of a label.

    Attributes:
        found: The objects that are inside the image and have a class, in the order of the annotations.
        left_out: The number of annotations that are not in `found`, by reason.
    """

    found: list[LabeledObject]
    left_out: Counter[str]


class Raster(NamedTuple):
    """A label as pixels.

    Attributes:
        ids: A uint32 array of shape (H, W): the id of the instance that each pixel belongs to; 0 is unlabeled.
        instances: One dict for each annotation, in the order of the row, with the keys `id` (its value in `ids`) and
            `category` (the class index or None).
    """

    ids: npt.NDArray[np.uint32]
    instances: Sequence[Mapping[str, Any]]


class ImageLabel(Label):
    """The label of an image.

    Args:
        row: A row whose annotations could be read.
    """

    @property
    def size(self) -> ImageSize | None:
        """The width and height of the image in pixels; None if they are unknown."""
        width, height = self._row.get("width"), self._row.get("height")
        return (width, height) if width and height else None

    @abstractmethod
    def objects(self) -> Objects:
        """Find the objects inside the image, with their boxes and areas.

        If several annotations have the same id, only the last one is used.

        Raises:
            BitmapError: A bitmap cannot be read, or a coordinate is invalid.
        """

    @abstractmethod
    def rasterize(self) -> Raster | None:
        """Return the label as pixels; None if they are unknown.

        They are unknown if the sample was not labeled, if the bitmap of its annotations is missing, or if the size of
        the image is needed but missing.

        Raises:
            BitmapError: A bitmap cannot be read, or a coordinate is invalid.
        """

    @abstractmethod
    def count_without_pixels(self, raster: Raster) -> Counter[str]:
        """Count the annotations that have no pixels in a semantic mask, by reason.

        Args:
            raster: The result of `rasterize`.
        """

    @abstractmethod
    def only(self, kinds: Collection[str]) -> tuple[Self, Counter[str]]:
        """Return a label with only the objects of some kinds, and the number of other annotations by reason.

        The reason is the kind of the annotation, or that a later annotation has its id. Of several annotations with one
        id, only the last one is used, even if it is of another kind.
        """
