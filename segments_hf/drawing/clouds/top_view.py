"""Draw a point cloud and its label from above."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from PIL import ImageDraw

from segments_hf.drawing.clouds.ground import Ground, fit_ground, leveled, range_without_outliers
from segments_hf.drawing.clouds.point_pixels import draw_points, point_colors, relative_heights
from segments_hf.drawing.drawable import RowLabel, Shape
from segments_hf.drawing.label_picture import UNLABELED_COLOR
from segments_hf.drawing.painting import line_width, paint_label
from segments_hf.labels.geometry import clipped_box

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt
    from PIL.Image import Image

    from segments_hf.bitmaps import Color
    from segments_hf.drawing.classes import Classes
    from segments_hf.drawing.clouds.scene import Scene
    from segments_hf.points.poses import EgoPose

    Floats = npt.NDArray[np.float64]

_SENSOR_COLOR: Color = (250, 250, 249)
_SENSOR_RADIUS = 3  # in line widths
_HEADING_IN_FRONT = 0.25  # the length of the heading line in front of the box, as a share of the length of the box
_MIN_HEADING_IN_FRONT = 5  # the minimum length of the heading line in front of the box, in pixels
_MAX_UNLABELED_RANK = 2**15 - 1  # of points without a class; the ranks of points with a class are higher
_MAX_DARK_CHANNEL = 80  # a color whose channels are all below this value is hard to see on the dark background


class TopView(NamedTuple):
    """A picture of a point cloud from above.

    Attributes:
        picture: An RGB picture.
        ground: The rectangle of the ground that the picture shows.
        outlines: The label with one shape per object, without headings, in pixels of the picture.
    """

    picture: Image
    ground: Ground
    outlines: RowLabel

    @property
    def num_outside(self) -> int:
        """The number of objects that are outside of the picture because they are far from the points."""
        size = self.picture.size
        return sum(clipped_box(shape.points, size) is None for shape in self.outlines.shapes)


def draw_top_view(
    scene: Scene, ego_pose: EgoPose, classes: Classes, size: tuple[int, int] | int, *, opacity: float = 0.3
) -> TopView | None:
    """Draw a point cloud and its label from above, with x to the right and y up.

    The z axis of the world points to the viewer, and the heading of the sensor to the right. If the sensor is not
    tilted, x and y are those of the sensor. Points have the color of their class. Points without a class are gray, and
    brighter if they are higher. A line from the center of a box through its front shows the heading. A cross marks the
    sensor.

    Args:
        scene: The points and the label.
        ego_pose: The `ego_pose` of the row.
        classes: The classes.
        size: The width and height of the picture in pixels; or only the longer side, for a picture with the aspect
            ratio of the scene.
        opacity: The opacity of polygons, from 0 to 1.

    Returns:
        The picture; None if there are neither points nor objects.

    Raises:
        PointCloudError: The pose is invalid.
        OptionError: The label has a class index that `classes` does not have.
    """
    if scene.is_empty:
        return None
    positions = leveled(scene.positions, ego_pose)
    footprints = leveled(_footprints(scene), ego_pose)
    vectors = [leveled(vector.points, ego_pose) for vector in scene.vectors]
    labeled_positions = positions[scene.class_indices >= 0]
    object_points = [footprints.reshape(-1, 3), *vectors]
    if len(labeled_positions):
        object_points.append(range_without_outliers(labeled_positions))
    ground = fit_ground(positions, np.concatenate(object_points), size)
    heights = relative_heights(positions[:, 2])
    colors_of_points = point_colors(heights, scene.class_indices, classes)
    ranks = _ranks(heights, scene.class_indices)
    picture = draw_points(ground.pixels_of(positions), ranks, colors_of_points, ground.size, UNLABELED_COLOR)
    outlines, lines = _shapes(scene, ground.pixels_of(footprints), [*map(ground.pixels_of, vectors)])
    label = RowLabel(ground.size, None, outlines + lines)
    colors = [classes.color(shape.class_index) for shape in label.shapes]
    # Small boxes are clearer without black or white lines around them, but dark colors need these lines.
    needs_contrast = any(max(color) < _MAX_DARK_CHANNEL for color in colors)
    picture = paint_label(picture, label, colors, opacity=opacity, outlines=needs_contrast)
    _draw_sensor(picture, ground)
    return TopView(picture, ground, label._replace(shapes=outlines))


def _footprints(scene: Scene) -> Floats:
    """Return the corners of the boxes at half of their height: float64 array of shape (M, 4, 3)."""
    if scene.boxes is None:
        return np.empty((0, 4, 3))
    corners = scene.boxes.corners()
    return (corners[:, :4] + corners[:, 4:]) / 2


def _ranks(heights: Floats, class_indices: npt.NDArray[np.int64]) -> npt.NDArray[np.uint16]:
    """Return the rank of each point: points with a class cover other points, and high points cover low points."""
    ranks = (heights * _MAX_UNLABELED_RANK).astype(np.uint16)  # numpy sorts uint16 several times as fast as float64
    ranks[class_indices >= 0] += _MAX_UNLABELED_RANK + 1
    return ranks


def _shapes(scene: Scene, footprints: Floats, vectors: Sequence[Floats]) -> tuple[list[Shape], list[Shape]]:
    """Return the outline of each object, and other lines: the headings of boxes and the borders of polygons."""
    outlines, lines = [], []
    for vector, points in zip(scene.vectors, vectors, strict=True):
        shape = Shape(vector.kind or "", vector.annotation.class_index, points.tolist(), vector.annotation.id)
        outlines.append(shape)
        if shape.kind == "polygon":
            lines.append(shape._replace(kind="polyline", points=[*shape.points, *shape.points[:2]]))
    indices_and_ids = (
        [] if scene.boxes is None else [*zip(scene.boxes.class_indices.tolist(), scene.boxes.ids.tolist(), strict=True)]
    )
    for (index, id_), corners in zip(indices_and_ids, footprints, strict=True):
        class_index = None if index < 0 else index
        outlines.append(Shape("polyline", class_index, corners[[0, 1, 2, 3, 0, 1]].tolist(), id_))
        heading = _heading(corners)
        lines.append(Shape("polyline", class_index, heading.tolist(), id_))
    return outlines, lines


def _heading(corners: Floats) -> Floats:
    """Return the line from the center of a box through its front: float64 array of shape (2, 2)."""
    center, front = corners.mean(axis=0), corners[:2].mean(axis=0)
    to_front = float(np.hypot(*(front - center)))  # half of the length of the box
    in_front = max(2 * to_front * _HEADING_IN_FRONT, _MIN_HEADING_IN_FRONT) / to_front if to_front else 0
    return np.stack([center, front + in_front * (front - center)])


def _draw_sensor(picture: Image, ground: Ground) -> None:
    """Draw a cross at the origin, if it is in the picture."""
    x, y = ground.pixels_of(np.zeros(2)).tolist()
    if 0 <= x < picture.width and 0 <= y < picture.height:
        width = line_width(picture.size)
        radius = _SENSOR_RADIUS * width
        pen = ImageDraw.Draw(picture)
        pen.line((x - radius, y, x + radius, y), _SENSOR_COLOR, width)
        pen.line((x, y - radius, x, y + radius), _SENSOR_COLOR, width)
