"""Check the names of splits, and the instructions that select splits or parts of them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import datasets

from segments_hf.errors import OptionError

if TYPE_CHECKING:
    from collections.abc import Mapping

_SPLIT_NAME = re.compile(r"\w+(\.\w+)*")  # the names that `datasets` allows
_PART_OF_SPLIT = re.compile(r"(\w+(?:\.\w+)*)(?:\[[^\]]*\])?(?:\([^)]*\))?")  # such as ``train[:10%]``


def names_in(instruction: str) -> set[str]:
    """Return the names of the splits in an instruction of `datasets`.

    If one of the texts between the plus signs is neither the name nor a part of a split, the result contains the whole
    instruction instead of this text.

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
    """Check that an instruction for a stream selects whole splits.

    Args:
        split: A text, a `datasets.Split` or a `datasets.ReadInstruction`.

    Raises:
        OptionError: The instruction selects a part of a split.
    """
    if "[" in (text := str(split)):
        name = text.partition("[")[0]
        raise OptionError(
            f"got {text!r}, but a stream has whole splits only; pass split={name!r}, and then use `.take(100)` of the "
            "stream for its first 100 rows, or `.skip(100)` for the other rows",
            option="split",
        )


def check_selects_rows(split: object, num_rows: Mapping[str, int]) -> None:
    """Check that an instruction such as ``train[:10%]`` selects rows. `datasets` cannot read an empty part of a split.

    Args:
        split: A text or a `datasets.ReadInstruction`; other values are not checked.
        num_rows: The number of rows of each split.

    Raises:
        OptionError: The instruction selects no rows.
    """
    if not isinstance(split, str | datasets.ReadInstruction) or "[" not in (text := str(split)):
        return
    instruction = datasets.ReadInstruction.from_spec(split) if isinstance(split, str) else split
    parts = instruction.to_absolute(num_rows)
    if not any(part.to > part.from_ for part in parts):
        counts = ", ".join(f"{num_rows[name]} in {name!r}" for name in dict.fromkeys(part.splitname for part in parts))
        raise OptionError(f"got {text!r}, which selects no rows; the numbers of rows are {counts}", option="split")


def checked_name(name: object) -> str:
    """Check the name of a split and return it.

    Raises:
        OptionError: `datasets` does not allow the name.
    """
    if not isinstance(name, str) or not _SPLIT_NAME.fullmatch(name) or name == "all":
        raise OptionError(
            f"got {name!r} as the name of a split, expected letters, digits, underscores and single dots, and a "
            "name other than 'all'"
        )
    return name
