"""An asset: the bytes behind a URL."""

from __future__ import annotations

from dataclasses import dataclass, field

from segments_hf.io.file_content import FileContent


@dataclass(frozen=True)
class Asset(FileContent):
    """The bytes behind a URL.

    Attributes:
        url: The URL that the bytes were downloaded from; None if they came from a file.
    """

    url: str | None = field(default=None, repr=False)  # it may be signed
