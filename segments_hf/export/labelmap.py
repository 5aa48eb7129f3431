"""``labelmap.txt``: the colour of each class, as CVAT writes it beside Pascal VOC's masks.

https://docs.cvat.ai/docs/manual/advanced/formats/format-voc/
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from segments_hf.bitmaps import Color

LABELMAP = "labelmap.txt"
UNLABELED_COLOR: Color = (0, 0, 0)


def labelmap(unlabeled: str, names: Sequence[str], colors: Sequence[Color]) -> bytes:
    r"""The file's content; a line for what is unlabelled comes first.

    >>> labelmap("background", ["leaf"], [(0, 160, 0)])
    b'# label:color_rgb:parts:actions\nbackground:0,0,0::\nleaf:0,160,0::\n'
    """
    lines = ["# label:color_rgb:parts:actions"]
    for name, color in zip([unlabeled, *names], [UNLABELED_COLOR, *colors], strict=True):
        lines.append(f"{' '.join(name.replace(':', ' ').split())}:{','.join(map(str, color))}::")
    return "\n".join([*lines, ""]).encode()
