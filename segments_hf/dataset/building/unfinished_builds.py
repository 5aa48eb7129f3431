"""Find unfinished builds of killed processes in the cache of `datasets`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from segments_hf.dataset.compat import build_lock, builds_folder
from segments_hf.dataset.registration import NAME

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def unfinished_builds() -> Iterator[Path]:
    """Yield the folder of each unfinished build, and hold its lock until the next folder is requested.

    A running build holds its lock, so its folder is skipped.
    """
    for folder in (builds_folder() / NAME).rglob("*.incomplete"):
        try:
            with FileLock(build_lock(folder), timeout=0):
                yield folder
        except Timeout:
            continue
