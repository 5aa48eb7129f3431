"""The content of the street scene: its solids and objects at each moment, and the path of the sensor.

The frame of the street has x along the street, y to the left and z up. The road is at z = 0. Lengths are in meters,
times in seconds, angles in radians.
"""

from dataclasses import dataclass

import numpy as np
from solids import Array, Material, Pose, Solid, box, ellipsoid, extruded, frustum, pose, prism
from textures import brickwork, facade, grain, paving, road

ROAD, SIDEWALK, BUILDING, VEGETATION, POLE, CAR, PEDESTRIAN = range(1, 8)  # category ids of the segmentation
UNLABELED = 0
# The annotation ids of the segmentation. Those of the tracked objects are 1 to 3.
ROAD_ID, SIDEWALK_ID, VEGETATION_ID, POLE_ID = range(4, 8)
BUILDING_IDS = range(8, 15)
CURB, CURB_HEIGHT = 4.0, 0.14  # the distance of the curbs from the middle of the road, and their height
MARGIN = 0.04  # between an object and its cuboid; it is larger than the noise of the lidar


@dataclass(frozen=True)
class TrackedObject:
    """An object that has a cuboid and a track.

    Attributes:
        id: The annotation id and the track id.
        category_id: The category id in the segmentation.
        parts: The solids, in the frame of the object: x to the front, the ground at z = 0.
        size: The length, width and height of the solids, with an error of up to 4 cm.
        start: The pose at time 0, in the frame of the street.
        speed: The speed to the front, in meters per second.
    """

    id: int
    category_id: int
    parts: tuple[Solid, ...]
    size: tuple[float, float, float]
    start: Pose
    speed: float = 0.0

    def pose_at(self, time: float) -> Pose:
        """Return the pose at a time, in the frame of the street."""
        return Pose(self.start.rotation, self.start.position + self.start.rotation[:, 0] * self.speed * time)

    def solids_at(self, time: float) -> list[Solid]:
        """Return the solids at a time, in the frame of the street."""
        at = self.pose_at(time)
        return [part.placed(at, self.id) for part in self.parts]


GLASS = Material((0.06, 0.08, 0.10), gloss=0.75, reflectivity=0.08)
RUBBER = Material((0.035, 0.035, 0.04), reflectivity=0.06)
RIM = Material((0.55, 0.56, 0.58), gloss=0.2, reflectivity=0.6)
BLACK = Material((0.05, 0.05, 0.055), reflectivity=0.1)
LAMP = Material((0.95, 0.93, 0.82), gloss=0.3, reflectivity=0.9)
TAIL_LAMP = Material((0.55, 0.02, 0.02), gloss=0.2, reflectivity=0.95)
PLATE = Material((0.9, 0.9, 0.86), reflectivity=1.0)
METAL = Material((0.30, 0.33, 0.34), gloss=0.1, reflectivity=0.5)
BARK = Material(grain((0.22, 0.16, 0.11), 0.5, 9.0), reflectivity=0.25)
SKIN = Material((0.72, 0.48, 0.36), reflectivity=0.45)
WHEEL_RADIUS = 0.33


def car(color: tuple[float, float, float]) -> tuple[Solid, ...]:
    """Return the parts of a car that is 4.4 m long, 1.86 m wide and 1.5 m high."""
    body = Material(color, gloss=0.22, reflectivity=0.45)
    lower = ((-2.2, 0.34), (-2.05, 0.22), (2.05, 0.22), (2.2, 0.36), (2.16, 0.66), (1.15, 0.9), (-2.12, 0.93))
    parts: list[Solid] = [
        extruded(lower, 0.88, body),
        frustum((-1.95, 1.2, -0.84, 0.84), (-1.45, 0.2, -0.64, 0.64), (0.9, 1.44), GLASS),
        frustum((-1.46, 0.21, -0.65, 0.65), (-1.38, 0.12, -0.6, 0.6), (1.43, 1.5), body),
        box((2.1, -0.3, 0.36), (2.2, 0.3, 0.5), PLATE),
        box((2.08, -0.5, 0.24), (2.19, 0.5, 0.36), BLACK),
        box((-2.2, -0.26, 0.6), (-2.1, 0.26, 0.72), PLATE),
    ]
    for side in (-1, 1):
        parts += [box((1.94, side * 0.68 - 0.17, 0.5), (2.19, side * 0.68 + 0.17, 0.66), LAMP)]
        parts += [box((-2.2, side * 0.7 - 0.14, 0.62), (-2.0, side * 0.7 + 0.14, 0.86), TAIL_LAMP)]
        for x in (-1.35, 1.35):
            parts += [prism((x, side * 0.8, WHEEL_RADIUS), WHEEL_RADIUS, 0.24, 1, RUBBER)]
            parts += [prism((x, side * 0.81, WHEEL_RADIUS), 0.2, 0.235, 1, RIM)]
    return tuple(parts)


def pedestrian() -> tuple[Solid, ...]:
    """Return the parts of a walking person who is 1.77 m tall."""
    coat = Material(grain((0.78, 0.36, 0.10), 0.2, 14.0), reflectivity=0.5)
    trousers = Material((0.10, 0.13, 0.24), reflectivity=0.35)
    parts: list[Solid] = [
        ellipsoid((0.02, 0, 1.62), (0.11, 0.095, 0.14), SKIN),
        ellipsoid((0.0, 0, 1.655), (0.115, 0.105, 0.115), Material((0.12, 0.07, 0.04), reflectivity=0.2)),
        ellipsoid((0, 0, 1.18), (0.18, 0.25, 0.36), coat),
        ellipsoid((0, 0, 0.93), (0.17, 0.22, 0.2), coat),
        box((-0.3, -0.16, 1.0), (-0.1, 0.16, 1.42), Material((0.10, 0.32, 0.36), reflectivity=0.4)),  # a backpack
    ]
    for side in (-1, 1):
        leg = pose((0.13 * side, 0.1 * side, 0.46), pitch=-0.3 * side)
        arm = pose((-0.1 * side, 0.27 * side, 1.15), pitch=0.4 * side)
        foot = (0.27 * side + 0.06, 0.1 * side, 0.05)
        parts += [ellipsoid((0, 0, 0), (0.1, 0.1, 0.46), trousers).placed(leg, 0)]
        parts += [ellipsoid((0, 0, 0), (0.055, 0.06, 0.32), coat).placed(arm, 0)]
        parts += [ellipsoid(foot, (0.13, 0.055, 0.05), BLACK)]
    return tuple(parts)


TREES = (  # x, y and height
    *((12.5, -10.5, 6.4), (18.5, -9.6, 5.6), (25.0, -11.0, 7.0), (31.5, -9.8, 6.0), (-12.0, -5.6, 5.4)),
    *((21.5, 4.9, 5.2), (38.0, 4.9, 5.2)),
)
LAMP_POSTS = ((-8.0, 1.0), (11.0, -1.0), (30.5, 1.0), (44.0, -1.0))  # x, and the side of the street

# The wheels on the right of the second car are on the sidewalk, so the car is tilted.
_TILT = -0.0875
TRACKED_OBJECTS = (
    TrackedObject(1, CAR, car((0.62, 0.04, 0.05)), (4.4, 1.84, 1.5), pose((28.0, 2.1, 0.0), yaw=np.pi), speed=5.5),
    TrackedObject(2, CAR, car((0.05, 0.24, 0.55)), (4.4, 1.84, 1.5), pose((19.5, -3.95, 0.075), yaw=0.03, roll=_TILT)),
    TrackedObject(
        3, PEDESTRIAN, pedestrian(), (0.84, 0.68, 1.78), pose((13.0, 4.8, CURB_HEIGHT), yaw=-0.04), speed=1.7
    ),
)


def building(low: tuple[float, float], high: tuple[float, float], height: float, wall: Material) -> list[Solid]:
    """Return a building between two corners (x, y), with a flat roof and a cornice."""
    stone = Material(grain((0.62, 0.58, 0.52), 0.12, 5.0), reflectivity=0.4)
    edge = 0.25
    return [
        box((*low, 0), (*high, height), wall),
        box((low[0] - 0.05, low[1] - edge, height - 0.5), (high[0] + 0.05, high[1] + edge, height + 0.25), stone),
        box((low[0], low[1] - 0.06, 0), (high[0], high[1] + 0.06, 0.7), stone),
    ]


def tree(x: float, y: float, height: float, rng: np.random.Generator) -> list[Solid]:
    """Return a tree: a trunk, and a crown of random ellipsoids."""
    tint = np.array([0.20, 0.36, 0.10]) * rng.uniform(0.85, 1.2, size=3)
    leaves = Material(grain(tuple(tint), 0.9, 4.5), reflectivity=0.35, depth=0.5)
    trunk = height * 0.45
    parts: list[Solid] = [prism((x, y, trunk / 2), 0.16, trunk + 0.6, 2, BARK)]
    for _ in range(9):
        around, out = rng.uniform(0, 2 * np.pi), rng.uniform(0.1, 1.1)
        center = (x + out * np.cos(around), y + out * np.sin(around), rng.uniform(trunk + 0.2, height - 0.7))
        parts.append(ellipsoid(center, rng.uniform(0.65, 1.15, size=3).tolist(), leaves))
    return parts


def lamp_post(x: float, y: float, side: float) -> list[Solid]:
    """Return a street lamp whose arm points to the road; `side` is 1 on the left and -1 on the right."""
    arm = sorted((y, y - side * 1.5))
    return [
        prism((x, y, 2.7), 0.09, 5.4, 2, METAL),
        box((x - 0.05, arm[0], 5.3), (x + 0.05, arm[1], 5.42), METAL),
        prism((x, y, 0.5), 0.14, 0.8, 2, METAL),
    ]


def fixed_solids() -> list[Solid]:
    """Return the solids that do not move, with the annotation ids of their objects."""
    rng = np.random.default_rng(7)
    asphalt = Material(road, reflectivity=0.16)
    slabs = Material(paving, reflectivity=0.32)
    lawn = Material(grain((0.24, 0.38, 0.12), 0.5, 3.0), reflectivity=0.3, depth=0.06)
    brick = Material(facade(brickwork((0.46, 0.22, 0.15))), gloss=0.0, reflectivity=0.4)
    plaster = Material(facade(grain((0.74, 0.66, 0.50), 0.08, 1.5)), reflectivity=0.55)
    gray = Material(facade(grain((0.52, 0.56, 0.60), 0.08, 1.5)), reflectivity=0.5)
    rose = Material(facade(grain((0.66, 0.45, 0.40), 0.08, 1.5)), reflectivity=0.5)
    bin_green = Material((0.08, 0.26, 0.16), gloss=0.05, reflectivity=0.4)
    wood = Material(grain((0.42, 0.28, 0.16), 0.3, 11.0), reflectivity=0.3)
    groups: list[tuple[int, list[Solid]]] = [
        (ROAD_ID, [box((-80, -CURB, -0.5), (120, CURB, 0), asphalt)]),
        (SIDEWALK_ID, [box((-80, CURB, -0.5), (120, 7.2, CURB_HEIGHT), slabs)]),
        (SIDEWALK_ID, [box((-80, -7.2, -0.5), (120, -CURB, CURB_HEIGHT), slabs)]),
        (BUILDING_IDS[0], building((-46, 7.2), (6, 17), 11.5, gray)),
        (BUILDING_IDS[1], building((6.02, 7.2), (27, 18), 9.2, brick)),
        (BUILDING_IDS[2], building((27.02, 7.2), (47, 18), 12.2, plaster)),
        (BUILDING_IDS[3], building((47.02, 7.2), (110, 18), 8.6, gray)),
        (BUILDING_IDS[4], building((-46, -18), (9, -7.2), 8.8, plaster)),
        (BUILDING_IDS[5], building((36, -18), (64, -7.2), 10.4, rose)),
        (BUILDING_IDS[6], building((64.02, -18), (110, -7.2), 12.5, brick)),
        (VEGETATION_ID, [box((9, -40, -0.5), (36, -7.2, 0.1), lawn)]),
        (
            VEGETATION_ID,
            [box((10, -7.9, 0), (35, -7.35, 0.95), Material(grain((0.12, 0.24, 0.07), 0.9, 6.0), depth=0.15))],
        ),
        (UNLABELED, [box((25.4, -6.9, CURB_HEIGHT), (26.2, -6.2, 1.25), bin_green)]),
        (UNLABELED, [box((26.4, -6.9, CURB_HEIGHT), (27.2, -6.2, 1.25), bin_green)]),
        (UNLABELED, [box((8.4, 6.3, 0.5), (10.2, 6.8, 0.58), wood), box((8.4, 6.75, 0.5), (10.2, 6.82, 1.0), wood)]),
        (
            UNLABELED,
            [
                box((8.6, 6.35, CURB_HEIGHT), (8.7, 6.75, 0.5), METAL),
                box((9.9, 6.35, CURB_HEIGHT), (10.0, 6.75, 0.5), METAL),
            ],
        ),
    ]
    groups += [(VEGETATION_ID, tree(x, y, height, rng)) for x, y, height in TREES]
    groups += [(POLE_ID, lamp_post(x, side * 4.5, side)) for x, side in LAMP_POSTS]
    upright = pose((0, 0, 0))
    return [solid.placed(upright, object_id) for object_id, solids in groups for solid in solids]


def solids_at(time: float) -> list[Solid]:
    """Return all solids of the scene at a time, in the frame of the street."""
    return fixed_solids() + [solid for tracked in TRACKED_OBJECTS for solid in tracked.solids_at(time)]


def sensor_pose(frame: int) -> Pose:
    """Return the pose of the lidar, which is on the roof of a car that drives around the parked car."""
    y = (-2.0, -1.7, -1.3, -1.1, -1.0)[frame]
    yaw = (0.07, 0.10, 0.09, 0.05, 0.01)[frame]
    pitch = (0.012, -0.02, 0.025, 0.03, -0.015)[frame]
    roll = (-0.015, -0.03, 0.01, 0.03, 0.02)[frame]
    return pose((2.2 * frame, y, 1.9), yaw, pitch, roll)


def box_center(tracked: TrackedObject, time: float) -> Array:
    """Return the center of the cuboid of an object, in the frame of the street."""
    center: Array = tracked.pose_at(time)(np.array([[0.0, 0.0, tracked.size[2] / 2]]))[0]
    return center
