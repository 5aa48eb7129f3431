"""Where an asset is: a URL, or a file on this machine."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urljoin, urlsplit

from segments_hf.errors import AssetError
from segments_hf.urls import file_path, is_url, public_name


@dataclass(frozen=True)
class Location:
    """Where an asset is; one of the two is None.

    Attributes:
        url: An http(s) URL.
        path: A file on this machine.
    """

    url: str | None = None
    path: Path | None = None

    def __str__(self) -> str:
        return str(self.path) if self.url is None else public_name(self.url)


def locate(reference: str, base: str) -> Location:
    """Where the asset is that a release refers to.

    A release that came from a URL must not read this machine's disk: there only URLs count.

    Args:
        reference: What the release says: a URL, or a path, which may be relative to the release file.
        base: The folder of the release file, or its URL.

    Raises:
        AssetError: The scheme is unknown, or a release from a URL refers to a file of this machine.

    >>> str(locate("images/a b.jpg", "https://host/releases"))
    'https://host/releases/images/a%20b.jpg'
    >>> locate("images/a.jpg", "/data").path.as_posix()
    '/data/images/a.jpg'
    """
    path = file_path(reference) or reference
    if is_url(path):
        return Location(url=_checked(path))
    if not is_url(base):
        return Location(path=Path(base, path))
    if Path(path).is_absolute():
        raise AssetError(
            f"{path}: got a file of this machine in a release that came from {public_name(base)}; wanted a URL"
        )
    return Location(url=urljoin(f"{_checked(base)}/", quote(path)))


def _checked(url: str) -> str:
    scheme = url.partition("://")[0]
    if scheme.lower() not in {"http", "https"}:
        raise AssetError(f"{public_name(url)}: got a URL of scheme {scheme!r}, wanted http, https, file or a path")
    try:
        urlsplit(url)
    except ValueError as error:
        raise AssetError(f"{public_name(url)}: got a broken URL ({error})") from None
    return url
