"""Check the pixel formats of images: many models accept only one format."""

from __future__ import annotations

from typing import TYPE_CHECKING

from segments_hf.validate.checks.fault import Fault
from segments_hf.validate.wording import modes_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from segments_hf.labels.row import Row
    from segments_hf.validate.finding import Finding

MIXED_MODES = Fault(
    "mixed-image-modes",
    "warning",
    "training code gets arrays of different shapes or dtypes; convert the images to one format when you read them, for "
    "example with image.convert('RGB')",
)
_MAX_NAMED = 5  # samples of each pixel format in a finding


class Modes:
    """The number of images with each pixel format so far, and the first samples of each."""

    def __init__(self) -> None:
        self._counts: dict[str, int] = {}
        self._first: dict[str, list[Row]] = {}

    @property
    def counts(self) -> dict[str, int]:
        """The number of images with each pixel format, such as ``RGB`` or ``16-bit gray``, in descending order."""
        return dict(sorted(self._counts.items(), key=lambda item: -item[1]))

    def add(self, row: Row, mode: str | None) -> None:
        """Count the image of a row.

        Args:
            row: The row.
            mode: The name of the image's pixel format; None if it is not known.
        """
        if mode is None:
            return
        self._counts[mode] = self._counts.get(mode, 0) + 1
        first = self._first.setdefault(mode, [])
        if len(first) < _MAX_NAMED:
            first.append({key: row.get(key) for key in ("name", "uuid", "frame_index")})

    def find_mixture(self) -> Iterator[Finding]:
        """Yield a finding for the first sample of the rarest pixel format if images have several pixel formats."""
        counts = self.counts
        if len(counts) > 1:
            _, *rarer = counts
            examples = "; ".join(f"{mode}: {self._names(mode)}" for mode in reversed(rarer))
            first = self._first[rarer[-1]][0]
            yield MIXED_MODES.in_row(first, f"the images are {modes_text(counts)}; {examples}")

    def _names(self, mode: str) -> str:
        first = self._first[mode]
        names = dict.fromkeys(str(row["name"]) for row in first)  # frames of a sequence have the same name
        return ", ".join([*names, *(["…"] if self._counts[mode] > len(first) else [])])
