"""Write the points of an export: one file for each point cloud, all with the same columns."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from segments_hf.export.point_clouds.missing_fields import MissingFields
from segments_hf.io.disk.atomic import write_file

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import numpy.typing as npt

    from segments_hf.export.point_clouds.cloud_points import CloudPoints

_POSITION = ("x", "y", "z")
INTENSITY = "intensity"  # the field after x, y and z
_BYTES = 4  # of a float32


class PointFiles:
    """The files of the points of an export.

    Detectors read a fixed number of columns. All files have an intensity column if at least one point cloud has an
    intensity; the intensity of the other point clouds is 0.

    Args:
        encode: A function that returns the content of a file for a float32 array of shape (N, C). The numbers of the
            array are at the end of the content.
    """

    def __init__(self, encode: Callable[[npt.NDArray[np.float32]], bytes]) -> None:
        self._encode = encode
        self._has_intensity = False
        self._without_intensity: list[tuple[Path, int]] = []  # the files with three columns, and their number of points
        self._missing = MissingFields()

    @property
    def columns(self) -> list[str]:
        """The names of the columns of all files that were written."""
        return [*_POSITION, *([INTENSITY] if self._has_intensity else [])]

    def write(self, path: Path, points: CloudPoints) -> None:
        """Write a file.

        Args:
            path: The file.
            points: Points with the columns x, y, z and intensity. The intensity may be in `points.missing`.

        Raises:
            StorageError: The write failed.
        """
        self._missing.add(points.missing)
        if not points.missing:
            self._has_intensity = True
            for earlier, num_points in self._without_intensity:
                self._add_intensity(earlier, num_points)
            self._without_intensity.clear()
        columns = points.columns
        if not self._has_intensity:
            columns = columns[:, : len(_POSITION)]
            self._without_intensity.append((path, len(columns)))
        self._write(path, columns)

    def notes(self) -> list[str]:
        """Return a sentence about the point clouds without an intensity; an empty list if all have one."""
        if not self._has_intensity:
            columns = ", ".join(self.columns)
            return [f"no point cloud has an intensity: the files of points have only the columns {columns}"]
        return self._missing.notes()

    def _add_intensity(self, path: Path, num_points: int) -> None:
        """Add the intensity 0 to a file that was written with three columns."""
        content = path.read_bytes()
        start = len(content) - num_points * len(_POSITION) * _BYTES
        columns = np.zeros((num_points, len(_POSITION) + 1), np.float32)
        columns[:, : len(_POSITION)] = np.frombuffer(content, "<f4", offset=start).reshape(num_points, len(_POSITION))
        self._write(path, columns)

    def _write(self, path: Path, columns: npt.NDArray[np.float32]) -> None:
        write_file(path, self._encode(np.ascontiguousarray(columns, "<f4")))
