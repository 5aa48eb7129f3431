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
    """Return the labelset that is marked as ground truth, else ``ground-truth``, else the only one.

    Args:
        labelsets: The labelsets of the release.
        source: The name of the release, for the error.

    Raises:
        OptionError: There are several labelsets, and none of them is the ground truth.
    """
    names = [labelset.name for labelset in labelsets]
    marked = [labelset.name for labelset in labelsets if labelset.is_groundtruth]
    if len(marked) == 1:
        return marked[0]
    if GROUND_TRUTH in names:
        return GROUND_TRUTH
    if len(names) > 1:
        raise OptionError(
            f"{source} has several labelsets, but none is marked as ground truth; pass one of {listed_choices(names)}",
            option="labelset",
        )
    return names[0] if names else None
