"""Write releases with one small image, or two frames with the same image. Each release covers one rule about labels."""

import json
import uuid
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

Annotation = dict[str, Any]
Label = dict[str, Any]
Points = list[list[float]]

WIDTH, HEIGHT = 80, 60
TREE, CAR, SKY = 3, 8, 0  # category ids
CATEGORIES = [
    {"id": TREE, "name": "tree", "color": [0, 160, 0], "has_instances": True},
    {"id": CAR, "name": "car", "color": [200, 0, 0], "has_instances": True},
    {"id": SKY, "name": "sky", "color": [90, 160, 255], "has_instances": False},
]
INSTANCES = 256  # one more than the layout for instance segmentation can represent


def shape(number: int, kind: str, points: Points, category: int = TREE, **more: object) -> Annotation:
    """Return one annotation of a vector label."""
    return {"id": number, "category_id": category, "type": kind, "points": points, **more}


def square(left: float, top: float, side: float) -> Points:
    """Return the corners of a square."""
    return [[left, top], [left + side, top], [left + side, top + side], [left, top + side]]


BOW_TIE: Points = [[10, 10], [40, 50], [40, 10], [10, 50]]  # two lobes of 300 pixels
VECTORS = {
    "shapes": [
        shape(1, "bbox", [[2.5, 3], [20, 22.25]], attributes={"color": "grün", "old": True}),
        shape(2, "polygon", square(30, 5, 20), CAR),
        shape(3, "polyline", [[1, 50], [25, 40], [50, 58]], CAR),
        shape(4, "point", [[60.5, 30]]),
        shape(5, "polygon", square(40, 15, 20), SKY),
    ],
    "points": [shape(1, "point", [[10, 10]]), shape(2, "point", [[-4, 20]]), shape(3, "point", [[79.5, 59.5]], CAR)],
    "crossing": [shape(1, "polygon", BOW_TIE), shape(2, "polygon", square(50, 20, 15), CAR)],
    "margin": [
        shape(1, "bbox", [[-10, -10], [40, 30]]),
        shape(2, "polygon", square(60, 40, 40), CAR),
        shape(3, "polyline", [[-20, 50], [30, 70]], CAR),
        shape(4, "point", [[90, 30]]),
    ],
    "outside": [
        shape(1, "bbox", [[-30, -30], [-5, -5]]),
        shape(2, "polygon", square(100, 10, 20), CAR),
        shape(3, "point", [[-1, -1]]),
        shape(4, "bbox", [[10, 10], [30, 30]]),
    ],
    "repeated-ids": [
        shape(1, "bbox", [[5, 5], [25, 25]]),
        shape(2, "polygon", square(30, 30, 10)),
        shape(1, "polygon", square(40, 5, 15), CAR),
    ],
}
TRACKS = [  # the annotations of each frame
    [shape(1, "bbox", [[5, 5], [25, 25]], track_id=1, is_keyframe=True)],
    [
        shape(1, "bbox", [[8, 5], [28, 25]], track_id=1, is_keyframe=False),
        shape(2, "polygon", square(50, 20, 40), CAR, track_id=2, is_keyframe=True),
    ],
]


def write_small_releases(folder: Path) -> None:
    """Write all releases, each to its own folder with `release.json` and its images."""
    for name, shapes in VECTORS.items():
        write_release(folder / name, "vector", [image_sample(image_label(shapes))])
    write_release(folder / "sequence", "image-vector-sequence", [sequence_sample(TRACKS)])
    ids = np.zeros((HEIGHT, WIDTH), np.int64)
    ids[5:20, 5:30], ids[30:50, 40:70] = 1, 2
    write_bitmap_release(folder / "bitmap", ids, [1, 2, 2, 3])  # 2 is repeated, 3 has no pixel
    ids = np.arange(WIDTH * HEIGHT).reshape(HEIGHT, WIDTH) % (INSTANCES + 1)
    write_bitmap_release(folder / "many-instances", ids, range(1, INSTANCES + 1))


def write_bitmap_release(folder: Path, ids: np.ndarray[Any, Any], annotation_ids: Iterable[int]) -> None:
    """Write a release with a bitmap that has the pixel values `ids`, and with an annotation for each annotation id."""
    objects = [{"id": id_, "category_id": (TREE, CAR)[index % 2]} for index, id_ in enumerate(annotation_ids)]
    label = image_label(objects, segmentation_bitmap={"url": "bitmap.png"})
    write_release(folder, "segmentation-bitmap", [image_sample(label)])
    channels = [ids & 255, ids >> 8 & 255, ids >> 16, np.full_like(ids, 255)]
    Image.fromarray(np.stack(channels, axis=-1).astype(np.uint8)).save(folder / "bitmap.png")


def image_label(annotations: list[Annotation], **more: object) -> Label:
    """Return the label of an image."""
    return {"label_status": "LABELED", "attributes": {"format_version": "0.1", "annotations": annotations, **more}}


def image_sample(label: Label) -> dict[str, Any]:
    """Return a sample with one image."""
    return sample("meadow.png", {"image": {"url": "image.png"}}, label)


def sequence_sample(frames: list[list[Annotation]]) -> dict[str, Any]:
    """Return a sequence; `frames` has the annotations of each frame."""
    attributes = {"frames": [{"image": {"url": "image.png"}, "name": f"frame_{index}"} for index in range(len(frames))]}
    labeled = {"format_version": "0.2", "frames": [{"annotations": annotations} for annotations in frames]}
    return sample("drive", attributes, {"label_status": "REVIEWED", "attributes": labeled})


def sample(name: str, attributes: dict[str, Any], label: Label) -> dict[str, Any]:
    """Return a sample in the format of release files."""
    number = str(uuid.uuid5(uuid.NAMESPACE_URL, name))
    return {"uuid": number, "name": name, "attributes": attributes, "labels": {"ground-truth": label}}


def write_release(folder: Path, task_type: str, samples: list[dict[str, Any]]) -> None:
    """Write a release file and its image."""
    folder.mkdir(parents=True)
    ramp = np.arange(WIDTH * HEIGHT * 3, dtype=np.uint32).reshape(HEIGHT, WIDTH, 3)
    Image.fromarray((ramp % 251).astype(np.uint8)).save(folder / "image.png")
    dataset = {
        "name": folder.name,
        "description": f"One image to compare {folder.name}",
        "owner": "jane",
        "task_type": task_type,
        "task_attributes": {"format_version": "0.1", "categories": CATEGORIES},
        "labelsets": [{"name": "ground-truth", "description": "", "is_groundtruth": True}],
        "samples": samples,
    }
    document = {"name": "v1", "description": "", "created_at": "2025-03-04 05:06:07.891234+00:00", "dataset": dataset}
    (folder / "release.json").write_text(json.dumps(document), encoding="utf-8")
