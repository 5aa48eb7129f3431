"""Find assets that were moved after the release was created."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import quote, unquote

from segments_hf.errors import AssetError, OptionError
from segments_hf.io.redaction import public_name
from segments_hf.io.urls import file_path, is_url, scheme_of
from segments_hf.option_names import option

Resolve = Callable[[str], str] | Mapping[str, str]

_WEB = {"http", "https"}


@dataclass(frozen=True)
class Prefixes:
    """A function that replaces prefixes of URLs and paths. It replaces the longest prefix that matches.

    Attributes:
        by_prefix: A dict that maps each old prefix to the new one.

    >>> moved = Prefixes({"https://old-host/": "s3://mirror/"})
    >>> moved("https://old-host/a%20b.jpg?X-Amz-Signature=abc"), moved("https://elsewhere/a.jpg")
    ('s3://mirror/a b.jpg', 'https://elsewhere/a.jpg')
    """

    by_prefix: Mapping[str, str] = field(repr=False)  # the URLs may contain passwords

    def __call__(self, location: str) -> str:
        """Return the new location of an asset.

        Raises:
            AssetError: The new path is outside the folder that replaces the prefix.
        """
        matching = [prefix for prefix in self.by_prefix if _begins(location, prefix)]
        if not matching:
            return location
        old = max(matching, key=len)
        return _moved(location, old, self.by_prefix[old])


def resolver(resolve: Resolve | None) -> Callable[[str], str] | None:
    """Return a function that maps the old location of an asset to the new one; None if `resolve` is None.

    Args:
        resolve: A function that returns the new location for the URL or path of an asset, or a dict that maps each old
            prefix to the new one.

    Raises:
        OptionError: `resolve` is neither a function nor a dict of prefixes.
    """
    if resolve is None or isinstance(resolve, Prefixes):
        return resolve
    if isinstance(resolve, Mapping):
        for old, new in resolve.items():
            if not isinstance(old, str) or not isinstance(new, str) or not old or not new:
                raise OptionError(
                    f"got {old!r}: {new!r}, expected a prefix of URLs or paths and its replacement", option="resolve"
                )
        return Prefixes(dict(resolve))
    if not callable(resolve):
        raise OptionError(f"got {resolve!r}, expected a function or a dict of prefixes", option="resolve")
    return resolve


def _begins(location: str, prefix: str) -> bool:
    # `https://host` must not match `https://host.elsewhere`.
    return location.startswith(prefix) and (prefix.endswith("/") or location[len(prefix) :][:1] in {"", "/", "?"})


def _moved(location: str, old: str, new: str) -> str:
    rest = location[len(old) :]
    from_web, to_web = scheme_of(location) in _WEB, scheme_of(new) in _WEB
    if from_web and not to_web:  # only http(s) URLs have queries and escaped paths
        rest = unquote(rest.partition("?")[0].partition("#")[0])
    elif to_web and not from_web:
        rest = quote(rest)
    url_or_folder = file_path(new) or new
    if is_url(url_or_folder):
        return new + rest
    return _inside(os.path.abspath(os.path.expanduser(url_or_folder)), rest, location)


def _inside(folder: str, rest: str, location: str) -> str:
    """Return the path of a file in a folder.

    Raises:
        AssetError: `rest`, which is untrusted, contains ``..`` and leads out of the folder.
    """
    path = os.path.normpath(f"{folder}/{rest}")
    if os.path.commonpath([folder, path]) != folder:
        raise AssetError(f"{public_name(location)}: {option('resolve')} moves the asset to a path outside {folder}")
    return path
