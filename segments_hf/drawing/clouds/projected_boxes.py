"""Project the edges of boxes into the image of a camera."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from segments_hf.points import project
from segments_hf.points.pinhole import NEAR_PLANE_DEPTH, is_calibrated

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import numpy.typing as npt

    from segments_hf.points import Boxes

    Floats = npt.NDArray[np.float64]


# The corners at the ends of each edge of a box, in the order of `Boxes.corners`.
_EDGES = np.array([[0, 1], [1, 2], [2, 3], [3, 0], [4, 5], [5, 6], [6, 7], [7, 4], [0, 4], [1, 5], [2, 6], [3, 7]])
_MARGIN = 0.05  # lines are drawn up to this share of the width and height outside of the image, because they are wide
_SAMPLES = 33  # the number of points along each line, because lens distortion makes lines curved in the image


class ProjectedBox(NamedTuple):
    """A box in the image of a camera.

    Attributes:
        box_index: The index of the box in the `boxes` of `project_boxes`.
        lines: The visible parts of the edges and of the heading in pixels of the image: arrays of shape (K, 2), K >= 2.
    """

    box_index: int
    lines: list[Floats]


def project_boxes(boxes: Boxes, camera: Mapping[str, Any], image_size: tuple[int, int]) -> list[ProjectedBox]:
    """Project the edges and headings of boxes into the image of a camera.

    Parts of edges behind the camera, beyond the range of the lens, or far outside of the image are left out. The
    heading is a line on the bottom of a box, from its center to its front.

    Args:
        boxes: Boxes in the frame of the sensor.
        camera: An entry of the `cameras` of a row.
        image_size: The width and height of the image of the camera in pixels.

    Returns:
        The boxes that the camera sees, from the farthest to the nearest; none if the camera has no calibration.

    Raises:
        PointCloudError: The calibration is invalid.
    """
    if not len(boxes) or not is_calibrated(camera):
        return []
    order = np.argsort(-project(boxes.center, camera)[:, 2])
    lines_of_boxes = _visible_lines(boxes[order], camera, image_size)
    projected = (ProjectedBox(*pair) for pair in zip(order.tolist(), lines_of_boxes, strict=True))
    return [box for box in projected if box.lines]


def _visible_lines(boxes: Boxes, camera: Mapping[str, Any], image_size: tuple[int, int]) -> Iterator[list[Floats]]:
    """Yield the lines of each box, as in `ProjectedBox`."""
    starts, ends = _edges_and_headings(boxes)
    pixels = project(_points_on_lines(starts, ends, camera).reshape(-1, 3), camera)[:, :2].reshape(
        len(boxes), -1, _SAMPLES, 2
    )
    is_visible = _are_visible(pixels, image_size)
    for lines, visible in zip(pixels, is_visible, strict=True):
        yield [part for line, shown in zip(lines, visible, strict=True) for part in _visible_parts(line, shown)]


def _edges_and_headings(boxes: Boxes) -> tuple[Floats, Floats]:
    """Return the starts and the ends of all edges and headings, box after box: two arrays of shape (L, 3)."""
    corners = boxes.corners()
    bottom = corners[:, :4].mean(axis=1)
    front = corners[:, :2].mean(axis=1)
    starts = np.concatenate([corners[:, _EDGES[:, 0]], bottom[:, None]], axis=1)
    ends = np.concatenate([corners[:, _EDGES[:, 1]], front[:, None]], axis=1)
    return starts.reshape(-1, 3), ends.reshape(-1, 3)


def _points_on_lines(starts: Floats, ends: Floats, camera: Mapping[str, Any]) -> Floats:
    """Return points along the part of each line beyond the near plane, or NaN if there is no such part.

    Neighboring points are at equal angles, as the camera sees them. Then their distances in the image are about equal
    for any lens.

    Returns:
        float64 array of shape (L, 33, 3).
    """
    points = np.full((len(starts), _SAMPLES, 3), np.nan)
    depths = np.stack([project(starts, camera)[:, 2], project(ends, camera)[:, 2]])
    is_seen = (depths > NEAR_PLANE_DEPTH).any(axis=0)
    starts, ends, (from_depth, to_depth) = starts[is_seen], ends[is_seen], depths[:, is_seen, None]
    change = to_depth - from_depth
    crossing = (NEAR_PLANE_DEPTH - from_depth) / np.where(change == 0, 1, change)
    clipped_starts = starts + np.where(from_depth < NEAR_PLANE_DEPTH, crossing, 0) * (ends - starts)
    clipped_ends = starts + np.where(to_depth < NEAR_PLANE_DEPTH, crossing, 1) * (ends - starts)
    points[is_seen] = _at_equal_angles(clipped_starts, clipped_ends, np.array(camera["translation"], np.float64))
    return points


def _at_equal_angles(starts: Floats, ends: Floats, center: Floats) -> Floats:
    """Return points on lines at equal angles as seen from a center: float64 array of shape (L, 33, 3)."""
    to_start, to_end = (starts - center)[:, None], (ends - center)[:, None]
    start_distance, end_distance = (np.linalg.norm(side, axis=2, keepdims=True) for side in (to_start, to_end))
    cosine = (to_start * to_end).sum(axis=2, keepdims=True) / (start_distance * end_distance)
    angle = np.arccos(np.clip(cosine, -1, 1 - 1e-9))  # an angle of 0 would cause a division by 0
    steps = np.linspace(0, 1, _SAMPLES)[:, None]
    start_weight, end_weight = np.sin((1 - steps) * angle) / start_distance, np.sin(steps * angle) / end_distance
    points: Floats = center + (start_weight * to_start + end_weight * to_end) / (start_weight + end_weight)
    return points


def _are_visible(pixels: Floats, image_size: tuple[int, int]) -> npt.NDArray[np.bool_]:
    """Tell which segments between neighboring points may cross the image: bool array of shape (..., K - 1)."""
    size = np.array(image_size, np.float64)
    starts, ends = pixels[..., :-1, :], pixels[..., 1:, :]
    low, high = np.minimum(starts, ends), np.maximum(starts, ends)  # NaN if one of the two is NaN
    with np.errstate(invalid="ignore"):
        crosses = (high > -_MARGIN * size) & (low < (1 + _MARGIN) * size)
    is_visible: npt.NDArray[np.bool_] = crosses[..., 0] & crosses[..., 1]
    return is_visible


def _visible_parts(line: Floats, is_visible: npt.NDArray[np.bool_]) -> Iterator[Floats]:
    """Yield the parts of a line whose segments are visible."""
    borders = np.flatnonzero(np.diff(np.concatenate([[False], is_visible, [False]])))
    for start, end in zip(borders[::2].tolist(), borders[1::2].tolist(), strict=True):
        yield line[start : end + 1]
