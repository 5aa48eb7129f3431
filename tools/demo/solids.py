"""Solids that rays hit: convex polyhedra and ellipsoids, placed by poses. Lengths are in meters."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Paint = Callable[[Array, Array], Array]  # from points (N, 3) and normals (N, 3) to colors (N, 3), 0 to 1

MISS = -1  # instead of the index of a solid, for a ray that hits no solid
NO_OBJECT = -1  # the object id of a solid before it is placed


@dataclass(frozen=True)
class Pose:
    """A rotation (3, 3) and a position (3,), which map local points to the points of the parent frame."""

    rotation: Array
    position: Array

    def __call__(self, points: Array) -> Array:
        """Map local points (N, 3) to the parent frame."""
        return points @ self.rotation.T + self.position

    def __matmul__(self, inner: Pose) -> Pose:
        """Return the pose that applies `inner` first, and then this pose."""
        return Pose(self.rotation @ inner.rotation, self.rotation @ inner.position + self.position)


def pose(position: Sequence[float], yaw: float = 0.0, pitch: float = 0.0, roll: float = 0.0) -> Pose:
    """Return a pose with angles in radians: roll about x is applied first, then pitch about y, then yaw about z."""
    (cy, sy), (cp, sp), (cr, sr) = ((np.cos(angle), np.sin(angle)) for angle in (yaw, pitch, roll))
    about_z = np.array([[cy, -sy, 0], [sy, cy, 0], [0, 0, 1]])
    about_y = np.array([[cp, 0, sp], [0, 1, 0], [-sp, 0, cp]])
    about_x = np.array([[1, 0, 0], [0, cr, -sr], [0, sr, cr]])
    return Pose(about_z @ about_y @ about_x, np.array(position, dtype=np.float64))


@dataclass(frozen=True)
class Material:
    """The look of a surface.

    Attributes:
        paint: A color (red, green, blue from 0 to 1), or a function of the position and the normal.
        gloss: The share of the sky that the surface reflects, from 0 to 1.
        reflectivity: The intensity of a lidar return at a right angle, from 0 to 1.
        depth: The maximum distance in meters that a lidar beam travels below the surface, as in the leaves of a tree.
    """

    paint: Paint | tuple[float, float, float]
    gloss: float = 0.0
    reflectivity: float = 0.3
    depth: float = 0.0

    def colors(self, points: Array, normals: Array) -> Array:
        """Return the colors (N, 3) of points (N, 3) of the surface."""
        return self.paint(points, normals) if callable(self.paint) else np.broadcast_to(self.paint, points.shape)


@dataclass(frozen=True)
class Solid:
    """A shape with a material, which is a part of the object `object_id`.

    Attributes:
        center: The center (3,) of a sphere that contains the solid.
        radius: The radius of this sphere.
    """

    material: Material
    object_id: int
    center: Array
    radius: float

    def entries(self, origins: Array, directions: Array) -> tuple[Array, Array]:
        """Return the distance (N,) where each ray enters the solid, infinity without a hit, and the normals (N, 3)."""
        raise NotImplementedError

    def placed(self, at: Pose, object_id: int) -> Solid:
        """Return the solid moved by a pose, as a part of an object."""
        raise NotImplementedError


@dataclass(frozen=True)
class Polyhedron(Solid):
    """A convex polyhedron: the points x with normals @ x <= offsets. `normals` is (P, 3), `offsets` is (P,)."""

    normals: Array
    offsets: Array

    def entries(self, origins: Array, directions: Array) -> tuple[Array, Array]:
        """Clip the rays at the planes of all faces."""
        near, far = np.full(len(origins), -np.inf), np.full(len(origins), np.inf)
        face = np.zeros(len(origins), dtype=np.intp)
        for number, (normal, offset) in enumerate(zip(self.normals, self.offsets, strict=True)):
            slope, room = directions @ normal, offset - origins @ normal
            with np.errstate(divide="ignore", invalid="ignore"):
                at = room / slope
            at[slope == 0] = np.nan
            is_later = (slope < 0) & (at > near)
            near[is_later], face[is_later] = at[is_later], number
            far = np.where(slope > 0, np.minimum(far, at), far)
            far[(slope == 0) & (room < 0)] = -np.inf
        distances = np.where((near <= far) & (near > 0), near, np.inf)
        return distances, self.normals[face]

    def placed(self, at: Pose, object_id: int) -> Polyhedron:
        """Return the polyhedron moved by a pose, as a part of an object."""
        normals = self.normals @ at.rotation.T
        center = at(self.center[None])[0]
        offsets = self.offsets + normals @ at.position
        return replace(self, normals=normals, offsets=offsets, center=center, object_id=object_id)


@dataclass(frozen=True)
class Ellipsoid(Solid):
    """An ellipsoid: the points center + axes @ u with |u| <= 1. The columns of `axes` (3, 3) are its half axes."""

    axes: Array

    def entries(self, origins: Array, directions: Array) -> tuple[Array, Array]:
        """Solve the quadratic equation of the unit sphere in the coordinates u."""
        to_unit = np.linalg.inv(self.axes)
        start, step = (origins - self.center) @ to_unit.T, directions @ to_unit.T
        a, b, c = (step**2).sum(1), (start * step).sum(1), (start**2).sum(1) - 1
        root = b**2 - a * c
        at = (-b - np.sqrt(np.maximum(root, 0))) / a
        distances = np.where((root > 0) & (at > 0), at, np.inf)
        normals = (start + np.where(root > 0, at, 0)[:, None] * step) @ to_unit
        return distances, normals / np.linalg.norm(normals, axis=1, keepdims=True)

    def placed(self, at: Pose, object_id: int) -> Ellipsoid:
        """Return the ellipsoid moved by a pose, as a part of an object."""
        return replace(self, axes=at.rotation @ self.axes, center=at(self.center[None])[0], object_id=object_id)


def polyhedron(corners: Array, normals: Array, material: Material) -> Polyhedron:
    """Return the convex polyhedron with corners (K, 3) and the directions (P, 3) of the normals of its faces."""
    unit = normals / np.linalg.norm(normals, axis=1, keepdims=True)
    center = corners.mean(axis=0)
    radius = float(np.linalg.norm(corners - center, axis=1).max())
    return Polyhedron(material, NO_OBJECT, center, radius, unit, (unit @ corners.T).max(axis=1))


def box(low: Sequence[float], high: Sequence[float], material: Material) -> Polyhedron:
    """Return the box between two corners, with faces along the axes."""
    x, y, z = np.meshgrid(*np.stack([low, high], axis=1))
    return polyhedron(np.stack([x, y, z], axis=-1).reshape(-1, 3), np.vstack([np.eye(3), -np.eye(3)]), material)


def extruded(profile: Sequence[tuple[float, float]], half_width: float, material: Material) -> Polyhedron:
    """Return a solid: a convex profile of points (x, z), counterclockwise seen from -y, extruded along y and -y."""
    outline = np.array(profile, dtype=np.float64)
    along = np.roll(outline, -1, axis=0) - outline
    normals = np.stack([along[:, 1], np.zeros(len(along)), -along[:, 0]], axis=1)
    sides = np.array([[0.0, 1.0, 0.0], [0.0, -1.0, 0.0]])
    flat = np.insert(outline, 1, 0.0, axis=1)
    corners = np.vstack([flat + side * half_width for side in sides])
    return polyhedron(corners, np.vstack([normals, sides]), material)


def frustum(
    bottom: tuple[float, float, float, float],
    top: tuple[float, float, float, float],
    heights: tuple[float, float],
    material: Material,
) -> Polyhedron:
    """Return a solid with a rectangular bottom and top (x low, x high, y low, y high) at two heights."""
    rectangles = zip((bottom, top), heights, strict=True)
    corners = [(x, y, z) for (x0, x1, y0, y1), z in rectangles for x in (x0, x1) for y in (y0, y1)]
    rise, (back, front, right, left) = heights[1] - heights[0], np.array(bottom) - top
    normals = [(-rise, 0, -back), (rise, 0, front), (0, -rise, -right), (0, rise, left), (0, 0, 1), (0, 0, -1)]
    return polyhedron(np.array(corners), np.array(normals, dtype=np.float64), material)


def prism(center: Sequence[float], radius: float, length: float, axis: int, material: Material) -> Polyhedron:
    """Return a prism with 16 sides around an axis (0 is x, 1 is y, 2 is z): a wheel, a pole or a trunk."""
    angles = np.arange(16) * np.pi / 8
    others = [other for other in range(3) if other != axis]
    circle = np.zeros((16, 3))
    circle[:, others] = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    ends = np.zeros((2, 3))
    ends[:, axis] = 1, -1
    corners = np.vstack([circle * radius + end * length / 2 for end in ends]) + center
    middles = circle + np.roll(circle, -1, axis=0)
    return polyhedron(corners, np.vstack([middles, ends]), material)


def ellipsoid(center: Sequence[float], half_axes: Sequence[float], material: Material) -> Ellipsoid:
    """Return an ellipsoid with half axes along x, y and z."""
    axes = np.diag(np.array(half_axes, dtype=np.float64))
    return Ellipsoid(material, NO_OBJECT, np.array(center, dtype=np.float64), float(max(half_axes)), axes)


def cast(solids: Sequence[Solid], origins: Array, directions: Array) -> tuple[Array, npt.NDArray[np.intp], Array]:
    """Find the first solid that each ray hits.

    Args:
        solids: The solids.
        origins: The start of each ray, of shape (N, 3).
        directions: The unit direction of each ray, of shape (N, 3).

    Returns:
        The distances (N,) in meters, infinity without a hit; the indices (N,) in `solids`, `MISS` without a hit; and
        the unit normals (N, 3) of the surfaces.
    """
    distances = np.full(len(origins), np.inf)
    indices = np.full(len(origins), MISS, dtype=np.intp)
    normals = np.zeros_like(origins)
    for index in _candidates(solids, origins, directions):
        solid = solids[index]
        to_center = solid.center - origins
        along = np.einsum("ij,ij->i", to_center, directions)
        squared = np.einsum("ij,ij->i", to_center, to_center)
        is_near = (squared - along**2 <= solid.radius**2) & ((along > 0) | (squared <= solid.radius**2))
        near = np.flatnonzero(is_near & (along - solid.radius < distances))
        if not len(near):
            continue
        entries, solid_normals = solid.entries(origins[near], directions[near])
        is_nearer = entries < distances[near]
        hit = near[is_nearer]
        distances[hit], indices[hit], normals[hit] = entries[is_nearer], index, solid_normals[is_nearer]
    return distances, indices, normals


def _candidates(solids: Sequence[Solid], origins: Array, directions: Array) -> list[int]:
    """Return the indices of the solids that may be inside of the cone that contains all rays."""
    if not len(origins):
        return []
    apex, axis = origins.mean(axis=0), directions.mean(axis=0)
    axis = axis / max(float(np.linalg.norm(axis)), 1e-9)
    spread = np.arccos(np.clip((directions @ axis).min(), -1, 1))
    width = np.linalg.norm(origins - apex, axis=1).max()
    to_centers = np.array([solid.center for solid in solids]) - apex
    sizes = np.array([solid.radius for solid in solids]) + width
    distances = np.linalg.norm(to_centers, axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        angles = np.arccos(np.clip(to_centers @ axis / distances, -1, 1))
        margins = np.arcsin(np.clip(sizes / distances, 0, 1))
    is_outside = (distances > sizes) & (angles - margins > spread + 1e-6)
    return [int(index) for index in np.flatnonzero(~is_outside)]
