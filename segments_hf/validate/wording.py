"""The text of findings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from segments_hf.release.tasks.task_types import IMAGE_KINDS, POINT_CLOUD_KINDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_MAX_LISTED = 5


def listed(items: Iterable[object]) -> str:
    """Return the first items as text, followed by the number of all items if some are left out.

    >>> listed([3, 8]), listed(range(100))
    ('3, 8', '0, 1, 2, 3, 4, … (100 in total)')
    """
    texts = list(map(str, items))
    first = ", ".join(texts[:_MAX_LISTED])
    return first if len(texts) <= _MAX_LISTED else f"{first}, … ({len(texts)} in total)"


def ranges(numbers: Iterable[int]) -> str:
    """Return numbers as text: sorted, with ranges of successive numbers, of which only the first are listed.

    >>> ranges([7, 0, 1, 2, 3, 9]), ranges(range(0, 100, 2))
    ('0-3, 7, 9', '0, 2, 4, 6, 8, …')
    """
    found: list[list[int]] = []
    for number in sorted(numbers):
        if found and number == found[-1][-1] + 1:
            found[-1][1:] = [number]
        else:
            found.append([number])
    texts = ["-".join(map(str, ends)) for ends in found]
    return ", ".join([*texts[:_MAX_LISTED], *(["…"] if len(texts) > _MAX_LISTED else [])])


def formats_text(counts: Mapping[str, int]) -> str:
    """Return the number of images with each pixel format as text; `counts` must not be empty.

    >>> formats_text({"RGB": 1200, "L": 3})
    '1,200 RGB and 3 L'
    """
    *others, last = [f"{count:,} {name}" for name, count in counts.items()]
    return f"{', '.join(others)} and {last}" if others else last


def checked_parts(task_type: str | None) -> str:
    """Return the parts of samples that `validate` checks with their files, as text.

    Args:
        task_type: The task type; None if it is not known.

    >>> checked_parts("vector"), checked_parts("pointcloud-cuboid")
    ('labels, images and bitmaps checked', 'labels and point clouds checked')
    """
    if task_type in IMAGE_KINDS:
        return "labels, images and bitmaps checked"
    return f"labels and {'point clouds' if task_type in POINT_CLOUD_KINDS else 'files'} checked"
