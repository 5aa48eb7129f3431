"""What can go wrong, as exceptions that say what to do.

Every error of this library is a `SegmentsHFError`; each child is also the built-in that fits, so that code which
knows nothing of this library still catches it. A message names what was got, what was wanted, and where.

Messages hold names and URLs that others chose. So all texts that an error is made of are made safe to show, once and
here: they have no secrets of URLs, and no characters that a terminal obeys.
"""

from segments_hf.shown_text import printable, shown


class SegmentsHFError(Exception):
    """The root of all errors that segments-hf raises on purpose.

    Args:
        texts: What it says, which is made safe to show.
    """

    def __init__(self, *texts: object) -> None:
        super().__init__(*(shown(text) if isinstance(text, str) else text for text in texts))


class ReleaseError(SegmentsHFError, ValueError):
    """A release file that cannot be read, or whose content is not what a release holds.

    Args:
        problem: What was got and what was wanted.
        source: The release file: a path, or a URL without its query.
        json_path: The place in the file, such as ``$.dataset.samples[3].name``; empty for the file as a whole.
    """

    def __init__(self, problem: str, source: str, json_path: str = "") -> None:
        super().__init__(problem, printable(source), printable(json_path))
        self.problem: str
        self.source: str
        self.json_path: str
        self.problem, self.source, self.json_path = self.args

    def __str__(self) -> str:
        return f"{self.source}: {f'at {self.json_path}: ' if self.json_path else ''}{self.problem}"


class OptionError(SegmentsHFError, ValueError):
    """An option that does not fit the release: an unknown labelset or status, fractions that do not sum to 1."""


class AssetError(SegmentsHFError, OSError):
    """The bytes behind a URL could not be had, or are not what they should be."""


class SizeMismatchError(AssetError):
    """A bitmap that is not as large as its image."""


class StorageError(SegmentsHFError, OSError):
    """The disk does not take what is to be kept: it is full, or may not be written."""


class PathError(SegmentsHFError, ValueError):
    """A name that cannot become the path of a file: it is empty or too long."""


class BitmapError(SegmentsHFError, ValueError):
    """A bitmap or mask that is not in one of the known encodings, or ids that no encoding can hold."""


class OutputExistsError(SegmentsHFError, FileExistsError):
    """The place to write to is taken, and overwriting was not asked for."""


class HubError(SegmentsHFError, OSError):
    """The Hugging Face Hub cannot be used as asked: a repo id that is none, no token, no permission, no answer."""


class PlatformError(SegmentsHFError, OSError):
    """The Segments.ai platform cannot be used as asked: no key, no permission, no such release, one not ready."""


class MissingExtraError(SegmentsHFError, ImportError):
    """Something that is not installed: the message names the extra that has it."""
