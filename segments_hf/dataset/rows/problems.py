"""Problems of samples: collect them in a file, and report them in the log."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Literal, cast, get_args

import msgspec

from segments_hf.errors import StorageError
from segments_hf.io.choices import unknown_choice
from segments_hf.io.disk.atomic import append_line
from segments_hf.io.json_codec.json_decoding import JsonDecoder, JsonError
from segments_hf.io.json_codec.json_text import json_line
from segments_hf.io.redaction import own_logger

if TYPE_CHECKING:
    from logging import Logger
    from pathlib import Path

OnError = Literal["raise", "skip", "keep"]
Action = Literal["skipped", "kept", "repaired", "replaced"]

_ACTION_TEXTS = {
    "skipped": "left out",
    "kept": "kept with a null column",
    "repaired": "kept with a repaired copy of an image",
    "replaced": "kept with the bitmap of the release, because the bitmap in segments_dir cannot store all ids",
}

logger: Logger = own_logger(__name__)


class Problem(msgspec.Struct, frozen=True):
    """A problem of a sample.

    Attributes:
        sample: The name of the sample; its JSON path, such as ``samples[3]``, if the sample cannot be read.
        uuid: The uuid of the sample; None if it has no uuid.
        column: The column of the error; None if the error is about the whole row.
        error: The class of the error, such as ``AssetError``.
        reason: The message of the error.
        action: ``skipped`` if the row was left out, ``kept`` if the column is null, ``repaired`` if the row has a
            repaired copy of the image, ``replaced`` if the row has the bitmap of the release because the bitmap in
            `segments_dir` has too few bits per pixel for the ids of the annotations. The last two do not depend on
            `on_error`.
    """

    sample: str
    uuid: str | None
    column: str | None
    error: str
    reason: str
    action: Action

    @property
    def is_loss(self) -> bool:
        """Whether the row was left out, or a column is null."""
        return self.action in {"skipped", "kept"}


_PROBLEM: JsonDecoder[Problem] = JsonDecoder(Problem)


def checked_on_error(value: str) -> OnError:
    """Check the option `on_error` and return it.

    Raises:
        OptionError: The value is invalid; the error lists the valid values.
    """
    if value not in get_args(OnError):
        raise unknown_choice("on_error", value, get_args(OnError))
    return cast("OnError", value)


def append_problem(file: Path, problem: Problem) -> None:
    """Append a problem to a file of JSON lines, to which several processes may append at the same time.

    Raises:
        StorageError: The disk is full or read-only.
    """
    append_line(file, json_line(problem))


def read_problems(file: Path) -> list[Problem]:
    """Read the problems in a file of JSON lines; return an empty list if the file is missing.

    Raises:
        StorageError: The file is damaged.
    """
    lines = file.read_bytes().splitlines() if file.exists() else []
    try:
        return list(map(_PROBLEM.decode, lines))
    except JsonError as error:
        raise StorageError(
            f"{file}: got a damaged list of problems ({error}); delete the folder of this file, and load the release "
            "again"
        ) from None


def report(problems: list[Problem], problems_file: str | None = None) -> None:
    """Log how many samples were skipped, kept, repaired or replaced, and why.

    Args:
        problems: The problems.
        problems_file: The path of the file that lists all problems; None if there is no file.
    """
    for action, action_text in _ACTION_TEXTS.items():
        chosen = [problem for problem in problems if problem.action == action]
        if chosen:
            count = len({(problem.sample, problem.uuid) for problem in chosen})
            shown = "".join(f"\n  {problem.sample}: {problem.reason}" for problem in chosen[:5])
            more = f"\n  … {len(chosen) - 5} more" if len(chosen) > 5 else ""  # noqa: PLR2004
            full_list = f"\n  full list: {problems_file}" if problems_file else ""
            columns = Counter(problem.column or "row" for problem in chosen)
            counts = ", ".join(f"{name}: {number}" for name, number in columns.items())
            logger.warning("%d sample(s) %s (%s)%s%s%s", count, action_text, counts, shown, more, full_list)
