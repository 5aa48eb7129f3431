"""Draw the demo release `flowers`: its images, its bitmaps and its release file.

Run `python tools/demo/draw.py` to write the files to `segments_hf/demo/`. With the same versions of numpy and Pillow,
each run writes the same bytes.
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


def save_image(image: Image.Image, path: Path) -> None:
    """Save a JPEG. An image in portrait format is stored rotated, with an EXIF orientation, as cameras store it."""
    exif = Image.Exif()
    if image.height > image.width:
        image = image.transpose(Image.Transpose.ROTATE_90)
        exif[EXIF_ORIENTATION] = TURN_CLOCKWISE
    image.save(path, quality=88, optimize=True, exif=exif)


def save_bitmap(ids: Ids, path: Path) -> None:
    """Save ids in the format of Segments.ai: an opaque RGBA PNG, id = R + 256 G + 65536 B."""
    channels = [ids & 255, ids >> 8 & 255, ids >> 16, np.full_like(ids, 255)]
    Image.fromarray(np.stack(channels, axis=-1).astype(np.uint8)).save(path, optimize=True)


def bitmap_url(scene: Scene) -> str:
    """Return the URL of the bitmap of a scene, relative to the release file."""
    return f"labels/{Path(scene.name).stem}.png"


def labeled_attributes(scene: Scene, instances: Instances) -> dict[str, Any]:
    """Return the attributes of the label of a labeled scene."""
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
    """Write the image of a scene, and its bitmap if it is labeled; return the sample."""
    image, ids, instances = paint_scene(scene, rng)
    save_image(image, folder / "images" / scene.name)
    if scene.status is None:
        return sample_of(scene, None)
    if scene.status == "SKIPPED":
        return sample_of(scene, {"label_status": scene.status, "attributes": {}})
    save_bitmap(ids, folder / bitmap_url(scene))
    return sample_of(scene, {"label_status": scene.status, "attributes": labeled_attributes(scene, instances)})


def release_of(samples: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the release in the format that Segments.ai has written since 2025."""
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
    description = "Eight pictures: six labeled, one skipped, one unlabeled."
    return {"name": "v1.0", "description": description, "created_at": CREATED_AT, "dataset": dataset}


def main(folder: Path) -> None:
    """Write the release file, `images/` and `labels/` into a folder.

    Args:
        folder: An existing folder. Files with the same names are replaced.
    """
    for name in ("images", "labels"):
        (folder / name).mkdir(exist_ok=True)
    samples = [write_sample(scene, np.random.default_rng(seed), folder) for seed, scene in enumerate(SCENES)]
    text = json.dumps(release_of(samples), indent=2) + "\n"
    (folder / "flowers-v1.0.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(Path(__file__).parents[2] / "segments_hf" / "demo")
