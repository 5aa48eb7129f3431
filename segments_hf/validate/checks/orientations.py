"""Check the EXIF orientation of images. Programs that ignore it show the images rotated or mirrored."""

from __future__ import annotations

from typing import TYPE_CHECKING

from segments_hf.io.number_text import counted
from segments_hf.option_names import option
from segments_hf.validate.checks.fault import Fault

if TYPE_CHECKING:
    from collections.abc import Iterator

    from segments_hf.labels.row import Row
    from segments_hf.validate.finding import Finding

ROTATED = Fault(
    "rotated-image",
    "warning",
    "programs that ignore EXIF data read the images rotated or mirrored, so that labels are in the wrong places",
)
_MAX_NAMED = 5  # the maximum number of images whose samples the finding names


class Orientations:
    """The number of images in the rows so far, and the images that their EXIF orientation rotates or mirrors."""

    def __init__(self) -> None:
        self._images = self._rotated = 0
        self._first_rows: list[Row] = []  # the first rows with a rotated image

    def add(self, row: Row, orientation: int) -> None:
        """Count the image of a row.

        Args:
            row: The row.
            orientation: The EXIF orientation of the image, 1 to 8.
        """
        self._images += 1
        if orientation == 1:
            return
        self._rotated += 1
        if len(self._first_rows) < _MAX_NAMED:
            self._first_rows.append({key: row.get(key) for key in ("name", "uuid", "frame_index")})

    def find_rotated(self) -> Iterator[Finding]:
        """Yield one finding if images are rotated or mirrored. Its sample is that of the first such image."""
        if self._rotated:
            names = ", ".join(dict.fromkeys(str(row["name"]) for row in self._first_rows))
            more = ", …" if self._rotated > len(self._first_rows) else ""
            message = (
                f"an EXIF orientation rotates or mirrors {self._rotated:,} of {counted(self._images, 'image')}: "
                f"{names}{more}; an export with {option('images', 'upright')} writes upright copies"
            )
            yield ROTATED.in_row(self._first_rows[0], message)
