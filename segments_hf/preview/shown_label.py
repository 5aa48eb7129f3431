"""Encode labels for a page: bitmaps as arrays with the object number of each pixel, vectors as scaled points."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import numpy as np
from PIL import Image, ImageDraw

from segments_hf.bitmaps import boxes, resize_nearest
from segments_hf.bitmaps.value_table import look_up
from segments_hf.errors import BitmapError
from segments_hf.io.json_codec.named_values import named_values
from segments_hf.labels import VectorLabel
from segments_hf.labels.geometry import bounding_box
from segments_hf.preview.shown_image import THUMB, scaled_size

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy.typing as npt

    from segments_hf.labels import Label
    from segments_hf.preview.packing import Numbers

_MAX_SHOWN_IDS = 8


class ShownObject(msgspec.Struct, omit_defaults=True):
    """One object: an annotation, or all pixels or points whose ids no annotation has.

    Ids are text because JavaScript numbers are exact only up to 2^53.

    Attributes:
        id: The id of the annotation; if `has_no_annotation`, the first ids without an annotation, separated by commas.
        class_number: The class index; the number of classes if the object has no class.
        attributes: The names and values of the attributes.
        area: The number of pixels in the bitmap before scaling; None without a bitmap.
        type: The type of a vector or cuboid, such as ``polygon``.
        points: x and y of the points of a vector, in pixels of the shown image.
        track: The id of the track.
        is_keyframe: Whether the annotation is a keyframe of its track.
        has_no_annotation: Whether the object consists of all pixels or points whose ids no annotation has.
        geometry_3d: The geometry in a point cloud, as lists of x, y and z. For a polygon, polyline or point: its
            points. For a cuboid: its center, and the vectors from there to the centers of its front, left and top face.
        dimensions: The length, width and height of a cuboid.
        num_points: The number of points of the file that belong to the object; None if they were not counted.
    """

    id: str
    class_number: int
    attributes: list[tuple[str, str]] = []
    area: int | None = None
    type: str | None = None
    points: list[tuple[float, float]] | None = None
    track: str | None = None
    is_keyframe: bool | None = None
    has_no_annotation: bool = False
    geometry_3d: list[list[float]] | None = None
    dimensions: list[float] | None = None
    num_points: int | None = None


def show_objects(label: Label, num_classes: int, scale: float) -> list[ShownObject]:
    """Convert the annotations of a label to objects of a page.

    Args:
        label: The label of the row.
        num_classes: The number of classes.
        scale: The scale of the shown image: 0.5 if it has half the width of the original image.

    Raises:
        BitmapError: A point is not a pair of coordinates within 2^31 pixels.
    """
    vectors = label.vectors if isinstance(label, VectorLabel) else [None] * len(label.annotations)
    return [
        ShownObject(
            str(item.id),
            num_classes if item.class_index is None else item.class_index,
            named_values(item.attributes),
            type=vector and vector.kind,
            points=vector and [(round(x * scale, 2), round(y * scale, 2)) for x, y in vector.points],
            track=None if item.track_id is None else str(item.track_id),
            is_keyframe=item.is_keyframe,
        )
        for item, vector in zip(label.annotations, vectors, strict=True)
    ]


def object_numbers(
    ids: npt.NDArray[np.uint32],
    image_size: tuple[int, int] | None,
    shown_size: tuple[int, int],
    objects: list[ShownObject],
    num_classes: int,
) -> Numbers:
    """Return the object number of each pixel of a bitmap, scaled by nearest neighbor, and set `area` of the objects.

    Args:
        ids: The bitmap, of shape (H, W).
        image_size: The width and height of the original image in pixels; None if they are not known.
        shown_size: The width and height of the shown image in pixels.
        objects: The objects, one for each annotation. If the bitmap has ids without an annotation, one object for all
            their pixels is appended.
        num_classes: The number of classes.

    Returns:
        Array of the height and width of the shown image: 1 for pixels of the first object, 0 for unlabeled pixels.

    Raises:
        BitmapError: The bitmap does not have the size of the image.
    """
    height, width = ids.shape
    if image_size not in {None, (width, height)}:
        raise BitmapError(
            f"got a bitmap of {width} x {height} pixels, expected {' x '.join(map(str, image_size))}, the size "
            "of the image"
        )
    id_boxes = boxes(ids)
    areas = dict(zip(id_boxes.ids.tolist(), id_boxes.areas.tolist(), strict=True))
    numbers = numbers_of_ids(areas, objects, num_classes)
    return look_up(resize_nearest(ids, shown_size), numbers)


def numbers_of_ids(areas: Mapping[int, int], objects: list[ShownObject], num_classes: int) -> dict[int, int]:
    """Return the object number of each id of a label, and set `area` of the objects.

    Args:
        areas: The number of pixels or points of each id in the label.
        objects: The objects, one for each annotation. If `areas` has ids without an annotation, one object for all of
            these ids is appended.
        num_classes: The number of classes.
    """
    numbers = {int(item.id): number for number, item in enumerate(objects, start=1)}
    for item in objects:
        item.area = areas.get(int(item.id), 0)
    unknown = [id_ for id_ in areas if id_ not in numbers]
    if unknown:
        numbers |= dict.fromkeys(unknown, len(objects) + 1)
        text = ", ".join(map(str, unknown[:_MAX_SHOWN_IDS])) + (" …" if len(unknown) > _MAX_SHOWN_IDS else "")
        objects.append(ShownObject(text, num_classes, area=sum(areas[id_] for id_ in unknown), has_no_annotation=True))
    return numbers


def thumb_numbers(numbers: Numbers) -> Numbers:
    """Scale the object numbers of pixels from the size of the shown image to the size of its thumbnail."""
    height, width = numbers.shape
    return resize_nearest(numbers, scaled_size((width, height), THUMB))


def draw_thumb_numbers(objects: Sequence[ShownObject], size: tuple[int, int]) -> Numbers:
    """Draw vectors in the size of a thumbnail. Return the object number of each pixel; 0 for pixels without an object.

    Args:
        objects: The objects.
        size: The width and height of the shown image in pixels.
    """
    small = scaled_size(size, THUMB)
    scale = small[0] / size[0]
    canvas = Image.new("I", small)
    pen = ImageDraw.Draw(canvas)
    for number, item in enumerate(objects, start=1):
        points = [(x * scale, y * scale) for x, y in item.points or ()]
        if points:
            _draw(pen, item.type, points, number)
    return np.asarray(canvas).astype(np.uint32)


def _draw(pen: ImageDraw.ImageDraw, kind: str | None, points: list[tuple[float, float]], number: int) -> None:
    match kind:
        case "polygon" if len(points) > 1:
            pen.polygon(points, fill=number)
        case "bbox":
            pen.rectangle(bounding_box(points), outline=number, width=3)
        case "polyline":
            pen.line(points, fill=number, width=3, joint="curve")
        case _:
            for x, y in points:
                pen.ellipse((x - 4, y - 4, x + 4, y + 4), fill=number)
