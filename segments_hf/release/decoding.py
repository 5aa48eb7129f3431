"""Decode parts of a release; errors name the release file and the JSON path."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from segments_hf.errors import ReleaseError
from segments_hf.io.json_codec.json_decoding import JsonError

if TYPE_CHECKING:
    from msgspec import Raw

    from segments_hf.io.json_codec.json_decoding import JsonDecoder

T = TypeVar("T")


def decode(decoder: JsonDecoder[T], raw: Raw | memoryview | bytes, source: str, json_path: str = "$") -> T:
    """Decode a part of a release.

    Args:
        decoder: The decoder of the expected type.
        raw: The JSON text of the part.
        source: The name of the release file, for the error.
        json_path: The JSON path of the part in the file, for the error.

    Raises:
        ReleaseError: The text is not JSON, or not of the expected type.
    """
    try:
        return decoder.decode(raw)
    except JsonError as error:
        raise to_release_error(error, source, json_path) from None


def to_release_error(error: JsonError, source: str, json_path: str) -> ReleaseError:
    """Make the error for a part of a release that cannot be decoded.

    Args:
        error: The error of the decoder.
        source: The name of the release file.
        json_path: The JSON path of the part in the file.
    """
    return ReleaseError(error.problem, source, json_path + error.json_path.removeprefix("$"))
