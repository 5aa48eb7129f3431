"""Make figures of matplotlib with panels, a legend and a title.

The figures do not use pyplot, which would keep them in its global state and might need a display.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import numpy as np

from segments_hf.drawing.text import cut, one_line, row_title
from segments_hf.errors import MissingExtraError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.text import Text
    from PIL.Image import Image

    from segments_hf.bitmaps import Color
    from segments_hf.drawing.classes import Classes
    from segments_hf.labels.row import Row

_MAX_COLUMNS = 6  # of the legend
_LETTER_WIDTH, _PATCH_WIDTH = 0.085, 0.7  # in the legend, in inches; the width of a patch includes its margins
_MAX_NAME_LENGTH = 120  # in characters: a name of this length fits into the legend
_EDGE_COLOR = "0.45"  # of the patches in the legend; without it, the patch of a white class would be invisible


def new_figure(width: float, height: float) -> Figure:
    """Return an empty figure that arranges its axes automatically and that notebooks display.

    Args:
        width: The width in inches.
        height: The height in inches.

    Raises:
        MissingExtraError: matplotlib is not installed.
    """
    try:
        from matplotlib.figure import Figure
    except ImportError as error:
        raise MissingExtraError(f"figures need matplotlib: pip install matplotlib ({error})") from error

    class NotebookFigure(Figure):
        """A figure that notebooks display, even if pyplot is not imported."""

        def _repr_png_(self) -> bytes:
            file = io.BytesIO()
            self.savefig(file, format="png")
            return file.getvalue()

    return NotebookFigure(figsize=(width, height), layout="constrained")


def to_matplotlib(color: Color) -> tuple[float, float, float]:
    """Convert a color to a color of matplotlib, whose channels are from 0 to 1."""
    red, green, blue = color
    return red / 255, green / 255, blue / 255


def disable_formulas(texts: Iterable[Text]) -> None:
    """Make matplotlib show a ``$`` in texts as a character, not as the beginning of a formula."""
    for text in texts:
        text.set_parse_math(False)


def show_picture(
    panel: Axes, title: str, picture: Image | None, extent: tuple[float, float, float, float], placeholder: str = ""
) -> None:
    """Show a picture with a title in a panel; if there is no picture, show the text `placeholder`.

    Args:
        panel: The axes of the panel.
        title: The title.
        picture: The picture, or None.
        extent: The coordinates of the left, right, lower and upper border, which also determine the aspect ratio of
            a panel without a picture.
        placeholder: The text of a panel without a picture.
    """
    disable_formulas([panel.set_title(title)])
    panel.tick_params(labelsize="small")
    if picture is not None:
        panel.imshow(np.asarray(picture), extent=extent)
        return
    left, right, bottom, top = extent
    panel.set_facecolor("0.92")
    panel.set(xticks=[], yticks=[])
    panel.set_box_aspect(abs((top - bottom) / (right - left)))
    panel.text(0.5, 0.5, placeholder, ha="center", va="center", color="0.4", transform=panel.transAxes)


def add_legend(
    figure: Figure, classes: Classes, counts: Mapping[int | None, int], *, shows_counts: bool = True
) -> None:
    """Add a legend of the classes below the panels, in as many lines as needed.

    Args:
        figure: The figure.
        classes: The classes.
        counts: The number of objects or points of each class index; None stands for objects without a class.
        shows_counts: Whether to write the counts after the names.
    """
    from matplotlib.patches import Patch

    indices = sorted(counts, key=lambda index: (index is None, index))
    patches = [
        Patch(facecolor=to_matplotlib(classes.color(index)), edgecolor=_EDGE_COLOR, linewidth=0.8) for index in indices
    ]
    names = [cut(classes.name(index), _MAX_NAME_LENGTH) for index in indices]
    if shows_counts:
        names = [f"{name} ({counts[index]:,})" for name, index in zip(names, indices, strict=True)]
    if names:
        max_columns = min(
            _MAX_COLUMNS, max(1, int(figure.get_figwidth() / (_LETTER_WIDTH * max(map(len, names)) + _PATCH_WIDTH)))
        )
        lines = -(-len(names) // max_columns)
        columns = -(-len(names) // lines)
        disable_formulas(
            figure.legend(patches, names, loc="outside lower center", ncols=columns, frameon=False).get_texts()
        )


def add_title(figure: Figure, row: Row) -> None:
    """Write the name of the sample of a row, its frame in a sequence, and the status of its label above the panels."""
    texts = [row_title(row) if row.get("name") else "", str(row.get("status") or "")]
    disable_formulas([figure.suptitle(one_line(" · ".join(filter(None, texts))))])
