"""Class names without spaces, for programs that separate the words of a line by spaces."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from segments_hf.labels.categories import unique_names

if TYPE_CHECKING:
    from collections.abc import Sequence

CLASS_NAMES = "class_names.json"  # the file with the names of the release


def plain_names(names: Sequence[str]) -> list[str]:
    """Return a unique name without spaces for each class.

    Args:
        names: The name of each class index.

    >>> plain_names(["car", "traffic sign", "traffic_sign"])
    ['car', 'traffic_sign', 'traffic_sign_2']
    """
    plain = [re.sub(r"\s+", "_", name.strip()) or "_" for name in names]
    return unique_names(plain, range(len(plain)), pattern="{}_{}")
