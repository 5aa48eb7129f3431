"""The size of images that is accepted, and how closely they are checked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from segments_hf.errors import OptionError

Verify = Literal["structure", "decode"]


def check_positive(name: str, value: object) -> None:
    """Check that an option is a number over 0.

    Raises:
        OptionError: The value is something else.
    """
    if isinstance(value, bool) or not isinstance(value, int | float) or not value > 0:
        raise OptionError(f"{name}: got {value!r}, wanted a number over 0")


@dataclass(frozen=True)
class ImageLimits:
    """The limits of one image.

    Attributes:
        max_bytes: The largest size of the file in bytes.
        max_pixels: The largest number of pixels. The default is twice Pillow's ``MAX_IMAGE_PIXELS``: Pillow refuses to
            decode more.
        verify: What is checked: the ``structure`` of the file, or all pixels (``decode``).

    Raises:
        OptionError: A number is not positive, or `verify` is unknown.
    """

    max_bytes: int = 256 * 2**20
    max_pixels: int = 178_956_970
    verify: Verify = "structure"

    def __post_init__(self) -> None:
        check_positive("max_bytes", self.max_bytes)
        check_positive("max_pixels", self.max_pixels)
        if self.verify not in get_args(Verify):
            raise OptionError(f"verify: got {self.verify!r}, wanted one of {', '.join(get_args(Verify))}")
