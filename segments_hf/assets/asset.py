"""An asset: the bytes behind a URL."""

from __future__ import annotations

from dataclasses import dataclass, field

from segments_hf.io.file_content import FileContent


@dataclass(frozen=True)
class Asset(FileContent):
    """The bytes behind a URL.

    Attributes:
        url: The URL that the bytes were downloaded from; None if they came from a file.
        original: The file before its EXIF data were repaired; None if they were not.
        fault: What was wrong with it.
    """

    url: str | None = field(default=None, repr=False)  # it may be signed
    original: FileContent | None = field(default=None, repr=False)
    fault: str | None = None

    @property
    def source(self) -> FileContent:
        """The file before its EXIF data were repaired, or the asset itself."""
        return self.original or self
