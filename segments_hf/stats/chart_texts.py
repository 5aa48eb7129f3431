"""Write texts into charts, and remove texts that overlap."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.text import Text

_GAP = 2.0  # pixels around a text


def mark_limits(axes: Axes, limits: Sequence[float], names: Sequence[str]) -> tuple[list[Text], list[Artist]]:
    """Draw a dashed line at each limit of a logarithmic horizontal axis, and name the intervals between the limits.

    Args:
        axes: The axes of a figure. The vertical axis becomes longer, to make room for the names.
        limits: The limits in ascending order.
        names: The names of the intervals, from below the first limit to above the last limit.

    Returns:
        The texts with the names, and the lines. Intervals and limits outside the axes have no text and no line.
    """
    low, high = axes.get_xlim()
    axes.set_ylim(top=1.25 * axes.get_ylim()[1])
    lines: list[Artist] = [
        axes.axvline(limit, color="0.6", linestyle="--", linewidth=1) for limit in limits if low < limit < high
    ]
    texts = []
    for start, end, name in zip([low, *limits], [*limits, high], names, strict=True):
        left, right = max(start, low), min(end, high)
        if left < right:
            middle = (left * right) ** 0.5
            texts.append(axes.text(middle, 0.97, name, transform=axes.get_xaxis_transform(), ha="center", va="top",
                                   fontsize="small", color="0.3"))  # fmt: skip
    return texts, lines


def remove_overlapping(figure: Figure, texts: Iterable[Text], others: Iterable[Artist] = ()) -> None:
    """Remove each text that overlaps an earlier text or one of `others`.

    Args:
        figure: The figure.
        texts: The texts, the most important first.
        others: Parts of the figure that stay, such as lines.
    """
    figure.draw_without_rendering()  # computes the positions
    boxes = [other.get_window_extent().padded(_GAP) for other in others]
    for text in texts:
        box = text.get_window_extent().padded(_GAP)
        if any(box.overlaps(other) for other in boxes):
            text.remove()
        else:
            boxes.append(box)
