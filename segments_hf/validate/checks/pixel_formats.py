"""Check whether images have several pixel formats: many models accept only one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from segments_hf.validate.checks.fault import Fault
from segments_hf.validate.wording import formats_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from segments_hf.labels.row import Row
    from segments_hf.validate.finding import Finding

MIXED_FORMATS = Fault(
    "mixed-pixel-formats",
    "warning",
    "training code gets arrays of different shapes or dtypes; convert the images to one format when you read them, for "
    "example with image.convert('RGB')",
)
_MAX_NAMED = 5  # the maximum number of images of each pixel format whose samples a finding names


class PixelFormats:
    """The number of images with each pixel format in the rows so far, and the first rows with each pixel format."""

    def __init__(self) -> None:
        self._counts: dict[str, int] = {}
        self._first_rows: dict[str, list[Row]] = {}

    @property
    def counts(self) -> dict[str, int]:
        """The number of images with each pixel format, such as ``RGB`` or ``16-bit gray``; the most frequent first."""
        return dict(sorted(self._counts.items(), key=lambda item: -item[1]))

    def add(self, row: Row, pixel_format: str) -> None:
        """Count the image of a row.

        Args:
            row: The row.
            pixel_format: The name of the image's pixel format.
        """
        self._counts[pixel_format] = self._counts.get(pixel_format, 0) + 1
        first_rows = self._first_rows.setdefault(pixel_format, [])
        if len(first_rows) < _MAX_NAMED:
            first_rows.append({key: row.get(key) for key in ("name", "uuid", "frame_index")})

    def find_mixed_formats(self) -> Iterator[Finding]:
        """Yield one finding if the images have several formats. Its sample is the first one with the rarest format."""
        counts = self.counts
        if len(counts) > 1:
            _, *rarer = counts
            examples = "; ".join(f"{pixel_format}: {self._names(pixel_format)}" for pixel_format in reversed(rarer))
            first_row = self._first_rows[rarer[-1]][0]
            yield MIXED_FORMATS.in_row(first_row, f"the images are {formats_text(counts)}; {examples}")

    def _names(self, pixel_format: str) -> str:
        rows = self._first_rows[pixel_format]
        names = dict.fromkeys(str(row["name"]) for row in rows)  # frames of a sequence have the same name
        return ", ".join([*names, *(["…"] if self._counts[pixel_format] > len(rows) else [])])
