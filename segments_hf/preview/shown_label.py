"""Labels as a page shows them: each pixel the number of its object, vectors scaled with the image."""

from __future__ import annotations

import base64
import zlib
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np
from PIL import Image, ImageDraw

from segments_hf.bitmaps import boxes, resize_nearest
from segments_hf.bitmaps.value_table import look_up
from segments_hf.errors import BitmapError
from segments_hf.io.json_codec.json_decoding import JsonError, read_json
from segments_hf.io.json_codec.json_text import text_or_json
from segments_hf.labels import VectorLabel
from segments_hf.labels.geometry import bounding_box
from segments_hf.preview.shown_image import THUMB, fitted

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from segments_hf.labels import Label

    Numbers = npt.NDArray[np.unsignedinteger[Any]]

_SHOWN_STRAYS = 8


class ShownMask(msgspec.Struct, frozen=True):
    """A number for each pixel.

    Attributes:
        width: Its width in pixels.
        height: Its height.
        bytes: How many bytes a number has: 1, 2 or 4, the lowest first.
        data: The numbers line by line, compressed by zlib, in base64.
    """

    width: int
    height: int
    bytes: int
    data: str


class ShownObject(msgspec.Struct, omit_defaults=True):
    """One annotation. Numbers that JavaScript may not hold are text.

    Attributes:
        id: Its instance id.
        class_number: Its class index; the number of classes where it has none.
        attributes: Names and values.
        area: How many pixels it has in the bitmap, before scaling.
        type: The type of a vector.
        points: Its points in pixels of the picture that is shown.
        track: Its track.
        is_keyframe: Whether it is a keyframe of its track.
        is_stray: Whether it stands for pixels whose ids no annotation has.
    """

    id: str
    class_number: int
    attributes: list[tuple[str, str]] = []
    area: int | None = None
    type: str | None = None
    points: list[tuple[float, float]] | None = None
    track: str | None = None
    is_keyframe: bool | None = None
    is_stray: bool = False


def pairs(json: str | None) -> list[tuple[str, str]]:
    """Return the names and values of a JSON object as text; any other value, or text that is not JSON, without a name.

    >>> pairs('{"open": true, "note": "a"}'), pairs("[1]"), pairs("open"), pairs(None)
    ([('open', 'true'), ('note', 'a')], [('', '[1]')], [('', 'open')], [])
    """
    try:
        value = read_json(json) if json else None
    except JsonError:  # a dataset may hold other text in this column
        value = json
    named = value.items() if isinstance(value, dict) else [("", value)] if value is not None else []
    return [(name, text_or_json(item)) for name, item in named]


def shown_objects(label: Label, classes: int, scale: float) -> list[ShownObject]:
    """The annotations of a row.

    Args:
        label: The label of the row.
        classes: How many classes there are.
        scale: How large the picture is shown: 0.5 for half its width.

    Raises:
        BitmapError: A point is no place in a picture.
    """
    vectors = label.vectors if isinstance(label, VectorLabel) else [None] * len(label.annotations)
    return [
        ShownObject(
            str(item.id),
            classes if item.class_index is None else item.class_index,
            pairs(item.attributes),
            type=vector and vector.kind,
            points=vector and [(round(x * scale, 2), round(y * scale, 2)) for x, y in vector.points],
            track=None if item.track_id is None else str(item.track_id),
            is_keyframe=item.is_keyframe,
        )
        for item, vector in zip(label.annotations, vectors, strict=True)
    ]


def object_numbers(
    ids: npt.NDArray[np.uint32], size: tuple[int, int] | None, longest: int, objects: list[ShownObject], classes: int
) -> Numbers:
    """The number of the object of each pixel of a bitmap, scaled by nearest neighbor; areas are put into the objects.

    Args:
        ids: The bitmap, of shape (H, W).
        size: The width and height of the image in pixels, if it is known.
        longest: The longest side that is shown.
        objects: The objects. One is added for ids that no annotation has, if there are any.
        classes: How many classes there are.

    Returns:
        Array of shape (H, W): 1 for the first object, 0 where nothing is labeled.

    Raises:
        BitmapError: The bitmap is of another size than the image.
    """
    height, width = ids.shape
    if size not in {None, (width, height)}:
        raise BitmapError(
            f"got a bitmap of {width} x {height} pixels, wanted the {' x '.join(map(str, size))} pixels of the image"
        )
    numbers = {int(item.id): number for number, item in enumerate(objects, start=1)}
    found = boxes(ids)
    areas = dict(zip(found.ids.tolist(), found.areas.tolist(), strict=True))
    for item in objects:
        item.area = areas.get(int(item.id), 0)
    strays = [number for number in areas if number not in numbers]
    if strays:
        numbers |= dict.fromkeys(strays, len(objects) + 1)
        shown = ", ".join(map(str, strays[:_SHOWN_STRAYS])) + (" …" if len(strays) > _SHOWN_STRAYS else "")
        objects.append(ShownObject(shown, classes, area=sum(areas[number] for number in strays), is_stray=True))
    return look_up(resize_nearest(ids, fitted((width, height), longest)), numbers)


def class_numbers(numbers: Numbers, objects: Sequence[ShownObject]) -> Numbers:
    """The class of each pixel for the gallery: 1 for the first class, 0 where nothing is labeled.

    Args:
        numbers: The numbers of the objects, of shape (H, W).
        objects: The objects.
    """
    classes = {number: item.class_number + 1 for number, item in enumerate(objects, start=1)}
    height, width = numbers.shape
    return look_up(resize_nearest(numbers, fitted((width, height), THUMB)), classes)


def drawn_classes(objects: Sequence[ShownObject], size: tuple[int, int]) -> Numbers:
    """The class of each pixel for the gallery, of vectors.

    Args:
        objects: The objects.
        size: The width and height of the picture that their points are in.
    """
    small = fitted(size, THUMB)
    scale = small[0] / size[0]
    canvas = Image.new("I", small)
    pen = ImageDraw.Draw(canvas)
    for item in objects:
        points = [(x * scale, y * scale) for x, y in item.points or ()]
        if points:
            _draw(pen, item.type, points, item.class_number + 1)
    return np.asarray(canvas).astype(np.uint32)


def _draw(pen: ImageDraw.ImageDraw, kind: str | None, points: list[tuple[float, float]], color: int) -> None:
    match kind:
        case "polygon" if len(points) > 1:
            pen.polygon(points, fill=color)
        case "bbox":
            pen.rectangle(bounding_box(points), outline=color, width=3)
        case "polyline":
            pen.line(points, fill=color, width=3, joint="curve")
        case _:
            for x, y in points:
                pen.ellipse((x - 4, y - 4, x + 4, y + 4), fill=color)


def packed(numbers: Numbers) -> ShownMask:
    """Numbers as a page holds them."""
    dtype = np.min_scalar_type(int(numbers.max(initial=0))).newbyteorder("<")
    content = zlib.compress(numbers.astype(dtype).tobytes(), 6)
    return ShownMask(numbers.shape[1], numbers.shape[0], dtype.itemsize, base64.b64encode(content).decode())
