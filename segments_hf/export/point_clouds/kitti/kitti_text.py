"""Make the text of the label files and calibration files of the KITTI object benchmark.

The axes of the camera are x to the right, y down and z along the optical axis. Numbers are written with all digits.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from segments_hf.points.rotations import wrap_angles

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from segments_hf.export.point_clouds.kitti.image_boxes import ImageBox
    from segments_hf.points import Boxes
    from segments_hf.points.pinhole import PinholeCamera

DONT_CARE = "DontCare"  # the type of regions in which the benchmark ignores detections

# The value of `occluded`: 0 (fully visible) instead of 3 (unknown). OpenPCDet and mmdet3d leave objects with 3 out of
# augmentation, and the benchmark does not score them.
_OCCLUDED = "0"
# The line of a region without an area, so that no detection is in it. The other numbers are those of DontCare
# regions in KITTI.
_EMPTY = f"{DONT_CARE} -1 -1 -10 0 0 0 0 -1 -1 -1 -1000 -1000 -1000 -10\n"


def label_text(boxes: Boxes, image_boxes: Sequence[ImageBox], camera: PinholeCamera, names: Sequence[str]) -> str:
    """Return the content of a label file.

    A line has the type; truncated; occluded; alpha; left, top, right and bottom of the rectangle in the image; height,
    width and length; x, y and z of the center of the bottom in the frame of the camera; and rotation_y, which is
    ``-yaw - pi/2`` for the yaw in the frame of the sensor, because programs for point clouds compute the yaw by this
    formula.

    Args:
        boxes: N boxes in the frame of the sensor.
        image_boxes: The rectangle of each box in the image.
        camera: The camera.
        names: The name of each class index.

    Returns:
        A line for each box. Without boxes, one line of the type ``DontCare``, because OpenPCDet cannot read an empty
        file.
    """
    if not len(boxes):
        return _EMPTY
    length, width, height, yaw = boxes.to_7dof()[:, 3:].T
    bottom = boxes.center - height[:, None] * [0, 0, 0.5]
    locations = camera.pose.apply_inverse(bottom)
    rotations = wrap_angles(-yaw - np.pi / 2)
    alphas = wrap_angles(rotations - np.arctan2(locations[:, 0], locations[:, 2]))
    box_numbers = np.column_stack([height, width, length, locations, rotations])
    return "".join(
        f"{names[index]} {image_box.truncated!r} {_OCCLUDED} {_line([alpha, *image_box[:4], *numbers])}\n"
        for index, image_box, alpha, numbers in zip(
            boxes.class_indices.tolist(), image_boxes, alphas.tolist(), box_numbers.tolist(), strict=True
        )
    )


def calibration_text(camera: PinholeCamera) -> str:
    """Return the content of a calibration file.

    KITTI has four cameras, but an export has one, so ``P0`` to ``P3`` all contain the intrinsic matrix of this camera.
    ``R0_rect`` is the identity. ``Tr_velo_to_cam`` is the transformation from the sensor to the camera.
    ``Tr_imu_to_velo`` is the identity: the frame of the IMU is that of the sensor.

    Args:
        camera: The camera.
    """
    to_camera = np.column_stack([camera.rotation.T, -camera.rotation.T @ camera.translation])
    projection = np.column_stack([camera.intrinsics, np.zeros(3)])
    matrices = {
        **{f"P{number}": projection for number in range(4)},
        "R0_rect": np.eye(3),
        "Tr_velo_to_cam": to_camera,
        "Tr_imu_to_velo": np.eye(3, 4),
    }
    return "".join(f"{name}: {_matrix(matrix)}\n" for name, matrix in matrices.items())


def _matrix(matrix: npt.NDArray[np.float64]) -> str:
    return _line(matrix.ravel().tolist())


def _line(numbers: Sequence[float]) -> str:
    return " ".join(map(repr, numbers))
