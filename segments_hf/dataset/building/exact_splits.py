"""Divide samples into splits of exact sizes, or as near to these sizes as groups of samples allow."""

from __future__ import annotations

import itertools
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from segments_hf.errors import OptionError
from segments_hf.io.number_text import counted

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy.typing as npt


def rounded_counts(fractions: Mapping[str, float], count: int) -> dict[str, int]:
    """Round the size of each split to a whole number, so that the sizes sum to `count`.

    The method is that of the largest remainder: all sizes are rounded down, and the splits with the largest remainders
    get one more sample each. Of two splits with equal remainders, the first one has priority.

    >>> rounded_counts({"train": 0.8, "test": 0.2}, 12), rounded_counts({"a": 0.5, "b": 0.5}, 5)
    ({'train': 10, 'test': 2}, {'a': 3, 'b': 2})
    """
    # The decimal digits that the user typed: 0.7 is 7/10, and not the binary number just below 7/10.
    decimals = {name: Fraction(str(float(fraction))) for name, fraction in fractions.items()}
    total = sum(decimals.values())
    sizes = {name: decimal * count / total for name, decimal in decimals.items()}
    counts = {name: int(size) for name, size in sizes.items()}
    by_remainder = sorted(sizes, key=lambda name: counts[name] - sizes[name])
    for name in by_remainder[: count - sum(counts.values())]:
        counts[name] += 1
    return counts


def exact_split_indices(
    hashes: npt.NDArray[np.uint64], fractions: Mapping[str, float], key: str
) -> npt.NDArray[np.intp]:
    """Return the index of the split of each sample.

    The samples are sorted by their hashes, and cut into splits. Samples with the same hash get the same split: each
    split ends at the boundary between two hashes that is nearest to the sum of the rounded sizes of this split and the
    splits before it.

    Args:
        hashes: The hash of each sample.
        fractions: The fraction of each split.
        key: The metadata key whose values are hashed; empty if the uuids of the samples are hashed.

    Raises:
        OptionError: A split with a positive fraction gets no samples.
    """
    _, ranks, sizes = np.unique(hashes, return_inverse=True, return_counts=True)
    boundaries = np.concatenate([[0], np.cumsum(sizes)])
    ends = itertools.accumulate(rounded_counts(fractions, len(hashes)).values())
    cuts = [int(np.abs(boundaries - end).argmin()) for end in ends]  # the number of different hashes before each end
    for (name, fraction), before, cut in zip(fractions.items(), [0, *cuts], cuts, strict=False):
        if fraction and len(hashes) and before == cut:
            raise _empty_split(fractions, name, len(hashes), len(sizes), key)
    return np.searchsorted(cuts, ranks, side="right")


def _empty_split(fractions: Mapping[str, float], name: str, count: int, values: int, key: str) -> OptionError:
    received = f"got fractions {dict(fractions)} for {counted(count, 'sample')}"
    if not key:
        return OptionError(
            f"{received}: the share of split {name!r} is {fractions[name] * count:.3g} samples, which is rounded to 0; "
            "use a larger fraction for this split, or leave it out",
            option="splits",
        )
    return OptionError(
        f"{received} with {values} different values of {key!r}: no value is left for split {name!r}; use a larger "
        "fraction for this split, fewer splits, or a key with more values",
        option="splits",
    )
