"""Model the distortion of camera lenses with the formulas of OpenCV.

A lens model computes how far a point is from the principal point in the distorted image: from its distance in the image
without distortion (brown-conrady), or from its angle to the optical axis (fisheye). The model is valid only where the
distorted distance increases with the angle. Beyond this range, it would move points from outside of the view back into
the image.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

import numpy as np
from numpy.polynomial import polynomial

from segments_hf.errors import PointCloudError
from segments_hf.io.json_codec.json_decoding import JsonError, read_json
from segments_hf.points.checked_numbers import checked_numbers

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy.typing as npt

    Floats: TypeAlias = npt.NDArray[np.float64]

_COEFFICIENTS = {
    "brown-conrady": ("k1", "k2", "p1", "p2", "k3", "k4", "k5", "k6"),
    "fisheye": ("k1", "k2", "k3", "k4"),
}


class LensModel(NamedTuple):
    """A model of the distortion of a lens.

    Attributes:
        name: ``brown-conrady`` or ``fisheye``.
        coefficients: All coefficients of the model by name, in the order of OpenCV; 0 for those that a camera lacks.
    """

    name: str
    coefficients: dict[str, float]


def distort(points: Floats, distortion: Mapping[str, Any] | str | None) -> Floats:
    """Apply the distortion of a lens to points of the image plane.

    Args:
        points: Points without distortion: x / z and y / z in the frame of the camera, where z is the optical axis:
            float64 array of shape (N, 2).
        distortion: The `distortion` of a camera: `model` and `coefficients`, as a dict or as JSON text. ``fisheye`` has
            k1 to k4, as `cv2.fisheye`; ``brown-conrady`` has k1, k2, p1, p2, k3 and perhaps k4 to k6, as
            `cv2.projectPoints`. A missing coefficient is 0. None for a lens without distortion.

    Returns:
        The points with distortion: float64 array of shape (N, 2). Points beyond the range of the model become NaN. The
        range ends where the distance from the principal point no longer increases with the angle to the optical axis.
        It is computed without the tangential coefficients p1 and p2, which are small.

    Raises:
        PointCloudError: The JSON text is invalid, the model is unknown, the coefficients are not a dict, or a
            coefficient is unknown, not a finite number, or 1e12 or more in absolute value.

    >>> distort(np.array([[0.5, 0.0]]), {"model": "brown-conrady", "coefficients": {"k1": -0.1}}).round(6).tolist()
    [[0.4875, 0.0]]
    """
    lens = lens_model(distortion)
    if lens is None:
        return points
    model, values = lens
    return _brown_conrady(points, values) if model == "brown-conrady" else _fisheye(points, values)


def lens_model(distortion: Mapping[str, Any] | str | None) -> LensModel | None:
    """Return the model of a lens, or None for a lens without distortion.

    Args:
        distortion: As for `distort`.

    Raises:
        PointCloudError: The JSON text is invalid, the model is unknown, the coefficients are not a dict, or a
            coefficient is unknown, not a finite number, or 1e12 or more in absolute value.
    """
    decoded = _decoded(distortion) if isinstance(distortion, str) else distortion
    return None if decoded is None else _checked_model(decoded)


def _decoded(text: str) -> object:
    try:
        return read_json(text)
    except JsonError as error:
        raise PointCloudError(f"distortion: {error}") from error


def _checked_model(distortion: object) -> LensModel:
    fields = distortion if isinstance(distortion, dict) else {}
    model, coefficients = fields.get("model"), fields.get("coefficients")
    if not isinstance(model, str) or model not in _COEFFICIENTS:
        raise PointCloudError(f"distortion: got {distortion!r}, expected the model 'brown-conrady' or 'fisheye'")
    names = _COEFFICIENTS[model]
    if not isinstance(coefficients, dict) or coefficients.keys() - set(names):
        raise PointCloudError(f"distortion: got the coefficients {coefficients!r}, expected some of {', '.join(names)}")
    values = {name: 0.0 if coefficients.get(name) is None else coefficients[name] for name in names}
    return LensModel(
        model, {name: float(checked_numbers(value, (), f"distortion: {name}")) for name, value in values.items()}
    )


def _brown_conrady(points: Floats, values: Mapping[str, float]) -> Floats:
    numerator = np.array([1, values["k1"], values["k2"], values["k3"]])
    denominator = np.array([1, values["k4"], values["k5"], values["k6"]])
    p1, p2 = values["p1"], values["p2"]
    x, y = points.T
    square = x * x + y * y
    square = np.where(square < _end_of_increase(numerator, denominator), square, np.nan)
    scale = polynomial.polyval(square, numerator) / polynomial.polyval(square, denominator)
    shifted_x = x * scale + 2 * p1 * x * y + p2 * (square + 2 * x * x)
    shifted_y = y * scale + p1 * (square + 2 * y * y) + 2 * p2 * x * y
    return np.stack([shifted_x, shifted_y], axis=1)


def _fisheye(points: Floats, values: Mapping[str, float]) -> Floats:
    numerator = np.array([1, *values.values()])
    radius = np.hypot(*points.T)
    angle = np.arctan(radius)
    angle = np.where(angle * angle < _end_of_increase(numerator, np.ones(1)), angle, np.nan)
    distorted = angle * polynomial.polyval(angle * angle, numerator)
    scale = np.where(radius == 0, 1.0, distorted / np.where(radius == 0, 1.0, radius))
    return points * scale[:, None]


def _end_of_increase(numerator: Floats, denominator: Floats) -> float:
    """Return the smallest r² at which r N(r²) / D(r²) stops increasing or D(r²) is 0; infinity if there is no such r².

    Args:
        numerator: The coefficients of the polynomial N, from the lowest power to the highest.
        denominator: The coefficients of the polynomial D, in the same order.
    """
    # With s = r², the derivative with respect to r is (N D + 2 s (N' D - N D')) / D².
    slope = polynomial.polyadd(
        polynomial.polymul(numerator, denominator),
        polynomial.polymul(
            [0, 2],
            polynomial.polysub(
                polynomial.polymul(polynomial.polyder(numerator), denominator),
                polynomial.polymul(numerator, polynomial.polyder(denominator)),
            ),
        ),
    )
    inverses = np.concatenate([_inverse_roots(slope), _inverse_roots(denominator)])
    positive = inverses.real[(np.abs(inverses.imag) <= 1e-9 * np.abs(inverses)) & (inverses.real > 0)]
    return 1 / float(positive.max()) if positive.size else np.inf


def _inverse_roots(coefficients: npt.NDArray[np.floating[Any]]) -> npt.NDArray[np.complex128]:
    """Return 1 / s for each root s of a polynomial whose constant term is 1.

    The values 1 / s are the roots of the polynomial with the coefficients in reverse order. The coefficient of its
    highest power is 1, so very small coefficients cause no overflow.
    """
    return polynomial.polyroots(np.trim_zeros(coefficients, "b")[::-1]).astype(np.complex128)
