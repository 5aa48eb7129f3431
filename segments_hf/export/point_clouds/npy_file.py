"""Encode arrays as ``.npy`` files."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt


def encode_npy(array: npt.NDArray[Any]) -> bytes:
    """Return the content of a ``.npy`` file.

    Args:
        array: An array of numbers.
    """
    file = io.BytesIO()
    np.save(file, array, allow_pickle=False)
    return file.getvalue()
