"""Functions that return the points, cuboids and labels of rows as numpy arrays, and transform and project points.

There are two frames of reference. The points of a file are in the frame of the sensor. The cuboids and points in the
annotations of a row are in the world. The `ego_pose` of a row is the transformation from the sensor to the world:
`p_world = R p_sensor + position`, where R is the rotation of `heading`.
"""

from segments_hf.points.cuboids import Boxes, boxes
from segments_hf.points.point_labels import point_labels
from segments_hf.points.points_in_boxes import points_in_boxes
from segments_hf.points.poses import pose_matrix, to_sensor, to_world
from segments_hf.points.projection import project
from segments_hf.points.read_points import read_points
from segments_hf.points.velocities import velocities

__all__ = [
    "Boxes",
    "boxes",
    "point_labels",
    "points_in_boxes",
    "pose_matrix",
    "project",
    "read_points",
    "to_sensor",
    "to_world",
    "velocities",
]
