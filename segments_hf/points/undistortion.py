"""Remove the lens distortion from the images of cameras."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from segments_hf.points.distortion import distort, lens_model
from segments_hf.points.pinhole import intrinsics_of, inverse_of, transform_2d_points

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy.typing as npt

_PIXELS_AT_ONCE = 1 << 15  # limits the memory for coordinates and weights to about 10 MB


def needs_undistortion(camera: Mapping[str, Any]) -> bool:
    """Tell whether the lens of a camera has a distortion.

    Args:
        camera: An entry of the `cameras` of a row.

    Returns:
        False for a camera without `distortion`, and for ``brown-conrady`` if all coefficients are 0. Always True for
        ``fisheye``: even if all coefficients are 0, the distance from the principal point is proportional to the angle
        to the optical axis. In an image without distortion, it is proportional to the tangent of this angle.

    Raises:
        PointCloudError: The distortion is invalid, as for `distort`.
    """
    lens = lens_model(camera.get("distortion"))
    return lens is not None and (lens.name == "fisheye" or any(lens.coefficients.values()))


def undistort(image: npt.NDArray[np.uint8], camera: Mapping[str, Any]) -> npt.NDArray[np.uint8]:
    """Return the image that the camera would take without lens distortion, with the same intrinsic matrix.

    The value of the pixel (u, v) of the result is the value of `image` at the position to which the lens distortion
    moves (u, v), by bilinear interpolation. To project points into the result, call `project` with the camera without
    its `distortion`.

    Args:
        image: uint8 array of shape (H, W) or (H, W, C), in the size for which the intrinsic matrix is valid.
        camera: An entry of the `cameras` of a row: `intrinsic_matrix` and `distortion`.

    Returns:
        uint8 array of the shape of `image`. A pixel is 0 if its position in `image` is outside of the image, or if the
        pixel is beyond the range of the lens model. If the camera needs no undistortion, `image` itself is returned.

    Raises:
        PointCloudError: The intrinsic matrix is missing, invalid or has no inverse; or the distortion is invalid, as
            for `distort`.
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
            plane_points = transform_2d_points(np.stack([u, v], axis=1).astype(np.float64), inverse)
            positions = transform_2d_points(distort(plane_points, camera.get("distortion")), intrinsics)
        indices, weights = _neighbors(positions, width, height)
        for number, channel in enumerate(channels):
            values = sum(channel[index] * weight for index, weight in zip(indices, weights, strict=True))
            result[start:stop, number] = np.rint(values)
    return result.reshape(image.shape)


def _neighbors(
    positions: npt.NDArray[np.float64], width: int, height: int
) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.float32]]:
    """Return the pixels around positions in an image, and their weights in the bilinear interpolation.

    Args:
        positions: u and v in pixels: float64 array of shape (N, 2). They may be NaN or infinite.
        width: The width of the image in pixels.
        height: The height of the image in pixels.

    Returns:
        The indices of four pixels in the flattened image: intp array of shape (4, N). Their weights: float32 array of
        shape (4, N); all are 0 for a position outside of the image.
    """
    from_corner = positions.T + 0.5  # relative to the top left corner of the image: pixels are squares around (u, v)
    is_inside = ((from_corner >= 0) & (from_corner < [[width], [height]])).all(axis=0)
    last_pixel = np.array([[width - 1], [height - 1]])
    clipped = np.where(is_inside, np.clip(positions.T, 0, last_pixel), 0)
    left, top = top_left = clipped.astype(np.intp)
    right, bottom = np.minimum(top_left + 1, last_pixel)
    right_weight, bottom_weight = (clipped - top_left).astype(np.float32)
    bottom_weight = bottom_weight * is_inside
    top_weight = is_inside - bottom_weight
    indices = [top * width + left, top * width + right, bottom * width + left, bottom * width + right]
    weights = [
        top_weight * (1 - right_weight),
        top_weight * right_weight,
        bottom_weight * (1 - right_weight),
        bottom_weight * right_weight,
    ]
    return np.stack(indices), np.stack(weights)
