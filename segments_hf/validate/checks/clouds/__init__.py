"""The checks of point clouds."""

from segments_hf.validate.checks.clouds.camera_calibration import cameras, ego_poses
from segments_hf.validate.checks.clouds.cloud_files import check_cloud, missing_clouds
from segments_hf.validate.checks.clouds.cloud_sequences import CloudSequences
from segments_hf.validate.checks.clouds.cuboid_numbers import cuboids
from segments_hf.validate.checks.clouds.labeled_points import labels_of_points
from segments_hf.validate.checks.clouds.quaternions import quaternions
from segments_hf.validate.checks.clouds.space_vectors import space_vectors

CLOUD_CHECKS = (ego_poses, cameras, quaternions)
CLOUD_LABEL_CHECKS = (cuboids, space_vectors)

__all__ = [
    "CLOUD_CHECKS",
    "CLOUD_LABEL_CHECKS",
    "CloudSequences",
    "check_cloud",
    "labels_of_points",
    "missing_clouds",
]
