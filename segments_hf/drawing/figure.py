"""Figures of matplotlib without its global state: nothing stays open, and no screen is needed."""

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
    """An empty figure that lays its parts out by itself, and shows itself in notebooks.

    Args:
        width: Its width in inches.
        height: Its height in inches.

    Raises:
        MissingExtraError: matplotlib is not installed.
    """
    try:
        from matplotlib.figure import Figure
    except ImportError as error:
        raise MissingExtraError(f"figures need matplotlib: pip install matplotlib ({error})") from error

    class Shown(Figure):
        """Return a figure that a notebook shows, even without an import of pyplot."""

        def _repr_png_(self) -> bytes:
            file = io.BytesIO()
            self.savefig(file, format="png")
            return file.getvalue()

    return Shown(figsize=(width, height), layout="constrained")


def part(color: Color) -> tuple[float, float, float]:
    """A color as matplotlib takes it."""
    red, green, blue = color
    return red / 255, green / 255, blue / 255


def as_it_is(texts: Iterable[Text]) -> None:
    """Show texts as they are: a name with a ``$`` is no formula."""
    for text in texts:
        text.set_parse_math(False)
