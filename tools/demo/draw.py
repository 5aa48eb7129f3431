"""Draw the demo release `flowers`: its pictures, its bitmaps and the release file.

Run `python tools/demo/draw.py` to write them to `segments_hf/demo/`.
The same versions of numpy and Pillow give the same bytes each time.
"""

import json
import uuid
from pathlib import Path
from typing import Any

import numpy as np
from painting import Ids, Instances, paint_scene
from PIL import Image
from scenes import FLOWER, LEAF, LIGHTS, SCENES, SPECIES, Scene

EXIF_ORIENTATION, TURN_CLOCKWISE = 0x0112, 6
CREATED_AT = "2026-01-15 09:30:00.123456+00:00"


def save_picture(picture: Image.Image, path: Path) -> None:
    """Save a JPEG; a portrait lies on its side in the file, as a camera that was turned writes it."""
    exif = Image.Exif()
    if picture.height > picture.width:
        picture = picture.transpose(Image.Transpose.ROTATE_90)
        exif[EXIF_ORIENTATION] = TURN_CLOCKWISE
    picture.save(path, quality=88, optimize=True, exif=exif)


def save_bitmap(ids: Ids, path: Path) -> None:
    """Save ids as the platform does: an opaque RGBA PNG, id = R + 256 G + 65536 B."""
    channels = [ids & 255, ids >> 8 & 255, ids >> 16, np.full_like(ids, 255)]
    Image.fromarray(np.stack(channels, axis=-1).astype(np.uint8)).save(path, optimize=True)


def bitmap_url(scene: Scene) -> str:
    """Return the URL of a scene's bitmap, relative to the release file."""
    return f"labels/{Path(scene.name).stem}.png"


def labelled_attributes(scene: Scene, instances: Instances) -> dict[str, Any]:
    """Return what a label says about a scene that somebody has labelled."""
    heads = iter(scene.heads)
    annotations = []
    for instance_id, category_id in instances:
        attributes = {"open": SPECIES[next(heads)[0]].disc is not None} if category_id == FLOWER else {}
        annotations.append({"id": instance_id, "category_id": category_id, "attributes": attributes})
    return {
        "format_version": "0.1",
        "annotations": annotations,
        "segmentation_bitmap": {"url": bitmap_url(scene)},
        "image_attributes": {"light": scene.light},
    }


def sample_of(scene: Scene, label: dict[str, Any] | None) -> dict[str, Any]:
    """Return a scene as a sample of the release."""
    return {
        "uuid": str(uuid.uuid5(uuid.NAMESPACE_URL, f"https://segments.ai/jane/flowers/{scene.name}")),
        "name": scene.name,
        "attributes": {"image": {"url": f"images/{scene.name}"}},
        "metadata": {"split": scene.split, "garden": scene.garden},
        "labels": {"ground-truth": label},
    }


def write_sample(scene: Scene, rng: np.random.Generator, folder: Path) -> dict[str, Any]:
    """Write a scene's picture and, where it is labelled, its bitmap; return it as a sample."""
    picture, ids, instances = paint_scene(scene, rng)
    save_picture(picture, folder / "images" / scene.name)
    if scene.status is None:
        return sample_of(scene, None)
    if scene.status == "SKIPPED":
        return sample_of(scene, {"label_status": scene.status, "attributes": {}})
    save_bitmap(ids, folder / bitmap_url(scene))
    return sample_of(scene, {"label_status": scene.status, "attributes": labelled_attributes(scene, instances)})


def release_of(samples: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the release, in the shape that the platform writes since 2025."""
    is_open = {"name": "open", "input_type": "checkbox", "default_value": False}
    light = {"name": "light", "input_type": "select", "values": list(LIGHTS), "default_value": "noon"}
    flower = {"id": FLOWER, "name": "flower", "color": [236, 72, 153], "has_instances": True}
    leaf = {"id": LEAF, "name": "leaf", "color": [34, 160, 90], "has_instances": True}
    dataset = {
        "name": "flowers",
        "description": "Drawn pictures of flowers in a meadow.",
        "owner": "jane",
        "category": "nature",
        "created_at": CREATED_AT,
        "task_type": "segmentation-bitmap",
        "task_attributes": {
            "format_version": "0.1",
            "categories": [{**flower, "attributes": [is_open]}, leaf],
            "image_attributes": [light],
        },
        "tasks": {"ground-truth": {"task_type": "", "attributes": {}}},
        "labelsets": [
            {"name": "ground-truth", "description": "Ground truth labels.", "is_groundtruth": True},
        ],
        "samples": samples,
    }
    description = "Eight pictures: six labelled, one skipped, one not yet seen."
    return {"name": "v1.0", "description": description, "created_at": CREATED_AT, "dataset": dataset}


def main(folder: Path) -> None:
    """Write the release file, `images/` and `labels/` into a folder.

    Args:
        folder: An existing folder; files of the same names are replaced.
    """
    for name in ("images", "labels"):
        (folder / name).mkdir(exist_ok=True)
    samples = [write_sample(scene, np.random.default_rng(seed), folder) for seed, scene in enumerate(SCENES)]
    text = json.dumps(release_of(samples), indent=2) + "\n"
    (folder / "flowers-v1.0.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(Path(__file__).parents[2] / "segments_hf" / "demo")
