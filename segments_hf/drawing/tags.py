"""Draw the names or ids of objects in small tags that do not overlap."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from PIL import ImageDraw

from segments_hf.bitmaps import Color, boxes
from segments_hf.drawing.drawable import MASK
from segments_hf.drawing.painting import scaled_points, scaled_shape_map
from segments_hf.drawing.text import font_of, shortened, text_color_on

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import numpy.typing as npt
    from PIL.Image import Image

    from segments_hf.drawing.drawable import RowLabel
    from segments_hf.drawing.painting import Point

_MIN_FONT_SIZE, _MAX_FONT_SIZE = 12, 48  # pixels
_PICTURE_TO_FONT_RATIO = 48  # the ratio of the picture's longer side to the font size
_MAX_COVERED_SHARE = 0.25  # the maximum share of the picture that tags cover
_CORNER_RADIUS = 3  # the radius of the rounded corners of a tag, in pixels
_BORDER_COLOR: Color = (24, 24, 27)  # dark, to separate a tag from a mask of the same color


class _Box(NamedTuple):
    left: float
    top: float
    right: float
    bottom: float

    @property
    def area(self) -> float:
        return (self.right - self.left) * (self.bottom - self.top)

    def overlaps(self, other: _Box) -> bool:
        return (
            self.left < other.right and other.left < self.right and self.top < other.bottom and other.top < self.bottom
        )


def draw_tags(picture: Image, label: RowLabel, texts: Sequence[str], colors: Sequence[Color]) -> None:
    """Write a text beside or on each shape, such as the name of its class.

    The tags of large shapes are drawn first. A shape has no tag if all possible positions of its tag overlap
    other tags. Drawing stops before the tags cover more than a quarter of the picture, but the first tag is always
    drawn.

    Args:
        picture: The RGB picture to draw on; the label is scaled to it.
        label: The label.
        texts: The text of each shape of the label.
        colors: The color of each shape.
    """
    pen = ImageDraw.Draw(picture)
    font = font_of(min(max(_MIN_FONT_SIZE, max(picture.size) // _PICTURE_TO_FONT_RATIO), _MAX_FONT_SIZE))
    height = sum(font.getmetrics())
    drawn: list[_Box] = []
    free_area = _MAX_COVERED_SHARE * picture.width * picture.height
    for index, box, middle in sorted(_visible_boxes(label, picture.size), key=lambda item: -item[1].area):
        text = shortened(texts[index], font, min(picture.width, max(picture.size) / 3))
        size = (font.getlength(text) + height / 2, height)
        positions = (
            _moved_inside(position, picture.size)
            for position in _tag_positions(box, middle, size, label.shapes[index].kind)
        )
        tag = next((position for position in positions if not any(map(position.overlaps, drawn))), None)
        if tag is None:
            continue
        free_area -= tag.area
        if drawn and free_area < 0:
            return
        drawn.append(tag)
        pen.rounded_rectangle(tag, _CORNER_RADIUS, colors[index], _BORDER_COLOR)
        pen.text(
            (tag.left + height / 4, (tag.top + tag.bottom) / 2), text, text_color_on(colors[index]), font, anchor="lm"
        )


def _visible_boxes(label: RowLabel, size: tuple[int, int]) -> Iterator[tuple[int, _Box, Point]]:
    """Yield the index, the bounding box and the middle of each shape that is visible in the picture, in pixels."""
    if label.ids is not None:
        shape_map = scaled_shape_map(label, size)
        mask_boxes = boxes(shape_map)
        for number, (left, top, width, height) in zip(mask_boxes.ids.tolist(), mask_boxes.xywh.tolist(), strict=True):
            x, y = _middle_of(shape_map[top : top + height, left : left + width] == number)
            yield number - 1, _Box(left, top, left + width, top + height), (left + x, top + y)
    for index, shape in enumerate(label.shapes):
        if shape.kind != MASK:
            xs, ys = zip(*scaled_points(shape, label, size), strict=True)
            box = _Box(max(min(xs), 0), max(min(ys), 0), min(max(xs), size[0]), min(max(ys), size[1]))
            if box.left <= box.right and box.top <= box.bottom:
                yield index, box, ((box.left + box.right) / 2, (box.top + box.bottom) / 2)


def _middle_of(mask: npt.NDArray[np.bool_]) -> Point:
    """Return the center of a mask if it is True there, else the True pixel that is nearest to the center, as (x, y)."""
    height, width = mask.shape
    if mask[height // 2, width // 2]:
        return width / 2, height / 2
    ys, xs = np.nonzero(mask)
    nearest = np.argmin((2 * ys - height) ** 2 + (2 * xs - width) ** 2)
    return float(xs[nearest]), float(ys[nearest])


def _tag_positions(box: _Box, middle: Point, size: tuple[float, float], kind: str) -> Iterator[_Box]:
    """Yield possible positions for the tag of a shape, the best position first.

    The best position is on a mask or polygon that is larger than the tag, beside a point, and above any other shape.
    """
    width, height = size
    x, y = middle[0] - width / 2, middle[1] - height / 2
    centered = (x, y)
    above, below, inside = (box.left, box.top - height), (box.left, box.bottom), (box.left, box.top)
    if kind in {MASK, "polygon"} and width < box.right - box.left and height < box.bottom - box.top:
        corners = [centered, (x, y - height), (x, y + height), above, below]
    elif kind in {MASK, "polygon"}:
        corners = [(x, above[1]), (x, below[1]), above, below, centered]
    elif kind in {"bbox", "polyline"}:
        corners = [above, inside, below, (box.right - width, box.top - height), centered]
    else:
        corners = [(box.right + height / 2, y), (box.left - height / 2 - width, y), above, below]
    for left, top in corners:
        yield _Box(left, top, left + width, top + height)


def _moved_inside(box: _Box, size: tuple[int, int]) -> _Box:
    dx = min(0, size[0] - 1 - box.right) + max(0, -box.left)
    dy = min(0, size[1] - 1 - box.bottom) + max(0, -box.top)
    return _Box(box.left + dx, box.top + dy, box.right + dx, box.bottom + dy)
