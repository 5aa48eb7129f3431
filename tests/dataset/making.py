"""Pictures, samples and plain rows for the tests of `segments_hf.dataset`."""

from __future__ import annotations

import io
import json
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import datasets
import numpy as np
from PIL import Image

GROUND_TRUTH = "ground-truth"


def jpeg(size: tuple[int, int] = (8, 6), red: int = 200) -> bytes:
    """A small JPEG of one color, width x height."""
    return _encoded(Image.new("RGB", size, (red, 30, 30)), "JPEG")


def bitmap(ids: Any = ((0, 1), (2, 70000))) -> bytes:
    """A bitmap as the platform writes it: id = R + 256 G + 65536 B, alpha 255."""
    ids = np.asarray(ids, dtype=np.uint32)
    channels = [ids & 255, ids >> 8 & 255, ids >> 16 & 255, np.full_like(ids, 255)]
    return _encoded(Image.fromarray(np.stack(channels, axis=-1).astype(np.uint8), "RGBA"), "PNG")


def with_pixels(png: bytes, change: Callable[[bytes], bytes]) -> bytes:
    """A PNG whose compressed pixels are changed, and which is whole from chunk to chunk: the checksums are right."""
    head, _, rest = png.partition(b"IDAT")
    length = int.from_bytes(head[-4:], "big")
    data = change(rest[:length])
    chunk = b"IDAT" + data
    return b"".join(
        [head[:-4], len(data).to_bytes(4, "big"), chunk, zlib.crc32(chunk).to_bytes(4, "big"), rest[length + 4 :]]
    )


def unreadable(png: bytes) -> bytes:
    """A PNG like `png` that passes for whole, and whose pixels cannot be read."""
    return with_pixels(png, lambda data: data[: len(data) // 2])


def _encoded(picture: Image.Image, file_format: str) -> bytes:
    file = io.BytesIO()
    picture.save(file, file_format)
    return file.getvalue()


def sample(name: str | None, url: str | None = None, label: Any = None, **rest: Any) -> dict[str, Any]:
    """A sample of one image; `label` is its ground truth."""
    attributes = {"image": {"url": url}} if url else {}
    given = {"name": name, "uuid": f"uuid-{name}", "attributes": attributes, "labels": {GROUND_TRUTH: label}, **rest}
    return {key: value for key, value in given.items() if key != "name" or name is not None}


def label(status: str = "LABELED", **attributes: Any) -> dict[str, Any]:
    """A label of one image."""
    return {"label_status": status, "attributes": {"format_version": "0.1", **attributes}}


def labeled_sample(name: str, url: str, bitmap_url: str) -> dict[str, Any]:
    """A sample with a bitmap of two annotations."""
    annotations = [{"id": 1, "category_id": 1}, {"id": 70000, "category_id": 2, "attributes": {"open": True}}]
    return sample(name, url, label(annotations=annotations, segmentation_bitmap={"url": bitmap_url}))


def file_samples(folder: Path, count: int) -> list[dict[str, Any]]:
    """Samples whose pictures are written to a folder, and referred to by relative paths."""
    for part in ("images", "labels"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    samples = []
    for number in range(count):
        height = 2 + number % 5
        (folder / f"images/{number}.jpg").write_bytes(jpeg((2, height), red=number % 256))
        (folder / f"labels/{number}.png").write_bytes(bitmap([[number, 1], [2, 70000], *[[0, 0]] * (height - 2)]))
        samples.append(labeled_sample(f"flower_{number}.jpg", f"images/{number}.jpg", f"labels/{number}.png"))
    return samples


def served_samples(server: Any, count: int, query: str = "") -> list[dict[str, Any]]:
    """Samples whose pictures are on a server."""
    return [
        labeled_sample(
            f"flower_{number}.jpg",
            server.url(f"/images/{number}.jpg", jpeg((2, 1), red=number)) + query,
            server.url(f"/labels/{number}.png", bitmap([[number, 1]])) + query,
        )
        for number in range(count)
    ]


def raw(dataset: Any) -> Any:
    """A dataset whose pictures stay {"bytes", "path"}."""
    for column, feature in dataset.features.items():
        if isinstance(feature, datasets.Image):
            dataset = dataset.cast_column(column, datasets.Image(decode=False, id=feature.id))
    return dataset


def picture_bytes(picture: dict[str, Any] | None) -> bytes | None:
    """The bytes of a picture, held or referred to."""
    if picture is None:
        return None
    return picture["bytes"] if picture["bytes"] is not None else Path(picture["path"]).read_bytes()


def plain_rows(dataset: Any) -> list[dict[str, Any]]:
    """The rows, pictures as bytes and JSON as objects, whatever `datasets` is installed."""
    return [_plain_row(row) for row in raw(dataset)]


def _plain_row(row: dict[str, Any]) -> dict[str, Any]:
    row = dict(row)
    for column in {"image", "segmentation_bitmap"} & row.keys():
        row[column] = picture_bytes(row[column])
    for column in {"image_attributes", "metadata", "sample_attributes", "label_attributes"} & row.keys():
        row[column] = json_value(row[column])
    if row.get("annotations") is not None:
        row["annotations"] = [{**item, "attributes": json_value(item["attributes"])} for item in row["annotations"]]
    return row


def json_value(value: Any) -> Any:
    """A value of a JSON column: `datasets` before 4.7 gives its text."""
    return value if hasattr(datasets, "Json") or value is None else json.loads(value)


def tree(folder: Path, *, but: Path) -> set[Path]:
    """All that is in a folder, leaving out one folder in it."""
    return {path for path in folder.rglob("*") if not path.is_relative_to(but)}
