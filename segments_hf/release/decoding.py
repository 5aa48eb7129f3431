"""Decoding pieces of a release so that an error says where in the file it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from segments_hf.errors import ReleaseError
from segments_hf.io.json_codec.json_decoding import JsonError

if TYPE_CHECKING:
    from msgspec import Raw

    from segments_hf.io.json_codec.json_decoding import JsonDecoder

T = TypeVar("T")


def decode(decoder: JsonDecoder[T], raw: Raw | memoryview | bytes, source: str, json_path: str = "$") -> T:
    """Decodes a piece of a release.

    Args:
        decoder: What the piece should be.
        raw: The piece.
        source: The name of the release file, for the error.
        json_path: Where the piece is in it, for the error.

    Raises:
        ReleaseError: The piece is not JSON or not what it should be.
    """
    try:
        return decoder.decode(raw)
    except JsonError as error:
        raise located(error, source, json_path) from None


def located(error: JsonError, source: str, json_path: str) -> ReleaseError:
    """The error of a piece of a release.

    Args:
        error: What is wrong with the piece.
        source: The name of the release file.
        json_path: Where the piece is in it.
    """
    return ReleaseError(error.problem, source, json_path + error.json_path.removeprefix("$"))
