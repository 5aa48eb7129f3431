"""Count downloads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass
class Traffic:
    """The counters of downloads.

    Attributes:
        files: The number of complete downloads.
        size: The total size of complete downloads in bytes.
        retries: The number of retries.
        failures: The number of assets whose download failed.
        on_change: A function that is called after each change.
    """

    files: int = 0
    size: int = 0
    retries: int = 0
    failures: int = 0
    on_change: Callable[[Traffic], object] | None = None

    def add_download(self, size: int) -> None:
        """Count a complete download."""
        self._add(files=1, size=size)

    def add_retry(self) -> None:
        """Count a retry."""
        self._add(retries=1)

    def add_failure(self) -> None:
        """Count an asset whose download failed."""
        self._add(failures=1)

    def _add(self, **counts: int) -> None:
        for name, count in counts.items():
            setattr(self, name, getattr(self, name) + count)
        if self.on_change:
            self.on_change(self)
