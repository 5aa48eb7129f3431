"""Assign samples to splits."""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import datasets

from segments_hf.errors import OptionError
from segments_hf.io.choices import unknown_choice

if TYPE_CHECKING:
    from segments_hf.release import Sample

SplitOf = Callable[["Sample"], str]

_METADATA = "metadata:"
_SPLIT_NAME = re.compile(r"\w+(\.\w+)*")  # the names that `datasets` allows
_PART_OF_SPLIT = re.compile(r"(\w+(?:\.\w+)*)(?:\[[^\]]*\])?(?:\([^)]*\))?")  # ``train[:10%]``


def split_assigner(splits: Mapping[str, float] | str) -> SplitOf:
    """Return a function that assigns a sample to a split.

    Args:
        splits: The fraction of each split; or ``metadata:KEY``, where the value of this key in a sample's metadata is
            the name of its split.

    Raises:
        OptionError: The fractions do not sum to 1, or the name of a split is invalid.
    """
    if isinstance(splits, str):
        if not splits.startswith(_METADATA) or splits == _METADATA:
            raise OptionError(
                f"got {splits!r}, expected fractions such as {{'train': 0.8, 'test': 0.2}} or 'metadata:KEY'",
                option="splits",
            )
        return _by_metadata(splits.removeprefix(_METADATA))
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
    return _by_hash(dict(splits))


def names_in(instruction: str) -> set[str]:
    """Return the names of the splits in an instruction of `datasets`.

    If a part of the text is not such an instruction, the whole text is returned as a name.

    >>> sorted(names_in("train[:10%]+test"))
    ['test', 'train']
    """
    return {
        match[1] if (match := _PART_OF_SPLIT.fullmatch(part.strip())) else instruction
        for part in instruction.split("+")
    }


def check_instruction(split: str) -> None:
    """Check that `datasets` can read an instruction such as ``train[:10%]+test``.

    Raises:
        OptionError: `datasets` cannot read the instruction.
    """
    try:
        datasets.ReadInstruction.from_spec(split)
    except ValueError as error:
        raise OptionError(
            f"got {split!r} ({str(error).rstrip('.')}); expected, for example, 'train', 'train[:100]', "
            "'train[:10%]' or 'train+test'",
            option="split",
        ) from None


def check_whole_splits(split: object) -> None:
    """Check that an instruction for a stream has no part of a split.

    Args:
        split: A text, a `datasets.Split` or a `datasets.ReadInstruction`.

    Raises:
        OptionError: The instruction has a part of a split.
    """
    if "[" in (text := str(split)):
        name = text.partition("[")[0]
        raise OptionError(
            f"got {text!r}, but a stream has whole splits only; pass split={name!r}, and then use `.take(100)` of the "
            "stream for its first 100 rows, or `.skip(100)` for the others",
            option="split",
        )


def hash_fraction(identity: str) -> float:
    """Return a number in [0, 1) that depends only on the text, so that a sample stays in its split.

    >>> hash_fraction("8de0cdd1-d2a9-492c-aa6f-249f3bac2449")
    0.4946...
    """
    return int.from_bytes(hashlib.sha256(identity.encode()).digest()[:6], "big") / 2**48


def _by_hash(fractions: dict[str, float]) -> SplitOf:
    def split_of(sample: Sample) -> str:
        position = hash_fraction(sample.uuid or sample.name)
        end = 0.0
        for name, fraction in fractions.items():
            end += fraction
            if position < end:
                return name
        return name  # the sum may be just below 1 because of rounding

    return split_of


def _by_metadata(key: str) -> SplitOf:
    def split_of(sample: Sample) -> str:
        metadata = sample.metadata
        if key not in metadata:
            raise unknown_choice("splits", key, metadata, expected=f"a key of the metadata of sample {sample.name!r}:")
        return checked_name(metadata[key])

    return split_of


def checked_name(name: object) -> str:
    """Check the name of a split and return it.

    Raises:
        OptionError: `datasets` does not allow the name.
    """
    if not isinstance(name, str) or not _SPLIT_NAME.fullmatch(name) or name == "all":
        raise OptionError(
            f"got {name!r} as the name of a split, expected letters, digits and underscores, and a name other "
            "than 'all'"
        )
    return name
