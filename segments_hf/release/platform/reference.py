"""References to releases on the Segments.ai platform."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from urllib.parse import quote, unquote

from segments_hf.errors import ReleaseError
from segments_hf.io.redaction import public_name
from segments_hf.io.urls import is_url

_SCHEME = "segments"
# The names of owners and data sets do not begin with a dot, so the relative path `../folder@name` is not a reference.
_REFERENCE = re.compile(
    r"(?P<owner>(?!\.)[\w.-]+)/(?P<dataset>(?!\.)[\w.-]+)@(?P<name>.+?)(?:#sha256=(?P<digest>[0-9a-fA-F]{64}))?",
    re.DOTALL,
)


@dataclass(frozen=True)
class Reference:
    """A reference to a release on the platform. `str()` returns it as a URL, in which the name is percent-encoded.

    Attributes:
        owner: The user or organization that owns the data set.
        dataset: The name of the data set.
        name: The name of the release; ``latest`` is the newest release that is ready.
        digest: The SHA-256 of the release file if the reference is pinned, else None.

    >>> str(Reference("jane", "flowers", "after review"))
    'segments://jane/flowers@after%20review'
    """

    owner: str
    dataset: str
    name: str
    digest: str | None = None

    def __str__(self) -> str:
        pin = f"#sha256={self.digest}" if self.digest else ""
        return f"{_SCHEME}://{self.owner}/{self.dataset}@{quote(self.name, safe='')}{pin}"


def parse_reference(source: str) -> Reference | None:
    """Parse a reference to a release on the platform; return None for any other source.

    Args:
        source: ``owner/dataset@name`` with the plain name, or ``segments://owner/dataset@name`` with the
            percent-encoded name. A pinned reference ends with ``#sha256=…``.

    Raises:
        ReleaseError: The source begins with ``segments://``, but the rest is malformed.

    >>> parse_reference("jane/flowers@after review")
    Reference(owner='jane', dataset='flowers', name='after review', digest=None)
    >>> parse_reference("segments://jane/flowers@after%20review").name
    'after review'
    >>> parse_reference("flowers-v1.0.json")
    """
    scheme, separator, rest = source.partition("://")
    if not separator:
        match = _REFERENCE.fullmatch(source)
        return match and _reference(match, match["name"])
    if scheme.lower() != _SCHEME:
        return None
    match = _REFERENCE.fullmatch(rest)
    if match is None or "#" in match["name"]:
        raise ReleaseError(
            f"got a malformed {_SCHEME}:// URL, expected segments://owner/dataset@name, in which the name is "
            "percent-encoded; #sha256= with 64 hexadecimal digits may follow",
            public_name(source),
        )
    return _reference(match, unquote(match["name"]))


def canonical_source(source: str | os.PathLike[str]) -> str:
    """Convert a reference to a release on the platform to its URL; return any other source unchanged.

    A text that is both a reference and the path of an existing file means the file. A `Path` always means a file.
    A ``segments://`` URL always means the release on the platform.

    Raises:
        ReleaseError: The source begins with ``segments://``, but the rest is malformed.
    """
    text = os.fspath(source)
    reference = parse_reference(text) if isinstance(source, str) else None
    if reference is None or (not is_url(text) and os.path.isfile(text)):  # noqa: PTH113  (a Path fails on long names)
        return text
    return str(reference)


def _reference(match: re.Match[str], name: str) -> Reference:
    digest = match["digest"]
    return Reference(match["owner"], match["dataset"], name, digest and digest.lower())
