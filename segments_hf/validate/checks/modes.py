"""Pixel formats of images: a model may take those of one kind only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from segments_hf.validate.checks.fault import Fault
from segments_hf.validate.wording import modes_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from segments_hf.labels.row import Row
    from segments_hf.validate.finding import Finding

MIXED_MODES = Fault(
    "mixed-image-modes", "warning", "training code gets arrays of other shapes or types, and layouts scale deep images"
)
_NAMED = 5  # samples that a finding names


class Modes:
    """How many images have each pixel format so far, and the first samples of each."""

    def __init__(self) -> None:
        self._counts: dict[str, int] = {}
        self._first: dict[str, list[Row]] = {}

    @property
    def counts(self) -> dict[str, int]:
        """How many images have each pixel format, such as ``RGB`` or ``16-bit gray``, most first."""
        return dict(sorted(self._counts.items(), key=lambda item: -item[1]))

    def add(self, row: Row, mode: str | None) -> None:
        """Count the image of a row.

        Args:
            row: The row.
            mode: The name of its pixel format; None if it is not known.
        """
        if mode is None:
            return
        self._counts[mode] = self._counts.get(mode, 0) + 1
        first = self._first.setdefault(mode, [])
        if len(first) < _NAMED:
            first.append({key: row.get(key) for key in ("name", "uuid", "frame_index")})

    def mixtures(self) -> Iterator[Finding]:
        """Find out whether images have several pixel formats: one finding, in the first sample of the rarest."""
        counts = self.counts
        if len(counts) > 1:
            _, *rarer = counts
            examples = "; ".join(f"{mode}: {self._names(mode)}" for mode in reversed(rarer))
            first = self._first[rarer[-1]][0]
            yield MIXED_MODES.in_row(first, f"the images are {modes_text(counts)}; {examples}")

    def _names(self, mode: str) -> str:
        first = self._first[mode]
        names = dict.fromkeys(str(row["name"]) for row in first)  # frames of a sequence have the same
        return ", ".join([*names, *(["…"] if self._counts[mode] > len(first) else [])])
