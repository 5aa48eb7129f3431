"""Distinguish URLs from paths, and return parts of URLs."""

from __future__ import annotations

import posixpath
from urllib.parse import urlsplit
from urllib.request import url2pathname


def is_url(source: str) -> bool:
    """Tell whether a source is a URL. A single letter before the colon is a Windows drive.

    >>> is_url("s3://bucket/release.json"), is_url("C:/release.json"), is_url("release.json")
    (True, False, False)
    """
    scheme, separator, _ = source.partition("://")
    return bool(separator) and len(scheme) > 1


def scheme_of(source: str) -> str:
    """Return the scheme of a URL in lower case; an empty string for other sources.

    >>> scheme_of("HTTPS://host/a.jpg"), scheme_of("images/a.jpg")
    ('https', '')
    """
    return source.partition("://")[0].lower() if is_url(source) else ""


def file_path(url: str) -> str | None:
    """Return the path of a ``file://`` URL; None for any other source.

    A URL without a third slash contains a relative path, as in fsspec.

    >>> file_path("file:///data/my%20release.json"), file_path("file://release.json"), file_path("https://host/a.json")
    ('/data/my release.json', 'release.json', None)
    """
    scheme, separator, rest = url.partition("://")
    if not separator or scheme.lower() != "file":
        return None
    return url2pathname(rest[max(0, rest.find("/")) :].partition("?")[0])


def url_suffix(url: str) -> str:
    """Return the suffix of the file name in a URL or path.

    >>> url_suffix("https://host/a.b.JPG?size=2.5")
    '.JPG'
    """
    try:
        return posixpath.splitext(urlsplit(url).path)[1]
    except ValueError:
        return ""
