"""Return the content of an image that a dataset stores as bytes, as a path or as a URL."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from segments_hf.errors import AssetError
from segments_hf.io.file_content import FileContent
from segments_hf.io.redaction import public_name
from segments_hf.io.remote.fsspec_file import read_fsspec_file
from segments_hf.io.remote.limited_reading import TooLargeError
from segments_hf.io.urls import is_url

if TYPE_CHECKING:
    from collections.abc import Mapping

_MAX_BYTES = 2**30  # the maximum size of a file behind a URL, because it is read into memory


def stored_content(image: Mapping[str, Any]) -> FileContent:
    """Return the content of a stored image.

    Args:
        image: A dict with ``bytes`` and ``path``, as a dataset stores an image. The path may be a URL, such as the URL
            of a file on the Hub.

    Raises:
        AssetError: The bytes and the path are None, the URL cannot be read, or its file is larger than 1 GiB.
    """
    if image["bytes"] is not None:
        return FileContent(image["bytes"])
    path = image["path"]
    if path is None:
        raise AssetError("got an image without bytes and without a path")
    return FileContent(_read_url(path)) if is_url(path) else FileContent(path=path)


def _read_url(url: str) -> bytes:
    try:
        return read_fsspec_file(url, max_bytes=_MAX_BYTES)
    except (AssetError, TooLargeError) as error:
        raise AssetError(f"{public_name(url)}: cannot read the file ({error})") from None
