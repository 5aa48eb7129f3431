"""Check exports against the rules of ultralytics 8.4, without ultralytics itself, which needs torch.

The rules are those of its documentation and of its function `verify_image_label`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import yaml
from PIL import Image

# Images that every version 8 of ultralytics opens, by suffix and by the name of their format in Pillow.
IMG_FORMATS = {"bmp", "dng", "jpeg", "jpg", "mpo", "png", "tif", "tiff", "webp"}
COLUMNS = {"detect": 5, "obb": 9}  # the number of values in each line of a label file


def check_folder(folder: Path, task: str) -> dict[str, list[np.ndarray]]:
    """Check a folder and return the labels of each split, in the order of the paths of the images."""
    data = yaml.safe_load((folder / "data.yaml").read_text(encoding="utf-8"))
    assert {"train", "val", "names"} <= data.keys()
    assert list(data["names"]) == list(range(data["nc"]))
    assert all(isinstance(name, str) and name for name in data["names"].values())
    found = {}
    for split in {"train", "val", "test"} & data.keys():
        images = sorted(path for path in (folder / data[split]).rglob("*.*") if path.is_file())
        assert images, f"no images in {data[split]}"
        found[split] = [row for image in images for row in check_label(image, task, data)]
    return found


def label_of(image: Path) -> Path:
    """Return the path at which ultralytics looks for the label of an image."""
    before, separator, after = str(image).rpartition("/images/")
    assert separator
    return Path(f"{before}/labels/{after}").with_suffix(".txt")


def check_label(image: Path, task: str, data: dict[str, Any]) -> list[np.ndarray]:
    """Check one image and its label file, and return the lines of the label file as numbers."""
    assert image.suffix[1:].lower() in IMG_FORMATS
    with Image.open(image) as opened:
        assert min(opened.size) > 9
        assert str(opened.format).lower() in IMG_FORMATS
        opened.verify()
    path = label_of(image)
    assert path.is_file(), f"{image} has no label"
    rows = [np.array(line.split(), np.float64) for line in path.read_text(encoding="utf-8").splitlines()]
    keypoints = int(np.prod(data.get("kpt_shape", [0])))
    assert (keypoints > 0) == (task == "pose")
    for row in rows:
        assert row[0] % 1 == 0
        assert 0 <= row[0] < data["nc"]
        if task == "segment":
            assert len(row) % 2 == 1
            assert len(row) >= 7
        else:
            assert len(row) == COLUMNS.get(task, 5 + keypoints)
        coordinates = row[1:7] if task == "pose" else row[1:]
        assert (coordinates >= 0).all()
        assert (coordinates <= 1).all()
        if task == "pose":
            assert set(row[7::3]) <= {0, 1, 2}
    return rows
