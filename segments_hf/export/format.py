"""The interface of export formats."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import Counter
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar, Generic, Protocol, TypeVar

from segments_hf.labels.categories import class_colors, class_names

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from segments_hf.bitmaps import Color
    from segments_hf.dataset.origin import Origin
    from segments_hf.labels.row import Row
    from segments_hf.release import Category

S = TypeVar("S", bound="LabeledRow")
T = TypeVar("T")


@dataclass(frozen=True)
class Job:
    """The folder, the splits, the categories and the options of one export.

    Attributes:
        folder: The folder to write to. At the end of the export, its content is moved to the export folder.
        splits: The names of the splits, in order.
        categories: The categories, in the order of their ids.
        origin: The release that the rows come from, with its data set.
        class_index: Whether category ids in files of COCO formats and ``polygon`` are class indices instead of the ids
            of the release.
        images: Whether image files are exported.
    """

    folder: Path
    splits: Sequence[str]
    categories: Sequence[Category]
    origin: Origin
    class_index: bool = False
    images: bool = True

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


class LabeledRow(Protocol):
    """A row that is exported, with its label."""

    @property
    def row(self) -> Row:
        """The row. Its images and bitmap are not decoded."""


@dataclass
class EncodedLabel(Generic[T]):
    """The label of a row, encoded by a format.

    Attributes:
        content: The encoded label, which `Format.write` writes; for a point cloud, also its points and camera images.
        objects: The number of objects in the content.
        left_out: The number of objects that were left out, by reason: the kind of the object, or one of the reasons in
            `labels.label`.
        num_bytes: The size of the content in memory, in bytes; 0 if the content is small. It limits how many encoded
            labels wait for `Format.write`.
    """

    content: T
    objects: int
    left_out: Counter[str] = field(default_factory=Counter)
    num_bytes: int = 0


class Format(ABC, Generic[S, T]):
    """An export format: `encode_label` encodes the label of a row, and `write` writes the encoded label to files.

    Attributes:
        name: The name of the format.
        aliases: Other names of the format.
        help: A one-line description.
        object_kinds: The kinds of objects that the format can represent.
        split: The name of the split that is being written.
        notes: Sentences about the files for the user, which the result of the export shows.
    """

    name: ClassVar[str]
    aliases: ClassVar[tuple[str, ...]] = ()
    help: ClassVar[str]
    object_kinds: ClassVar[frozenset[str]]
    split: str

    def __init__(self, job: Job) -> None:
        self.job = job
        self.notes: list[str] = []

    @classmethod
    @abstractmethod
    def output_names(cls, splits: Sequence[str], *, images: bool) -> list[str]:
        """Return the names of the files and folders that the format writes to the export folder."""

    @abstractmethod
    def encode_label(self, labeled_row: S) -> EncodedLabel[T]:
        """Encode the label of a row. This method writes no file, and runs in several threads.

        Raises:
            BitmapError: The label of an image cannot be read, or the format cannot represent it.
            PointCloudError: The label of a point cloud cannot be read, or the format cannot represent it.
            AssetError: A file of the row cannot be read.
        """

    @abstractmethod
    def write(self, labeled_row: S, content: T) -> None:
        """Write an encoded label to the files of the current split."""

    def open(self, split: str) -> AbstractContextManager[None]:
        """Return a context manager for a block that writes the rows of a split."""
        self.split = split
        return self._open_files()

    @contextmanager
    def _open_files(self) -> Iterator[None]:
        yield

    def close(self) -> None:
        """Write the last files, and complete the notes."""
