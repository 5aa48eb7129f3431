"""Measure the time and memory for one sample with very many objects: a mask of noise, or 100,000 polygons.

Bitmaps of 2,000 x 2,000 pixels with one instance are exported to yolo-segment. A pixel is set with a probability of
0.05, 0.3 or 0.5, or in a checkerboard; the probability 0.5 is also measured with 1,000 x 1,000 pixels. `stats`,
`validate`, an export to coco-instance and a layout for object detection read a sample of 2,000 x 2,000 pixels with
100,000 or 50,000 polygons of 12 points. Each call runs in a new process.

"seconds" is the wall time of the call, "cpu" is its CPU time. Each call runs three times, interleaved; the table has
the medians, and for the peak memory the maximum.

Run it with `python benchmarks/crowded.py`.
"""

from __future__ import annotations

import json
import math
import random
import tempfile
from pathlib import Path
from typing import Any

from _measure import REPOSITORY, Measure, median, print_table, run, start, timed, verdict

SIDE, POLYGONS, POINTS = 2_000, 100_000, 12
ROUNDS = 3
MASKS = [("0.5", SIDE // 2), ("0.05", SIDE), ("0.3", SIDE), ("0.5", SIDE), ("checkerboard", SIDE)]
ROLES = ("stats", "validate", "coco", "layout")
MAX_SECONDS = {"mask": 5, "stats": 10}


def noise(kind: str, side: str) -> Measure:
    """Export a mask of noise to yolo-segment."""
    import numpy as np
    from _drawn import write_png

    import segments_hf

    pixels = int(side)
    if kind == "checkerboard":
        mask = np.indices((pixels, pixels)).sum(axis=0) % 2 == 0
    else:
        mask = np.random.default_rng(1).random((pixels, pixels)) < float(kind)
    with tempfile.TemporaryDirectory() as folder:
        write_png(mask.astype("<u4"), Path(folder, "bitmap.png"))
        label = {"annotations": [{"id": 1, "category_id": 1}], "segmentation_bitmap": {"url": "bitmap.png"}}
        path = write_release(Path(folder), "segmentation-bitmap", label, pixels)
        return timed(segments_hf.export_dataset, str(path), "yolo-segment", f"{folder}/out")[1]


def polygons(role: str, count: str) -> Measure:
    """Run one function on a sample with many polygons."""
    import segments_hf

    rng = random.Random(2)
    annotations = []
    for number in range(1, int(count) + 1):
        x, y, radius = rng.uniform(0, SIDE), rng.uniform(0, SIDE), rng.uniform(3, 30)
        angles = [2 * math.pi * corner / POINTS for corner in range(POINTS)]
        points = [[x + radius * math.cos(angle), y + radius * math.sin(angle)] for angle in angles]
        annotations.append({"id": number, "category_id": 1, "type": "polygon", "points": points})
    with tempfile.TemporaryDirectory() as folder:
        path = str(write_release(Path(folder), "vector", {"annotations": annotations}, SIDE))
        if role == "stats":
            return timed(segments_hf.stats, path, assets=True)[1]
        if role == "validate":
            return timed(segments_hf.validate, path, assets=True)[1]
        if role == "coco":
            return timed(segments_hf.export_dataset, path, "coco-instance", f"{folder}/out")[1]
        rows = segments_hf.load_release(path, split="train", streaming=True)
        return timed(lambda: list(segments_hf.to_layout(rows, "object-detection")))[1]


def write_release(folder: Path, task_type: str, label: dict[str, Any], side: int) -> Path:
    """Write a release with one sample and its image; return the path of the release."""
    from PIL import Image

    Image.new("RGB", (side, side)).save(folder / "image.jpg")
    labels = {"ground-truth": {"label_status": "LABELED", "attributes": {"format_version": "0.1", **label}}}
    sample = {
        "uuid": "00000000-0000-4000-8000-000000000001",
        "name": "frame.jpg",
        "attributes": {"image": {"url": "image.jpg"}},
        "labels": labels,
    }
    dataset = {
        "name": "crowds",
        "owner": "jane",
        "task_type": task_type,
        "task_attributes": {"format_version": "0.1", "categories": [{"id": 1, "name": "grain"}]},
        "labelsets": [{"name": "ground-truth", "is_groundtruth": True}],
        "samples": [sample],
    }
    path = folder / "release.json"
    path.write_text(json.dumps({"name": "v1", "description": "", "created_at": "2024-05-01", "dataset": dataset}))
    return path


def main() -> None:
    with tempfile.TemporaryDirectory() as home:
        env = {"PYTHONPATH": str(REPOSITORY), "HF_HOME": home, "HF_DATASETS_DISABLE_PROGRESS_BARS": "1"}
        rounds: dict[tuple[str, str, int], list[Measure]] = {}
        for _ in range(ROUNDS):
            for kind, side in MASKS:
                measure = run(__file__, "noise", kind, str(side), env=env)
                rounds.setdefault(("mask", kind, side), []).append(measure)
            for role in ROLES:
                for count in (POLYGONS // 2, POLYGONS):
                    measure = run(__file__, "polygons", role, str(count), env=env)
                    rounds.setdefault(("polygons", role, count), []).append(measure)
    measures = {key: median(found) for key, found in rounds.items()}
    rows = [
        [f"{subject}, {case}, {size:,}", f"{measure['seconds']:.2f}", f"{measure['cpu']:.2f}", f"{measure['peak']:.0f}"]
        for (subject, case, size), measure in measures.items()
    ]
    print_table(["", "seconds", "cpu", "peak MiB"], rows)
    noise_seconds = measures["mask", "0.5", SIDE]["seconds"]
    print(verdict("mask of noise, seconds", noise_seconds, "<=", MAX_SECONDS["mask"]), end="; ")
    stats_seconds = measures["polygons", "stats", POLYGONS]["seconds"]
    print(verdict("stats, seconds", stats_seconds, "<=", MAX_SECONDS["stats"]))


if __name__ == "__main__":
    start({"noise": noise, "polygons": polygons}, main)
