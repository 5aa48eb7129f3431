"""The names of splits in files for programs that expect the splits ``train`` and ``val``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from segments_hf.option_names import option

if TYPE_CHECKING:
    from collections.abc import Sequence

_VALIDATION = ("validation", "valid", "val")
_EXPECTED = ("train", "val")


def split_file_name(split: str, splits: Sequence[str]) -> str:
    """Return the name of a split in files.

    If the data have only one of the splits ``validation``, ``valid`` and ``val``, its name in files is ``val``, which
    training programs expect. All other splits keep their names.

    Args:
        split: The name of the split in the data.
        splits: The names of all splits in the data.

    >>> split_file_name("validation", ["train", "validation"])
    'val'
    """
    others = [name for name in splits if name in _VALIDATION and name != split]
    return "val" if split in _VALIDATION and not others else split


def splits_of_files(splits: Sequence[str]) -> dict[str, str]:
    """Return the split in the data for each name of a split in files.

    If the data have no split for ``train`` or ``val``, the missing name stands for the first split.

    Args:
        splits: The names of all splits in the data, in order.

    >>> splits_of_files(["train", "test"])
    {'train': 'train', 'test': 'test', 'val': 'train'}
    """
    found = {split_file_name(split, splits): split for split in splits}
    return found | {name: splits[0] for name in _EXPECTED if name not in found}


def notes_on_missing_splits(splits: Sequence[str], noun: str, *, can_split: bool = True) -> list[str]:
    """Return a note for each of ``train`` and ``val`` that the data lack; see `splits_of_files`.

    Args:
        splits: The names of all splits in the data, in order.
        noun: The plural noun for what the rows contain: ``images`` or ``point clouds``.
        can_split: Whether the data have at least two samples.
    """
    found = {split_file_name(split, splits) for split in splits}
    advice = "To make both splits, label at least two samples"
    if can_split:
        advice = f"Load the release with {option('splits', {'train': 0.8, 'val': 0.2})} to make both splits"
    return [
        f"got no split {name!r}, which training programs require: the files list the {noun} of {splits[0]!r} as "
        f"{name!r}. {advice}"
        for name in _EXPECTED
        if name not in found
    ]
