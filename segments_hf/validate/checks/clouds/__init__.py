"""The checks of point clouds."""

from segments_hf.validate.checks.clouds.camera_calibration import invalid_ego_pose, unusable_cameras
from segments_hf.validate.checks.clouds.cloud_files import check_cloud, missing_cloud_type
from segments_hf.validate.checks.clouds.cloud_sequences import CloudSequences
from segments_hf.validate.checks.clouds.cuboid_numbers import faulty_cuboids
from segments_hf.validate.checks.clouds.labeled_points import faulty_point_labels
from segments_hf.validate.checks.clouds.quaternions import unusual_quaternions
from segments_hf.validate.checks.clouds.space_vectors import faulty_space_vectors

CLOUD_CHECKS = (invalid_ego_pose, unusable_cameras, unusual_quaternions)
CLOUD_LABEL_CHECKS = (faulty_cuboids, faulty_space_vectors)

__all__ = [
    "CLOUD_CHECKS",
    "CLOUD_LABEL_CHECKS",
    "CloudSequences",
    "check_cloud",
    "faulty_point_labels",
    "missing_cloud_type",
]
