"""Decoding pieces of a release so that an error says where in the file it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import msgspec

from segments_hf.errors import ReleaseError

if TYPE_CHECKING:
    from msgspec import Raw

T = TypeVar("T")


def decode(decoder: msgspec.json.Decoder[T], raw: Raw | memoryview | bytes, source: str, json_path: str = "$") -> T:
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
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        problem, _, inner_path = str(error).partition(" - at `$")
        raise ReleaseError(_reworded(problem, error), source, json_path + inner_path.removesuffix("`")) from None


def _reworded(problem: str, error: Exception) -> str:
    if not isinstance(error, msgspec.ValidationError):
        return f"got text that is not JSON ({problem}); is the file complete? Download it again"
    wanted, separator, got = problem.removeprefix("Expected ").partition(", got ")
    if separator:
        return f"got {got}, wanted {wanted}"
    missing = problem.removeprefix("Object missing required field ")
    return f"got an object without {missing}, wanted it with one" if missing != problem else problem
