"""What has come over the network so far."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass
class Traffic:
    """Counts.

    Attributes:
        files: How many assets have arrived.
        size: How many bytes they have.
        retries: How often something was asked for again.
        failures: How many assets could not be had.
        on_change: Called after each change.
    """

    files: int = 0
    size: int = 0
    retries: int = 0
    failures: int = 0
    on_change: Callable[[Traffic], object] | None = None

    def arrived(self, size: int) -> None:
        """Counts an asset of so many bytes."""
        self._add(files=1, size=size)

    def retried(self) -> None:
        """Counts a try that was not the first."""
        self._add(retries=1)

    def failed(self) -> None:
        """Counts an asset that could not be had."""
        self._add(failures=1)

    def _add(self, **counts: int) -> None:
        for name, count in counts.items():
            setattr(self, name, getattr(self, name) + count)
        if self.on_change:
            self.on_change(self)
