"""Releases of task types whose labels stay JSON: texts, and unknown task types."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

CATEGORIES = [{"id": 1, "name": "car", "color": [255, 0, 0]}, {"id": 3, "name": "road", "color": [0, 0, 255]}]


def cuboid(number: int, category_id: int, **fields: Any) -> dict[str, Any]:
    """Return a cuboid as the platform writes it."""
    geometry = {"position": {"x": 1.5, "y": 0, "z": -2}, "dimensions": {"x": 4, "y": 2, "z": 1.5}, "yaw": 0.25}
    return {"id": number, "category_id": category_id, "type": "cuboid", **geometry, "track_id": number, **fields}


_CLOUD: dict[str, Any] = {
    "pcd": {"url": "https://host/a.pcd", "type": "pcd"},
    "images": [{"url": "https://host/front.jpg", "name": "front"}],
}
CUBOIDS: dict[str, Any] = {"annotations": [cuboid(1, 1, attributes={"moving": True}), cuboid(2, 1), cuboid(3, 3)]}
_POINTS = {
    "annotations": [{"id": 1, "category_id": 1}, {"id": 2, "category_id": 3}],
    "point_annotations": [0, 1, 2, 2],
}
_TEXT = {"text": "Jane drives a car"}
_SPANS = {"annotations": [{"start": 14, "end": 17, "category_id": 1}]}
_FRAMES = {"frames": [{**_CLOUD, "name": "0"}, {**_CLOUD, "name": "1"}]}


# For each task type: the attributes of a sample, the attributes of its label, the number of objects of each type in the
# label, and the number of files of each type in the sample.
TASKS: dict[str, tuple[dict[str, Any], dict[str, Any], dict[str, int], dict[str, int]]] = {
    "radar-sequence": (
        {"frames": [{**frame, "image": {}} for frame in _FRAMES["frames"]]},
        {"frames": [CUBOIDS, _POINTS]},
        {"cuboid": 3, "labeled point": 3, "annotation": 2},
        {"image": 4, "point cloud": 2},
    ),
    "text-named-entities": (_TEXT, _SPANS, {"text span": 1}, {}),
    "text-span-categorization": (_TEXT, _SPANS, {"text span": 1}, {}),
    "radar-sweep": ({"sweep": {}}, {"annotations": [{"id": 1, "category_id": 1}]}, {"annotation": 1}, {}),
    "radar-echo": ({"sweep": {}}, {"echoes": [1, 2]}, {"label": 1}, {}),
}


def write_json_release(folder: Path, task_type: str, *labels: Any, statuses: tuple[str, ...] = ()) -> Path:
    """Write a release, by default with a labeled, an unlabeled and a skipped sample.

    Args:
        folder: The folder of the file.
        task_type: A key of `TASKS`.
        labels: The attributes of the label of each sample.
        statuses: The status of each label; ``LABELED`` by default.
    """
    attributes, label, *_ = TASKS[task_type]
    contents = [*zip(labels, statuses or ["LABELED"] * len(labels), strict=True)]
    written = [{"label_status": status, "attributes": content} for content, status in contents]
    samples = [
        {"name": f"scene {number}", "uuid": f"u{number}", "attributes": attributes, "labels": {"ground-truth": item}}
        for number, item in enumerate(
            written
            or [
                {"label_status": "LABELED", "attributes": label},
                None,
                {"label_status": "SKIPPED", "attributes": {}},
            ]
        )
    ]
    dataset = {
        "name": "drive",
        "owner": "jane",
        "task_type": task_type,
        "labelsets": [{"name": "ground-truth", "is_groundtruth": True}],
        "task_attributes": {"format_version": "0.1", "categories": CATEGORIES},
        "samples": samples,
    }
    path = folder / f"{task_type}.json"
    path.write_text(json.dumps({"name": "v1", "dataset": dataset}), encoding="utf-8")
    return path
