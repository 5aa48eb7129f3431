"""Remove the lens distortion from the images of cameras."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from segments_hf.errors import PointCloudError
from segments_hf.points.distortion import distort, lens_model
from segments_hf.points.pinhole import intrinsics_of, transform_plane

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy.typing as npt

_PIXELS_AT_ONCE = 1 << 17  # the arrays for this number of pixels have some tens of megabytes


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

    The pixel at (u, v) of the result is the pixel of `image` at which `project` with distortion finds the points that
    `project` without distortion finds at (u, v). Values between pixels are interpolated linearly.

    Args:
        image: uint8 array of shape (H, W) or (H, W, C), of the size that the intrinsic matrix is for.
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
    inverse = _inverse(intrinsics)
    height, width = image.shape[:2]
    result = np.zeros(image.shape, np.uint8)
    values = result.reshape(height * width, *image.shape[2:])
    for start in range(0, height * width, _PIXELS_AT_ONCE):
        v, u = np.divmod(np.arange(start, min(start + _PIXELS_AT_ONCE, height * width)), width)
        with np.errstate(all="ignore"):  # pixels beyond the range of the lens model
            plane = transform_plane(np.stack([u, v], axis=1).astype(np.float64), inverse)
            sources = transform_plane(distort(plane, camera.get("distortion")), intrinsics)
        from_corner = sources + 0.5  # from the corner of the first pixel, which is a square around its center
        has_source = ((from_corner >= 0) & (from_corner < [width, height])).all(axis=1)
        values[start + np.flatnonzero(has_source)] = _interpolated(image, sources[has_source])
    return result


def _inverse(intrinsics: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    try:
        return np.asarray(np.linalg.inv(intrinsics), np.float64)
    except np.linalg.LinAlgError as error:
        matrix = intrinsics.tolist()
        raise PointCloudError(f"intrinsic_matrix: got {matrix}, expected a matrix with an inverse") from error


def _interpolated(image: npt.NDArray[np.uint8], positions: npt.NDArray[np.float64]) -> npt.NDArray[np.uint8]:
    """Return the values of an image at positions between its pixels.

    Args:
        image: uint8 array of shape (H, W) or (H, W, C).
        positions: u and v in pixels: float64 array of shape (N, 2). The value outside of the image is that of the
            nearest pixel.

    Returns:
        uint8 array of shape (N) or (N, C).
    """
    last = np.array(image.shape[1::-1]) - 1
    clipped = np.clip(positions, 0, last)
    left, top = first = clipped.astype(np.intp).T
    right, bottom = np.minimum(first + 1, last[:, None])
    shares = (clipped.T - first).astype(np.float32)
    to_right, to_bottom = shares.reshape(2, -1, *[1] * (image.ndim - 2))
    above = image[top, left] * (1 - to_right) + image[top, right] * to_right
    below = image[bottom, left] * (1 - to_right) + image[bottom, right] * to_right
    values: npt.NDArray[np.float32] = above * (1 - to_bottom) + below * to_bottom
    return np.rint(values).astype(np.uint8)
