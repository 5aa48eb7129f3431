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
    """The numbers of images, point clouds and objects of one split that were written.

    Attributes:
        images: The number of images with a label.
        objects: The number of objects.
        point_clouds: The number of point clouds with a label.
    """

    images: int = 0
    objects: int = 0
    point_clouds: int = 0


@dataclass(repr=False)
class ExportResult(Result):
    """The result of an export.

    Attributes:
        folder: The folder of the export.
        images: The number of images with a label that were written.
        objects: The number of objects that were written.
        point_clouds: The number of point clouds with a label that were written.
        left_out: The number of rows that were left out, by reason: the label status; ``broken`` if the row cannot be
            exported; or ``unsupported image format`` if programs for the format cannot read the image.
        converted: The number of images that were converted to PNG.
        rotated: The number of images that were written as upright copies, because they had an EXIF orientation.
        objects_left_out: The number of objects that were left out, by reason.
        splits: The numbers of images, point clouds and objects of each split.
        notes: Sentences about the files, such as which point clouds a program cannot read.
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
        """Count an image or a point cloud that was written, with its number of objects."""
        for counts in (self, self.splits.setdefault(split, ExportedSplit())):
            counts.images += images
            counts.point_clouds += point_clouds
            counts.objects += objects

    def __repr__(self) -> str:
        counts = {"point_clouds": self.point_clouds} if self.point_clouds else {"images": self.images}
        return short_repr(self, str(self.folder), **counts, objects=self.objects, left_out=self.left_out.total())

    def blocks(self) -> Iterator[Block]:
        """Yield the totals, a table of the splits, and a table of the rows and objects that were left out."""
        is_of_clouds = self.point_clouds > 0
        rows = counted(self.point_clouds, "point cloud") if is_of_clouds else counted(self.images, "image")
        yield Cell(f"Wrote {rows} with {counted(self.objects, 'object')} to {self.folder}")
        if self.converted:
            yield Cell(f"Converted {counted(self.converted, 'image')} to PNG")
        if self.rotated:
            yield Cell(f"Rotated {counted(self.rotated, 'image')} upright")
        yield from map(Cell, self.notes)
        if len(self.splits) > 1:
            noun = "point clouds" if is_of_clouds else "images"
            table = [(name, part.images + part.point_clouds, part.objects) for name, part in self.splits.items()]
            yield Table(("split", noun, "objects"), table, number_columns=(noun, "objects"))
        left_out = [
            *((reason, counted(count, "row")) for reason, count in self.left_out.items() if count),
            *((reason, counted(count, "object")) for reason, count in self.objects_left_out.items() if count),
        ]
        if left_out:
            yield Table(("reason", "number"), left_out, number_columns=("number",), title="Left out")
