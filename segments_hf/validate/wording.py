"""Format values for the messages of findings and for the summary of a report."""

from __future__ import annotations

from typing import TYPE_CHECKING

from segments_hf.release.tasks.task_types import IMAGE_KINDS, POINT_CLOUD_KINDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_MAX_LISTED = 5  # the maximum number of items or ranges in a text


def listed(items: Iterable[object]) -> str:
    """Return at most five items as text, followed by the number of all items if there are more.

    >>> listed([3, 8]), listed(range(100))
    ('3, 8', '0, 1, 2, 3, 4, … (100 in total)')
    """
    texts = list(map(str, items))
    beginning = ", ".join(texts[:_MAX_LISTED])
    return beginning if len(texts) <= _MAX_LISTED else f"{beginning}, … ({len(texts)} in total)"


def ranges(numbers: Iterable[int]) -> str:
    """Return numbers as text, in ascending order. Successive numbers form a range, and at most five ranges are listed.

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
    """Return the number of images with each pixel format as text.

    Args:
        counts: The number of images with each pixel format; not empty.

    >>> formats_text({"RGB": 1200, "L": 3})
    '1,200 RGB and 3 L'
    """
    *others, last = [f"{count:,} {name}" for name, count in counts.items()]
    return f"{', '.join(others)} and {last}" if others else last


def checked_parts(task_type: str | None, *, cameras: bool = False) -> str:
    """Return the parts of samples that ``validate(…, assets=True)`` checks, as text.

    Args:
        task_type: The task type; None if it is not known.
        cameras: Whether the images of the cameras of point clouds are checked.

    >>> checked_parts("vector"), checked_parts("pointcloud-cuboid")
    ('labels, images and bitmaps checked', 'labels and point clouds checked')
    >>> checked_parts("pointcloud-cuboid", cameras=True)
    'labels, point clouds and camera images checked'
    """
    if task_type in IMAGE_KINDS:
        return "labels, images and bitmaps checked"
    files = "point clouds" if task_type in POINT_CLOUD_KINDS else "files"
    return f"labels, {files} and camera images checked" if cameras else f"labels and {files} checked"


def named_annotation(kind: str | None, number: int) -> str:
    """Return the type and the id of an annotation as text.

    >>> named_annotation("polygon", 3), named_annotation(None, 4)
    ('polygon 3', 'annotation 4 without a type')
    """
    return f"{kind} {number}" if kind else f"annotation {number} without a type"
