"""The content of an image, a bitmap or a point cloud that was read or downloaded."""

from __future__ import annotations

from dataclasses import dataclass, field

from segments_hf.io.file_content import FileContent


@dataclass(frozen=True)
class Asset(FileContent):
    """The content of an asset, such as an image or a bitmap.

    Attributes:
        url: The URL from which the content was downloaded; None if it was read from a file.
        original: The content before its EXIF data were repaired; None if they were not repaired.
        fault: The fault of the EXIF data before the repair; None if they were not repaired.
    """

    url: str | None = field(default=None, repr=False)  # it may be signed
    original: FileContent | None = field(default=None, repr=False)
    fault: str | None = None

    @property
    def source(self) -> FileContent:
        """`original`, or the asset itself if its EXIF data were not repaired."""
        return self.original or self
