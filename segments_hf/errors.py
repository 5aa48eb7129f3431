"""The exceptions of this library.

Every error is a `SegmentsHFError`. Each subclass also inherits from a built-in exception, such as `ValueError`, so that
code that does not know this library can catch it. A message says what was received, what was expected, and where.

Messages contain names and URLs from untrusted files. The constructor therefore makes every text safe to show: it
removes the secrets of URLs, and escapes the characters that control a terminal.
"""

from typing import Any, cast

from segments_hf.option_names import option as option_text
from segments_hf.shown_text import printable, shown


class _Cause:
    """The descriptor of the attribute `cause` of errors. A property would not let Ray assign to `cause`.

    Ray assigns to this attribute of an error that a task raises.
    """

    def __get__(self, error: BaseException | None, owner: object = None) -> BaseException | None:
        return error and (error.__cause__ or error.__context__)


class SegmentsHFError(Exception):
    """The base class of all errors that segments-hf raises deliberately.

    Args:
        texts: The arguments of the exception. Strings are made safe to show.
    """

    def __init__(self, *texts: object) -> None:
        super().__init__(*(shown(text) if isinstance(text, str) else text for text in texts))

    cause: BaseException | None = cast("Any", _Cause())
    """The error that led to this error; None if there is no such error.

    The traceback hides the cause and the frames inside segments-hf, unless the environment variable
    ``SEGMENTS_HF_DEBUG`` is 1.
    """


class ReleaseError(SegmentsHFError, ValueError):
    """A release file cannot be read, or its content is not a release.

    Args:
        problem: What was received and what was expected.
        source: The release file: a path, or a URL without its query.
        json_path: The JSON path of the fault, such as ``$.dataset.samples[3].name``; empty for the whole file.
    """

    def __init__(self, problem: str, source: str, json_path: str = "") -> None:
        super().__init__(problem, printable(source), printable(shown(json_path)))
        self.problem: str
        self.source: str
        self.json_path: str
        self.problem, self.source, self.json_path = self.args

    def __str__(self) -> str:
        return f"{self.source}: {f'at {self.json_path}: ' if self.json_path else ''}{self.problem}"


class OptionError(SegmentsHFError, ValueError):
    """An option has an invalid value, or a value that does not fit the release, such as an unknown labelset or split.

    Args:
        problem: What was received and what was expected.
        option: The name of the parameter in Python. The message begins with this name, or on the command line with the
            name of the option there, such as ``--limit``. None if the problem is not the value of a single option.

    >>> print(OptionError("got 0, expected 1 or more", option="limit"))
    limit: got 0, expected 1 or more
    """

    def __init__(self, problem: str, option: str | None = None) -> None:
        super().__init__(problem if option is None else f"{option_text(option)}: {problem}")
        self.option = option


class AssetError(SegmentsHFError, OSError):
    """An image, a bitmap or a point cloud cannot be read or downloaded, or its content is invalid."""


class SizeMismatchError(AssetError):
    """A bitmap and its image differ in width or height, or a label and its point cloud in the number of points."""


class StorageError(SegmentsHFError, OSError):
    """A file cannot be written, for example because the disk is full or read-only; or a file in a cache is damaged."""


class PathError(SegmentsHFError, ValueError):
    """A name cannot become a path: it has only dots, spaces and slashes, it is too long, or it has too many slashes."""


class BitmapError(SegmentsHFError, ValueError):
    """A bitmap, a mask or the label of an image is invalid; for example, ids or coordinates are out of range."""


class PointCloudError(SegmentsHFError, ValueError):
    """A cuboid, a pose, a camera, a timestamp or the labels of points are invalid, or an array has a wrong shape."""


class OutputExistsError(SegmentsHFError, FileExistsError):
    """An output path exists already, and overwriting was not requested or is not allowed for this path."""


class HubError(SegmentsHFError, OSError):
    """A push to the Hugging Face Hub failed, for example because there was no token, no permission or no response."""


class PlatformError(SegmentsHFError, OSError):
    """A request to the Segments.ai platform failed, for example because there was no API key or no release."""


class ClusterError(SegmentsHFError, RuntimeError):
    """A Ray cluster cannot be used: it does not respond, a node has other versions of packages, or processes died."""


class MissingExtraError(SegmentsHFError, ImportError):
    """A package that a function needs is not installed. The message names the package."""
