"""Functions that make images, bitmaps, samples and labels, and that read rows in a form that tests can compare."""

from __future__ import annotations

import hashlib
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
JSON_COLUMNS = {"image_attributes", "metadata", "sample_attributes", "label_attributes", "links", "other"}
JSON_FIELDS = {"attributes", "distortion", "other"}  # of annotations and cameras


def jpeg(size: tuple[int, int] = (8, 6), red: int = 200) -> bytes:
    """Return a JPEG of one color; `size` is (width, height) in pixels."""
    return _encoded(Image.new("RGB", size, (red, 30, 30)), "JPEG")


def with_comment(content: bytes, text: str) -> bytes:
    """Return a JPEG with a comment, so that images of the same color differ in their bytes."""
    comment = text.encode()
    return content[:2] + b"\xff\xfe" + (len(comment) + 2).to_bytes(2, "big") + comment + content[2:]


def with_orientation(content: bytes, orientation: int) -> bytes:
    """Return a JPEG with an EXIF orientation, from 1 to 8."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    segment = exif.tobytes()
    return content[:2] + b"\xff\xe1" + (len(segment) + 2).to_bytes(2, "big") + segment + content[2:]


def bitmap(ids: Any = ((0, 1), (2, 70000))) -> bytes:
    """Return a bitmap as the platform writes it: id = R + 256 G + 65536 B, alpha 255."""
    ids = np.asarray(ids, dtype=np.uint32)
    channels = [ids & 255, ids >> 8 & 255, ids >> 16 & 255, np.full_like(ids, 255)]
    return _encoded(Image.fromarray(np.stack(channels, axis=-1).astype(np.uint8), "RGBA"), "PNG")


def with_pixels(png: bytes, change: Callable[[bytes], bytes]) -> bytes:
    """Return a PNG whose compressed pixels are changed by `change`; its chunk lengths and checksums are correct."""
    head, _, rest = png.partition(b"IDAT")
    length = int.from_bytes(head[-4:], "big")
    data = change(rest[:length])
    chunk = b"IDAT" + data
    return b"".join(
        [head[:-4], len(data).to_bytes(4, "big"), chunk, zlib.crc32(chunk).to_bytes(4, "big"), rest[length + 4 :]]
    )


def unreadable_png(png: bytes) -> bytes:
    """Return a PNG with valid chunks whose pixels cannot be decoded."""
    return with_pixels(png, lambda data: data[: len(data) // 2])


def _encoded(image: Image.Image, file_format: str) -> bytes:
    file = io.BytesIO()
    image.save(file, file_format)
    return file.getvalue()


def sample(name: str | None, url: str | None = None, label: Any = None, **fields: Any) -> dict[str, Any]:
    """Return a sample of one image with a label in the labelset "ground-truth"; `fields` replace or add fields."""
    attributes = {"image": {"url": url}} if url else {}
    values = {"name": name, "uuid": f"uuid-{name}", "attributes": attributes, "labels": {GROUND_TRUTH: label}, **fields}
    return {key: value for key, value in values.items() if key != "name" or name is not None}


def label(status: str = "LABELED", **attributes: Any) -> dict[str, Any]:
    """Return a label of one image."""
    return {"label_status": status, "attributes": {"format_version": "0.1", **attributes}}


def labeled_sample(name: str, url: str, bitmap_url: str) -> dict[str, Any]:
    """Return a sample of one image whose label has a bitmap and two annotations."""
    annotations = [{"id": 1, "category_id": 1}, {"id": 70000, "category_id": 2, "attributes": {"open": True}}]
    return sample(name, url, label(annotations=annotations, segmentation_bitmap={"url": bitmap_url}))


def file_samples(folder: Path, count: int) -> list[dict[str, Any]]:
    """Write images and bitmaps to a folder and return samples that refer to them by relative paths."""
    for subfolder in ("images", "labels"):
        (folder / subfolder).mkdir(parents=True, exist_ok=True)
    samples = []
    for number in range(count):
        height = 2 + number % 5
        (folder / f"images/{number}.jpg").write_bytes(jpeg((2, height), red=number % 256))
        (folder / f"labels/{number}.png").write_bytes(bitmap([[number, 1], [2, 70000], *[[0, 0]] * (height - 2)]))
        samples.append(labeled_sample(f"flower_{number}.jpg", f"images/{number}.jpg", f"labels/{number}.png"))
    return samples


def served_samples(server: Any, count: int, query: str = "") -> list[dict[str, Any]]:
    """Put images and bitmaps on a server and return samples that refer to them by URLs, which end with `query`."""
    return [
        labeled_sample(
            f"flower_{number}.jpg",
            server.url(f"/images/{number}.jpg", jpeg((2, 1), red=number)) + query,
            server.url(f"/labels/{number}.png", bitmap([[number, 1]])) + query,
        )
        for number in range(count)
    ]


def undecoded(dataset: Any) -> Any:
    """Return the dataset with images that are not decoded: each image is a dict with the keys "bytes" and "path"."""
    for column, feature in dataset.features.items():
        if isinstance(feature, datasets.Image):
            dataset = dataset.cast_column(column, datasets.Image(decode=False, id=feature.id))
        elif column == "cameras":
            (camera,) = feature if isinstance(feature, list) else [feature.feature]
            dataset = dataset.cast_column(column, [{**camera, "image": datasets.Image(decode=False)}])
    return dataset


def file_bytes(stored: dict[str, Any] | None) -> bytes | None:
    """Return the bytes of an undecoded image or a point cloud, which are in `stored` or in the file at its path."""
    if stored is None or (stored["bytes"] is None and stored["path"] is None):
        return None
    return stored["bytes"] if stored["bytes"] is not None else Path(stored["path"]).read_bytes()


def plain_rows(dataset: Any) -> list[dict[str, Any]]:
    """Return the rows with the bytes of files and with decoded JSON.

    These rows are equal for all versions of `datasets`.
    """
    return [_plain_row(row) for row in undecoded(dataset)]


def _plain_row(row: dict[str, Any]) -> dict[str, Any]:
    row = dict(row)
    for column in {"image", "segmentation_bitmap", "point_cloud"} & row.keys():
        row[column] = file_bytes(row[column])
    for column in JSON_COLUMNS & row.keys():
        row[column] = json_value(row[column])
    for column in {"annotations", "cameras"} & row.keys():
        row[column] = row[column] and [_plain_item(item) for item in row[column]]
    return row


def _plain_item(item: dict[str, Any]) -> dict[str, Any]:
    """Return an annotation or a camera with the bytes of its file and with decoded JSON."""
    files = {"image": file_bytes(item["image"])} if "image" in item else {}
    return {**item, **files, **{name: json_value(item[name]) for name in JSON_FIELDS & item.keys()}}


def json_value(value: Any) -> Any:
    """Return the decoded value of a JSON column. `datasets` before 4.7 returns JSON text."""
    return value if hasattr(datasets, "Json") or value is None else json.loads(value)


def hash_fraction(identity: str) -> float:
    """Return the number in [0, 1) that decides the split of a sample: the first 48 bits of a SHA-256, as a fraction.

    The SHA-256 is that of `identity`, which is the uuid of the sample, or its name if it has no uuid.
    """
    return int.from_bytes(hashlib.sha256(identity.encode()).digest()[:6], "big") / 2**48
