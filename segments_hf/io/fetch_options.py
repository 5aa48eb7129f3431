"""The options of downloads: their meanings, defaults and checks, for all functions and commands."""

from __future__ import annotations

import dataclasses
import inspect
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, TypedDict, TypeVar, get_args

from segments_hf.errors import OptionError
from segments_hf.io.byte_sizes import bytes_of, size_text
from segments_hf.io.choices import unknown_choice

if TYPE_CHECKING:
    from collections.abc import Mapping

MAX_RELEASE_BYTES = 4 * 2**30
# The largest number of points of a point cloud. An uncompressed file of 256 MiB, the default of `max_bytes`, contains
# fewer points. 50 million points of 16 bytes need 800 MB of memory. One rotation of a lidar has about 10^5 points.
DEFAULT_MAX_POINTS = 50_000_000
SIZE_OPTIONS = frozenset({"max_bytes", "max_release_bytes"})  # options that accept text such as "10MB"

Verify = Literal["structure", "decode"]

_MEANING = "meaning"

T = TypeVar("T")


def meaning_of(option: dataclasses.Field[Any]) -> str:
    """Return the text that explains an option in help texts and docstrings."""
    return str(option.metadata[_MEANING])


def default_of(option: dataclasses.Field[Any]) -> object:
    """Return the default of an option as users write it: sizes are text such as ``256MiB``."""
    default: Any = option.default
    return size_text(default) if option.name in SIZE_OPTIONS else default


def _means(text: str) -> Mapping[str, str]:
    return {_MEANING: text}


def _documented(options: type[T]) -> type[T]:
    """Add the meanings of the fields to the docstring of a dataclass."""
    fields: Any = dataclasses.fields(options)  # type: ignore[arg-type]
    lines = [f"    {option.name}: {meaning_of(option)} By default {default_of(option)!r}." for option in fields]
    options.__doc__ = "\n".join([inspect.cleandoc(options.__doc__ or ""), "", "Attributes:", *lines])
    return options


@_documented
@dataclass(frozen=True)
class ImageLimits:
    """The limits of an image, a bitmap or a point cloud, and how it is checked.

    Raises:
        OptionError: A number is not positive, a size cannot be read, or `verify` is unknown.
    """

    max_bytes: int = field(
        default=256 * 2**20,
        metadata=_means("The largest size of the file of an image, a bitmap or a point cloud, such as 10MB."),
    )
    # Twice Pillow's `MAX_IMAGE_PIXELS`: Pillow refuses to decode more.
    max_pixels: int = field(
        default=178_956_970, metadata=_means("The largest number of pixels of an image or a bitmap.")
    )
    verify: Verify = field(
        default="structure",
        metadata=_means(
            "How an image or a point cloud is checked: 'structure' checks the structure of the file, and decodes only "
            "images that are not PNG, JPEG or WebP; 'decode' decodes all pixels or points."
        ),
    )

    def __post_init__(self) -> None:
        _convert_size(self, "max_bytes")
        _check_positive("max_pixels", self.max_pixels)
        if self.verify not in get_args(Verify):
            raise unknown_choice("verify", self.verify, get_args(Verify))


@_documented
@dataclass(frozen=True)
class FetchOptions(ImageLimits):
    """The limits of requests, assets and release files: keyword arguments of `load_release` and other functions.

    Raises:
        OptionError: A number is not positive, a size cannot be read, or `verify` is unknown.
    """

    connections: int = field(
        default=64, metadata=_means("The largest number of simultaneous requests to one host, per process.")
    )
    in_flight: int = field(
        default=64,
        metadata=_means(
            "The largest number of rows that are fetched simultaneously from all hosts, per process. The files of one "
            "row are fetched one after the other."
        ),
    )
    timeout: float = field(
        default=300,
        metadata=_means(
            "The time limit for one file in seconds, including all retries and pauses. Each KiB that arrives over "
            "http(s) adds one second, up to ten times the initial limit."
        ),
    )
    max_points: int = field(
        default=DEFAULT_MAX_POINTS, metadata=_means("The largest number of points of a point cloud.")
    )
    max_release_bytes: int = field(
        default=MAX_RELEASE_BYTES,
        metadata=_means("The largest size of a release file after decompression, such as 10GB."),
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        _convert_size(self, "max_release_bytes")
        for name in ("connections", "in_flight", "timeout", "max_points"):
            _check_positive(name, getattr(self, name))


class LimitKeywords(TypedDict, total=False):
    """The fields of `FetchOptions` except `connections` as keyword arguments, for type checkers.

    Sizes may be text such as ``"10MB"``.
    """

    in_flight: int
    timeout: float
    max_bytes: int | str
    max_pixels: int
    max_points: int
    verify: Verify
    max_release_bytes: int | str


class FetchKeywords(LimitKeywords, total=False):
    """The fields of `FetchOptions` as keyword arguments, for type checkers."""

    connections: int


def _convert_size(options: ImageLimits, name: str) -> None:
    """Convert an option that may be text, such as "10MB", to a number of bytes."""
    object.__setattr__(options, name, bytes_of(getattr(options, name), name))  # the dataclass is frozen


def _check_positive(name: str, value: object) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not value > 0:
        raise OptionError(f"got {value!r}, expected a number greater than 0", option=name)
