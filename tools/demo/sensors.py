"""The sensors of the street scene: a lidar that casts rays in all directions, and a camera that takes a picture.

Both sensors see the scene at one moment. Poses are in the frame of the street.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image
from solids import MISS, Array, Pose, Solid, cast

RANGE = 70.0  # meters
AZIMUTHS = 372  # directions per turn
# The angles of the beams above the horizontal plane, in radians.
ELEVATIONS = np.deg2rad([*np.arange(-22, -8, 2), *np.arange(-7.2, 1.3, 0.4), *np.arange(2.5, 10, 3.5)])
NOISE = 0.02  # meters: the largest error of a measured distance to a surface without depth
STEP = 2.0**-10  # meters: coordinates are rounded to multiples of this step, which float32 holds without a change

SUN = np.array([-0.42, -0.55, 0.72]) / np.linalg.norm([-0.42, -0.55, 0.72])
SUN_COLOR = np.array([1.0, 0.93, 0.80]) * 1.75
HORIZON, ZENITH = np.array([0.80, 0.87, 0.94]), np.array([0.25, 0.48, 0.82])
SAMPLES = 3  # rays along each side of a pixel: 9 rays per pixel
TILE = 30  # pixels: a picture is made in tiles, because the rays of a tile can hit only few solids


@dataclass(frozen=True)
class Scan:
    """One turn of the lidar.

    Attributes:
        points: The points in the frame of the sensor, of shape (N, 3), float32, in meters.
        intensity: The strength of each return, of shape (N,), uint8.
        ring: The beam of each point, of shape (N,), uint8; 0 is the lowest beam.
        object_ids: The id of the object of each point, of shape (N,); 0 for an unlabeled object.
    """

    points: npt.NDArray[np.float32]
    intensity: npt.NDArray[np.uint8]
    ring: npt.NDArray[np.uint8]
    object_ids: npt.NDArray[np.int64]


def scan(solids: Sequence[Solid], sensor: Pose, rng: np.random.Generator) -> Scan:
    """Turn the lidar once, and return the points in the order of the measurement."""
    azimuth, elevation = np.meshgrid(np.arange(AZIMUTHS) * 2 * np.pi / AZIMUTHS, ELEVATIONS, indexing="ij")
    ring = np.broadcast_to(np.arange(len(ELEVATIONS)), azimuth.shape).ravel()
    flat = np.cos(elevation)
    rays = np.stack([flat * np.cos(azimuth), flat * np.sin(azimuth), np.sin(elevation)], axis=-1).reshape(-1, 3)
    directions = rays @ sensor.rotation.T
    distances, indices, normals = cast(solids, np.broadcast_to(sensor.position, rays.shape), directions)
    is_return = (indices != MISS) & (distances < RANGE)
    rays, directions, distances, ring = rays[is_return], directions[is_return], distances[is_return], ring[is_return]
    indices, normals = indices[is_return], normals[is_return]
    depth, reflectivity, object_ids = (
        np.array([value(solid) for solid in solids])[indices] for value in (_depth_of, _reflectivity_of, _object_of)
    )
    surface = sensor.position + distances[:, None] * directions
    brightness = _colors(solids, indices, surface, normals).mean(axis=1)
    slant = np.abs(np.einsum("ij,ij->i", directions, normals))
    strength = reflectivity * (0.35 + 1.3 * brightness) * (0.35 + 0.65 * slant) * rng.uniform(0.92, 1.08, len(rays))
    measured = distances + rng.uniform(-NOISE, NOISE, len(rays)) * 0.9 + depth * rng.uniform(0, 1, len(rays))
    points = np.round(rays * measured[:, None] / STEP) * STEP
    intensity = np.clip(np.round(strength * 255), 1, 255).astype(np.uint8)
    return Scan(points.astype(np.float32), intensity, ring.astype(np.uint8), object_ids.astype(np.int64))


def _depth_of(solid: Solid) -> float:
    return solid.material.depth


def _reflectivity_of(solid: Solid) -> float:
    return solid.material.reflectivity


def _object_of(solid: Solid) -> float:
    return solid.object_id


def _gloss_of(solid: Solid) -> float:
    return solid.material.gloss


@dataclass(frozen=True)
class Camera:
    """A camera with the calibration of OpenCV: brown-conrady distortion, and pixel centers at whole numbers.

    Attributes:
        width: The width of the picture in pixels.
        height: The height of the picture in pixels.
        matrix: The intrinsic matrix (3, 3).
        coefficients: k1, k2, p1, p2 and k3.
        to_sensor: The pose of the camera in the frame of the lidar. The axes of the camera are those of OpenGL: x to
            the right, y up, and the camera looks along -z.
    """

    width: int
    height: int
    matrix: Array
    coefficients: tuple[float, float, float, float, float]
    to_sensor: Pose

    def rays(self, pixels: Array) -> Array:
        """Return the unit directions (N, 3) of pixels (N, 2), in the axes of the camera."""
        distorted = (pixels - self.matrix[:2, 2]) / self.matrix[[0, 1], [0, 1]]
        k1, k2, p1, p2, k3 = self.coefficients
        x, y = distorted.T
        for _ in range(20):  # a fixed-point iteration, which converges because the distortion is small
            r2 = x**2 + y**2
            radial = 1 + k1 * r2 + k2 * r2**2 + k3 * r2**3
            dx = 2 * p1 * x * y + p2 * (r2 + 2 * x**2)
            dy = p1 * (r2 + 2 * y**2) + 2 * p2 * x * y
            x, y = (distorted[:, 0] - dx) / radial, (distorted[:, 1] - dy) / radial
        rays = np.stack([x, -y, -np.ones_like(x)], axis=1)
        directions: Array = rays / np.linalg.norm(rays, axis=1, keepdims=True)
        return directions

    def project(self, points: Array) -> Array:
        """Return the pixels (N, 2) of points (N, 3) that are in the axes of the camera, and in front of the camera."""
        x, y = points[:, 0] / -points[:, 2], points[:, 1] / points[:, 2]
        k1, k2, p1, p2, k3 = self.coefficients
        r2 = x**2 + y**2
        radial = 1 + k1 * r2 + k2 * r2**2 + k3 * r2**3
        dx = 2 * p1 * x * y + p2 * (r2 + 2 * x**2)
        dy = p1 * (r2 + 2 * y**2) + 2 * p2 * x * y
        distorted = np.stack([x * radial + dx, y * radial + dy], axis=1)
        pixels: Array = distorted * self.matrix[[0, 1], [0, 1]] + self.matrix[:2, 2]
        return pixels


def take_picture(solids: Sequence[Solid], sensor: Pose, camera: Camera) -> Image.Image:
    """Return the picture of a camera that is fixed to the lidar."""
    at = sensor @ camera.to_sensor
    offsets = (np.arange(SAMPLES) + 0.5) / SAMPLES - 0.5  # of rays from the center of a pixel
    light = np.zeros((camera.height, camera.width, 3))
    for top in range(0, camera.height, TILE):
        for left in range(0, camera.width, TILE):
            tile = light[top : top + TILE, left : left + TILE]
            rows, columns = (
                (start + np.arange(length)[:, None] + offsets).ravel()
                for start, length in ((top, tile.shape[0]), (left, tile.shape[1]))
            )
            y, x = np.meshgrid(rows, columns, indexing="ij")
            directions = camera.rays(np.stack([x.ravel(), y.ravel()], axis=1)) @ at.rotation.T
            samples = _light(solids, np.broadcast_to(at.position, directions.shape), directions)
            tile[:] = samples.reshape(tile.shape[0], SAMPLES, tile.shape[1], SAMPLES, 3).mean(axis=(1, 3))
    picture = np.clip(light, 0, 1) ** (1 / 2.2)
    return Image.fromarray(np.round(picture * 255).astype(np.uint8))


def _light(solids: Sequence[Solid], origins: Array, directions: Array) -> Array:
    """Return the light (N, 3) that arrives along rays."""
    distances, indices, normals = cast(solids, origins, directions)
    light = _sky(directions)
    hit = np.flatnonzero(indices != MISS)
    if len(hit):
        surface = origins[hit] + distances[hit, None] * directions[hit]
        shown = _shade(solids, indices[hit], surface, normals[hit], directions[hit])
        haze = (1 - np.exp(-distances[hit] / 260))[:, None]
        light[hit] = shown * (1 - haze) + HORIZON**1.6 * haze
    return light


def _shade(
    solids: Sequence[Solid], indices: npt.NDArray[np.intp], surface: Array, normals: Array, directions: Array
) -> Array:
    """Return the light (N, 3) of surface points: the sun and its shadows, the sky, and reflections."""
    colors = _colors(solids, indices, surface, normals) ** 1.6
    toward_sun = np.broadcast_to(SUN, surface.shape)
    facing = np.clip(normals @ SUN, 0, None)
    lit = np.zeros(len(surface))
    front = np.flatnonzero(facing > 0)
    blocked, _, _ = cast(solids, surface[front] + 1e-3 * normals[front], toward_sun[front])
    lit[front] = np.isinf(blocked)
    ambient = (0.42 + 0.22 * normals[:, 2])[:, None] * np.array([0.86, 0.95, 1.1])
    light = colors * (ambient + (lit * facing)[:, None] * SUN_COLOR)
    gloss = np.array([_gloss_of(solid) for solid in solids])[indices]
    along = np.einsum("ij,ij->i", directions, normals)
    mirrored = directions - 2 * along[:, None] * normals
    share = (gloss * (0.35 + 0.65 * (1 + np.clip(along, -1, 0)) ** 3))[:, None]
    ground = np.array([0.12, 0.12, 0.12])
    reflected = np.where(mirrored[:, 2:] > 0, _sky(mirrored), ground)
    highlight = lit * (gloss > 0) * np.clip(mirrored @ SUN, 0, 1) ** 60
    shaded: Array = light * (1 - share) + reflected * share + highlight[:, None] * 0.9
    return shaded


def _colors(solids: Sequence[Solid], indices: npt.NDArray[np.intp], surface: Array, normals: Array) -> Array:
    """Return the colors (N, 3) of surface points."""
    colors = np.zeros_like(surface)
    for index in np.unique(indices):
        is_hit = indices == index
        colors[is_hit] = solids[index].material.colors(surface[is_hit], normals[is_hit])
    return colors


def _sky(directions: Array) -> Array:
    """Return the light (N, 3) of the sky."""
    height = np.clip(directions[:, 2], 0, 1)[:, None] ** 0.55
    glow = np.clip(directions @ SUN, 0, 1)[:, None] ** 8
    light: Array = (HORIZON + (ZENITH - HORIZON) * height) ** 1.6 + glow * np.array([0.25, 0.2, 0.12])
    return light
