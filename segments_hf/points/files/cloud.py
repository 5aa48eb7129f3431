"""A point cloud in a file: the number of its points, its fields, and its values as arrays."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from segments_hf.errors import AssetError
from segments_hf.option_names import option

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import numpy.typing as npt

    # The values of points: a structured array, or one array per field.
    PointValues = npt.NDArray[np.void] | Mapping[str, npt.NDArray[Any]]


_AXES = ("x", "y", "z")
_FLOAT32 = np.dtype(np.float32).str  # in the byte order of this machine


@dataclass(frozen=True)
class CloudHeader:
    """The number of points and the fields of a point cloud.

    Attributes:
        num_points: The number of points.
        fields: The names of the fields, in the order of the file.
    """

    num_points: int
    fields: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Cloud:
    """A point cloud whose structure was checked. The values are decoded when they are read.

    Attributes:
        num_points: The number of points.
        dtype: The structured dtype of a point, in the byte order of this machine.
    """

    num_points: int
    dtype: np.dtype[np.void]
    _decode: Callable[[], PointValues] = field(repr=False)

    @property
    def fields(self) -> tuple[str, ...]:
        """The names of the fields, in the order of the file."""
        return self.dtype.names or ()

    @property
    def header(self) -> CloudHeader:
        """The number of points, and the names of the fields."""
        return CloudHeader(self.num_points, self.fields)

    def structured(self) -> npt.NDArray[np.void]:
        """Return all fields of all points, in the order of the file.

        Returns:
            Structured array of shape (N,), with the types of the file. It may share the memory of the bytes of the
            file, and is then read-only.

        Raises:
            AssetError: The values cannot be decoded.
        """
        values = self._decode()
        if isinstance(values, np.ndarray):
            return values.astype(self.dtype, copy=False)
        points = np.empty(self.num_points, self.dtype)
        for name in self.fields:
            points[name] = values[name]
        return points

    def columns(self, names: Sequence[str]) -> npt.NDArray[np.float32]:
        """Return some fields of all points, in the order of the file.

        A float32 has 24 significant bits: neighboring numbers are 1 cm apart at 100 km, and 50 cm apart at 5,000 km,
        the size of coordinates in a map projection. `structured` returns the values with the types of the file.

        Args:
            names: The names of the fields, each with one value per point.

        Returns:
            float32 array of shape (N, C), with one column per name. It is writable, and shares no memory with the
            bytes of the file.

        Raises:
            AssetError: A field does not exist or has several values per point, or the values cannot be decoded.
        """
        self._check_names(names)
        return self._columns(names, np.dtype(np.float32))

    def positions(self) -> npt.NDArray[np.floating[Any]]:
        """Return x, y and z of all points, in the order of the file.

        Returns:
            Array of shape (N, 3): float32 if the coordinates in the file are float32, otherwise float64.

        Raises:
            AssetError: A coordinate does not exist or has several values per point, or the values cannot be decoded.
        """
        for name in _AXES:
            if name not in self.fields or self.dtype[name].shape:
                raise AssetError(
                    f"got a point cloud without a field {name!r} with one value per point; its fields are "
                    f"{', '.join(self.fields)}"
                )
        is_float32 = all(self.dtype[name] == np.float32 for name in _AXES)
        return self._columns(_AXES, np.dtype(np.float32 if is_float32 else np.float64))

    def _columns(self, names: Sequence[str], dtype: np.dtype[Any]) -> npt.NDArray[Any]:
        values = self._decode()
        all_float32 = {(name, _FLOAT32) for name in self.fields}
        if dtype == np.float32 and isinstance(values, np.ndarray) and set(values.dtype.descr) == all_float32:
            table = values.view(np.float32).reshape(self.num_points, len(self.fields))
            if tuple(names) == self.fields and table.flags.writeable:
                return table
            return table[:, [self.fields.index(name) for name in names]]  # faster than the loop below
        columns = np.empty((self.num_points, len(names)), dtype)
        with np.errstate(over="ignore", invalid="ignore"):  # a float64 number may be NaN, or too large for float32
            for number, name in enumerate(names):
                columns[:, number] = values[name]
        return columns

    def _check_names(self, names: Sequence[str]) -> None:
        for name in names:
            if name not in self.fields:
                raise AssetError(
                    f"got a point cloud without the field {name!r}; its fields are {', '.join(self.fields)}; "
                    f"choose some of them with {option('fields')}"
                )
            if self.dtype[name].shape:
                count = self.dtype[name].shape[0]
                raise AssetError(
                    f"the field {name!r} has {count} values per point, expected one; choose other fields with "
                    f"{option('fields')}, or call read_points with structured=True"
                )
