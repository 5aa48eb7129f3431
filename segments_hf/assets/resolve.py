"""Find assets that were moved after the release was made."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import quote, unquote

from segments_hf.errors import AssetError, OptionError
from segments_hf.io.redaction import public_name
from segments_hf.io.urls import file_path, is_url, scheme_of

Resolve = Callable[[str], str] | Mapping[str, str]

_WEB = {"http", "https"}


@dataclass(frozen=True)
class Prefixes:
    """Replace the prefixes of URLs; the longest prefix that fits is replaced.

    Attributes:
        by_prefix: The new prefix for each old one.

    >>> moved = Prefixes({"https://old-host/": "s3://mirror/"})
    >>> moved("https://old-host/a%20b.jpg?X-Amz-Signature=abc"), moved("https://elsewhere/a.jpg")
    ('s3://mirror/a b.jpg', 'https://elsewhere/a.jpg')
    """

    by_prefix: Mapping[str, str] = field(repr=False)  # URLs, which may have passwords

    def __call__(self, place: str) -> str:
        """The location of an asset now.

        Raises:
            AssetError: The release names a file outside of the folder that replaces a prefix.
        """
        fitting = [prefix for prefix in self.by_prefix if _begins(place, prefix)]
        if not fitting:
            return place
        old = max(fitting, key=len)
        return _moved(place, old, self.by_prefix[old])


def resolver(resolve: Resolve | None) -> Callable[[str], str] | None:
    """A function that maps the old location of an asset to the new one.

    Args:
        resolve: A function of an asset's URL or path, or the new prefix for each old one.

    Raises:
        OptionError: It is neither.
    """
    if resolve is None or isinstance(resolve, Prefixes):
        return resolve
    if isinstance(resolve, Mapping):
        for old, new in resolve.items():
            if not isinstance(old, str) or not isinstance(new, str) or not old or not new:
                raise OptionError(f"resolve: got {old!r}: {new!r}, wanted a prefix of URLs and its replacement")
        return Prefixes(dict(resolve))
    if not callable(resolve):
        raise OptionError(f"resolve: got {resolve!r}, wanted a function or a dict of URL prefixes")
    return resolve


def _begins(place: str, prefix: str) -> bool:
    # `https://host` must not be taken for a prefix of `https://host.elsewhere`.
    return place.startswith(prefix) and (prefix.endswith("/") or place[len(prefix) :][:1] in {"", "/", "?"})


def _moved(place: str, old: str, new: str) -> str:
    rest = place[len(old) :]
    from_web, to_web = scheme_of(place) in _WEB, scheme_of(new) in _WEB
    if from_web and not to_web:  # only the web has queries, and escapes its paths
        rest = unquote(rest.partition("?")[0].partition("#")[0])
    elif to_web and not from_web:
        rest = quote(rest)
    folder = file_path(new) or new
    return new + rest if is_url(folder) else _inside(os.path.abspath(os.path.expanduser(folder)), rest, place)


def _inside(folder: str, rest: str, place: str) -> str:
    """The path of a file in a folder; a release is hostile, and may say ``..``."""
    path = os.path.normpath(f"{folder}/{rest}")
    if os.path.commonpath([folder, path]) != folder:
        raise AssetError(f"{public_name(place)}: leads out of {folder}, where resolve looks for it")
    return path
