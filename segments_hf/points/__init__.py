"""Functions for point clouds and cuboids as numpy arrays, independent of releases.

There are two frames of reference. The points of a file are in the frame of the sensor. The cuboids and points of the
annotations of a row are in the world. The `ego_pose` of a row connects them: `p_world = R p_sensor + position`.
"""

from segments_hf.points.cuboids import Boxes, boxes
from segments_hf.points.poses import pose_matrix, to_sensor, to_world

__all__ = ["Boxes", "boxes", "pose_matrix", "to_sensor", "to_world"]
