"""Releases on the Segments.ai platform, by their names."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from urllib.parse import quote, unquote

from segments_hf.errors import ReleaseError
from segments_hf.io.redaction import public_name
from segments_hf.io.urls import is_url

_SCHEME = "segments"
# A name of dots alone, or with one in front, is one of a folder.
_REFERENCE = re.compile(
    r"(?P<owner>(?!\.)[\w.-]+)/(?P<dataset>(?!\.)[\w.-]+)@(?P<name>.+?)(?:#sha256=(?P<digest>[0-9a-fA-F]{64}))?",
    re.DOTALL,
)


@dataclass(frozen=True)
class Reference:
    """A release on the platform. Its text is a URL, in which the name is quoted.

    Attributes:
        owner: The user or organization that owns the data set.
        dataset: The name of the data set.
        name: The name of the release; ``latest`` is the newest one.
        digest: The SHA-256 of its content, where it is pinned to that.

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
    """The release on the platform that a source names; None for any other source.

    Args:
        source: ``owner/dataset@name``, in which the name is as it is; or ``segments://owner/dataset@name``, in which
            it is quoted as in a URL. With ``#sha256=…`` it is pinned.

    Raises:
        ReleaseError: It begins as such a URL, but is malformed.

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
            f"got a URL of scheme {_SCHEME!r} that names no release; wanted segments://owner/dataset@name, in which "
            "the name is quoted as in any URL, and perhaps #sha256= with 64 hexadecimal digits",
            public_name(source),
        )
    return _reference(match, unquote(match["name"]))


def canonical_source(source: str | os.PathLike[str]) -> str:
    """A source with one meaning wherever it is read: a release on the platform as a URL, all others as they are.

    A file of this machine wins over a release of that name on the platform; a `Path` is a file.

    Raises:
        ReleaseError: It begins as the URL of a release on the platform, but is malformed.
    """
    text = os.fspath(source)
    reference = parse_reference(text) if isinstance(source, str) else None
    if reference is None or (not is_url(text) and os.path.isfile(text)):  # noqa: PTH113  (a Path fails on long names)
        return text
    return str(reference)


def _reference(match: re.Match[str], name: str) -> Reference:
    digest = match["digest"]
    return Reference(match["owner"], match["dataset"], name, digest and digest.lower())
