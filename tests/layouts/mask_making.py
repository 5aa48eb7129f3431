"""Functions that make samples with bitmaps and shapes, store and load datasets, and read the pixels of masks."""

from __future__ import annotations

import io
import itertools
from pathlib import Path
from typing import Any

import datasets
import numpy as np
from dataset.making import bitmap, jpeg, label, sample
from datasets.table import embed_table_storage
from PIL import Image


def write_image(folder: Path, name: str, content: bytes) -> str:
    """Write an image into a folder and return its name, which is its URL in a release in this folder."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(content)
    return name


def bitmap_sample(
    folder: Path,
    name: str,
    ids: Any = None,
    annotations: Any = (),
    status: str = "LABELED",
    content: bytes | None = None,
    **attributes: Any,
) -> dict[str, Any]:
    """Return a sample with a bitmap of these ids or of this content, or without a bitmap if both are None.

    The image has the size of the bitmap; 8 x 6 pixels if the sample has no bitmap or Pillow cannot open it.
    """
    size = (8, 6)
    if content is not None or ids is not None:
        content = bitmap(ids) if content is None else content
        size = _size(content) or size
        file = write_image(folder, f"{name}_label.png", content)
        attributes["segmentation_bitmap"] = {"url": file}
    image = write_image(folder, f"{name}.jpg", jpeg(size, red=len(name) * 20))
    return sample(name, image, label(status, annotations=list(annotations), **attributes))


def _size(content: bytes) -> tuple[int, int] | None:
    """Return the size of an image in pixels, or None if Pillow cannot open it."""
    try:
        with Image.open(io.BytesIO(content)) as image:
            return image.size
    except OSError:
        return None


def vector_sample(folder: Path, name: str, *shapes: dict[str, Any], status: str = "LABELED") -> dict[str, Any]:
    """Return a sample whose image has 8 x 6 pixels and whose label has these shapes."""
    return sample(name, write_image(folder, f"{name}.jpg", jpeg()), label(status, annotations=list(shapes)))


def annotation(number: int, category_id: int = 1, **rest: Any) -> dict[str, Any]:
    """Return an annotation of a bitmap."""
    return {"id": number, "category_id": category_id, **rest}


_NUMBERS = itertools.count(100)


def shape(kind: str, points: Any, category_id: int = 1, number: int | None = None, **rest: Any) -> dict[str, Any]:
    """Return an annotation of a vector label, by default with an id that no other annotation has."""
    return {
        "id": next(_NUMBERS) if number is None else number,
        "category_id": category_id,
        "type": kind,
        "points": points,
        **rest,
    }


def classes(*names: str, first_id: int = 1) -> dict[str, Any]:
    """Return the part of a release that defines categories with the ids `first_id`, `first_id` + 1, …"""
    return {"task_attributes": {"categories": [{"id": id_, "name": name} for id_, name in enumerate(names, first_id)]}}


# The options of `load_release` for each kind of result.
KINDS: dict[str, dict[str, Any]] = {
    "dataset": {"split": "train"},
    "dict of datasets": {},
    "stream": {"split": "train", "streaming": True},
    "dict of streams": {"streaming": True},
}


def train(dataset: Any) -> Any:
    """Return the split `train` of a dict of splits, or the dataset itself."""
    return dataset["train"] if isinstance(dataset, dict) else dataset


def pixels(mask: Image.Image | None) -> Any:
    """Return the values of a mask as lists; the value of an RGB pixel is R + 256 G + 65536 B."""
    if mask is None:
        return None
    array = np.array(mask).astype(np.int64)
    return (array @ [1, 256, 65536] if array.ndim == 3 else array).tolist()


def through_disk(dataset: Any, folder: Path) -> Any:
    """Save a dataset to disk and load it."""
    dataset.save_to_disk(folder / "saved")
    return datasets.load_from_disk(folder / "saved")


def through_parquet(dataset: Any, folder: Path, **options: Any) -> Any:
    """Write a dataset with the bytes of its images to Parquet, as a push to the Hub does, and load it."""
    embedded = dataset.with_format("arrow").map(embed_table_storage, batched=True)
    embedded.with_format(None).to_parquet(folder / "rows.parquet")
    return datasets.load_dataset("parquet", data_files=str(folder / "rows.parquet"), split="train", **options)


def messages(caplog: Any) -> list[str]:
    """Return the messages that segments_hf logged."""
    return [record.getMessage() for record in caplog.records if record.name.startswith("segments_hf")]
