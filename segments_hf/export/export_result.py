"""The result of an export."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from segments_hf.io.number_text import counted
from segments_hf.io.tables import Cell, Result, Table, short_repr

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from segments_hf.io.tables import Block


@dataclass
class ExportedSplit:
    """The numbers of images, point clouds and objects that were written for one split.

    Attributes:
        images: The number of images whose label was written.
        objects: The number of objects that were written.
        point_clouds: The number of point clouds that were written with their label.
    """

    images: int = 0
    objects: int = 0
    point_clouds: int = 0


@dataclass(repr=False)
class ExportResult(Result):
    """The result of an export.

    Attributes:
        folder: The folder of the export.
        images: The number of images whose label was written.
        objects: The number of objects that were written.
        point_clouds: The number of point clouds that were written with their label.
        left_out: The number of rows that were left out, by reason: the label status ``UNLABELED``, ``SKIPPED`` or
            ``REJECTED``; ``broken`` if the row cannot be exported; or ``unsupported image format`` if programs for the
            export format cannot read the image.
        converted: The number of images that were converted to PNG.
        rotated: The number of images that were written as upright copies, because they had an EXIF orientation.
        objects_left_out: The number of objects that were left out, by reason.
        splits: The numbers of images, point clouds and objects of each split, by the name of the split.
        notes: Sentences about the files, such as which split is missing or which point clouds a program cannot read.
    """

    folder: Path
    images: int = 0
    objects: int = 0
    point_clouds: int = 0
    left_out: Counter[str] = field(default_factory=Counter)
    objects_left_out: Counter[str] = field(default_factory=Counter)
    converted: int = 0
    rotated: int = 0
    splits: dict[str, ExportedSplit] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def add(self, split: str, objects: int, *, images: int = 0, point_clouds: int = 0) -> None:
        """Count images and point clouds that were written, and their objects.

        Args:
            split: The name of the split.
            objects: The number of objects.
            images: The number of images.
            point_clouds: The number of point clouds.
        """
        for counts in (self, self.splits.setdefault(split, ExportedSplit())):
            counts.images += images
            counts.point_clouds += point_clouds
            counts.objects += objects

    def __repr__(self) -> str:
        counts = {"point_clouds": self.point_clouds} if self.point_clouds else {"images": self.images}
        return short_repr(self, str(self.folder), **counts, objects=self.objects, left_out=self.left_out.total())

    def blocks(self) -> Iterator[Block]:
        """Yield the totals, the notes, the splits if there are several, and the rows and objects that were left out."""
        has_clouds = self.point_clouds > 0
        written = counted(self.point_clouds, "point cloud") if has_clouds else counted(self.images, "image")
        yield Cell(f"Wrote {written} with {counted(self.objects, 'object')} to {self.folder}")
        if self.converted:
            yield Cell(f"Converted {counted(self.converted, 'image')} to PNG")
        if self.rotated:
            yield Cell(f"Rotated {counted(self.rotated, 'image')} upright")
        yield from map(Cell, self.notes)
        if len(self.splits) > 1:
            noun = "point clouds" if has_clouds else "images"
            rows = [(name, split.images + split.point_clouds, split.objects) for name, split in self.splits.items()]
            yield Table(("split", noun, "objects"), rows, number_columns=(noun, "objects"))
        left_out = [
            *((reason, counted(count, "row")) for reason, count in self.left_out.items() if count),
            *((reason, counted(count, "object")) for reason, count in self.objects_left_out.items() if count),
        ]
        if left_out:
            yield Table(("reason", "number"), left_out, number_columns=("number",), title="Left out")
