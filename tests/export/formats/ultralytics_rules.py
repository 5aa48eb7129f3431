"""Check exports against the rules of ultralytics 8.4, without ultralytics itself, which needs torch.

The rules are those of its documentation and of its function `verify_image_label`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import yaml
from PIL import Image

# The suffixes, and the names in Pillow, of the image formats that all versions 8 of ultralytics open.
IMG_FORMATS = {"bmp", "dng", "jpeg", "jpg", "mpo", "png", "tif", "tiff", "webp"}
NUM_VALUES = {"detect": 5, "obb": 9}  # the number of values in a line of a label file, by the task


def check_folder(folder: Path, task: str) -> dict[str, list[np.ndarray]]:
    """Check an export, and return the lines of the label files of each split as float64 arrays.

    Args:
        folder: The folder of the export.
        task: The task of ultralytics: ``detect``, ``segment``, ``pose`` or ``obb``.

    Returns:
        The lines of each split, in the order of the paths of the images.
    """
    data = yaml.safe_load((folder / "data.yaml").read_text(encoding="utf-8"))
    assert {"train", "val", "names"} <= data.keys()
    assert list(data["names"]) == list(range(data["nc"]))
    assert all(isinstance(name, str) and name for name in data["names"].values())
    lines = {}
    for split in {"train", "val", "test"} & data.keys():
        images = sorted(path for path in (folder / data[split]).rglob("*.*") if path.is_file())
        assert images, f"no images in {data[split]}"
        lines[split] = [line for image in images for line in check_label(image, task, data)]
    return lines


def label_path(image: Path) -> Path:
    """Return the path of the label file of an image, as ultralytics computes it."""
    before, separator, after = str(image).rpartition("/images/")
    assert separator
    return Path(f"{before}/labels/{after}").with_suffix(".txt")


def check_label(image: Path, task: str, data: dict[str, Any]) -> list[np.ndarray]:
    """Check one image and its label file, and return the lines of the label file as float64 arrays."""
    assert image.suffix[1:].lower() in IMG_FORMATS
    with Image.open(image) as opened:
        assert min(opened.size) > 9
        assert str(opened.format).lower() in IMG_FORMATS
        opened.verify()
    path = label_path(image)
    assert path.is_file(), f"{image} has no label file"
    lines = [np.array(line.split(), np.float64) for line in path.read_text(encoding="utf-8").splitlines()]
    num_keypoint_values = int(np.prod(data.get("kpt_shape", [0])))
    assert (num_keypoint_values > 0) == (task == "pose")
    for values in lines:
        assert values[0] % 1 == 0
        assert 0 <= values[0] < data["nc"]
        if task == "segment":
            assert len(values) % 2 == 1
            assert len(values) >= 7
        else:
            assert len(values) == NUM_VALUES.get(task, 5 + num_keypoint_values)
        coordinates = values[1:7] if task == "pose" else values[1:]
        assert (coordinates >= 0).all()
        assert (coordinates <= 1).all()
        if task == "pose":
            assert set(values[7::3]) <= {0, 1, 2}
    return lines
