"""The options of downloads."""

from __future__ import annotations

from dataclasses import dataclass

from segments_hf.images import ImageLimits
from segments_hf.images.limits import check_positive


@dataclass(frozen=True)
class FetchOptions(ImageLimits):
    """The limits of downloads and of images.

    Attributes:
        connections: The number of requests that one host gets at the same time.
        in_flight: The number of rows that are fetched at the same time; each makes one request after the other.
        timeout: The seconds that one asset may take, with all retries and pauses. Every KiB that arrives adds
            one second, up to ten times the initial time.

    Raises:
        OptionError: A number is not positive, or `verify` is unknown.
    """

    connections: int = 64
    in_flight: int = 64
    timeout: float = 300

    def __post_init__(self) -> None:
        super().__post_init__()
        for name in ("connections", "in_flight", "timeout"):
            check_positive(name, getattr(self, name))
