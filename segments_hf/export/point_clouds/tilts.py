"""Count the boxes whose pitch and roll are lost in formats that store only a yaw."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from segments_hf.io.number_text import counted

if TYPE_CHECKING:
    import numpy.typing as npt

    from segments_hf.points import Boxes

NEGLIGIBLE_ANGLE = 0.5  # degrees; a rotation by this angle moves the ends of a box of 5 m by 2 cm


def tilts_of(boxes: Boxes) -> npt.NDArray[np.float64]:
    """Return the angle in degrees between the height axis of each box and the z axis: float64 array of shape (N,)."""
    return np.degrees(np.arccos(np.clip(boxes.rotation[:, 2, 2], -1, 1)))


class Tilts:
    """The tilts of all boxes of an export."""

    def __init__(self) -> None:
        self._count = 0
        self._largest = 0.0

    def add(self, tilts: npt.NDArray[np.float64]) -> None:
        """Add the tilts of the boxes of a row, in degrees."""
        self._count += int((tilts > NEGLIGIBLE_ANGLE).sum())
        self._largest = max(self._largest, float(tilts.max(initial=0)))

    def notes(self) -> list[str]:
        """Return a sentence about the tilted boxes; an empty list if the tilts of all boxes are negligible."""
        if not self._count:
            return []
        number = counted(self._count, "cuboid")
        note = (
            f"{number} tilted by up to {self._largest:.1f} degrees in the frame of the sensor: this format stores only "
            "the yaw, so the box in the file may contain other points than the cuboid of the release. The format "
            "nuscenes stores the whole rotation"
        )
        return [note]
