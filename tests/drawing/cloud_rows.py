"""Rows of point clouds for the tests of drawings, and the color of a picture at a position."""

from __future__ import annotations

from typing import Any

import numpy as np
from PIL import Image

from segments_hf.release import Category

RED, GREEN, BLUE = (255, 0, 0), (0, 160, 0), (0, 90, 255)
CATEGORIES = [Category(1, "car", RED), Category(2, "tree", GREEN), Category(3, "person", BLUE)]
FORWARD = [0.5, -0.5, -0.5, 0.5]  # the rotation of a camera that looks along +x of the sensor, with OpenGL axes


def cloud_row(points: Any, annotations: Any = (), **columns: Any) -> dict[str, Any]:
    """Return a row whose file has points with these x, y and z."""
    xyz = np.asarray(points, np.float32).reshape(-1, 3)
    content = np.concatenate([xyz, np.zeros((len(xyz), 1), np.float32)], axis=1).tobytes()
    return {
        "name": "street",
        "status": "LABELED",
        "point_cloud": {"bytes": content, "path": None},
        "point_cloud_type": "binary-xyzi",
        "ego_pose": None,
        "annotations": [{"id": number, **item} for number, item in enumerate(annotations, start=1)],
        "cameras": [],
        **columns,
    }


def cuboid(position: Any, dimensions: Any = (4, 2, 1.5), yaw: float = 0.0, category: int | None = 0) -> dict[str, Any]:
    """Return the annotation of a cuboid."""
    return {"type": "cuboid", "position": [*position], "dimensions": [*dimensions], "yaw": yaw, "category": category}


def camera(size: tuple[int, int] = (320, 240), focal: float = 160.0, **fields: Any) -> dict[str, Any]:
    """Return a camera at the position of the sensor, which looks along +x and has a gray image."""
    intrinsics = [[focal, 0.0, size[0] / 2], [0.0, focal, size[1] / 2], [0.0, 0.0, 1.0]]
    return {
        "name": "front",
        "image": Image.new("RGB", size, (128, 128, 128)),
        "intrinsic_matrix": intrinsics,
        "translation": [0.0, 0.0, 0.0],
        "rotation": FORWARD,
        "camera_convention": "OpenGL",
        "distortion": None,
        **fields,
    }


def color_at(panel: Any, x: float, y: float) -> tuple[int, int, int]:
    """Return the color of the picture in a panel of a figure, at x and y of the axes of the panel."""
    left, right, bottom, top = panel.images[0].get_extent()
    picture = np.asarray(panel.images[0].get_array())
    height, width = picture.shape[:2]
    column, line = int((x - left) / (right - left) * width), int((y - top) / (bottom - top) * height)
    red, green, blue = picture[line, column].tolist()
    return red, green, blue


def is_gray(color: tuple[int, int, int]) -> bool:
    """Tell whether a color is that of a point without a class."""
    return len(set(color)) == 1 and color[0] >= 90
