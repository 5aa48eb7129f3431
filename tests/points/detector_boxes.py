"""Find the points in boxes with the formulas of programs that train detectors."""

from __future__ import annotations

import numpy as np


def inside_openpcdet_boxes(points: np.ndarray, boxes: np.ndarray) -> np.ndarray:
    """Return whether points of shape (N, 3) are in boxes of shape (M, 7), with the formulas of OpenPCDet."""
    shift = points[:, None, :3].astype(np.float64) - boxes[None, :, :3]
    cosine, sine = np.cos(-boxes[:, 6]), np.sin(-boxes[:, 6])
    along = shift[..., 0] * cosine - shift[..., 1] * sine
    across = shift[..., 0] * sine + shift[..., 1] * cosine
    local = np.stack([along, across, shift[..., 2]], axis=-1)
    return (np.abs(local) <= boxes[:, 3:6] / 2).all(axis=-1)


def mmdet3d_corners(boxes: np.ndarray) -> np.ndarray:
    """Return the corners of boxes of shape (M, 7) as `LiDARInstance3DBoxes.corners` of mmdet3d: shape (M, 8, 3).

    The origin of a box is the center of its bottom. Corner 0 has the lowest coordinates along the sides of the box; the
    corners 1, 3 and 4 are at the other ends of its height, width and length.
    """
    unit = np.array(np.unravel_index(np.arange(8), [2] * 3)).T[[0, 1, 3, 2, 4, 5, 7, 6]]
    corners = boxes[:, None, 3:6] * (unit - [0.5, 0.5, 0])
    cosine, sine = np.cos(boxes[:, 6]), np.sin(boxes[:, 6])
    zero, one = np.zeros(len(boxes)), np.ones(len(boxes))
    turn = np.array([[cosine, sine, zero], [-sine, cosine, zero], [zero, zero, one]])  # for rows on the left
    return np.einsum("aij,jka->aik", corners, turn) + boxes[:, None, :3]


def inside_mmdet3d_boxes(points: np.ndarray, boxes: np.ndarray) -> np.ndarray:
    """Return whether points of shape (N, 3) are between the corners of boxes of shape (M, 7) of mmdet3d."""
    corners = mmdet3d_corners(boxes)
    shift = points[:, None, :3].astype(np.float64) - corners[None, :, 0]
    sides = corners[:, [4, 3, 1]] - corners[:, :1]  # length, width, height
    shares = np.einsum("nmi,mai->nma", shift, sides) / (sides**2).sum(axis=-1)
    return ((shares >= 0) & (shares <= 1)).all(axis=-1)
