"""Check the colors of categories."""

from __future__ import annotations

from typing import TYPE_CHECKING

from segments_hf.validate.checks.fault import Fault

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from segments_hf.release import Category
    from segments_hf.validate.finding import Finding

INVALID_COLOR = Fault("invalid-color", "warning", "the color is ignored; the category gets a color of the palette")


def invalid_colors(categories: Iterable[Category]) -> Iterator[Finding]:
    """Find colors that are not 3 or 4 numbers from 0 to 255."""
    for category in categories:
        if category.refused_color is not None:
            message = f"got the color {category.refused_color}, expected 3 or 4 numbers from 0 to 255"
            yield INVALID_COLOR.finding(f"category {category.name!r}", None, None, message)
