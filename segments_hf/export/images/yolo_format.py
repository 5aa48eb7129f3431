"""The base of YOLO formats, which ultralytics reads: ``images/<split>``, ``labels/<split>`` and ``data.yaml``.

https://docs.ultralytics.com/datasets/. A label file in ``labels/<split>`` has a line for each object: the class index
and the coordinates as fractions of the width and height of the image, from 0 to 1.
"""

from __future__ import annotations

from abc import abstractmethod
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, ClassVar

import yaml

from segments_hf.export.format import EncodedLabel
from segments_hf.export.images.image_format import ImageFormat
from segments_hf.export.images.required_parts import required_size
from segments_hf.export.split_names import notes_on_missing_splits, split_file_name, splits_of_files
from segments_hf.io.disk.atomic import write_file

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Iterable, Sequence

    from segments_hf.export.images.image_format import LabeledImageRow
    from segments_hf.labels import ImageLabel
    from segments_hf.labels.geometry import ImageSize

_IMAGES, _LABELS, _DATA = "images", "labels", "data.yaml"


class YoloFormat(ImageFormat[str]):
    """A format of the YOLO family."""

    unique_stems = True
    # ultralytics finds a label file by replacing the last folder `images` in the path of the image by `labels`.
    reserved_folders: ClassVar[frozenset[str]] = frozenset({_IMAGES})
    # Image formats that all versions of ultralytics 8 can read (IMG_FORMATS in ultralytics/data/utils.py). Version 8.4
    # adds AVIF and JPEG 2000.
    image_suffixes: ClassVar[frozenset[str]] = frozenset(
        {".bmp", ".jpeg", ".jpg", ".mpo", ".png", ".tif", ".tiff", ".webp"}
    )

    @classmethod
    def output_names(cls, splits: Sequence[str], *, images: bool) -> list[str]:
        """Return the names of the files and folders that the format writes to the export folder."""
        del splits
        return [_DATA, _LABELS, *([_IMAGES] if images else [])]

    def image_folder(self, split: str) -> PurePosixPath:
        """Return the folder of the images of a split, relative to the export folder."""
        return PurePosixPath(_IMAGES, split_file_name(split, self.job.splits))

    @abstractmethod
    def lines(self, label: ImageLabel, size: ImageSize) -> tuple[list[str], Counter[str]]:
        """Encode a label as the lines of a label file.

        Args:
            label: The label. All of its objects are of the `object_kinds` of the format.
            size: The width and height of the image in pixels.

        Returns:
            The lines of the label file, and the number of objects that were left out, by reason.
        """

    def encode_label(self, labeled_row: LabeledImageRow) -> EncodedLabel[str]:
        """Encode the label of a row as the text of a label file."""
        label, left_out = labeled_row.label.only(self.object_kinds)
        lines, more_left_out = self.lines(label, required_size(label))
        return EncodedLabel("".join(f"{line}\n" for line in lines), len(lines), left_out + more_left_out)

    def write(self, labeled_row: LabeledImageRow, content: str) -> None:
        """Write the label file of a row. The file of an image without objects is empty."""
        path = PurePosixPath(
            _LABELS, split_file_name(self.split, self.job.splits), labeled_row.file.with_suffix(".txt")
        )
        write_file(self.job.folder / path, content.encode())

    def close(self) -> None:
        """Write ``data.yaml``, whose paths are relative to its folder, and add notes about missing splits."""
        splits = splits_of_files(self.job.splits)
        folders = {name: str(self.image_folder(split)) for name, split in splits.items()}
        self.notes += notes_on_missing_splits(self.job.splits, "images")
        data = folders | self.extra_keys() | {"nc": len(self.job.names), "names": dict(enumerate(self.job.names))}
        write_file(self.job.folder / _DATA, yaml.safe_dump(data, sort_keys=False, allow_unicode=True).encode())

    def extra_keys(self) -> dict[str, Any]:
        """Return the keys and values that only this format adds to ``data.yaml``."""
        return {}


def line(class_index: int, fractions: Iterable[float]) -> str:
    """Return a line of a label file.

    Args:
        class_index: The class index.
        fractions: The coordinates as fractions of the width and height of the image.

    >>> line(2, [0.5, 1 / 3, 1])
    '2 0.5 0.33333333 1'
    """
    return " ".join([str(class_index), *fraction_texts(fractions)])


def fraction_texts(fractions: Iterable[float]) -> list[str]:
    """Return the text of each fraction, clipped to 0..1, with 8 significant digits."""
    return [f"{min(1.0, max(0.0, fraction)):.8g}" for fraction in fractions]
