"""Find the points in boxes with the formulas of OpenPCDet and mmdet3d, which train object detectors."""

from __future__ import annotations

import numpy as np


def inside_openpcdet_boxes(points: np.ndarray, boxes: np.ndarray) -> np.ndarray:
    """Tell which points of shape (N, 3 or more) are in which boxes of shape (M, 7), with the formulas of OpenPCDet."""
    offsets = points[:, None, :3].astype(np.float64) - boxes[None, :, :3]
    cosine, sine = np.cos(-boxes[:, 6]), np.sin(-boxes[:, 6])
    local_x = offsets[..., 0] * cosine - offsets[..., 1] * sine
    local_y = offsets[..., 0] * sine + offsets[..., 1] * cosine
    local = np.stack([local_x, local_y, offsets[..., 2]], axis=-1)
    return (np.abs(local) <= boxes[:, 3:6] / 2).all(axis=-1)


def mmdet3d_corners(boxes: np.ndarray) -> np.ndarray:
    """Return the corners of boxes of shape (M, 7) as `LiDARInstance3DBoxes.corners` of mmdet3d: shape (M, 8, 3).

    The origin of a box is the center of its bottom. Corner 0 has the lowest coordinates along the axes of the box. The
    edges from corner 0 to the corners 1, 3 and 4 are the height, the width and the length.
    """
    unit_corners = np.array(np.unravel_index(np.arange(8), [2] * 3)).T[[0, 1, 3, 2, 4, 5, 7, 6]]
    corners = boxes[:, None, 3:6] * (unit_corners - [0.5, 0.5, 0])
    cosine, sine = np.cos(boxes[:, 6]), np.sin(boxes[:, 6])
    zero, one = np.zeros(len(boxes)), np.ones(len(boxes))
    rotation = np.array([[cosine, sine, zero], [-sine, cosine, zero], [zero, zero, one]])  # for row vectors
    return np.einsum("aij,jka->aik", corners, rotation) + boxes[:, None, :3]


def inside_mmdet3d_boxes(points: np.ndarray, boxes: np.ndarray) -> np.ndarray:
    """Tell which points of shape (N, 3 or more) are in which boxes of mmdet3d, of shape (M, 7), by their corners."""
    corners = mmdet3d_corners(boxes)
    offsets = points[:, None, :3].astype(np.float64) - corners[None, :, 0]
    edges = corners[:, [4, 3, 1]] - corners[:, :1]  # length, width, height
    shares = np.einsum("nmi,mai->nma", offsets, edges) / (edges**2).sum(axis=-1)
    return ((shares >= 0) & (shares <= 1)).all(axis=-1)
