"""The mean size of the boxes of each class, from which detectors make anchors."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable

    import numpy.typing as npt

_DIGITS = 3  # decimals of a length in meters


class ClassSize(NamedTuple):
    """The mean size of the boxes of a class.

    Attributes:
        dimensions: The mean length, width and height.
        bottom: The mean z of the bottom of the boxes in the frame of the sensor.
    """

    dimensions: list[float]
    bottom: float


class ClassSizes:
    """The sizes of the boxes of each class in each split.

    Args:
        num_classes: The number of classes.
    """

    def __init__(self, num_classes: int) -> None:
        self._num_classes = num_classes
        # For each split, an array with a row for each class: the number of boxes, and the sums of their length, width,
        # height and z of the bottom.
        self._sums: dict[str, npt.NDArray[np.float64]] = {}

    def add(self, split: str, boxes: npt.NDArray[np.float64], class_indices: npt.NDArray[np.int64]) -> None:
        """Add the boxes of a row.

        Args:
            split: The name of the split.
            boxes: float64 array of shape (N, 7), as `Boxes.to_7dof` returns it.
            class_indices: The class index of each box: int64 array of shape (N,).
        """
        sums = self._sums.setdefault(split, np.zeros((self._num_classes, 5)))
        bottoms = boxes[:, 2] - boxes[:, 5] / 2
        np.add.at(sums, class_indices, np.column_stack([np.ones(len(boxes)), boxes[:, 3:6], bottoms]))

    def mean_sizes(self, splits: Iterable[str]) -> dict[int, ClassSize]:
        """Return the mean size of each class in some splits, by class index. Classes without a box are left out.

        Args:
            splits: The names of the splits.
        """
        sums = sum((self._sums[name] for name in splits if name in self._sums), np.zeros((self._num_classes, 5)))
        classes = np.flatnonzero(sums[:, 0])
        means = (sums[classes, 1:] / sums[classes, :1]).round(_DIGITS).tolist()
        return {index: ClassSize(mean[:3], mean[3]) for index, mean in zip(classes.tolist(), means, strict=True)}
