"""The interface of export formats."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import Counter
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar, Generic, TypeVar

from segments_hf.labels.categories import class_colors, class_names

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path, PurePosixPath

    from segments_hf.bitmaps import Color
    from segments_hf.dataset.origin import Origin
    from segments_hf.labels import ImageLabel
    from segments_hf.labels.row import Row
    from segments_hf.release import Category

T = TypeVar("T")


@dataclass(frozen=True)
class Job:
    """The input of an export.

    Attributes:
        folder: The folder to write to.
        splits: The names of the splits, in order.
        categories: The categories, in the order of their ids.
        origin: The names of the dataset and the release.
        class_index: Whether category ids in the files are class indices instead of the ids of the release. This applies
            to formats that allow any ids.
    """

    folder: Path
    splits: Sequence[str]
    categories: Sequence[Category]
    origin: Origin
    class_index: bool = False

    @cached_property
    def names(self) -> list[str]:
        """The name of each class index."""
        return class_names(self.categories)

    @cached_property
    def colors(self) -> list[Color]:
        """The color of each class index."""
        return class_colors(self.categories)

    @cached_property
    def category_ids(self) -> list[int]:
        """The category id in the files for each class index."""
        return [index if self.class_index else category.id for index, category in enumerate(self.categories)]


@dataclass(frozen=True)
class Sample:
    """A row that is exported.

    Attributes:
        row: The row. Its image and bitmap are not decoded.
        label: The label of the row.
        file: The path of the image in the folder of images, with a suffix; unique and safe.
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


@dataclass
class EncodedLabel(Generic[T]):
    """The label of a row, encoded by a format.

    Attributes:
        content: The encoded label, which `Format.write` writes.
        objects: The number of objects in the content.
        left_out: The number of objects that were left out, by reason: the kind of the object, or one of the reasons in
            `labels.label`.
    """

    content: T
    objects: int
    left_out: Counter[str] = field(default_factory=Counter)


class Format(ABC, Generic[T]):
    """An export format: `label` encodes the label of a row, and `write` writes the encoded label to files.

    Attributes:
        name: The name of the format.
        aliases: Other names of the format.
        help: A one-line description.
        takes: The kinds of annotations that the format can represent.
        unique_stems: Whether the names of two images must differ in more than the suffix.
        per_split: Whether file names must be unique only within a split.
        not_folders: Names that a folder of images must not have.
        image_suffixes: The suffixes, in lower case, of the images that programs for the format can read; None if they
            read all formats of Pillow. For each image format, one suffix is Pillow's name of the image format, such as
            ``.jpeg``.
        split: The split that is being written.
    """

    name: ClassVar[str]
    aliases: ClassVar[tuple[str, ...]] = ()
    help: ClassVar[str]
    takes: ClassVar[frozenset[str]]
    unique_stems: ClassVar[bool] = False
    per_split: ClassVar[bool] = True
    not_folders: ClassVar[frozenset[str]] = frozenset()
    image_suffixes: ClassVar[frozenset[str] | None] = None  # programs for COCO and VOC read images with Pillow
    split: str

    def __init__(self, job: Job) -> None:
        self.job = job

    @classmethod
    @abstractmethod
    def entries(cls, splits: Sequence[str], *, images: bool) -> list[str]:
        """Return the names of the files and folders that the format writes to the export folder."""

    @abstractmethod
    def image_folder(self, split: str) -> PurePosixPath:
        """Return the folder of the images of a split, relative to the export folder."""

    @abstractmethod
    def label(self, sample: Sample) -> EncodedLabel[T]:
        """Encode the label of a row. This method writes no file and runs in threads.

        Raises:
            BitmapError: The label cannot be read, or the format cannot represent it.
        """

    @abstractmethod
    def write(self, sample: Sample, content: T) -> None:
        """Write an encoded label to the files of the current split."""

    def open(self, split: str) -> AbstractContextManager[None]:
        """Return a context in which the samples of a split are written."""
        self.split = split
        return self._split()

    @contextmanager
    def _split(self) -> Iterator[None]:
        yield

    def close(self) -> None:
        """Write the files that do not belong to a single split."""
