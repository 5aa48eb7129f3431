"""Make figures of matplotlib without pyplot, which would keep them in its global state and might need a display."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from segments_hf.errors import MissingExtraError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from matplotlib.figure import Figure
    from matplotlib.text import Text

    from segments_hf.bitmaps import Color


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
