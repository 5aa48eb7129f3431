"""The names of objects in a picture, in small tags that do not cover one another."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from PIL import ImageDraw

from segments_hf.bitmaps import Color, boxes
from segments_hf.drawing.drawable import MASK
from segments_hf.drawing.painting import scaled_numbers, scaled_points
from segments_hf.drawing.text import font_of, ink_on, shortened

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import numpy.typing as npt
    from PIL.Image import Image

    from segments_hf.drawing.drawable import RowLabel
    from segments_hf.drawing.painting import Point

_SMALLEST_FONT, _LARGEST_FONT = 12, 48  # pixels
_FONTS_IN_PICTURE = 48  # a line of text is this part of the longer side
_MOST_COVERED = 0.25  # of the picture
_CORNER = 3  # pixels, of a tag
_RIM: Color = (24, 24, 27)  # so that a tag is no part of its mask


class _Box(NamedTuple):
    left: float
    top: float
    right: float
    bottom: float

    @property
    def area(self) -> float:
        return (self.right - self.left) * (self.bottom - self.top)

    def meets(self, other: _Box) -> bool:
        return (
            self.left < other.right and other.left < self.right and self.top < other.bottom and other.top < self.bottom
        )


def draw_tags(picture: Image, label: RowLabel, names: Sequence[str], colors: Sequence[Color]) -> None:
    """Write the name of each shape beside or onto it.

    Large shapes come first; a tag that would cover another one is left out, and so are all that follow when tags cover
    a quarter of the picture.

    Args:
        picture: The RGB picture that is drawn on; the label is scaled to it.
        label: The label.
        names: The name of each of its shapes.
        colors: The color of each.
    """
    pen = ImageDraw.Draw(picture)
    font = font_of(min(max(_SMALLEST_FONT, max(picture.size) // _FONTS_IN_PICTURE), _LARGEST_FONT))
    height = sum(font.getmetrics())
    taken: list[_Box] = []
    room = _MOST_COVERED * picture.width * picture.height
    for place, box, middle in sorted(_extents(label, picture.size), key=lambda item: -item[1].area):
        name = shortened(names[place], font, min(picture.width, max(picture.size) / 3))
        size = (font.getlength(name) + height / 2, height)
        spots = (_moved_inside(spot, picture.size) for spot in _spots(box, middle, size, label.shapes[place].kind))
        tag = next((spot for spot in spots if not any(map(spot.meets, taken))), None)
        if tag is None:
            continue
        room -= tag.area
        if taken and room < 0:
            return
        taken.append(tag)
        pen.rounded_rectangle(tag, _CORNER, colors[place], _RIM)
        pen.text((tag.left + height / 4, (tag.top + tag.bottom) / 2), name, ink_on(colors[place]), font, anchor="lm")


def _extents(label: RowLabel, size: tuple[int, int]) -> Iterator[tuple[int, _Box, Point]]:
    """Each shape that is seen in the picture: its place in the label, its extent, and where it is named."""
    if label.ids is not None:
        numbers = scaled_numbers(label, size)
        found = boxes(numbers)
        for number, (left, top, width, height) in zip(found.ids.tolist(), found.xywh.tolist(), strict=True):
            x, y = _place_on(numbers[top : top + height, left : left + width] == number)
            yield number - 1, _Box(left, top, left + width, top + height), (left + x, top + y)
    for place, shape in enumerate(label.shapes):
        if shape.kind != MASK:
            xs, ys = zip(*scaled_points(shape, label, size), strict=True)
            box = _Box(max(min(xs), 0), max(min(ys), 0), min(max(xs), size[0]), min(max(ys), size[1]))
            if box.left <= box.right and box.top <= box.bottom:
                yield place, box, ((box.left + box.right) / 2, (box.top + box.bottom) / 2)


def _place_on(mask: npt.NDArray[np.bool_]) -> Point:
    """The middle of a mask's box, or the pixel of the mask that is nearest to it."""
    height, width = mask.shape
    if mask[height // 2, width // 2]:
        return width / 2, height / 2
    ys, xs = np.nonzero(mask)
    nearest = np.argmin((2 * ys - height) ** 2 + (2 * xs - width) ** 2)
    return float(xs[nearest]), float(ys[nearest])


def _spots(box: _Box, middle: Point, size: tuple[float, float], kind: str) -> Iterator[_Box]:
    """Yield the places for the tag of an object, best first: on a large filled shape, beside a point, else above."""
    width, height = size
    x, y = middle[0] - width / 2, middle[1] - height / 2
    on = (x, y)
    above, below, inside = (box.left, box.top - height), (box.left, box.bottom), (box.left, box.top)
    if kind in {MASK, "polygon"} and width < box.right - box.left and height < box.bottom - box.top:
        corners = [on, (x, y - height), (x, y + height), above, below]
    elif kind in {MASK, "polygon"}:
        corners = [(x, above[1]), (x, below[1]), above, below, on]
    elif kind in {"bbox", "polyline"}:
        corners = [above, inside, below, (box.right - width, box.top - height), on]
    else:
        corners = [(box.right + height / 2, y), (box.left - height / 2 - width, y), above, below]
    for left, top in corners:
        yield _Box(left, top, left + width, top + height)


def _moved_inside(box: _Box, size: tuple[int, int]) -> _Box:
    across = min(0, size[0] - 1 - box.right) + max(0, -box.left)
    down = min(0, size[1] - 1 - box.bottom) + max(0, -box.top)
    return _Box(box.left + across, box.top + down, box.right + across, box.bottom + down)
