"""Rows of sequences of point clouds in which the number of points in every box is known."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import datasets
import numpy as np
from PIL import Image
from points.planting import PlantedCloud
from scipy.spatial.transform import Rotation

from segments_hf.dataset.rows.features import row_features
from segments_hf.release import Category
from segments_hf.release.tasks.task_types import task_kind

CATEGORIES = [Category(100 + index, name) for index, name in enumerate(["car", "traffic sign", "other"])]


def planted_sequence(clouds: Sequence[PlantedCloud], **columns: Sequence[Any]) -> datasets.Dataset:
    """Return the rows of a sequence of planted clouds. By default, the frames are 0.1 s apart.

    Args:
        clouds: The point cloud of each frame.
        columns: The values of other columns for each frame, by the name of the column.
    """
    features = row_features(task_kind("pointcloud-cuboid-sequence"), CATEGORIES)
    rows = [
        {
            **dict.fromkeys(features),
            **planted.row,
            "name": "planted",
            "uuid": "planted",
            "frame_index": index,
            "timestamp": str(1_700_000_000_000_000_000 + index * 10**8),
            **{name: values[index] for name, values in columns.items()},
        }
        for index, planted in enumerate(clouds)
    ]
    for row in rows:
        row["annotations"] = [{"other": None, **item} for item in row["annotations"]]
    return datasets.Dataset.from_list(rows, features=features)


def camera(name: str | None, image: bytes | None, **fields: Any) -> dict[str, Any]:
    """Return an entry of `cameras` without lens distortion. Its random pose depends on the length of the name."""
    rng = np.random.default_rng(len(name or ""))
    return {
        "name": name,
        "image": image and {"bytes": image, "path": None},
        "intrinsic_matrix": [[100.0, 0.5, 31.5], [0.0, 110.0, 23.5], [0.0, 0.0, 1.0]],
        "translation": rng.uniform(-1, 1, 3).tolist(),
        "rotation": Rotation.random(rng=rng).as_quat().tolist(),
        "camera_convention": "OpenGL",
        "distortion": None,
        "other": None,
        **fields,
    }


def png(size: tuple[int, int] = (64, 48)) -> bytes:
    """Return the content of a PNG file of one color; `size` is (width, height) in pixels."""
    file = io.BytesIO()
    Image.new("RGB", size, (20, 90, 160)).save(file, "PNG")
    return file.getvalue()
