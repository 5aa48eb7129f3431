"""Folders as ultralytics reads them: ``images/<split>``, ``labels/<split>`` and ``data.yaml``.

https://docs.ultralytics.com/datasets/. A label file has a line for each object: the class index, and coordinates as
fractions of the width and height of the image, from 0 to 1.
"""

from __future__ import annotations

from abc import abstractmethod
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

import yaml

from segments_hf.export.format import EncodedLabel, Format
from segments_hf.export.needs import size_of_image
from segments_hf.io.disk.atomic import write_file
from segments_hf.io.redaction import own_logger
from segments_hf.option_names import option

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Iterable, Sequence

    from segments_hf.export.format import Sample
    from segments_hf.labels import Label
    from segments_hf.labels.geometry import ImageSize

_IMAGES, _LABELS, _DATA = "images", "labels", "data.yaml"
_VALIDATION = ("validation", "valid", "val")

logger = own_logger(__name__)


class YoloFormat(Format[str]):
    """A format of the YOLO family."""

    by_stem = True
    # A label's path is that of its image with the last folder `images` replaced.
    not_folders = frozenset({_IMAGES})
    # The formats that all versions of ultralytics 8 read (IMG_FORMATS in ultralytics/data/utils.py; 8.4 adds AVIF and
    # JPEG 2000).
    image_suffixes = frozenset({".bmp", ".jpeg", ".jpg", ".mpo", ".png", ".tif", ".tiff", ".webp"})

    @classmethod
    def entries(cls, splits: Sequence[str], *, images: bool) -> list[str]:
        """The names of the files and folders that it makes in the folder of the export."""
        del splits
        return [_DATA, _LABELS, *([_IMAGES] if images else [])]

    def image_folder(self, split: str) -> PurePosixPath:
        """The folder of a split's images, from that of the export."""
        return PurePosixPath(_IMAGES, self._name(split))

    @abstractmethod
    def lines(self, label: Label, size: ImageSize) -> tuple[list[str], Counter[str]]:
        """Encode a label whose objects are all of kinds of the format; return its lines and the left-out counts."""

    def label(self, sample: Sample) -> EncodedLabel[str]:
        """The lines of a row."""
        label, left_out = sample.label.only(self.takes)
        lines, more = self.lines(label, size_of_image(label))
        return EncodedLabel("".join(f"{line}\n" for line in lines), len(lines), left_out + more)

    def write(self, sample: Sample, content: str) -> None:
        """Write the label file of a row; that of an image with no objects is empty."""
        path = PurePosixPath(_LABELS, self._name(self.split), sample.file.with_suffix(".txt"))
        write_file(self.job.folder / path, content.encode())

    def close(self) -> None:
        """Write ``data.yaml``; its paths are from the folder that it is in."""
        folders = {self._name(split): str(self.image_folder(split)) for split in self.job.splits}
        for needed in ("train", "val"):
            if needed not in folders:
                folders[needed] = next(iter(folders.values()))
                logger.warning(
                    "there is no split %r, without which ultralytics does not train: %s names %s for it; "
                    "%s makes both",
                    needed, _DATA, folders[needed], option("splits", {"train": 0.8, "val": 0.2}),
                )  # fmt: skip
        data = folders | self.data() | {"nc": len(self.job.names), "names": dict(enumerate(self.job.names))}
        write_file(self.job.folder / _DATA, yaml.safe_dump(data, sort_keys=False, allow_unicode=True).encode())

    def data(self) -> dict[str, Any]:
        """Return further keys of ``data.yaml``."""
        return {}

    def _name(self, split: str) -> str:
        """The name of a split's folder: ultralytics calls validation ``val``."""
        others = [name for name in self.job.splits if name in _VALIDATION and name != split]
        return "val" if split in _VALIDATION and not others else split


def line(index: int, fractions: Iterable[float]) -> str:
    """A line of a label file.

    >>> line(2, [0.5, 1 / 3, 1])
    '2 0.5 0.33333333 1'
    """
    return " ".join([str(index), *fraction_texts(fractions)])


def fraction_texts(fractions: Iterable[float]) -> list[str]:
    """Return the text of each fraction, clipped to 0..1, with 8 significant digits."""
    return [f"{min(1.0, max(0.0, number)):.8g}" for number in fractions]
