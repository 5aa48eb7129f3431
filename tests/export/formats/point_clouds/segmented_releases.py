"""Releases of point clouds with a label for each point, and the sizes of the objects that an export must contain."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from cloud_releases import cloud, cloud_label, cloud_sample, kitti_file, quaternion, write_files, xyz
from points.planting import PlantedCloud, planted_cloud

from segments_hf.points import point_labels

from ...making import write

# The category ids of `CATEGORIES` in ``tests/export/making.py``. Their class indices are 1, 2 and 0. The category 0 has
# no instances.
CATEGORY_IDS = (3, 8, 0)


def planted_sequence_sample(folder: Path, seeds: Sequence[int]) -> tuple[list[PlantedCloud], dict[str, Any]]:
    """Write point clouds with boxes at random 3-D poses, and return them with the sample of a labeled sequence.

    The points of a box are one object. Boxes with the same index have the same track in all frames. Points outside of
    all boxes are unlabeled.
    """
    clouds = [planted_cloud(seed) for seed in seeds]
    frames, contents = [], []
    for planted in clouds:
        file = write_files(folder)(f"{planted.row['name']}.bin", planted.points.tobytes())
        pose = planted.row["ego_pose"]
        ego_pose = {"position": xyz(*pose["position"]), "heading": quaternion(*pose["heading"])}
        frames.append(cloud(file, ego_pose=ego_pose))
        ids = [item["id"] for item in planted.row["annotations"]]
        annotations = [
            {"id": number, "category_id": CATEGORY_IDS[index % 3], "track_id": 1000 + index}
            for index, number in enumerate(ids)
        ]
        points = np.append(ids, 0)[planted.box_indices]  # the id of points outside of all boxes is 0
        contents.append({"annotations": annotations, "point_annotations": points.tolist()})
    return clouds, cloud_sample("planted", {"frames": frames}, cloud_label(frames=contents))


def segmented_sample(
    folder: Path, name: str, points: bytes, ids: Sequence[int], cloud_type: str = "kitti", **fields: Any
) -> dict[str, Any]:
    """Write a point cloud, and return its sample. Each id except 0 has an annotation of the category 3.

    Args:
        folder: The folder of the release.
        name: The name of the sample.
        points: The content of the file.
        ids: The id of the annotation of each point; 0 for unlabeled points.
        cloud_type: The type of the point cloud in the release.
        fields: Further fields of the point cloud.
    """
    file = write_files(folder)(f"cloud-{len([*folder.glob('cloud-*')])}", points)
    annotations = [{"id": number, "category_id": 3} for number in sorted({*ids} - {0})]
    label = cloud_label(annotations=annotations, point_annotations=[*ids])
    return cloud_sample(name, cloud(file, cloud_type, **fields), label)


def write_named_classes(folder: Path, names: Sequence[str]) -> Path:
    """Write a release of one point cloud with these class names."""
    categories = [{"id": 3 + number, "name": name} for number, name in enumerate(names)]
    return write(
        folder,
        [segmented_sample(folder, "a", kitti_file(2), [1, 0])],
        "pointcloud-segmentation",
        task_attributes={"format_version": "0.1", "categories": categories},
    )


def object_sizes(classes: np.ndarray, instances: np.ndarray) -> Counter[tuple[int, int]]:
    """Count the objects of each class and size. Exports that differ only in how objects are numbered have equal counts.

    Args:
        classes: The class index of each point; -1 for unlabeled points.
        instances: The number of the object of each point.

    Returns:
        The number of objects by their class index and the number of their points.
    """
    (object_classes, _), sizes = np.unique(np.stack([classes, instances]), axis=1, return_counts=True)
    return Counter(zip(object_classes.tolist(), sizes.tolist(), strict=True))


def expected_sizes(row: dict[str, Any], stuff: Sequence[int] = ()) -> Counter[tuple[int, int]]:
    """Count the objects in the label of a row, as `object_sizes` does.

    Args:
        row: The row.
        stuff: The indices of the classes without instances. All points of such a class count as one object.
    """
    classes = point_labels(row, "semantic") - 1
    instances = point_labels(row, "instance")
    return object_sizes(classes, np.where(np.isin(classes, [-1, *stuff]), 0, instances))
