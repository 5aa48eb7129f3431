"""How assets are fetched, and what is accepted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from segments_hf.errors import OptionError

Verify = Literal["structure", "decode"]


@dataclass(frozen=True)
class FetchOptions:
    """The options of a `Fetcher`.

    Attributes:
        connections: How many requests one host gets at once.
        in_flight: How many rows are fetched at once; each makes one request after the other.
        timeout: Seconds that an asset may take, with all that is waited for it.
        max_bytes: How many bytes an asset may have.
        max_pixels: How many pixels a picture may have: twice Pillow's ``MAX_IMAGE_PIXELS``, over which it refuses to
            decode.
        verify: How closely a picture is looked at: its ``structure``, or ``decode`` all of its pixels.

    Raises:
        OptionError: A number is not positive, or there is no such `verify`.
    """

    connections: int = 64
    in_flight: int = 64
    timeout: float = 300
    max_bytes: int = 256 * 2**20
    max_pixels: int = 178_956_970
    verify: Verify = "structure"

    def __post_init__(self) -> None:
        for name in ("connections", "in_flight", "timeout", "max_bytes", "max_pixels"):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int | float) or not value > 0:
                raise OptionError(f"{name}: got {value!r}, wanted a number over 0")
        if self.verify not in get_args(Verify):
            raise OptionError(f"verify: got {self.verify!r}, wanted one of {', '.join(get_args(Verify))}")
