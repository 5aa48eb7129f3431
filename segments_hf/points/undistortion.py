"""Remove the lens distortion from the images of cameras."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from segments_hf.points.distortion import distort, lens_model
from segments_hf.points.pinhole import intrinsics_of, inverse_of, transform_2d_points

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy.typing as npt

_PIXELS_AT_ONCE = 1 << 15  # limits the memory for coordinates and weights to some 10 MB


def needs_undistortion(camera: Mapping[str, Any]) -> bool:
    """Tell whether the lens of a camera has a distortion.

    Args:
        camera: An entry of the `cameras` of a row.

    Returns:
        False for a camera without `distortion`, and for ``brown-conrady`` if all coefficients are 0. Always True for
        ``fisheye``: if all coefficients are 0, the distance from the center of the image is proportional to the angle
        to the optical axis, and not to its tangent.

    Raises:
        PointCloudError: The model is unknown, or a coefficient is unknown or not a finite number.
    """
    lens = lens_model(camera.get("distortion"))
    return lens is not None and (lens.name == "fisheye" or any(lens.coefficients.values()))


def undistort(image: npt.NDArray[np.uint8], camera: Mapping[str, Any]) -> npt.NDArray[np.uint8]:
    """Return the image that the camera would take without lens distortion, with the same intrinsic matrix.

    A point that `project` without distortion finds at (u, v) is in the pixel (u, v) of the result. The value of this
    pixel is that of `image` where `project` with distortion finds the point, interpolated linearly between pixels.

    Args:
        image: uint8 array of shape (H, W) or (H, W, C), of the image size to which the intrinsic matrix belongs.
        camera: An entry of the `cameras` of a row: `intrinsic_matrix` and `distortion`.

    Returns:
        uint8 array of the shape of the image. A pixel is 0 if its source is outside of the image or beyond the range of
        the lens model. The same array if the camera needs no undistortion.

    Raises:
        PointCloudError: The intrinsic matrix is missing, invalid or has no inverse; or the model of distortion is
            unknown, or a coefficient is unknown or not a finite number.
    """
    if not needs_undistortion(camera):
        return image
    intrinsics = intrinsics_of(camera)
    inverse = inverse_of(intrinsics)
    height, width = image.shape[:2]
    num_pixels = height * width
    # One channel after the other: numpy takes several times as long for arrays whose last axis has length 3.
    channels = np.ascontiguousarray(image.reshape(num_pixels, -1).T)
    result = np.empty((num_pixels, len(channels)), np.uint8)
    for start in range(0, num_pixels, _PIXELS_AT_ONCE):
        stop = min(start + _PIXELS_AT_ONCE, num_pixels)
        v, u = np.divmod(np.arange(start, stop), width)
        with np.errstate(all="ignore"):  # pixels beyond the range of the lens model
            plane = transform_2d_points(np.stack([u, v], axis=1).astype(np.float64), inverse)
            sources = transform_2d_points(distort(plane, camera.get("distortion")), intrinsics)
        neighbors, weights = _neighbors(sources, width, height)
        for number, channel in enumerate(channels):
            values = sum(channel[index] * weight for index, weight in zip(neighbors, weights, strict=True))
            result[start:stop, number] = np.rint(values)
    return result.reshape(image.shape)


def _neighbors(
    positions: npt.NDArray[np.float64], width: int, height: int
) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.float32]]:
    """Return the pixels around positions in an image, and their weights in the linear interpolation.

    Args:
        positions: u and v in pixels: float64 array of shape (N, 2). They may be NaN or infinite.
        width: The width of the image in pixels.
        height: The height of the image in pixels.

    Returns:
        The indices of four pixels in the flattened image: intp array of shape (4, N). Their weights: float32 array of
        shape (4, N); all are 0 for a position outside of the image.
    """
    from_corner = positions.T + 0.5  # from the corner of the first pixel, which is a square around its center
    is_inside = ((from_corner >= 0) & (from_corner < [[width], [height]])).all(axis=0)
    last = np.array([[width - 1], [height - 1]])
    clipped = np.where(is_inside, np.clip(positions.T, 0, last), 0)
    left, top = first = clipped.astype(np.intp)
    right, bottom = np.minimum(first + 1, last)
    to_right, to_bottom = (clipped - first).astype(np.float32)
    below = to_bottom * is_inside
    above = is_inside - below
    indices = [top * width + left, top * width + right, bottom * width + left, bottom * width + right]
    weights = [above * (1 - to_right), above * to_right, below * (1 - to_right), below * to_right]
    return np.stack(indices), np.stack(weights)
