"""Assign the samples of releases to splits: by fractions, or by a value in their metadata."""

from __future__ import annotations

import hashlib
import itertools
import math
import sys
from array import array
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from segments_hf.dataset.building.exact_splits import exact_split_indices
from segments_hf.dataset.splits import checked_name
from segments_hf.errors import OptionError, ReleaseError
from segments_hf.io.choices import unknown_choice
from segments_hf.io.json_codec.json_text import compact_json
from segments_hf.option_names import option

if TYPE_CHECKING:
    import numpy.typing as npt

    from segments_hf.release import Release, Sample

_METADATA = "metadata:"
_EXAMPLE = {"train": 0.8, "test": 0.2}


@dataclass(frozen=True)
class SplitRule:
    """The options that divide a release into splits.

    Attributes:
        fractions: The fraction of each split; None if the metadata name the splits.
        exact: Whether each split gets its fraction of the samples, rounded to a whole number; with a `key`, the sizes
            are only near to these numbers.
        key: A metadata key. Without fractions, its value is the name of the split; with fractions, the samples with the
            same value get the same split. Empty if the uuid of a sample decides its split.
    """

    fractions: dict[str, float] | None
    exact: bool = False
    key: str = ""


def split_rule(
    splits: Mapping[str, float] | str | None, *, exact: bool = False, split_by: str | None = None
) -> SplitRule | None:
    """Check the options that divide a release into splits.

    Args:
        splits: The fraction of each split; or ``metadata:KEY``, where the value of this key in a sample's metadata is
            the name of its split.
        exact: Whether each split gets its fraction of the samples, rounded to a whole number; with `split_by`, the
            sizes are only near to these numbers.
        split_by: ``metadata:KEY``, where the samples with the same value of this key get the same split.

    Returns:
        The rule; None if the release is not divided.

    Raises:
        OptionError: A fraction is invalid, the fractions do not sum to 1, the name of a split is invalid, an option is
            not ``metadata:KEY``, or an option needs fractions.
    """
    if not isinstance(splits, Mapping):
        for name, value in (("exact", exact), ("split_by", split_by)):
            if value:
                context = "without splits" if splits is None else f"with {option('splits', splits)}"
                raise OptionError(
                    f"got {value!r} {context}, expected fractions such as {option('splits', _EXAMPLE)}", option=name
                )
        return None if splits is None else SplitRule(None, key=_key("splits", splits, f"fractions {_EXAMPLE} or "))
    for name in splits:
        checked_name(name)
    fractions = splits.values()
    if not all(isinstance(fraction, int | float) and fraction >= 0 for fraction in fractions):
        raise OptionError(f"got fractions {dict(splits)}, expected numbers from 0 to 1", option="splits")
    if not math.isclose(total := math.fsum(fractions), 1, abs_tol=1e-6):
        raise OptionError(
            f"got fractions {dict(splits)} that sum to {total:g}, expected a sum of 1, such as 0.8 + 0.2",
            option="splits",
        )
    return SplitRule(dict(splits), bool(exact), "" if split_by is None else _key("split_by", split_by))


def assigned_splits(rule: SplitRule, samples: Iterable[tuple[Release, int]]) -> list[str | None]:
    """Return the split of each sample.

    Args:
        rule: The rule that decides.
        samples: The samples, each as a release and an index in it.

    Returns:
        The names of the splits in the order of the samples; None for a sample that cannot be read.

    Raises:
        OptionError: The metadata of a sample lack the key or have an invalid value, or an exact split would have no
            samples.
    """
    if rule.fractions is None:
        return [_read(_split_name, release, index, rule.key) for release, index in samples]
    hashes, is_readable = array("Q"), bytearray()
    for release, index in samples:
        value = _read(_identity, release, index, rule.key)
        is_readable.append(value is not None)
        if value is not None:
            hashes.append(_hash(value))
    readable_hashes = np.array(hashes, dtype=np.uint64)
    split_indices = np.full(len(is_readable), -1)
    split_indices[np.frombuffer(is_readable, dtype=bool)] = (
        exact_split_indices(readable_hashes, rule.fractions, rule.key)
        if rule.exact
        else _probable_split_indices(readable_hashes, rule.fractions)
    )
    names = [*rule.fractions, None]  # the last item is for the index -1: a sample that cannot be read
    return [names[index] for index in split_indices.tolist()]


def _key(name: str, value: object, alternative: str = "") -> str:
    """Return the key in an option ``metadata:KEY``.

    Args:
        name: The name of the option, for the error.
        value: The value of the option.
        alternative: Other valid values, for the error.

    Raises:
        OptionError: The value is not ``metadata:KEY``.
    """
    if not isinstance(value, str) or not value.startswith(_METADATA) or value == _METADATA:
        hint = f"; did you mean {_METADATA + value!r}?" if isinstance(value, str) and value and ":" not in value else ""
        raise OptionError(f"got {value!r}, expected {alternative}'metadata:KEY'{hint}", option=name)
    return value.removeprefix(_METADATA)


def _read(function: Callable[[Sample, str], str], release: Release, index: int, key: str) -> str | None:
    """Return the result of a function of a sample; None if the sample cannot be read."""
    try:
        return function(release[index], key)
    except ReleaseError:
        return None


def _split_name(sample: Sample, key: str) -> str:
    value = _metadata_value(sample, key, "splits")
    if not isinstance(value, str):
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        raise OptionError(
            f"got {'the number ' if is_number else ''}{value!r} as the value of {key!r} in the metadata of sample "
            f"{sample.name!r}, expected text, because the value is the name of a split; set the values on the platform "
            "to text, such as 'fold_1'",
            option="splits",
        )
    # Interned, because the result holds one name for each sample.
    return sys.intern(checked_name(value))


def _identity(sample: Sample, key: str) -> str:
    """Return the text whose hash decides the split of a sample.

    It is the value of the metadata key. If the key is empty, it is the uuid, or the name of a sample without a uuid.
    Values are compared as text, so that the number 7, the number 7.0 and the text "7" are the same value.
    """
    if not key:
        return sample.uuid or sample.name
    value = _metadata_value(sample, key, "split_by")
    if not isinstance(value, str | int | float):
        raise OptionError(
            f"got {compact_json(value)} as the value of {key!r} in the metadata of sample {sample.name!r}, expected "
            "text or a number; set the value on the platform, or leave the sample out with "
            f"{option('filter_by_metadata')}",
            option="split_by",
        )
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return value if isinstance(value, str) else compact_json(value)


def _metadata_value(sample: Sample, key: str, option_name: str) -> object:
    metadata = sample.metadata
    if key not in metadata:
        raise unknown_choice(option_name, key, metadata, expected=f"a key of the metadata of sample {sample.name!r}:")
    return metadata[key]


def _hash(identity: str) -> int:
    """Return 64 bits of a hash of a text."""
    return int.from_bytes(hashlib.sha256(identity.encode("utf-8", "surrogatepass")).digest()[:8], "big")


def _probable_split_indices(hashes: npt.NDArray[np.uint64], fractions: Mapping[str, float]) -> npt.NDArray[np.intp]:
    """Return the index of the split of each hash. The fractions are the probabilities of the splits."""
    ends = list(itertools.accumulate(fractions.values()))
    positions = (hashes >> np.uint64(16)) / 2**48  # in [0, 1); a float represents 48 bits exactly
    indices = np.searchsorted(ends, positions, side="right")
    return np.minimum(indices, len(ends) - 1)  # the sum of the fractions may be just below 1 because of rounding
