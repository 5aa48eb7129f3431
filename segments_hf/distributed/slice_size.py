"""Decide how many samples of a release one task reads."""

from __future__ import annotations

from typing import Final

# The number of slices, unless a slice would be too large or too small. So many slices keep a large cluster busy, and
# each is so small that Ray loses little time when it runs a task again.
_TARGET_SLICES: Final = 1000
_MAX_SAMPLES: Final = 1000
_MIN_IMAGES: Final = 64  # their downloads take longer than the start of a task


def slice_size(samples: int, *, are_sequences: bool) -> int:
    """Return the number of samples in each slice of a split. The number does not depend on the cluster.

    Args:
        samples: The number of samples.
        are_sequences: Whether each sample is a sequence, which has many images.

    >>> slice_size(100_000, are_sequences=False), slice_size(100_000, are_sequences=True)
    (100, 100)
    >>> slice_size(500, are_sequences=False), slice_size(500, are_sequences=True)
    (64, 1)
    >>> slice_size(5_000_000, are_sequences=False)
    1000
    """
    return max(1 if are_sequences else _MIN_IMAGES, min(_MAX_SAMPLES, -(-samples // _TARGET_SLICES)))
