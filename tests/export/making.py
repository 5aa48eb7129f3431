"""Releases to export, with their images in a folder."""

from __future__ import annotations

import itertools
import json
from pathlib import Path
from typing import Any

import numpy as np
from dataset.making import bitmap, jpeg, label, sample

CATEGORIES = [
    {"id": 3, "name": "flower", "color": [255, 0, 0], "has_instances": True},
    {"id": 8, "name": "leaf", "color": [0, 160, 0], "has_instances": True},
    {"id": 0, "name": "ground", "color": [90, 60, 30], "has_instances": False},
]
SIZE = (24, 18)  # width, height
# A ring with a hole, an object of two parts that touch at a corner, an object with the highest id, an object of one
# pixel, and two objects of a class without instances.
IDS = np.zeros(SIZE[::-1], np.uint32)
IDS[1:9, 1:9] = 5
IDS[3:6, 4:7] = 0
IDS[10:12, 1:4] = IDS[12:14, 4:6] = 300
IDS[2:9, 12:20] = 2**24 - 1
IDS[0, 23] = 9
IDS[16:18, :10], IDS[16:18, 14:] = 70, 71
ANNOTATIONS = [
    {"id": 5, "category_id": 3, "attributes": {"open": True, "name": "Zinnie \u00e4"}},
    {"id": 300, "category_id": 8},
    {"id": 2**24 - 1, "category_id": 3, "attributes": {}},
    {"id": 9, "category_id": 8},
    {"id": 70, "category_id": 0},
    {"id": 71, "category_id": 0},
]


def bitmap_release(folder: Path, samples: dict[str, Any] | None = None, **dataset: Any) -> Path:
    """Write a release with bitmaps.

    Args:
        folder: The folder of the release file, the image and the bitmap.
        samples: The label of each sample, by the name of the sample. `True` stands for a label with `IDS` and
            `ANNOTATIONS`, and None for no label.
        dataset: Other fields of `dataset` in the release file.
    """
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "image.jpg").write_bytes(jpeg(SIZE))
    (folder / "bitmap.png").write_bytes(bitmap(IDS))
    default_label = label(annotations=ANNOTATIONS, segmentation_bitmap={"url": "bitmap.png"})
    labels = samples if samples is not None else {"meadow.jpg": True}
    entries = [sample(name, "image.jpg", default_label if value is True else value) for name, value in labels.items()]
    return write(folder, entries, "segmentation-bitmap", **dataset)


def vector_release(folder: Path, annotations: list[dict[str, Any]], task_type: str = "vector") -> Path:
    """Write a release of one image with vector annotations."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "image.jpg").write_bytes(jpeg(SIZE))
    return write(folder, [sample("meadow.jpg", "image.jpg", label(annotations=annotations))], task_type)


def write(folder: Path, samples: list[dict[str, Any]], task_type: str, **dataset: Any) -> Path:
    """Write a release file."""
    document = {
        "name": "v1.0",
        "description": "",
        "created_at": "2025-03-04 05:06:07.891234+00:00",
        "dataset": {
            "name": "flowers",
            "description": "Flowers of a meadow",
            "owner": "jane",
            "task_type": task_type,
            "task_attributes": {"format_version": "0.1", "categories": CATEGORIES},
            "labelsets": [{"name": "ground-truth", "description": "", "is_groundtruth": True}],
            "samples": samples,
            **dataset,
        },
    }
    path = folder / "release.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


_NUMBERS = itertools.count(1)


def vector(object_type: str, points: list[list[float]], category_id: int = 3, **more: Any) -> dict[str, Any]:
    """Return a vector annotation of a type, such as ``polygon``, with a new id."""
    return {"id": next(_NUMBERS), "category_id": category_id, "type": object_type, "points": points, **more}


BOX = vector("bbox", [[2.5, 3], [10, 12.25]])
POLYGON = vector("polygon", [[12, 2], [20, 2], [20, 10], [12, 10]], 8, attributes={"open": False})
LINE = vector("polyline", [[1, 1], [5, 9], [8, 2]], 0)
POINT = vector("point", [[6, 7.5]], 8)


def files(folder: Path) -> set[str]:
    """Return the relative paths of all files in a folder, except the marker of the export."""
    found = (path for path in folder.rglob("*") if path.is_file() or path.is_symlink())
    return {path.relative_to(folder).as_posix() for path in found} - {".segments-hf-export.json"}
