"""Write releases whose pictures are difficult to draw: with many classes, white objects, many objects or vectors."""

import json
import uuid
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw

Category = dict[str, Any]

_SIZE = (800, 600)  # width and height in pixels
_SAMPLES = 9
_OUTLINE_POINTS = 16  # of an object
_COLOR_NAMES = ("red", "green", "blue", "yellow", "cyan")
_SHAPES = ("round", "long", "flat", "small", "tall")


def write_drawn_releases(folder: Path) -> list[Path]:
    """Write all releases, each to a folder of its own, and return the paths of their release files."""
    many_classes = [
        _category(number, f"{color} {shape}")
        for number, (color, shape) in enumerate(
            ((color, shape) for color in _COLOR_NAMES for shape in _SHAPES), start=1
        )
    ]
    white = [_category(1, "white sheep", [255, 255, 255]), _category(2, "ivory goat", [255, 255, 240])]
    cells = [_category(1, "cell", [220, 60, 60]), _category(2, "nucleus", [60, 60, 220])]
    return [
        _write_bitmaps(folder / "25-classes", many_classes, objects=20),
        _write_bitmaps(folder / "white-objects", white, objects=6),
        _write_bitmaps(folder / "50-objects", cells, objects=50, touching=True),
        _write_vectors(
            folder / "vectors", [*cells, _category(3, "a class with a very long name, as some people write")]
        ),
    ]


def _category(number: int, name: str, color: list[int] | None = None) -> Category:
    colors = {"color": color} if color else {}
    return {"id": number, "name": name, "has_instances": True, **colors}


def _write_bitmaps(folder: Path, categories: list[Category], *, objects: int, touching: bool = False) -> Path:
    """Write a release with bitmaps.

    Args:
        folder: The folder to write to.
        categories: The categories of the release.
        objects: The number of objects in each image.
        touching: Whether the objects are the cells of a grid, so that objects of one class touch each other.
    """
    random = np.random.default_rng(len(categories) * 1000 + objects)
    samples = []
    for number in range(_SAMPLES):
        ids = _grid(objects) if touching else _blobs(random, objects)
        present = [int(value) for value in np.unique(ids) if value]
        category_ids = {value: categories[int(random.integers(len(categories)))]["id"] for value in present}
        _write_photo(folder / "images" / f"{number}.jpg", ids, random)
        _write_ids(folder / "labels" / f"{number}.png", ids)
        samples.append(
            _sample(
                number,
                {
                    "annotations": [{"id": value, "category_id": category_ids[value]} for value in present],
                    "segmentation_bitmap": {"url": f"labels/{number}.png"},
                },
            )
        )
    return _write_release(folder, "segmentation-bitmap", categories, samples)


def _write_vectors(folder: Path, categories: list[Category]) -> Path:
    random = np.random.default_rng(7)
    samples = []
    for number in range(_SAMPLES):
        annotations = []
        for value in range(1, 13):
            kind = ("bbox", "polygon", "polyline", "point")[value % 4]
            x, y = random.uniform(80, _SIZE[0] - 160), random.uniform(80, _SIZE[1] - 160)
            points = {
                "bbox": [[x, y], [x + 90, y + 60]],
                "polygon": [[x, y], [x + 80, y + 10], [x + 60, y + 70], [x + 10, y + 50]],
                "polyline": [[x, y], [x + 40, y + 50], [x + 100, y + 30]],
                "point": [[x, y]],
            }[kind]
            annotations.append(
                {"id": value, "category_id": value % len(categories) + 1, "type": kind, "points": points}
            )
        _write_photo(folder / "images" / f"{number}.jpg", np.zeros(_SIZE[::-1], np.uint32), random)
        samples.append(_sample(number, {"annotations": annotations}))
    return _write_release(folder, "vector", categories, samples)


def _blobs(random: np.random.Generator, objects: int) -> npt.NDArray[np.uint32]:
    canvas = Image.new("I", _SIZE)
    angles = np.linspace(0, 2 * np.pi, _OUTLINE_POINTS, endpoint=False)
    for number in range(1, objects + 1):
        radii = random.uniform(20, 90, _OUTLINE_POINTS)
        x = random.uniform(0, _SIZE[0]) + radii * np.cos(angles)
        y = random.uniform(0, _SIZE[1]) + radii * np.sin(angles)
        ImageDraw.Draw(canvas).polygon(list(zip(x.tolist(), y.tolist(), strict=True)), fill=number)
    return np.asarray(canvas).astype(np.uint32)


def _grid(objects: int) -> npt.NDArray[np.uint32]:
    columns = 10
    rows = -(-objects // columns)
    ys, xs = np.indices(_SIZE[::-1])
    ids: npt.NDArray[np.uint32] = (1 + xs * columns // _SIZE[0] + columns * (ys * rows // _SIZE[1])).astype(np.uint32)
    return ids


def _write_photo(path: Path, ids: npt.NDArray[np.uint32], random: np.random.Generator) -> None:
    """Write an image with a gradient as its background and one gray level for each object."""
    path.parent.mkdir(parents=True, exist_ok=True)
    ys, xs = np.indices(ids.shape)
    background = np.stack([xs * 120 // ids.shape[1] + 60, ys * 100 // ids.shape[0] + 90, np.full(ids.shape, 110)], -1)
    grays = random.integers(90, 230, int(ids.max()) + 1)
    pixels = np.where((ids > 0)[..., None], grays[ids][..., None], background)
    noise = random.integers(-12, 12, ids.shape)[..., None]
    Image.fromarray((pixels + noise).clip(0, 255).astype(np.uint8)).save(path, quality=85)


def _write_ids(path: Path, ids: npt.NDArray[np.uint32]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray((ids | np.uint32(255 << 24)).view(np.uint8).reshape(*ids.shape, 4)).save(path)


def _sample(number: int, attributes: dict[str, Any]) -> dict[str, Any]:
    return {
        "uuid": str(uuid.UUID(int=number + 1)),
        "name": f"photo_{number}.jpg",
        "attributes": {"image": {"url": f"images/{number}.jpg"}},
        "metadata": {"site": ("north", "south", "east")[number % 3]},
        "labels": {"ground-truth": {"label_status": "LABELED", "attributes": attributes}},
    }


def _write_release(folder: Path, task_type: str, categories: list[Category], samples: list[dict[str, Any]]) -> Path:
    release = {
        "name": "v1",
        "description": f"Drawn: {folder.name}",
        "created_at": "2026-01-01T00:00:00Z",
        "dataset": {
            "name": folder.name,
            "full_name": f"jane/{folder.name}",
            "owner": "jane",
            "task_type": task_type,
            "task_attributes": {"format_version": "0.1", "categories": categories},
            "labelsets": [{"name": "ground-truth", "is_groundtruth": True, "description": ""}],
            "samples": samples,
        },
    }
    path = folder / "release.json"
    path.write_text(json.dumps(release))
    return path
