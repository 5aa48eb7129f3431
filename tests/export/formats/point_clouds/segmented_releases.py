"""Releases of point clouds with a label for each point, and the objects that an export of them must contain."""

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

CATEGORY_IDS = (3, 8, 0)  # of ../../making.py: their class indices are 1, 2 and 0; the class 0 has no instances


def planted_sequence(folder: Path, seeds: Sequence[int]) -> tuple[list[PlantedCloud], dict[str, Any]]:
    """Write point clouds with boxes at random 3-D poses, and return them with the sample of a labeled sequence.

    The points of each box are an object, whose track is the same in all frames. The other points have no label.
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
        points = np.append(ids, 0)[planted.box_indices]  # the last number is that of points outside of all boxes
        contents.append({"annotations": annotations, "point_annotations": points.tolist()})
    return clouds, cloud_sample("planted", {"frames": frames}, cloud_label(frames=contents))


def segmented(
    folder: Path, name: str, points: bytes, ids: Sequence[int], kind: str = "kitti", **fields: Any
) -> dict[str, Any]:
    """Write a point cloud, and return its sample. Each id is an annotation of the category 3.

    Args:
        folder: The folder of the release.
        name: The name of the sample.
        points: The content of the file.
        ids: The id of the annotation of each point.
        kind: The type of the file.
        fields: Further fields of the point cloud.
    """
    file = write_files(folder)(f"cloud-{len([*folder.glob('cloud-*')])}", points)
    annotations = [{"id": number, "category_id": 3} for number in sorted({*ids} - {0})]
    label = cloud_label(annotations=annotations, point_annotations=[*ids])
    return cloud_sample(name, cloud(file, kind, **fields), label)


def write_named_classes(folder: Path, names: Sequence[str]) -> Path:
    """Write a release of one point cloud whose classes have the names."""
    categories = [{"id": 3 + number, "name": name} for number, name in enumerate(names)]
    return write(
        folder,
        [segmented(folder, "a", kitti_file(2), [1, 0])],
        "pointcloud-segmentation",
        task_attributes={"format_version": "0.1", "categories": categories},
    )


def object_sizes(classes: np.ndarray, instances: np.ndarray) -> Counter[tuple[int, int]]:
    """Count the objects of each class and size. The numbers that identify objects do not matter.

    Args:
        classes: The class index of each point, or -1.
        instances: The number of the object of each point.

    Returns:
        The number of objects by their class index and the number of their points.
    """
    (of_objects, _), sizes = np.unique(np.stack([classes, instances]), axis=1, return_counts=True)
    return Counter(zip(of_objects.tolist(), sizes.tolist(), strict=True))


def expected_sizes(row: dict[str, Any], stuff: Sequence[int] = ()) -> Counter[tuple[int, int]]:
    """Count the objects in the label of a row, as `object_sizes` does.

    Args:
        row: The row.
        stuff: The class indices whose points are one object.
    """
    classes = point_labels(row, "semantic") - 1
    instances = point_labels(row, "instance")
    return object_sizes(classes, np.where(np.isin(classes, [-1, *stuff]), 0, instances))
