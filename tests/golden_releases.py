"""Small releases with special cases of rows, layouts and masks. Their files are the same on every machine."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from cloud_releases import camera, cloud, cloud_sample, cuboid, kitti_file, pcd_file, quaternion, xyz
from dataset.making import bitmap, label, sample
from PIL import Image

CATEGORIES = [
    {"id": 9, "name": "leaf", "color": [0, 160, 60, 0.5], "has_instances": True},
    {"id": 0, "name": "meadow", "color": [120, 200, 80], "has_instances": False},
    {"id": 4, "name": "leaf"},
]
WIDTH, HEIGHT = 40, 30


def bitmap_release(folder: Path) -> Path:
    """Write bitmaps of several depths, annotations without pixels, pixels without annotation, and several statuses."""
    ids = np.zeros((HEIGHT, WIDTH), np.uint32)
    ids[2:12, 3:20], ids[8:20, 15:30], ids[25:, :] = 1, 70000, 2
    annotations = [_annotation(1, 9, open=True), _annotation(2, 0), _annotation(70000, 4, note="a b")]
    gray = np.where(ids == 70000, 300, ids).astype(np.uint16)
    return _write(
        folder,
        "segmentation-bitmap",
        [
            _bitmap(folder, "colors", annotations, bitmap(ids)),
            _bitmap(
                folder,
                "gray",
                [_annotation(300, 9), _annotation(2, 0), _annotation(8, 4)],
                _png(gray),
                pixels=np.uint16(700),
            ),
            _bitmap(
                folder, "twice", [_annotation(1, 9), _annotation(2, 4), _annotation(1, 0)], bitmap(ids), "REVIEWED"
            ),
            _bitmap(folder, "stray", [_annotation(1, 4)], bitmap(ids), "REVIEWING_IN_PROGRESS"),
            _bitmap(folder, "nothing", [], bitmap(np.zeros_like(ids)), "PRELABELED"),
            _bitmap(folder, "skipped", annotations, bitmap(ids), "SKIPPED"),
            _bitmap(folder, "rejected", annotations, bitmap(ids), "REJECTED"),
            sample("unlabeled", _image(folder, "unlabeled"), metadata={"place": "Löwen", "hour": 7.5}),
            {
                **_bitmap(folder, "turned", annotations, bitmap(ids)),
                "attributes": {"image": {"url": _rotated_jpeg(folder)}},
            },
        ],
    )


def vector_release(folder: Path) -> Path:
    """Write shapes of every type: inside, outside, partly outside, self-crossing, overlapping and degenerate shapes."""
    shapes = [
        ("bbox", [[2, 3], [12.5, 9.25]]),
        ("bbox", [[-10, -10], [40, 30]]),
        ("bbox", [[60, 60], [70, 70]]),
        ("bbox", [[5, 5], [5, 9]]),
        ("polygon", [[20, 2], [36, 4], [30, 14], [21, 12]]),
        ("polygon", [[2, 15], [12, 25], [12, 15], [2, 25]]),
        ("polygon", [[30, 20], [55, 22], [50, 45], [28, 40]]),
        ("polygon", [[60, 60], [70, 60], [70, 70]]),
        ("polyline", [[1, 1], [38, 28], [38, 1]]),
        ("point", [[17.5, 18]]),
        ("point", [[-3, 4]]),
    ]
    annotations = [_shape(number, *shape) for number, shape in enumerate(shapes, start=1)]
    twice = [_shape(1, *shapes[0]), _shape(2, *shapes[4]), _shape(1, *shapes[5])]
    return _write(
        folder,
        "vector",
        [
            sample(
                "shapes", _image(folder, "shapes"), label(annotations=annotations, image_attributes={"sunny": True})
            ),
            sample("twice", _image(folder, "twice"), label("REVIEWED", annotations=twice)),
            sample("nothing", _image(folder, "nothing"), label(annotations=[])),
            sample("skipped", _image(folder, "skipped"), label("SKIPPED", annotations=annotations)),
            sample("unlabeled", _image(folder, "unlabeled")),
        ],
    )


def bitmap_sequence_release(folder: Path) -> Path:
    """Write a sequence of bitmaps, with one frame without a label."""
    frames = []
    for number in range(2):
        ids = np.zeros((HEIGHT, WIDTH), np.uint32)
        ids[4 : 10 + number, 5:20] = 3
        url = _file(folder, f"frame_{number}_label.png", bitmap(ids))
        annotation = {**_annotation(3, 4), "track_id": 5, "is_keyframe": not number}
        frames.append({"annotations": [annotation], "segmentation_bitmap": {"url": url}, "timestamp": str(number)})
    return _write(folder, "image-segmentation-sequence", [_sequence(folder, [*frames, None])])


def vector_sequence_release(folder: Path) -> Path:
    """Write a sequence of shapes."""
    frames = []
    for number in range(2):
        box = {**_shape(1, "bbox", [[2 + number, 3], [12, 9]]), "track_id": 5, "is_keyframe": not number}
        line = {**_shape(2, "polyline", [[1, 1], [30, 28 - number]]), "track_id": 6, "is_keyframe": False}
        frames.append({"annotations": [box, line]})
    return _write(folder, "image-vector-sequence", [_sequence(folder, frames)])


def cuboid_release(folder: Path) -> Path:
    """Write a point cloud with a camera: cuboids with and without a rotation and with further fields, and a polygon."""
    front = camera(_image(folder, "front"), rotation=0.5, intensity=2)
    attributes = cloud(_file(folder, "a.pcd", pcd_file()), "pcd", images=[front], default_z=-1.5, bounds={"min_x": -2})
    turned = {"rotation": quaternion(0.5, -0.5, 0.5, 0.5), "index": 3, "velocity": xyz(1, 0.5, 0), "isHidden": False}
    annotations = [
        cuboid(1, 4, attributes={"parked": True}),
        cuboid(2, 0, **turned),
        {"id": 3, "category_id": 9, "type": "polygon", "points": [[0, 1, 2], [1, 1, 2.5], [1, 0, 2]]},
    ]
    return _write(
        folder,
        "pointcloud-cuboid",
        [
            cloud_sample("labeled", attributes, label(annotations=annotations, image_attributes={"rain": False})),
            cloud_sample("skipped", attributes, {"label_status": "SKIPPED", "attributes": {}}),
            cloud_sample("unlabeled", attributes, metadata={"place": "Leuven"}),
        ],
    )


def point_sequence_release(folder: Path) -> Path:
    """Write a sequence of point clouds with labeled points, a moving sensor, and a frame without a label."""
    annotations = [_annotation(5, 9), {**_annotation(70000, 4), "track_id": 3}]
    frames = [{"annotations": annotations, "point_annotations": [0, 5, 70000, 5]}, None]
    pose = {"position": xyz(10, -2.5, 0.25), "heading": quaternion(0, 0, 0.6, 0.8)}
    clouds = [
        cloud(_file(folder, "0.bin", kitti_file()), ego_pose=pose, name="f0", timestamp=1_700_000_000_123_456_789),
        cloud(_file(folder, "1.bin", kitti_file(5)), "binary-xyzi", name="f1", timestamp=0.25),
    ]
    links = [{"from_id": 3, "to_id": 5, "attributes": {"kind": "towed"}}]
    drive = cloud_sample("drive", {"frames": clouds}, label(frames=frames, links=links))
    return _write(folder, "pointcloud-segmentation-sequence", [drive])


def sensors_release(folder: Path) -> Path:
    """Write scenes with a lidar and a camera, labeled and unlabeled, and a sample without sensors."""
    lidar = {"name": "Lidar", "task_type": "pointcloud-cuboid-sequence"}
    frames = {"frames": [cloud(_file(folder, "a.pcd", pcd_file()), "pcd", images=[camera(_image(folder, "front"))])]}
    labels = {"frames": [{"annotations": [cuboid(1, 4)]}]}
    front = {"name": "Camera", "task_type": "image-vector-sequence"}
    sensors = [{**lidar, "attributes": frames}, {**front, "attributes": {"frames": []}}]
    label_of_lidar = label(sensors=[{**lidar, "attributes": labels}], links=[{"from_id": 1, "to_id": 2}])
    unlabeled = label(sensors=[{**lidar, "attributes": []}])
    scenes = [cloud_sample("scene", {"sensors": sensors}, label_of_lidar)]
    scenes.append(cloud_sample("unlabeled", {"sensors": sensors}, unlabeled))
    return _write(folder, "multisensor-sequence", [*scenes, sample("empty")])


RELEASES: dict[str, Callable[[Path], Path]] = {
    "bitmap": bitmap_release,
    "vector": vector_release,
    "bitmap-sequence": bitmap_sequence_release,
    "vector-sequence": vector_sequence_release,
    "cuboid": cuboid_release,
    "point-sequence": point_sequence_release,
    "sensors": sensors_release,
}


def _write(folder: Path, task_type: str, samples: list[Any]) -> Path:
    dataset = {
        "name": "flowers",
        "description": "Flowers of a meadow",
        "owner": "jane",
        "task_type": task_type,
        "task_attributes": {"format_version": "0.1", "categories": CATEGORIES},
        "labelsets": [{"name": "ground-truth", "description": "", "is_groundtruth": True}],
        "samples": samples,
    }
    path = folder / "release.json"
    path.write_text(json.dumps({"name": "v1.0", "created_at": "2025-03-04 05:06:07", "dataset": dataset}), "utf-8")
    return path


def _bitmap(
    folder: Path, name: str, annotations: list[Any], content: bytes, status: str = "LABELED", pixels: Any = None
) -> dict[str, Any]:
    url = _file(folder, f"{name}_label.png", content)
    image = _image(folder, name, pixels)
    return sample(name, image, label(status, annotations=annotations, segmentation_bitmap={"url": url}))


def _sequence(folder: Path, frames: list[Any]) -> dict[str, Any]:
    images = [
        {"image": {"url": _image(folder, f"frame_{number}")}, "name": f"f{number}", "timestamp": number / 4}
        for number in range(len(frames))
    ]
    return {
        **sample("drive", label=label(frames=frames)),
        "attributes": {"frames": images},
        "metadata": {"place": "Leuven"},
    }


def _annotation(number: int, category_id: int, **attributes: Any) -> dict[str, Any]:
    return {"id": number, "category_id": category_id, **({"attributes": attributes} if attributes else {})}


def _shape(number: int, kind: str, points: Any) -> dict[str, Any]:
    category = CATEGORIES[number % len(CATEGORIES)]
    return {"id": number, "category_id": category["id"], "type": kind, "points": points}


def _image(folder: Path, name: str, value: Any = None) -> str:
    """Write a gray image with the gray level `value`, or a color image if `value` is None. Return its file name.

    Some pixels depend on the name, so that the files differ.
    """
    content = np.full((HEIGHT, WIDTH, 3), len(name), np.uint8) if value is None else np.full((HEIGHT, WIDTH), value)
    content[0, : len(name)] += np.frombuffer(name.encode(), np.uint8)[:, None] if content.ndim == 3 else 1
    return _file(folder, f"{name}.png", _png(content))


def _rotated_jpeg(folder: Path) -> str:
    """Write a JPEG whose EXIF orientation is a rotation by 90 degrees, and return its file name."""
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (HEIGHT, WIDTH), (9, 99, 200)).save(folder / "turned.jpg", exif=exif)
    return "turned.jpg"


def _png(pixels: Any) -> bytes:
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return file.getvalue()


def _file(folder: Path, name: str, content: bytes) -> str:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(content)
    return name
