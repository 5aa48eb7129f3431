"""Releases of bitmaps and shapes for the tests of masks and layouts, and the numbers in pictures."""

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


def write_picture(folder: Path, name: str, content: bytes) -> str:
    """Writes a picture into a folder; returns what a release in this folder calls it."""
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
    """A sample with a bitmap of these ids, or of this content; without, it has none. The image is as large."""
    size = (8, 6)
    if content is not None or ids is not None:
        content = bitmap(ids) if content is None else content
        size = _size(content) or size
        file = write_picture(folder, f"{name}_label.png", content)
        attributes["segmentation_bitmap"] = {"url": file}
    image = write_picture(folder, f"{name}.jpg", jpeg(size, red=len(name) * 20))
    return sample(name, image, label(status, annotations=list(annotations), **attributes))


def _size(content: bytes) -> tuple[int, int] | None:
    """The size of a picture; None for what is none."""
    try:
        with Image.open(io.BytesIO(content)) as picture:
            return picture.size
    except OSError:
        return None


def vector_sample(folder: Path, name: str, *shapes: dict[str, Any], status: str = "LABELED") -> dict[str, Any]:
    """A sample of 8 x 6 pixels with shapes."""
    return sample(name, write_picture(folder, f"{name}.jpg", jpeg()), label(status, annotations=list(shapes)))


def marked(number: int, category_id: int = 1, **rest: Any) -> dict[str, Any]:
    """An annotation of a bitmap."""
    return {"id": number, "category_id": category_id, **rest}


_NUMBERS = itertools.count(100)


def shape(kind: str, points: Any, category_id: int = 1, number: int | None = None, **rest: Any) -> dict[str, Any]:
    """An annotation of a vector label, by default with an id that no other one has."""
    return {
        "id": next(_NUMBERS) if number is None else number,
        "category_id": category_id,
        "type": kind,
        "points": points,
        **rest,
    }


def classes(*names: str, first: int = 1) -> dict[str, Any]:
    """The part of a release that defines categories, whose ids count from the first on."""
    return {"task_attributes": {"categories": [{"id": id_, "name": name} for id_, name in enumerate(names, first)]}}


KINDS: dict[str, dict[str, Any]] = {
    "dataset": {"split": "train"},
    "dict": {},
    "stream": {"split": "train", "streaming": True},
    "stream-dict": {"streaming": True},
}


def train(dataset: Any) -> Any:
    """The split `train`, whichever of the four kinds of dataset it is."""
    return dataset["train"] if isinstance(dataset, dict) else dataset


def pixels(picture: Image.Image | None) -> Any:
    """A picture's numbers, as lists; those of an RGB one are R + 256 G + 65536 B."""
    if picture is None:
        return None
    array = np.array(picture).astype(np.int64)
    return (array @ [1, 256, 65536] if array.ndim == 3 else array).tolist()


def through_disk(dataset: Any, folder: Path) -> Any:
    """A dataset that was saved and loaded."""
    dataset.save_to_disk(folder / "saved")
    return datasets.load_from_disk(folder / "saved")


def through_parquet(dataset: Any, folder: Path, **options: Any) -> Any:
    """A dataset that was written as Parquet with its pictures and loaded, as a push to the Hub does it."""
    embedded = dataset.with_format("arrow").map(embed_table_storage, batched=True)
    embedded.with_format(None).to_parquet(folder / "rows.parquet")
    return datasets.load_dataset("parquet", data_files=str(folder / "rows.parquet"), split="train", **options)


def messages(caplog: Any) -> list[str]:
    """What this library warned of."""
    return [record.getMessage() for record in caplog.records if record.name.startswith("segments_hf")]
