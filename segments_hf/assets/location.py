"""Locate an asset: a URL, or a file on this machine."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote, urljoin, urlsplit

from segments_hf.errors import AssetError, OptionError
from segments_hf.io.redaction import is_broken_url, public_name
from segments_hf.io.remote.object_stores import is_bucket_url
from segments_hf.io.urls import file_path, is_url, scheme_of

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True)
class Location:
    """The location of an asset. One of the two attributes is None.

    Attributes:
        url: An http(s) URL, or the URL of an object in a bucket.
        path: A file on this machine.
    """

    url: str | None = field(default=None, repr=False)  # it may be signed
    path: Path | None = None

    def __str__(self) -> str:
        return public_name(str(self.path) if self.url is None else self.url)


def locate(reference: str, base: str, resolve: Callable[[str], str] | None = None) -> Location:
    """Locate an asset of a release.

    A release that was loaded from a URL must not refer to local files. Only `resolve` may map its assets to files.

    Args:
        reference: The URL or path in the release; a path may be relative to the folder of the release file.
        base: The folder of the release file, or the URL of this folder.
        resolve: A function that maps a URL or an absolute path to the new location of the asset.

    Raises:
        AssetError: The URL is malformed, its scheme is unknown, a release from a URL refers to a local file, or
            `resolve` returned a path with ``..`` for a URL.
        OptionError: `resolve` did not return a URL or a path.

    >>> str(locate("images/a b.jpg", "https://host/releases"))
    'https://host/releases/images/a%20b.jpg'
    >>> locate("images/a.jpg", "/data").path.as_posix()
    '/data/images/a.jpg'
    >>> str(locate("https://old/a.jpg", "/data", lambda url: url.replace("https://old", "s3://bucket")))
    's3://bucket/a.jpg'
    """
    location = _absolute(reference, base)
    if resolve:
        location = _resolved(location, resolve)
    if is_url(location):
        return Location(url=_checked(location))
    return Location(path=Path(location))


def _resolved(location: str, resolve: Callable[[str], str]) -> str:
    found = resolve(location)
    if not isinstance(found, str) or not found:
        raise OptionError(f"got {found!r} for {public_name(location)}, expected a URL or a path", option="resolve")
    path = file_path(found) or found
    if is_url(location) and not is_url(path) and ".." in Path(path).parts:
        raise AssetError(
            f"{public_name(location)}: resolve returned {public_name(path)}, expected a path without '..', because the "
            "file could be outside of your folder"
        )
    return path


def _absolute(reference: str, base: str) -> str:
    """Return a reference as a URL or an absolute path."""
    path = file_path(reference) or reference
    if is_url(path):
        return path
    if is_broken_url(path):  # do not treat a malformed URL as a file name
        raise AssetError(f"{public_name(path)}: got a malformed URL, expected two slashes after its scheme")
    if not is_url(base):
        return str(Path(base, path))
    if Path(path).is_absolute():
        raise AssetError(f"{public_name(path)}: got a local file in a release from {public_name(base)}; expected a URL")
    if scheme_of(base) in {"http", "https"}:
        return urljoin(f"{_checked(base)}/", quote(path))
    scheme, _, folder = base.partition("://")
    return f"{scheme}://{posixpath.normpath(posixpath.join('/', folder, path)).lstrip('/')}"


def _checked(url: str) -> str:
    scheme = scheme_of(url)
    if scheme not in {"http", "https"} and not is_bucket_url(url):
        raise AssetError(
            f"{public_name(url)}: got a URL of scheme {scheme!r}, expected http, https, s3, gs, az, abfs, file "
            "or a path"
        )
    try:
        urlsplit(url)
    except ValueError as error:
        raise AssetError(f"{public_name(url)}: got a malformed URL ({error})") from None
    return url
