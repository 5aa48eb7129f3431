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
    from segments_hf.labels import Label
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
        origin: Where the labels come from.
        class_index: Whether a category's number is its class index, instead of the id in the release, where a format
            leaves it open.
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
    def numbers(self) -> list[int]:
        """The number of each class index in the files."""
        return [index if self.class_index else category.id for index, category in enumerate(self.categories)]


@dataclass(frozen=True)
class Sample:
    """A row that is exported.

    Attributes:
        row: The row, its images not decoded.
        label: The label of the row.
        file: Where its image is in the folder of images, with a suffix; unique and safe.
        number: Its place in the split, from 1 on; those that are left out count too.
        is_converted: Whether its image is written as a PNG.
    """

    row: Row
    label: Label
    file: PurePosixPath
    number: int
    is_converted: bool = False


@dataclass
class EncodedLabel(Generic[T]):
    """The label of a row, encoded by a format.

    Attributes:
        content: What is written.
        objects: How many objects are in it.
        left_out: How many objects are not in it, by the reason: their kind, or one of the reasons of `labels.label`.
    """

    content: T
    objects: int
    left_out: Counter[str] = field(default_factory=Counter)


class Format(ABC, Generic[T]):
    """An export format: `label` encodes the label of a row without writing a file; `write` writes it.

    Attributes:
        name: Its name.
        aliases: Other names that it has.
        help: A description of one line.
        takes: What annotations it has a place for.
        by_stem: Whether two images may not have the same name but for the suffix.
        per_split: Whether each split has names of its own.
        not_folders: Names that no folder of images may have.
        image_suffixes: The suffixes, in lower case, of the images that the readers of the format open; None if they
            open all. The name of Pillow for the image format, in lower case with a dot, must be one of them too.
        split: The split that is open.
    """

    name: ClassVar[str]
    aliases: ClassVar[tuple[str, ...]] = ()
    help: ClassVar[str]
    takes: ClassVar[frozenset[str]]
    by_stem: ClassVar[bool] = False
    per_split: ClassVar[bool] = True
    not_folders: ClassVar[frozenset[str]] = frozenset()
    image_suffixes: ClassVar[frozenset[str] | None] = None  # the readers of COCO and VOC open images with Pillow
    split: str

    def __init__(self, job: Job) -> None:
        self.job = job

    @classmethod
    @abstractmethod
    def entries(cls, splits: Sequence[str], *, images: bool) -> list[str]:
        """The names of the files and folders that it makes in the folder of the export."""

    @abstractmethod
    def image_folder(self, split: str) -> PurePosixPath:
        """The folder of a split's images, from that of the export."""

    @abstractmethod
    def label(self, sample: Sample) -> EncodedLabel[T]:
        """Encode the label of a row.

        Raises:
            BitmapError: The label cannot be read, or the format cannot hold it.
        """

    @abstractmethod
    def write(self, sample: Sample, content: T) -> None:
        """Write it, into the split that is open."""

    def open(self, split: str) -> AbstractContextManager[None]:
        """Begin a split, and ends it."""
        self.split = split
        return self._split()

    @contextmanager
    def _split(self) -> Iterator[None]:
        yield

    def close(self) -> None:
        """Write the files about all splits."""
