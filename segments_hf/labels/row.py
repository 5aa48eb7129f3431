"""The type of a row, and the name of a row in messages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Row = Mapping[str, Any]


def sample_name(row: Row) -> str:
    """Return the name of the sample and the number of the frame of a row, for messages.

    >>> sample_name({"name": "a.jpg", "frame_index": 3})
    "sample 'a.jpg', frame 3"
    """
    frame = "" if row.get("frame_index") is None else f", frame {row['frame_index']}"
    return f"sample {row.get('name')!r}{frame}"
