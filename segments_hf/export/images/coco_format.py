"""The base of COCO formats: one JSON file per split, with `images`, `annotations` and `categories`.

https://cocodataset.org/#format-data. As in the SDK of Segments.ai, the id of an image is the number of its row in the
split, from 1 on. Rows that are left out count too. The annotations of a file are numbered from 1 on.
"""

from __future__ import annotations

import itertools
from contextlib import contextmanager
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

import msgspec

from segments_hf.export.images.image_format import ImageFormat
from segments_hf.io.disk.atomic import NewFile, scratch_file
from segments_hf.io.json_codec.json_decoding import JsonError, checked_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from segments_hf.export.images.image_format import LabeledImageRow
    from segments_hf.labels import Annotation
    from segments_hf.labels.row import Row

ANNOTATIONS = "annotations"  # the folder of the JSON files


class CocoLabel(NamedTuple):
    """The label of a row, encoded for a COCO format.

    Attributes:
        size: The width and height of the image in pixels; both are None if they are not known.
        annotations: The entries of `annotations` without `id` and `image_id`; in ``coco-panoptic``, the entries of
            `segments_info`.
        mask: The PNG mask of the image; empty if the format has no masks.
    """

    size: tuple[int | None, int | None]
    annotations: list[dict[str, Any]]
    mask: bytes = b""


class CocoFormat(ImageFormat[CocoLabel]):
    """A format with one JSON file and one folder of images per split.

    Attributes:
        file_prefix: The prefix of the name of the JSON file.
    """

    file_prefix: ClassVar[str]

    @classmethod
    def output_names(cls, splits: Sequence[str], *, images: bool) -> list[str]:
        """Return the names of the files and folders that the format writes to the export folder."""
        return [ANNOTATIONS, *(splits if images else ())]

    def image_folder(self, split: str) -> PurePosixPath:
        """Return the folder of the images of a split, relative to the export folder."""
        return PurePosixPath(split)

    @contextmanager
    def _open_files(self) -> Iterator[None]:
        self._annotation_ids: Iterator[int] = itertools.count(1)
        folder = self.job.folder / ANNOTATIONS
        # In the JSON file, all images come before all annotations. Therefore the annotations of the split are written
        # to a scratch file, so that neither list is held in memory.
        target = folder / f"{self.file_prefix}_{self.split}.json"
        with NewFile(target) as file, scratch_file(folder / "annotations") as annotations:
            file.write(b'{"info":' + msgspec.json.encode(self._info()) + b',"images":[')
            self._images, self._annotations = _ListWriter(file), _ListWriter(annotations)
            yield
            file.write(b'],"annotations":[')
            annotations.copy_into(file)
            file.write(b'],"categories":' + msgspec.json.encode(self.categories()) + b"}")

    def write(self, labeled_row: LabeledImageRow, content: CocoLabel) -> None:
        """Write the label of a row."""
        width, height = content.size
        image = {"id": labeled_row.number, "file_name": str(labeled_row.file), "height": height, "width": width}
        self._images.add([image])
        self._annotations.add(self.annotation_entries(labeled_row, content))

    def annotation_entries(self, labeled_row: LabeledImageRow, content: CocoLabel) -> Iterable[Mapping[str, Any]]:
        """Return the entries for one image in the list `annotations` of the file."""
        for annotation in content.annotations:
            yield {"id": next(self._annotation_ids), "image_id": labeled_row.number, **annotation}

    def categories(self) -> list[dict[str, Any]]:
        """Return the entries of the list `categories` in the file."""
        return [
            {"id": category_id, "name": name, "supercategory": "", "color": color}
            for category_id, name, color in zip(self.job.category_ids, self.job.names, self.job.colors, strict=True)
        ]

    def _info(self) -> dict[str, Any]:
        origin = self.job.origin
        owner, _, dataset = (origin.dataset or "").partition("/")
        return {
            "description": origin.description or dataset,
            "version": origin.release or "",
            "year": int(origin.date[:4]) if origin.date else None,
            "contributor": owner,
            "url": f"https://segments.ai/{origin.dataset}" if origin.dataset else "",
            "date_created": origin.date or "",
        }


def size_of(row: Row, bitmap_shape: tuple[int, ...] | None = None) -> tuple[int | None, int | None]:
    """Return the width and height of the image of a row in pixels.

    If the row does not contain them, return those of the bitmap; without a bitmap, return None for both.

    Args:
        row: The row.
        bitmap_shape: The height and width of the bitmap of the row.
    """
    if row["width"] is None and bitmap_shape is not None:
        return bitmap_shape[1], bitmap_shape[0]
    return row["width"], row["height"]


def common_keys(annotation: Annotation) -> dict[str, Any]:
    """Return the keys and values that an annotation has in both formats, ``coco-instance`` and ``polygon``.

    The keys are `attributes` and, if the annotation belongs to a track, `track_id`.
    """
    keys: dict[str, Any] = {"attributes": _json(annotation.attributes)}
    if annotation.track_id is not None:
        keys["track_id"] = annotation.track_id
    return keys


def _json(attributes: object) -> object:
    """Return the attributes of an annotation as a value that msgspec can encode. JSON text stays unchanged."""
    if not isinstance(attributes, str):
        return attributes or {}
    try:
        return msgspec.Raw(checked_text(attributes.encode()).encode())
    except JsonError:  # text that is not JSON is written as a JSON string
        return attributes


class _ListWriter:
    """Write the items of a JSON list one by one."""

    def __init__(self, file: NewFile) -> None:
        self._file = file
        self._is_empty = True

    def add(self, items: Iterable[Mapping[str, Any]]) -> None:
        for item in items:
            self._file.write((b"\n" if self._is_empty else b",\n") + msgspec.json.encode(item))
            self._is_empty = False
