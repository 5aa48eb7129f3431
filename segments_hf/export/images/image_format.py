"""The interface of export formats of images."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, TypeVar

from segments_hf.export.format import Format

if TYPE_CHECKING:
    from pathlib import PurePosixPath

    from segments_hf.labels import ImageLabel
    from segments_hf.labels.row import Row

T = TypeVar("T")


@dataclass(frozen=True)
class LabeledImageRow:
    """The row of an image that is exported, with its label.

    Attributes:
        row: The row. Its image and bitmap are not decoded.
        label: The label of the row.
        file: The path of the image in the folder of images. It is unique, and safe on every system. It has a suffix if
            the row has an image.
        number: The number of the row in its split, from 1 on. Rows that are left out count too.
        is_converted: Whether the image is converted to PNG.
        is_rotated: Whether the image is replaced by an upright copy, because it has an EXIF orientation.
    """

    row: Row
    label: ImageLabel
    file: PurePosixPath
    number: int
    is_converted: bool = False
    is_rotated: bool = False


class ImageFormat(Format[LabeledImageRow, T]):
    """An export format of images.

    Attributes:
        unique_stems: Whether the names of two images must differ in more than the suffix.
        unique_per_split: True if file names must be unique within their split only; False if they must be unique in
            the whole export.
        reserved_folders: Names that a folder of images must not have.
        image_suffixes: The suffixes, in lower case, of the images that programs for the format can read; None if they
            read all images that Pillow reads. Pillow's name of each readable image format is one of the suffixes, such
            as ``.jpeg`` for JPEG, because `is_readable` looks for this name.
    """

    unique_stems: ClassVar[bool] = False
    unique_per_split: ClassVar[bool] = True
    reserved_folders: ClassVar[frozenset[str]] = frozenset()
    image_suffixes: ClassVar[frozenset[str] | None] = None  # programs for COCO and VOC read images with Pillow

    @abstractmethod
    def image_folder(self, split: str) -> PurePosixPath:
        """Return the folder of the images of a split, relative to the export folder."""
