"""Make ``labelmap.txt``, the file that lists the colors of the classes. CVAT adds such a file to Pascal VOC masks.

https://docs.cvat.ai/docs/manual/advanced/formats/format-voc/
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from segments_hf.io.escaping import for_labelmap
from segments_hf.labels.categories import unique_names

if TYPE_CHECKING:
    from collections.abc import Sequence

    from segments_hf.bitmaps import Color
    from segments_hf.release import Category

LABELMAP = "labelmap.txt"
UNLABELED_COLOR: Color = (0, 0, 0)
_RESERVED = ("background", "unlabeled")  # programs treat a class with one of these names as unlabeled pixels


def labelmap_names(categories: Sequence[Category]) -> list[str]:
    """Return a unique name for each class index, without the characters ``:`` and ``#``.

    No class gets the name ``background`` or ``unlabeled``, because these names are reserved for unlabeled pixels.

    Args:
        categories: The categories, in the order of their ids.

    >>> from segments_hf.release import Category
    >>> labelmap_names([Category(3, "car: red"), Category(4, "car red"), Category(5, "background")])
    ['car red', 'car red (4)', 'background (5)']
    """
    names = [for_labelmap(category.name) for category in categories]
    return unique_names(names, [category.id for category in categories], taken=_RESERVED)


def labelmap(unlabeled: str, categories: Sequence[Category], colors: Sequence[Color]) -> bytes:
    r"""Return the content of ``labelmap.txt``. The first line after the header is for unlabeled pixels.

    Args:
        unlabeled: The name of unlabeled pixels.
        categories: The categories, in the order of their ids.
        colors: The color of each category.

    >>> from segments_hf.release import Category
    >>> labelmap("background", [Category(1, "leaf")], [(0, 160, 0)])
    b'# label:color_rgb:parts:actions\nbackground:0,0,0::\nleaf:0,160,0::\n'
    """
    names = [unlabeled, *labelmap_names(categories)]
    lines = [
        f"{name}:{','.join(map(str, color))}::" for name, color in zip(names, [UNLABELED_COLOR, *colors], strict=True)
    ]
    return "\n".join(["# label:color_rgb:parts:actions", *lines, ""]).encode()
