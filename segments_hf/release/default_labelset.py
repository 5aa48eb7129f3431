"""The default labelset of a release."""

from __future__ import annotations

from typing import TYPE_CHECKING

from segments_hf.errors import OptionError
from segments_hf.io.choices import listed_choices

if TYPE_CHECKING:
    from collections.abc import Sequence

    from segments_hf.release.document import Labelset

GROUND_TRUTH = "ground-truth"


def find_default_labelset(labelsets: Sequence[Labelset], source: str) -> str | None:
    """Return the name of the default labelset; None if there are no labelsets.

    The default is the labelset that is marked as ground truth. If no labelset is marked, or several labelsets are, the
    default is the labelset with the name ``ground-truth``. If no labelset has this name, the default is the only
    labelset.

    Args:
        labelsets: The labelsets of the release.
        source: The name of the release file, for the error.

    Raises:
        OptionError: There are several labelsets. None of them, or several of them, are marked as ground truth, and none
            has the name ``ground-truth``.
    """
    names = [labelset.name for labelset in labelsets]
    marked = [labelset.name for labelset in labelsets if labelset.is_groundtruth]
    if len(marked) == 1:
        return marked[0]
    if GROUND_TRUTH in names:
        return GROUND_TRUTH
    if len(names) > 1:
        raise OptionError(
            f"{source} has {len(names)} labelsets, of which {len(marked)} are marked as ground truth, expected 1; "
            f"pass one of {listed_choices(names)}",
            option="labelset",
        )
    return names[0] if names else None
