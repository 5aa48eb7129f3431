"""Decide how many samples of a release one task reads."""

from __future__ import annotations

from typing import Final

_SLICES: Final = 1000  # in a large release: enough for a large cluster, and a repeated task takes little time
_LARGEST: Final = 1000  # samples
_SMALLEST: Final = 64  # images; their downloads take longer than the start of a task


def slice_size(samples: int, *, are_sequences: bool) -> int:
    """Return the number of samples in each slice. It does not depend on the cluster.

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
    return max(1 if are_sequences else _SMALLEST, min(_LARGEST, -(-samples // _SLICES)))
